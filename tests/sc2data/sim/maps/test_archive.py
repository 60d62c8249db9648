"""MPQ archives: written ones open with mpyq, real ones are read, damaged ones raise `ArchiveError` and nothing else."""

from __future__ import annotations

import io
import struct
import zlib

import mpyq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sc2data.sim.maps.archive import MAX_MEMBER_BYTES, ArchiveError, read_archive, write_archive
from tests.shared_data import shared_data

MEMBERS = {"empty": b"", "text.xml": b"<a/>" * 1000, "stored": bytes(range(256)), "folder\\inner": b"1"}
HEADER = struct.Struct("<4s2I2H4I")


def test_mpyq_reads_what_is_written() -> None:
    archive = mpyq.MPQArchive(io.BytesIO(write_archive(MEMBERS, user_data=b"before")))
    assert archive.files == [name.encode() for name in MEMBERS]
    assert {name.decode(): data or b"" for name, data in archive.extract().items()} == MEMBERS
    assert archive.header["user_data_header"]["content"] == b"before"


def test_written_archives_read_back() -> None:
    archive = read_archive(write_archive(MEMBERS, user_data=b"before"))
    assert dict(archive) == MEMBERS
    assert archive.user_data == b"before"
    assert archive["FOLDER/INNER"] == b"1"
    assert "nothing" not in archive
    with pytest.raises(KeyError):
        archive["nothing"]


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.text("abcdefgh/._", min_size=1, max_size=12), st.binary(max_size=300), max_size=40))
def test_any_members_come_back(members: dict[str, bytes]) -> None:
    archive = read_archive(write_archive({f"m{i}{name}": data for i, (name, data) in enumerate(members.items())}))
    assert [archive[name] for name in archive] == list(members.values())


def test_the_same_members_give_the_same_bytes() -> None:
    assert write_archive(MEMBERS) == write_archive(MEMBERS)


@pytest.mark.parametrize("members", [{"a": b"", "A": b""}, {"x/y": b"", "x\\y": b""}, {"(listfile)": b""}])
def test_names_that_collide_are_refused(members: dict[str, bytes]) -> None:
    with pytest.raises(ArchiveError, match="rename"):
        write_archive(members)


def test_real_archives_agree_with_mpyq() -> None:
    files = [*(shared_data() / "maps").glob("*.SC2Map"), *(shared_data() / "replays").glob("*.SC2Replay")]
    assert files
    for path in files:
        data = path.read_bytes()
        ours, theirs = read_archive(data), mpyq.MPQArchive(io.BytesIO(data))
        assert {name: ours[name] for name in ours} == {n.decode(): d or b"" for n, d in theirs.extract().items()}


def test_sectors_that_end_at_a_boundary() -> None:
    """A member of exactly two sectors, one compressed and one stored, made by hand."""
    compressible, random = bytes(4096), bytes((i * i * 31 + i * 7) % 251 for i in range(4096))
    first = b"\x02" + zlib.compress(compressible)
    stored = struct.pack("<3I", 12, 12 + len(first), 12 + len(first) + 4096) + first + random
    data = write_archive({"m": b""}) + stored
    tampered = _with_block(data, 0, len(data) - len(stored), len(stored), 8192, 0x80000200)
    assert read_archive(tampered)["m"] == compressible + random


def test_truncated_archives_raise() -> None:
    data = write_archive(MEMBERS, user_data=b"before")
    for length in range(len(data)):
        with pytest.raises(ArchiveError):
            dict(read_archive(data[:length]))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_flipped_bytes_raise_archive_errors_or_nothing(data: st.DataObject) -> None:
    damaged = bytearray(write_archive(MEMBERS, user_data=b"before"))
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=4)):
        damaged[at] ^= data.draw(st.integers(1, 255))
    try:
        archive = read_archive(bytes(damaged))
        names = [*archive, *MEMBERS]
    except ArchiveError:
        return
    for name in names:
        try:
            archive[name]
        except (ArchiveError, KeyError):
            continue


@pytest.mark.parametrize("entries", [1 << 28, 0xFFFFFFFF])
def test_huge_tables_are_refused(entries: int) -> None:
    data = bytearray(write_archive(MEMBERS))
    fields = list(HEADER.unpack_from(data))
    fields[7] = entries
    HEADER.pack_into(data, 0, *fields)
    with pytest.raises(ArchiveError, match="table"):
        read_archive(bytes(data))


def test_bombs_are_refused() -> None:
    """A member that claims gigabytes, and one that decompresses to more than it claims."""
    data = write_archive({"bomb": bytes(1 << 20)})
    with pytest.raises(ArchiveError, match=str(MAX_MEMBER_BYTES)):
        read_archive(_with_block(data, 0, 32, 1000, 0xFFFFFFFF, 0x81000200))["bomb"]
    with pytest.raises(ArchiveError, match="declared"):
        read_archive(_with_block(data, 0, 32, 1000, 2000, 0x81000200))["bomb"]


def test_overlapping_sectors_are_refused() -> None:
    """Sectors that all share one large piece would be decompressed over and over."""
    stored = struct.pack("<3I", 12, 12 + 9000, 12) + bytes(9000)
    data = write_archive({"m": b""}) + stored
    with pytest.raises(ArchiveError, match="sector"):
        read_archive(_with_block(data, 0, len(data) - len(stored), len(stored), 8192, 0x80000200))["m"]


def test_a_huge_list_of_names_is_refused() -> None:
    data = write_archive({"m": b""})
    with pytest.raises(ArchiveError, match="listfile"):
        list(read_archive(_with_block(data, 1, 32, 10, 1 << 20, 0x81000200)))


def test_unsupported_members_say_so() -> None:
    data = write_archive({"m": bytes(1000)})
    with pytest.raises(ArchiveError, match="encrypted"):
        read_archive(_with_block(data, 0, 32, 10, 1000, 0x81010200))["m"]
    with pytest.raises(ArchiveError, match="0x4d"):
        read_archive(_with_block(data, 0, 0, 10, 1000, 0x81000200))["m"]


def _with_block(data: bytes, index: int, offset: int, stored: int, size: int, flags: int) -> bytes:
    """`data` with one row of the block table replaced; the table is moved to the end and encrypted anew."""
    archive = mpyq.MPQArchive(io.BytesIO(data))
    rows = [list(row) for row in archive.block_table]
    rows[index] = [offset, stored, size, flags]
    fields = list(HEADER.unpack_from(data))
    fields[6] = len(data)
    return HEADER.pack(*fields) + data[HEADER.size :] + _encrypted([word for row in rows for word in row])


def _encrypted(words: list[int]) -> bytes:
    """The cipher again, written from mpyq's decryption: an independent check of the one under test."""
    table, key, state = mpyq.MPQArchive.encryption_table, 0xEC83B3A3, 0xEEEEEEEE
    out = []
    for word in words:
        state = (state + table[0x400 + (key & 0xFF)]) & 0xFFFFFFFF
        out.append((word ^ ((key + state) & 0xFFFFFFFF)) & 0xFFFFFFFF)
        key = (((~key << 0x15) + 0x11111111) | (key >> 0x0B)) & 0xFFFFFFFF
        state = (word + state + (state << 5) + 3) & 0xFFFFFFFF
    return struct.pack(f"<{len(out)}I", *out)
