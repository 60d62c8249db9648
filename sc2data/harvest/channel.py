"""Sends objects with large arrays between two processes: the arrays go through the socket as they are, uncopied."""

from __future__ import annotations

import pickle
import socket
import struct
from typing import Any

_HEADER = struct.Struct("!QI")
_LENGTH = struct.Struct("!Q")


class Channel:
    """One end of a socket between two processes of this program.

    An object is sent as its pickle, with the buffers of its arrays out of band (pickle protocol 5). Both ends must
    trust each other, as a parent and its child do.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def send(self, value: Any) -> None:
        """Send `value`; waits while the other end is busy.

        Raises:
          ConnectionError: the other end is gone.
        """
        buffers: list[pickle.PickleBuffer] = []
        body = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
        views = [buffer.raw() for buffer in buffers]
        lengths = b"".join(_LENGTH.pack(view.nbytes) for view in views)
        self._socket.sendall(_HEADER.pack(len(body), len(views)) + lengths + body)
        for view in views:
            self._socket.sendall(view)

    def receive(self) -> Any:
        """The next object.

        Raises:
          EOFError: the other end is gone.
        """
        size, count = _HEADER.unpack(self._read(_HEADER.size))
        lengths = [length for (length,) in _LENGTH.iter_unpack(self._read(_LENGTH.size * count))]
        body = self._read(size)
        return pickle.loads(body, buffers=[self._read(length) for length in lengths])

    def close(self) -> None:
        """Close this end; the other one then gets `EOFError`."""
        self._socket.close()

    def _read(self, size: int) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        filled = 0
        while filled < size:
            try:
                count = self._socket.recv_into(view[filled:])
            except ConnectionError as error:
                raise EOFError("the other process is gone") from error
            if not count:
                raise EOFError("the other process is gone")
            filled += count
        return data
