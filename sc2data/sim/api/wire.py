"""Protobuf's wire format, as far as messages are put together here without the library."""

from __future__ import annotations

VARINT, BYTES, FIXED32 = 0, 2, 5
"""Wire types."""


def key(number: int, wire_type: int) -> bytes:
    """What stands before the value of field `number`.

    >>> key(1, BYTES).hex(), key(16, VARINT).hex()
    ('0a', '8001')
    """
    return varint(number << 3 | wire_type)


def varint(value: int) -> bytes:
    """A whole number from 0 up, seven bits a byte, the lowest first.

    >>> varint(300).hex()
    'ac02'
    """
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
