"""Writers that are killed, disks that are full: nothing finished is lost, and resuming ends in the same bytes."""

from __future__ import annotations

import ctypes
import errno
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from sc2data.format import Dataset, DatasetWriter
from sc2data.format.durable import StorageError
from sc2data.format.shard_file import ShardFile
from sc2data.format.validate import validate
from tests.sc2data.format import examples
from tests.sc2data.format.examples import CONFIG, FRAMES, PROVENANCE

# Python 3.12 and later warn of every fork once numpy has its threads.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

EPISODES = 12
RECORDS = list(examples.records(EPISODES))


def write_rest(path: Path, acknowledged: Connection | None = None) -> None:
    """Write what is missing of the data set, telling how many records are safe whenever that changes."""
    with DatasetWriter.resume(path, CONFIG, examples.schema(), PROVENANCE, shard_records=2 * FRAMES) as writer:
        for record in RECORDS[writer.records :]:
            before = writer.records
            writer.append(record)
            if acknowledged is not None and writer.records > before:
                acknowledged.send(writer.records)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], float]:
    """The bytes of the whole data set, and the seconds that writing it takes in a process of its own."""
    path = tmp_path_factory.mktemp("faults") / "whole"
    child = multiprocessing.get_context("fork").Process(target=write_rest, args=(path,))
    start = time.monotonic()
    child.start()
    child.join()
    return examples.content(path), time.monotonic() - start


def kill_at(path: Path, seconds: float) -> int:
    """Start a writer, kill it after `seconds`, and return how many records it had said to be safe."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=write_rest, args=(path, sender))
    child.start()
    sender.close()
    time.sleep(seconds)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    safe = 0
    try:
        while receiver.poll():
            safe = receiver.recv()
    except EOFError:
        pass
    return safe


def check_after_kill(path: Path, safe: int) -> None:
    if not (path / "manifest.json").exists():
        assert safe == 0
        return
    assert [problem for problem in validate(path) if not problem.harmless] == []
    with Dataset(path) as dataset:
        assert safe <= len(dataset) <= len(RECORDS)
        for index in range(len(dataset)):
            examples.assert_same_record(dataset.record(index), RECORDS[index])


@pytest.mark.parametrize("kills", [15, pytest.param(100, marks=pytest.mark.slow)])
def test_a_writer_killed_at_any_moment_loses_nothing_finished(tmp_path, undisturbed, kills):
    whole, seconds = undisturbed
    moments = random.Random(kills)
    interrupted = 0
    for number in range(kills):
        path = tmp_path / str(number)
        safe = kill_at(path, moments.uniform(0, seconds))
        check_after_kill(path, safe)
        write_rest(path)
        interrupted += safe < len(RECORDS)
        assert examples.content(path) == whole
    assert interrupted > kills // 2


def test_a_writer_killed_again_and_again_gets_there(tmp_path, undisturbed):
    whole, seconds = undisturbed
    for _ in range(6):
        check_after_kill(tmp_path / "data", kill_at(tmp_path / "data", seconds / 3))
    write_rest(tmp_path / "data")
    assert examples.content(tmp_path / "data") == whole


class Refusal:
    """Stands in for a function of `os` that fails from its nth call on."""

    def __init__(self, function: Any, allowed: int) -> None:
        self.function, self.allowed = function, allowed

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.allowed -= 1
        if self.allowed < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self.function(*arguments, **options)


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        *(("pwrite", count) for count in (0, 1, 5, 40, 150, 153, 154, 155, 400)),
        *(("fsync", count) for count in (0, 1, 2, 3, 4, 5, 6)),
        *(("replace", count) for count in (0, 1, 2, 3)),
        *(("ftruncate", count) for count in (0, 1)),
    ],
)
def test_a_full_disk_costs_the_open_shard_only(tmp_path, monkeypatch, undisturbed, name, allowed):
    path = tmp_path / "data"
    with monkeypatch.context() as patched:
        patched.setattr(os, name, Refusal(getattr(os, name), allowed))
        with pytest.raises(StorageError, match="No space left on device"):
            write_rest(path)
    assert not list(path.glob("*.tmp"))
    check_after_kill(path, 0)
    write_rest(path)
    assert examples.content(path) == undisturbed[0]


LIMITED = """
import pathlib, resource, sys
from sc2data.format.durable import StorageError
from tests.sc2data.format import test_faults
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    test_faults.write_rest(pathlib.Path(sys.argv[1]))
except StorageError as error:
    print(error)
"""


def test_a_refused_write_does_not_end_in_a_crash(tmp_path):
    path = tmp_path / "data"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path), "40000"], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "shard-00000.h5: File too large. What was written before is intact" in done.stdout
    assert sorted(examples.content(path)) == ["manifest.json"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 300 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, b"size=300k"):
        pytest.skip(f"cannot mount a small disk here: {os.strerror(ctypes.get_errno())}")
    yield folder
    libc.umount2(os.fsencode(folder), 2)


def test_a_disk_that_is_really_full(small_disk, undisturbed):
    path = small_disk / "data"
    with pytest.raises(StorageError, match="No space left on device"):
        write_rest(path)
    assert not list(path.glob("*.tmp"))
    assert validate(path) == []
    assert 0 < len(Dataset(path)) < len(RECORDS)
    for name, content in examples.content(path).items():
        assert name == "manifest.json" or content == undisturbed[0][name]


def test_a_folder_that_may_not_be_written_to(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o555)
    with pytest.raises(StorageError, match="Permission denied"):
        write_rest(tmp_path / "data")


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_waits_until_the_library_has_written(tmp_path, monkeypatch, undisturbed):
    """In every write there is, one after the other; what is finished stays, and going on gives the same bytes."""
    written, interrupted = ShardFile.write, 0

    def pressed(self: ShardFile, data: Any) -> int:
        nonlocal writes
        writes -= 1
        if not writes:
            signal.raise_signal(signal.SIGINT)
        return written(self, data)

    for first in (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144):
        path, writes = tmp_path / str(first), first
        with monkeypatch.context() as patch:
            patch.setattr(ShardFile, "write", pressed)
            try:
                write_rest(path)
            except KeyboardInterrupt:
                interrupted += 1
        assert list(path.glob("*.tmp")) == []
        assert validate(path) == []
        write_rest(path)
        assert examples.content(path) == undisturbed[0]
    assert interrupted > 8


def test_ctrl_c_is_the_callers_own_where_it_is_ignored(tmp_path, undisturbed):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        write_rest(tmp_path / "data")
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert examples.content(tmp_path / "data") == undisturbed[0]
