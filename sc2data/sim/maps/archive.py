"""MPQ archives, the container of StarCraft II's maps and replays: a writer and a reader that trusts nothing.

The layout (header, encrypted hash and block tables, members whole or in sectors) is the one that the public readers
`mpyq` and StormLib document. Written archives open with `mpyq`; the reader takes real maps and replays, and on a
truncated or hostile file it raises `ArchiveError` after bounded work and within bounded memory.
"""

from __future__ import annotations

import bz2
import functools
import itertools
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sc2data.errors import UserError

MAX_MEMBER_BYTES = 64 << 20
"""Members that claim to be larger are refused; the largest of the known real maps takes 4 MiB."""

_MAGIC, _USER_DATA_MAGIC = b"MPQ\x1a", b"MPQ\x1b"
_HEADER = struct.Struct("<4s2I2H4I")
_MAX_TABLE_ENTRIES = 1 << 14
_MAX_LISTFILE_BYTES = 1 << 18
_SECTOR_SHIFT = 3
_USER_DATA_ALIGNMENT = 512
_LISTFILE = "(listfile)"

_COMPRESSED, _ENCRYPTED, _SINGLE_UNIT = 0x00000200, 0x00010000, 0x01000000
_SECTOR_CHECKSUMS, _EXISTS = 0x04000000, 0x80000000
_ZLIB, _BZIP2 = 0x02, 0x10
_TABLE_OFFSET, _NAME_A, _NAME_B, _TABLE = range(4)
_EMPTY_SLOT = 0xFFFFFFFF


class ArchiveError(UserError, ValueError):
    """The bytes are no MPQ archive that can be read: truncated, damaged, hostile, or of an unsupported kind."""


class _Block(NamedTuple):
    offset: int
    stored: int
    size: int
    flags: int


class Archive(Mapping[str, bytes]):
    """An archive as a mapping of member names to contents, each read when asked for.

    Names are matched as the format does: without regard to case, `/` and backslash alike. Iteration gives the names
    of the archive's own list.

    Raises:
        ArchiveError: from the constructor where the tables cannot be read, from a look-up or from the iteration where
            that member or the list cannot.
        KeyError: from a look-up where the archive has no such member.

    >>> archive = Archive(write_archive({"MapInfo": b"IpaM", "data/units.xml": b"<x/>"}))
    >>> archive["mapinfo"], archive["data\\\\units.xml"], sorted(archive)
    (b'IpaM', b'<x/>', ['MapInfo', 'data\\\\units.xml'])
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.user_data, self._start = _user_data(data)
        if len(data) < self._start + _HEADER.size or data[self._start : self._start + 4] != _MAGIC:
            raise ArchiveError(f"no MPQ archive: {len(data)} bytes that start with {data[:4]!r}, not with {_MAGIC!r}")
        _, _, _, _, shift, hashes_at, blocks_at, hashes, blocks = _HEADER.unpack_from(data, self._start)
        if shift > 16:
            raise ArchiveError(f"sector size 512 << {shift} is beyond the 32 MiB allowed: the header is damaged")
        self._sector = 512 << shift
        self._blocks = [_Block(*row) for row in self._table("block", blocks_at, blocks)]
        self._index = {(a, b): at for a, b, _, at in self._table("hash", hashes_at, hashes) if at < blocks}

    def __getitem__(self, name: str) -> bytes:
        at = self._index.get(_name_key(name))
        if at is None or not self._blocks[at].flags & _EXISTS:
            raise KeyError(name)
        return self._read(name, self._blocks[at])

    def __contains__(self, name: object) -> bool:
        at = self._index.get(_name_key(name)) if isinstance(name, str) else None
        return at is not None and self._blocks[at].flags & _EXISTS != 0

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    @functools.cached_property
    def _names(self) -> list[str]:
        at = self._index.get(_name_key(_LISTFILE))
        if at is None or not self._blocks[at].flags & _EXISTS:
            return []
        if self._blocks[at].size > _MAX_LISTFILE_BYTES:
            raise ArchiveError(f"{_LISTFILE} of {self._blocks[at].size} bytes; at most {_MAX_LISTFILE_BYTES} are read")
        text = self[_LISTFILE].decode("utf-8", "replace")
        return [name for name in dict.fromkeys(text.splitlines()) if name in self]

    def _table(self, kind: str, offset: int, entries: int) -> list[tuple[int, ...]]:
        start, end = self._start + offset, self._start + offset + 16 * entries
        if entries > _MAX_TABLE_ENTRIES or end > len(self._data):
            raise ArchiveError(
                f"{kind} table of {entries} entries at byte {start} does not fit: at most {_MAX_TABLE_ENTRIES} entries "
                f"within {len(self._data)} bytes; the archive is truncated or damaged"
            )
        words = _decrypted(self._data[start:end], _hash(f"({kind} table)", _TABLE))
        return [words[i : i + 4] for i in range(0, len(words), 4)]

    def _read(self, name: str, block: _Block) -> bytes:
        start = self._start + block.offset
        if block.size > MAX_MEMBER_BYTES or start + block.stored > len(self._data):
            raise ArchiveError(
                f"member {name!r} of {block.size} bytes, {block.stored} stored at byte {start}, does not fit: at most "
                f"{MAX_MEMBER_BYTES} bytes, within {len(self._data)}; the archive is truncated or damaged"
            )
        if block.flags & _ENCRYPTED:
            raise ArchiveError(f"member {name!r} is encrypted, which is not supported")
        if not block.size:
            return b""
        stored = self._data[start : start + block.stored]
        if block.flags & _SINGLE_UNIT or not block.flags & _COMPRESSED:
            return _unpacked(name, stored, block.size, block.flags)
        return self._read_sectors(name, stored, block)

    def _read_sectors(self, name: str, stored: bytes, block: _Block) -> bytes:
        count = -(-block.size // self._sector)
        offsets = count + 1 + bool(block.flags & _SECTOR_CHECKSUMS)
        if 4 * offsets > len(stored):
            raise ArchiveError(f"member {name!r} has no room for the offsets of its {count} sectors: it is damaged")
        ends = struct.unpack_from(f"<{offsets}I", stored)
        parts, left = [], block.size
        for begin, end in itertools.pairwise(ends[: count + 1]):
            if not begin <= end <= begin + self._sector:
                raise ArchiveError(f"member {name!r} has a sector from {begin} to {end}, which is none: it is damaged")
            size = min(left, self._sector)
            parts.append(_unpacked(name, stored[begin:end], size, block.flags))
            left -= size
        return b"".join(parts)


def read_archive(data: bytes) -> Archive:
    """Open an archive held in memory; see `Archive` for what it offers and raises."""
    return Archive(data)


def write_archive(members: Mapping[str, bytes], user_data: bytes = b"") -> bytes:
    """Pack `members` into an MPQ archive; the same members give the same bytes.

    Each member is one unit, compressed with zlib where that makes it shorter. `user_data` goes before the archive,
    where replays keep a copy of their header. `(listfile)` is added.

    Raises:
        ArchiveError: for two names that the format cannot tell apart, too many members or too large ones.
    """
    named = {name.replace("/", "\\"): data for name, data in members.items()}
    named[_LISTFILE] = "\r\n".join(named).encode()
    if len({_name_key(name) for name in named}) != len(members) + 1:
        raise ArchiveError("two member names differ only in case or slashes, or one is '(listfile)': rename them")
    if 2 * len(named) > _MAX_TABLE_ENTRIES or max(map(len, named.values())) > MAX_MEMBER_BYTES:
        raise ArchiveError(
            f"{len(members)} members, the largest of {max(map(len, named.values()))} bytes: "
            f"at most {_MAX_TABLE_ENTRIES // 2 - 1} members of {MAX_MEMBER_BYTES} bytes are allowed"
        )
    body, blocks = bytearray(), []
    for data in named.values():
        packed = bytes([_ZLIB]) + zlib.compress(data)
        compressed = len(packed) < len(data)
        stored = packed if compressed else data
        flags = _EXISTS | _SINGLE_UNIT | (_COMPRESSED if compressed else 0)
        blocks.append(_Block(_HEADER.size + len(body), len(stored), len(data), flags))
        body += stored
    hashes = _hash_table(list(named))
    hashes_at = _HEADER.size + len(body)
    blocks_at = hashes_at + 16 * len(hashes)
    size = blocks_at + 16 * len(blocks)
    header = _HEADER.pack(_MAGIC, _HEADER.size, size, 0, _SECTOR_SHIFT, hashes_at, blocks_at, len(hashes), len(blocks))
    tables = _encrypted(hashes, _hash("(hash table)", _TABLE)) + _encrypted(blocks, _hash("(block table)", _TABLE))
    return _user_data_header(user_data) + header + bytes(body) + tables


def _user_data(data: bytes) -> tuple[bytes, int]:
    """The bytes kept before the archive, if any, and where the archive starts."""
    if data[:4] != _USER_DATA_MAGIC:
        return b"", 0
    if len(data) < 16:
        raise ArchiveError(f"user data header cut short: {len(data)} of 16 bytes")
    _, start, size = struct.unpack_from("<3I", data, 4)
    if not 16 <= start <= len(data) - _HEADER.size or 16 + size > start:
        raise ArchiveError(
            f"user data of {size} bytes and an archive at byte {start} do not fit into {len(data)} bytes"
        )
    return data[16 : 16 + size], start


def _user_data_header(user_data: bytes) -> bytes:
    if not user_data:
        return b""
    start = -(-(16 + len(user_data)) // _USER_DATA_ALIGNMENT) * _USER_DATA_ALIGNMENT
    header = struct.pack("<4s3I", _USER_DATA_MAGIC, start - 16, start, len(user_data))
    return (header + user_data).ljust(start, b"\0")


def _unpacked(name: str, stored: bytes, size: int, flags: int) -> bytes:
    """One unit or sector of `size` bytes; compressed only where it is stored in fewer."""
    data = _decompressed(name, stored, size) if flags & _COMPRESSED and len(stored) < size else stored[:size]
    if len(data) != size:
        raise ArchiveError(f"member {name!r} gives {len(data)} bytes where {size} are declared: it is damaged")
    return data


def _decompressed(name: str, stored: bytes, size: int) -> bytes:
    """At most `size` + 1 bytes, so that a bomb costs no more than the member's declared size."""
    method = stored[0] if stored else 0
    try:
        if method == _ZLIB:
            return zlib.decompressobj().decompress(stored[1:], size + 1)
        if method == _BZIP2:
            return bz2.BZ2Decompressor().decompress(stored[1:], size + 1)
    except (zlib.error, OSError, EOFError) as error:
        raise ArchiveError(f"member {name!r} does not decompress: {error}") from error
    raise ArchiveError(
        f"member {name!r} is compressed by method {method:#x}; zlib (0x2) and bzip2 (0x10) are supported"
    )


def _hash_table(names: list[str]) -> list[tuple[int, int, int, int]]:
    """Open addressing with linear probing; rows are name hashes, locale and platform (both any), index of the block."""
    slots = max(16, 1 << (2 * len(names) - 1).bit_length())
    table = [(_EMPTY_SLOT,) * 4] * slots
    for index, name in enumerate(names):
        slot = _hash(name, _TABLE_OFFSET) % slots
        while table[slot][3] != _EMPTY_SLOT:
            slot = (slot + 1) % slots
        table[slot] = (*_name_key(name), 0, index)
    return table


def _name_key(name: str) -> tuple[int, int]:
    return _hash(name, _NAME_A), _hash(name, _NAME_B)


@functools.cache
def _crypt_table() -> list[int]:
    """The format's 5 x 256 pseudo-random words: four rows for hashes of names, one for encryption."""
    table, seed = [0] * 0x500, 0x00100001
    for low in range(0x100):
        for row in range(5):
            seed = (seed * 125 + 3) % 0x2AAAAB
            high_word = seed & 0xFFFF
            seed = (seed * 125 + 3) % 0x2AAAAB
            table[row * 0x100 + low] = high_word << 16 | seed & 0xFFFF
    return table


def _hash(name: str, kind: int) -> int:
    table, a, b = _crypt_table(), 0x7FED7FED, 0xEEEEEEEE
    for byte in name.replace("/", "\\").upper().encode():
        a = (table[kind * 0x100 + byte] ^ (a + b)) & 0xFFFFFFFF
        b = (byte + a + b * 33 + 3) & 0xFFFFFFFF
    return a


def _decrypted(data: bytes, key: int) -> tuple[int, ...]:
    return tuple(_crypt(struct.unpack(f"<{len(data) // 4}I", data), key, decrypt=True))


def _encrypted(rows: list[tuple[int, int, int, int]] | list[_Block], key: int) -> bytes:
    words = [word for row in rows for word in row]
    return struct.pack(f"<{len(words)}I", *_crypt(words, key, decrypt=False))


def _crypt(words: tuple[int, ...] | list[int], key: int, decrypt: bool) -> Iterator[int]:
    """The format's stream cipher over 32-bit words; each plain word goes into the state."""
    table, state = _crypt_table(), 0xEEEEEEEE
    for word in words:
        state = (state + table[0x400 + (key & 0xFF)]) & 0xFFFFFFFF
        other = word ^ (key + state) & 0xFFFFFFFF
        plain = other if decrypt else word
        key = ((~key << 21) + 0x11111111 | key >> 11) & 0xFFFFFFFF
        state = (plain + state * 33 + 3) & 0xFFFFFFFF
        yield other
