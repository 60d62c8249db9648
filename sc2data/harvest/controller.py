"""pysc2's controller with what a harvester needs: pipelined requests, a patience per call, and a lean way to read.

pysc2 itself is not touched: the launcher starts the game without connecting, and the subclass below connects.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sc2data import pysc2_compat

pysc2_compat.require_pysc2()

import websocket  # noqa: E402
from pysc2.lib import protocol, remote_controller  # noqa: E402
from s2clientprotocol import sc2api_pb2 as sc_pb  # noqa: E402

_SMALL = 1024
_POLL_SECONDS = 0.05


class LeanWebSocket(websocket.WebSocket):
    """A websocket that reads a whole message into one buffer it keeps, rather than 16 KiB at a time into new ones.

    A message stays valid until the next one is read; the protocol layer has parsed it by then.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.frame_buffer = _OneBuffer(self)


class _OneBuffer(websocket.frame_buffer):
    """Reads frames of `owner`'s socket into one `bytearray` that grows and shrinks in place."""

    def __init__(self, owner: LeanWebSocket) -> None:
        super().__init__(owner._recv, skip_utf8_validation=True)
        self._owner = owner
        self._buffer = bytearray()

    def recv_strict(self, bufsize: int) -> bytes | bytearray:
        """Exactly `bufsize` bytes from the socket."""
        if bufsize < _SMALL or not self._is_whole_message():
            return super().recv_strict(bufsize)
        buffer = self._buffer
        if len(buffer) < bufsize:
            buffer.extend(bytes(bufsize - len(buffer)))
        else:
            del buffer[bufsize:]
        filled = 0
        with memoryview(buffer) as view:
            while filled < bufsize:
                filled += self._receive_into(view[filled:])
        return buffer

    def _is_whole_message(self) -> bool:
        """Whether the frame being read is a message of its own: parts of one must not share a buffer."""
        if self.header is None:
            return False
        final, _, _, _, opcode, *_ = self.header
        return bool(final) and opcode == websocket.ABNF.OPCODE_BINARY

    def _receive_into(self, view: memoryview) -> int:
        try:
            count = self._owner.sock.recv_into(view)
        except TimeoutError:
            raise websocket.WebSocketTimeoutException("the game stopped in the middle of a message") from None
        if not count:
            raise websocket.WebSocketConnectionClosedException("the game closed the connection")
        return count


class GameController(remote_controller.RemoteController):
    """A `RemoteController` that pipelines requests and waits as long as it is told to, not `--sc2_timeout` seconds."""

    def __init__(self, host: str, port: int, process: Any, launch_seconds: float) -> None:
        self._socket: Any = None
        try:
            super().__init__(host, port, process, timeout_seconds=launch_seconds)
        except BaseException:
            self.drop()
            raise

    def _connect(self, host: str, port: int, proc: Any, timeout_seconds: float) -> Any:
        """Connect as soon as the game listens; pysc2 would sleep a second between tries."""
        url = f"ws://{f'[{host}]' if ':' in host else host}:{port}/sc2api"
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            if not proc.running:
                raise remote_controller.ConnectError("the game ended while it was starting")
            try:
                self._socket = websocket.create_connection(url, timeout=timeout_seconds, class_=LeanWebSocket)
                return self._socket
            except websocket.WebSocketBadStatusException as error:
                if error.status_code != 404:
                    raise remote_controller.ConnectError(f"the game refused the connection: {error}") from error
            except websocket.WebSocketConnectionClosedException as error:
                raise remote_controller.ConnectError(
                    "the game refused the connection: is another client on it?"
                ) from error
            except websocket.WebSocketTimeoutException as error:
                raise remote_controller.ConnectError("the game took the connection but said nothing") from error
            except OSError:
                pass  # It does not listen yet.
            time.sleep(_POLL_SECONDS)
        raise remote_controller.ConnectError(f"the game did not listen on port {port} within {timeout_seconds:g} s")

    def drop(self) -> None:
        """Close the socket without a farewell, which a game that is gone or hangs would not answer."""
        if self._socket is not None:
            self._socket.shutdown()

    def set_patience(self, seconds: float) -> None:
        """How long to wait for each part of an answer from now on before "Websocket timed out"."""
        self._socket.settimeout(seconds)

    def post(self, requests: Sequence[sc_pb.Request]) -> list[int]:
        """Send `requests` without waiting for answers; returns the ids to `collect` them with."""
        ids = []
        for request in requests:
            request.id = next(self._client._count)
            self._client.write(request)
            ids.append(request.id)
        return ids

    def collect(self, ids: Sequence[int]) -> list[sc_pb.Response]:
        """Wait for the answers to the requests that `post` numbered `ids`, in order.

        Raises:
          pysc2.lib.protocol.ConnectionError: no answer in time, no connection, or the answer to another request.
          pysc2.lib.protocol.ProtocolError: the game answered one of them with an error.
        """
        responses = []
        for wanted in ids:
            response = self._client.read()
            if response.HasField("id") and response.id != wanted:
                raise protocol.ConnectionError(f"the answer has id {response.id}, the request had {wanted}")
            responses.append(response)
        return responses
