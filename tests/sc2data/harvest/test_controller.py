"""Reading messages into one buffer, whole ones and those that come in parts."""

import contextlib
import socket
import threading
from types import SimpleNamespace

import pytest
import websocket
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

from sc2data.harvest.controller import GameController, LeanWebSocket, remote_controller

LONG, SHORT = bytes(range(256)) * 4000, b"short"


@pytest.fixture
def url():
    """A server that answers with what it is asked for."""

    def converse(connection):
        with contextlib.suppress(ConnectionClosed):
            while True:
                match connection.recv():
                    case "parts":
                        connection.send([LONG[:300_000], LONG[300_000:]])
                    case "close":
                        return
                    case "silence":
                        pass
                    case wanted:
                        connection.send(LONG if wanted == "long" else SHORT)

    with serve(converse, "127.0.0.1", 0, compression=None) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        host, port = server.socket.getsockname()[:2]
        yield f"ws://{host}:{port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def client(url):
    connection = websocket.create_connection(url, timeout=1, class_=LeanWebSocket)
    yield connection
    connection.shutdown()


def test_messages_of_all_sizes_come_whole(client):
    for wanted, message in [("long", LONG), ("short", SHORT), ("parts", LONG), ("long", LONG), ("short", SHORT)]:
        client.send(wanted)
        assert bytes(client.recv()) == message


def test_one_buffer_serves_all_long_messages(client):
    client.send("long")
    first = client.recv()
    client.send("long")
    assert client.recv() is first


def test_silence_is_a_timeout(client):
    client.settimeout(0.2)
    client.send("silence")
    with pytest.raises(websocket.WebSocketTimeoutException):
        client.recv()


def test_a_farewell_is_an_empty_message(client):
    client.send("close")
    assert client.recv() == ""


def test_a_game_that_takes_the_connection_and_says_nothing_is_not_waited_for_longer():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(remote_controller.ConnectError, match="said nothing"):
            GameController("127.0.0.1", port, SimpleNamespace(running=True), launch_seconds=0.3)
