"""What the tests of the API share: games in this process, simulators in another, and requests to both."""

from __future__ import annotations

import functools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import websocket

from sc2data.sim.api.game import Game
from sc2data.sim.api.messages import common_pb, debug_pb, sc_pb
from sc2data.sim.api.settings import Settings
from sc2data.sim.maps.map_file import write_map
from sc2data.sim.maps.synthetic_maps import synthetic_terrain

MARINE, SCV, COMMAND_CENTER, ZERGLING, SIEGE_TANK = 48, 45, 18, 105, 33
RAW = sc_pb.InterfaceOptions(raw=True, score=True)


class Answering(Protocol):
    """A game, or the way to one."""

    def answer(self, message: bytes) -> bytes:
        """The serialised response to a serialised request."""


@functools.cache
def map_data(name: str = "Flat32") -> bytes:
    """A synthetic map as a file."""
    return write_map(synthetic_terrain(name))


def everything(screen: tuple[int, int] = (64, 48), minimap: tuple[int, int] = (32, 32)) -> sc_pb.InterfaceOptions:
    """Every interface at once."""
    size, small = common_pb.Size2DI(x=screen[0], y=screen[1]), common_pb.Size2DI(x=minimap[0], y=minimap[1])
    spatial = sc_pb.SpatialCameraSetup(resolution=size, minimap_resolution=small)
    layers = sc_pb.SpatialCameraSetup(resolution=size, minimap_resolution=small, width=24)
    return sc_pb.InterfaceOptions(raw=True, score=True, feature_layer=layers, render=spatial)


def new_game(folder: Path, **settings: Any) -> Game:
    """A game in this process, its folders in `folder`."""
    return Game(Settings(port=1, data_dir=folder, temp_dir=folder / "temp", **settings))


def ask(game: Answering, **request: Any) -> sc_pb.Response:
    """Send a request with one of its parts, as in `ask(game, ping=sc_pb.RequestPing())`."""
    return sc_pb.Response.FromString(game.answer(sc_pb.Request(**request).SerializeToString()))


def create(game: Answering, map_name: str = "Flat32", opponent: bool = False, **fields: Any) -> sc_pb.Response:
    """Create a game for one participant, with a computer player where `opponent`."""
    local = sc_pb.LocalMap(map_path=f"{map_name}.SC2Map", map_data=map_data(map_name))
    request = sc_pb.RequestCreateGame(local_map=local, **{"random_seed": 1, **fields})
    request.player_setup.add(type=sc_pb.Participant)
    if opponent:
        request.player_setup.add(type=sc_pb.Computer, race=common_pb.Terran, difficulty=sc_pb.VeryEasy)
    return ask(game, create_game=request)


def join(game: Answering, options: sc_pb.InterfaceOptions = RAW, race: int = common_pb.Terran) -> sc_pb.Response:
    """Join as the participant."""
    return ask(game, join_game=sc_pb.RequestJoinGame(race=race, options=options))


def start(game: Answering, options: sc_pb.InterfaceOptions = RAW, **fields: Any) -> None:
    """Create and join."""
    created = create(game, **fields)
    assert not created.create_game.HasField("error"), created
    joined = join(game, options)
    assert joined.status == sc_pb.in_game, joined


def step(game: Answering, count: int = 1) -> sc_pb.Response:
    """Go on by some loops."""
    return ask(game, step=sc_pb.RequestStep(count=count))


def look(game: Answering, **fields: Any) -> sc_pb.ResponseObservation:
    """The observation."""
    response = ask(game, observation=sc_pb.RequestObservation(**fields))
    assert response.HasField("observation"), response
    return response.observation


def units(seen: sc_pb.ResponseObservation, kind: int, alliance: int | None = None) -> list[Any]:
    """The units of a type in an observation, in order of their tags."""
    found = [unit for unit in seen.observation.raw_data.units if unit.unit_type == kind]
    return sorted((u for u in found if alliance in (None, u.alliance)), key=lambda unit: unit.tag)


def spawn(game: Answering, kind: int, x: float, y: float, count: int = 1, owner: int = 1) -> None:
    """Make units by a debug command; the next step shows them."""
    position = common_pb.Point2D(x=x, y=y)
    made = debug_pb.DebugCreateUnit(unit_type=kind, owner=owner, pos=position, quantity=count)
    debug(game, create_unit=made)


def debug(game: Answering, **command: Any) -> sc_pb.Response:
    """Send one debug command."""
    return ask(game, debug=sc_pb.RequestDebug(debug=[debug_pb.DebugCommand(**command)]))


def act(game: Answering, *actions: sc_pb.Action) -> list[int]:
    """Send actions; their results."""
    response = ask(game, action=sc_pb.RequestAction(actions=actions))
    assert response.HasField("action"), response
    return list(response.action.result)


class Client:
    """A websocket client of the API that knows nothing of pysc2."""

    def __init__(self, port: int, timeout: float = 30.0) -> None:
        self.socket = websocket.create_connection(f"ws://127.0.0.1:{port}/sc2api", timeout=timeout)
        self._raw = self.socket.sock  # which websocket-client forgets, and leaves open, when the other side ends

    def answer(self, message: bytes) -> bytes:
        """Send one message, receive one."""
        self.socket.send_binary(message)
        return self.receive()

    def receive(self) -> bytes:
        """The next message."""
        received = self.socket.recv()
        assert isinstance(received, bytes)
        return received

    def close(self) -> None:
        """Leave."""
        self.socket.close()
        self._raw.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def simulator(folder: Path, *flags: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A simulator in a process of its own; yields the process and its port."""
    port = free_port()
    command = [sys.executable, "-m", "sc2data.sim", "-listen", "127.0.0.1", "-port", str(port)]
    folders = ["-dataDir", f"{folder}/", "-tempDir", f"{folder}/"]
    log = (folder / "simulator.log").open("w+")
    process = subprocess.Popen([*command, *folders, *flags], stdout=log, stderr=log, text=True, env=os.environ.copy())
    try:
        _await_listener(process, port)
        yield process, port
    finally:
        process.kill()
        process.wait()
        log.close()


def _await_listener(process: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"the simulator does not listen: exit status {process.poll()}")
