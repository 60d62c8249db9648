"""Two participants in one game: two simulators, of which the host's holds the game and the guest's passes requests on.

The host listens on the game port of `server_ports`; the guest, which was given the same ports, connects there and sends
the requests of its client that concern the game, each as four bytes of length and a serialised `Request`. Both clients
step in lockstep: a step is answered when every player asked for it.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Protocol

from sc2data.sim.api.errors import MisuseError
from sc2data.sim.api.match import Match
from sc2data.sim.api.messages import sc_pb

PATIENCE = 120.0
"""Seconds that one participant waits for the other to join."""

_OF_THE_GAME = frozenset(
    (
        "restart_game",
        "leave_game",
        "quick_save",
        "quick_load",
        "game_info",
        "observation",
        "action",
        "obs_action",
        "step",
        "query",
        "save_replay",
        "map_command",
        "debug",
    )
)
_LENGTH = struct.Struct("<I")
_LOOPBACK = "127.0.0.1"
_RETRY = 0.1


def concerns_the_game(request: sc_pb.Request) -> bool:
    """Whether a guest passes a request on to its host; tests of the process are meant for its own."""
    tests = any(command.HasField("test_process") for command in request.debug.debug)
    return request.WhichOneof("request") in _OF_THE_GAME and not tests


class Lockstep:
    """Steps of several players: the world goes on as far as all of them asked for."""

    def __init__(self, match: Match, changed: threading.Condition) -> None:
        self._match = match
        self._changed = changed
        self._targets: dict[int, int] = {}  # loop that each player has asked for
        self._present = set(match.setup.participants())

    def advance(self, player: int, count: int) -> None:
        """Go on by `count` loops for `player`; waits for the others, with `changed` held by the caller."""
        self._targets[player] = target = self._match.loop + count
        while self._match.loop < target and not self._match.over:
            reached = min(self._targets.get(number, 0) for number in self._present)
            if reached > self._match.loop:
                self._match.advance(reached - self._match.loop)
                self._changed.notify_all()
            else:
                self._changed.wait()

    def leave(self, player: int) -> None:
        """Nobody waits for `player` any more."""
        self._present.discard(player)
        self._changed.notify_all()


class Answering(Protocol):
    """What answers a guest's requests."""

    def answer(self, message: bytes) -> bytes:
        """The serialised `Response` to a serialised `Request`."""


def await_guest(port: int, serve: Callable[[], Answering], gone: Callable[[], None]) -> socket.socket:
    """Listen for a guest on `port`; its requests are answered in a thread by what `serve` makes once it has come.

    `gone` is called when it hangs up. Returns the listening socket; closing it ends the wait. Raises OSError.
    """
    listener = socket.create_server((_LOOPBACK, port))
    listener.settimeout(PATIENCE)
    threading.Thread(target=_serve_guest, args=(listener, serve, gone), name="guest", daemon=True).start()
    return listener


def _serve_guest(listener: socket.socket, serve: Callable[[], Answering], gone: Callable[[], None]) -> None:
    try:
        with listener:
            connection, _ = listener.accept()
    except OSError:  # nobody came, or nobody is waited for any more
        return
    with connection, contextlib.suppress(OSError, EOFError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        game = serve()
        while True:
            _send(connection, game.answer(_receive(connection)))
    gone()


class HostLink:
    """A guest's way to the game."""

    def __init__(self, host: str, port: int) -> None:
        """Connect; waits for the host to listen. Raises OSError."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self._socket = socket.create_connection((host or _LOOPBACK, port), timeout=PATIENCE)
                break
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_RETRY)
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)

    def answer(self, message: bytes) -> bytes:
        """What the host answers; raises `MisuseError` when it has gone."""
        try:
            _send(self._socket, message)
            return _receive(self._socket)
        except (OSError, EOFError) as error:
            raise MisuseError("The connection to the host of the game is lost") from error

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def _send(connection: socket.socket, message: bytes) -> None:
    connection.sendall(_LENGTH.pack(len(message)))
    connection.sendall(message)


def _receive(connection: socket.socket) -> bytes:
    (length,) = _LENGTH.unpack(_read(connection, _LENGTH.size))
    return _read(connection, length)


def _read(connection: socket.socket, count: int) -> bytes:
    buffer = bytearray(count)
    rest = memoryview(buffer)
    while len(rest):
        received = connection.recv_into(rest)
        if not received:
            raise EOFError
        rest = rest[received:]
    return bytes(buffer)
