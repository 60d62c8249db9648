"""The websocket at /sc2api: one client at a time, one request in, one response out, in order."""

from __future__ import annotations

import contextlib
import http
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.sync.server import Server, ServerConnection, serve

from sc2data.sim.api import faults

PATH = "/sc2api"

MAX_MESSAGE = 64 << 20
"""Bytes; a longer message ends the connection with code 1009. The longest honest one carries a map or a replay."""

_PATIENCE = 0.5
"""Seconds that a second client waits for the first to leave, so that one may follow another at once."""


_SHORT = 1 << 16  # bytes: what is shorter is copied

_BINARY_FRAME = bytes([0x82, 127])
"""The head of a websocket frame, which is a whole binary message whose length follows in eight bytes (RFC 6455)."""


class Answering(Protocol):
    """What is served: turns the bytes of a request into the bytes of a response."""

    quitting: bool
    """True once the process is to end."""

    def answer_in_parts(self, message: bytes) -> Sequence[bytes | memoryview]:
        """The serialised `Response` to a serialised `Request`, in parts.

        Raises `faults.ConnectionDropped` to hang up.
        """


class ApiServer:
    """Serves one `Answering` object on a loopback address."""

    def __init__(self, game: Answering, host: str, port: int, log: Callable[[str], None] = lambda line: None) -> None:
        self._game = game
        self._log = log
        self._changed = threading.Condition()
        self._client: ServerConnection | None = None  # the one that is served
        self._thread: int | None = None  # which thread serves it
        self._server: Server = serve(
            self._converse,
            host,
            port,
            process_request=self._route,
            process_response=self._admit,
            compression=None,
            max_size=MAX_MESSAGE,
            ping_interval=None,  # a client that computes for a minute is not gone
            close_timeout=1,
            logger=_quiet_logger(),
        )
        self._attend_connection = self._server.handler
        self._server.handler = self._attend
        self.port: int = self._server.socket.getsockname()[1]

    def run(self) -> None:
        """Serve until the game quits."""
        self._server.serve_forever()

    def stop(self) -> None:
        """Let `run` return. Open connections are left to the process's end."""
        self._server.shutdown()

    def _attend(self, sock: socket.socket, address: Any) -> None:
        """Serve one connection from its first byte to its last, in a thread of its own."""
        try:
            self._attend_connection(sock, address)
        finally:
            with self._changed:
                if self._thread == threading.get_ident():
                    self._client = self._thread = None
                    self._changed.notify_all()

    def _route(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.path.partition("?")[0] != PATH:
            return connection.respond(http.HTTPStatus.NOT_FOUND, f"the API is at {PATH}\n")
        return None

    def _admit(self, connection: ServerConnection, request: Request, response: Response) -> None:
        """Take the seat for this connection, or drop it as the game does: without an answer."""
        if response.status_code != http.HTTPStatus.SWITCHING_PROTOCOLS:
            return
        with self._changed:
            while not self._changed.wait_for(lambda: self._client is None, _PATIENCE):
                if self._client is not None and self._client.protocol.state is State.OPEN:
                    self._log(f"ConnectHandler: Request from {_peer(connection)} rejected, another client is connected")
                    connection.socket.shutdown(socket.SHUT_RDWR)
                    return
            self._client, self._thread = connection, threading.get_ident()
        self._log(f"ConnectHandler: Request from {_peer(connection)} accepted")

    def _converse(self, connection: ServerConnection) -> None:
        peer = _peer(connection)
        self._log(f"ReadyHandler: {peer} ready")
        with contextlib.suppress(ConnectionClosed, faults.ConnectionDropped):
            while True:
                # pysc2 sends its protobuf messages as text frames, which are taken as they are, UTF-8 or not.
                reply = self._game.answer_in_parts(connection.recv(decode=False))
                if self._game.quitting:
                    self._log("RequestQuit command received.")
                    self.stop()
                    return
                _send(connection, reply)
        self._log(f"CloseHandler: {peer} disconnected")


def _send(connection: ServerConnection, parts: Sequence[bytes | memoryview]) -> None:
    """Send a message whose `parts` lie apart as one binary frame: the library would copy megabytes together, twice."""
    size = sum(memoryview(part).nbytes for part in parts)
    if size < _SHORT:
        connection.send(b"".join(parts))
        return
    small = bytearray(_BINARY_FRAME + size.to_bytes(8, "big"))
    with connection.send_context():
        for part in parts:
            if memoryview(part).nbytes < _SHORT:
                small += part
            else:
                connection.socket.sendall(small)
                connection.socket.sendall(part)
                small = bytearray()
        connection.socket.sendall(small)


def _peer(connection: ServerConnection) -> str:
    try:
        host, port = connection.remote_address[:2]
    except (OSError, ValueError):
        return "a client that has left"
    return f"{host}:{port}"


def _quiet_logger() -> logging.Logger:
    """A logger that tells nobody: what a client gets wrong is answered, not logged with a traceback."""
    logger = logging.getLogger("sc2data.sim.api.server.websockets")
    logger.propagate = False
    logger.addHandler(logging.NullHandler())
    return logger
