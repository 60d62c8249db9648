"""The websocket, seen from a client that is not pysc2."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import websocket

from sc2data.sim.api.messages import sc_pb
from tests.sc2data.sim.clients import Client, ask, create, join, look, simulator, start, step

GONE = (websocket.WebSocketException, OSError, AssertionError)
"""What a client of websocket-client gets from a connection that ends: an exception, or a message that is none."""

PING = sc_pb.Request(ping=sc_pb.RequestPing()).SerializeToString()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with simulator(tmp_path_factory.mktemp("simulator")) as (_, port):
        yield port


@pytest.fixture
def client(port: int) -> Iterator[Client]:
    client = Client(port)
    yield client
    client.close()


def test_ping(client: Client) -> None:
    response = ask(client, ping=sc_pb.RequestPing(), id=7)
    assert response.ping.game_version == "4.10.0.75689"
    assert response.ping.base_build == 75689
    assert response.ping.data_version == "B89B5D6FA7CBF6452E721311BFBC6CB2"
    assert (response.id, response.status) == (7, sc_pb.launched)


def test_an_id_is_echoed_only_where_there_is_one(client: Client) -> None:
    assert not ask(client, ping=sc_pb.RequestPing()).HasField("id")


def test_pipelined_requests_are_answered_in_order(client: Client) -> None:
    for number in range(50):
        client.socket.send_binary(sc_pb.Request(ping=sc_pb.RequestPing(), id=number).SerializeToString())
    assert [sc_pb.Response.FromString(client.receive()).id for _ in range(50)] == list(range(50))


def test_a_second_client_is_dropped_in_the_handshake_and_the_first_stays(port: int, client: Client) -> None:
    with pytest.raises(websocket.WebSocketConnectionClosedException):
        Client(port)
    assert ask(client, ping=sc_pb.RequestPing()).HasField("ping")


def test_a_client_that_comes_back_finds_the_game_as_it_left_it(port: int) -> None:
    first = Client(port)
    create(first)
    first.close()
    second = Client(port)
    join(second)
    step(second, 5)
    second.close()
    third = Client(port)
    assert look(third).observation.game_loop == 5
    assert ask(third, leave_game=sc_pb.RequestLeaveGame()).status == sc_pb.launched
    third.close()


def test_a_client_that_vanishes_makes_room(port: int) -> None:
    lost = Client(port)
    lost.socket.sock.close()  # no closing handshake
    client = Client(port)
    assert ask(client, ping=sc_pb.RequestPing()).HasField("ping")
    client.close()


@pytest.mark.parametrize("message", [b"", b"\xff\xff\xff", b"\x0a\x05abc", os.urandom(1000)])
def test_malformed_messages_are_answered(client: Client, message: bytes) -> None:
    response = sc_pb.Response.FromString(client.answer(message))
    assert response.error
    assert response.status == sc_pb.launched
    assert client.answer(PING)


def test_messages_may_come_as_text_as_pysc2_sends_them(client: Client) -> None:
    for message in (PING, sc_pb.Request(ping=sc_pb.RequestPing(), id=1 << 31).SerializeToString()):
        client.socket.send(message)  # a text frame, whether that is UTF-8 or not
        assert sc_pb.Response.FromString(client.receive()).HasField("ping")
    client.socket.send("ping")
    assert sc_pb.Response.FromString(client.receive()).error


def test_a_message_of_100_megabytes_ends_the_connection_but_not_the_server(port: int) -> None:
    client = Client(port)
    with pytest.raises(GONE):
        client.answer(bytes(100 << 20))
    client.close()
    again = Client(port)
    assert again.answer(PING)
    again.close()


def test_other_paths_are_not_found(port: int) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException) as caught:
        websocket.create_connection(f"ws://127.0.0.1:{port}/other", timeout=5)
    assert caught.value.status_code == 404


def test_broken_handshakes_do_not_take_the_seat(port: int) -> None:
    import socket

    for request in (b"GET /sc2api HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00\x01\x02\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
            raw.sendall(request)
            raw.recv(1000)
    client = Client(port)
    assert client.answer(PING)
    client.close()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["-listen", "0.0.0.0", "-port", "5000"], "this machine only"),
        (["-listen", "example.org", "-port", "5000"], "-listen is 'example.org'"),
        (["-listen", "127.0.0.1"], "-port is missing"),
        (["-port", "eighty"], "'eighty'"),
        (["-port", "5000", "-fault", "explode@3"], "crash, hang"),
    ],
)
def test_bad_flags_are_explained(flags: list[str], words: str) -> None:
    result = subprocess.run([sys.executable, "-m", "sc2data.sim", *flags], capture_output=True, text=True, timeout=30)
    assert result.returncode == 2
    assert words in result.stderr


def test_help_lists_the_flags() -> None:
    command = [sys.executable, "-m", "sc2data.sim", "--help"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert result.returncode == 0
    flags = ("-port", "-listen", "-dataDir", "-tempDir", "-dataVersion", "-verbose", "-fault")
    assert [flag for flag in flags if f"\n  {flag} " not in result.stdout] == []


def test_the_banner_says_simulator_and_unknown_flags_are_named(tmp_path: Path) -> None:
    with simulator(tmp_path, "-shiny", "-displayMode", "0", "-windowwidth", "640"):
        pass
    banner = (tmp_path / "simulator.log").read_text()
    assert "NOT StarCraft II" in banner
    assert "Version: B75689 (SC2.4.10.0)" in banner
    assert "Ignored: -shiny\n" in banner
    assert "Ignored: -displayMode" not in banner


def test_quit_ends_the_process(tmp_path: Path) -> None:
    with simulator(tmp_path) as (process, port), Client(port) as client:
        client.socket.send_binary(sc_pb.Request(quit=sc_pb.RequestQuit(), id=999999999).SerializeToString())
        assert process.wait(5) == 0


def test_sigterm_ends_the_process_at_once_even_within_a_request(tmp_path: Path) -> None:
    with simulator(tmp_path) as (process, port), Client(port) as client:
        start(client)
        client.socket.send_binary(sc_pb.Request(step=sc_pb.RequestStep(count=100_000)).SerializeToString())
        time.sleep(0.2)
        process.terminate()
        assert process.wait(1) == -signal.SIGTERM


def test_the_simulator_ends_with_its_parent(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-m', 'sc2data.sim', '-port', '1']); "
        "print(p.pid, flush=True); time.sleep(60)"
    ).replace("'1'", repr(str(_port())))
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert "Ready for commands" in _until(parent, "Ready for commands")
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline and _lives(child):
        time.sleep(0.05)
    assert not _lives(child)


@pytest.mark.parametrize("kind", ["crash", "close", "error", "black", "truncate"])
def test_faults_on_purpose(tmp_path: Path, kind: str) -> None:
    from tests.sc2data.sim.clients import everything

    with simulator(tmp_path, "-fault", f"{kind}@2") as (process, port), Client(port) as client:
        start(client, everything())
        good = look(client).observation.render_data.map
        assert any(good.data)
        assert len(good.data) == 64 * 48 * 3
        if kind in ("crash", "close"):
            with pytest.raises(GONE):
                look(client)
            assert (process.wait(5) == -signal.SIGSEGV) if kind == "crash" else (process.poll() is None)
        elif kind == "error":
            assert ask(client, observation=sc_pb.RequestObservation()).error
        else:
            bad = look(client).observation.render_data.map
            assert len(bad.data) == (64 * 48 * 3 if kind == "black" else 64 * 48 * 3 // 2)
            assert any(bad.data) == (kind == "truncate")
            assert look(client).observation.render_data.map.data == good.data


def test_a_hanging_fault_answers_nobody(tmp_path: Path) -> None:
    with simulator(tmp_path, "-fault", "hang@1") as (_, port), Client(port) as client:
        start(client)
        client.socket.settimeout(0.5)
        with pytest.raises(websocket.WebSocketTimeoutException):
            look(client)


def _port() -> int:
    from tests.sc2data.sim.clients import free_port

    return free_port()


def _until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    text = ""
    while words not in text:
        line = process.stdout.readline()
        assert line, text
        text += line
    return text


def _lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
