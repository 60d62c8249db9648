"""Writing pyramids to files and reading them back, whole and broken, from many processes."""

import errno
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys

import h5py
import numpy as np
import pytest
from PIL import Image

from sc2data.format.durable import InUseError, StorageError
from sc2data.format.folder import OccupiedError
from sc2data.format.shard_file import ShardFile
from sc2data.pyramid import (
    ImageError,
    ImageFile,
    NameTakenError,
    NoImageError,
    Pyramid,
    PyramidStore,
    PyramidWriter,
    StoreError,
)
from sc2data.pyramid.levels import build_levels
from sc2data.pyramid.store import OPEN_FILES
from tests.sc2data.pyramid.pictures import noise, photo

IMAGES = {
    "wide": noise(130, 700),
    "grey": noise(67, 41, 1),
    "folder/same size": noise(130, 700, seed=1),
    "übung": noise(2, 3),
}
FORK_AMONG_THREADS = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
"""Python 3.12 and later warn of every fork once numpy has its threads."""


def write(path, images=IMAGES, **options):
    with PyramidWriter(path, **options) as writer:
        for number, (name, image) in enumerate(images.items()):
            writer.add(name, image, {"number": number})
    return path


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return PyramidStore(write(tmp_path_factory.mktemp("store") / "some.h5", about={"seed": 3}))


@pytest.mark.parametrize("compression", ["fast", "portable", "none"])
@pytest.mark.parametrize("tile", [16, 64])
def test_every_level_comes_back(tmp_path, compression, tile):
    store = PyramidStore(write(tmp_path / "deep" / "er.h5", compression=compression, tile=tile))
    assert list(store) == list(IMAGES) and len(store) == 4
    for name, image in IMAGES.items():
        levels = build_levels(image)
        assert store[name].levels == len(levels)
        for index, level in enumerate(levels):
            np.testing.assert_array_equal(store[name].level(index), level)


def test_windows_from_a_file_are_those_from_memory(store):
    random = np.random.default_rng(0)
    for name, image in IMAGES.items():
        memory = Pyramid.of(image)
        for _ in range(30):
            fixation = (*random.uniform(-1.2, 1.2, 2), np.exp(random.uniform(-4, 1)))
            np.testing.assert_array_equal(store[name].window(fixation, 16), memory.window(fixation, 16))


def test_decoded_pixels_are_those_of_the_tiles_touched(store):
    patch = store["wide"].read_window((0.0, 0.0, 0.2), 16)  # 26 px around (350, 65): tiles 0 and 1 down, 5 across
    assert (patch.level, patch.decoded) == (0, 2 * 64 * 64)
    assert store["wide"].read_window((3.0, 0.0, 0.2), 16).decoded == 0
    assert store["übung"].read_window((0.0, 0.0, 1.0), 2).decoded == 2 * 3  # tiles are no larger than the image


def test_what_the_writer_was_told_comes_back(store):
    assert store.abouts() == [{"seed": 3}]
    assert [store.about(name) for name in IMAGES] == [{"number": number} for number in range(4)]
    assert repr(store).endswith("some.h5', images=4, files=1)")


def test_the_same_images_make_the_same_bytes(tmp_path):
    assert write(tmp_path / "a.h5").read_bytes() == write(tmp_path / "b.h5").read_bytes()


@pytest.mark.parametrize("orientation", [1, 3, 6, 7])
def test_a_file_is_stored_as_it_is_seen(tmp_path, orientation):
    exif = Image.Exif()
    exif[274] = orientation
    Image.fromarray(photo(700, 301)).save(tmp_path / "photo.png", exif=exif)
    with PyramidWriter(tmp_path / "store.h5", tile=16) as writer:
        writer.add("path", tmp_path / "photo.png")
        writer.add("file", ImageFile(tmp_path / "photo.png", "opencv"))
    store = PyramidStore(tmp_path / "store.h5")
    seen = np.zeros_like(store["path"].level(0))
    for box, band in ImageFile(tmp_path / "photo.png").bands(64):
        seen[box.top : box.bottom, box.left : box.right] = band
    for index, level in enumerate(build_levels(seen)):
        np.testing.assert_array_equal(store["path"].level(index), level)
        np.testing.assert_array_equal(store["file"].level(index), level)


def test_a_folder_of_files_is_one_store(tmp_path):
    for number in range(OPEN_FILES + 3):
        write(tmp_path / f"{number % 3}" / f"{number}.h5", {f"image {number}": noise(20, 20, seed=number)})
    store = PyramidStore(tmp_path)
    assert len(store) == len(store.files) == OPEN_FILES + 3
    for number in (*range(OPEN_FILES + 3), 0):
        np.testing.assert_array_equal(store[f"image {number}"].level(0), noise(20, 20, seed=number))
    write(tmp_path / "again.h5", {"image 5": noise(9, 9)})
    with pytest.raises(StoreError, match="two images called 'image 5', the second one in"):
        PyramidStore(tmp_path)


def test_a_damaged_image_is_left_out_and_the_others_stay(tmp_path, monkeypatch):
    Image.fromarray(noise(700, 90)).save(tmp_path / "whole.png")
    bands = ImageFile.bands

    def breaking(self, rows):
        for number, band in enumerate(bands(self, rows)):
            if number == 2:
                raise ImageError("damaged in its third band")
            yield band

    with PyramidWriter(tmp_path / "store.h5", tile=16) as writer:
        writer.add("first", noise(700, 90, seed=1))
        with pytest.raises(ImageError, match="uint8"):
            writer.add("float", np.zeros((9, 9)))
        with monkeypatch.context() as patched:
            patched.setattr(ImageFile, "bands", breaking)
            with pytest.raises(ImageError, match="third band"):
                writer.add("broken", tmp_path / "whole.png")
        writer.add("last", tmp_path / "whole.png")
    store = PyramidStore(tmp_path / "store.h5")
    assert list(store) == ["first", "last"]
    np.testing.assert_array_equal(store["last"].level(0), noise(700, 90))
    np.testing.assert_array_equal(store["first"].level(0), noise(700, 90, seed=1))


def test_nothing_but_a_finished_file_has_its_name(tmp_path):
    path = tmp_path / "store.h5"
    writer = PyramidWriter(path)
    writer.add("one", noise(9, 9))
    assert not path.exists()
    with pytest.raises(InUseError, match="another process"):
        PyramidWriter(path)
    writer.close()
    writer.close()
    assert list(PyramidStore(path)) == ["one"]
    with pytest.raises(OccupiedError, match="exists already"):
        PyramidWriter(path)
    with pytest.raises(KeyboardInterrupt), PyramidWriter(tmp_path / "other.h5") as writer:
        raise KeyboardInterrupt
    assert [file.name for file in tmp_path.iterdir()] == ["store.h5"]


KILLED = """
import os, sys
from sc2data.pyramid import PyramidWriter
from tests.sc2data.pyramid.pictures import noise
writer = PyramidWriter(sys.argv[1])
writer.add("one", noise(300, 300))
os.kill(os.getpid(), 9)
"""


def test_a_killed_writer_leaves_no_store_and_no_obstacle(tmp_path):
    path = tmp_path / "store.h5"
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], timeout=120)
    assert done.returncode == -9 and [file.name for file in tmp_path.iterdir()] == ["store.h5.tmp"]
    with pytest.raises(StoreError, match=r"holds no file \*\.h5"):
        PyramidStore(tmp_path)
    write(path)
    assert [file.name for file in tmp_path.iterdir()] == ["store.h5"]


@pytest.mark.parametrize(
    ("name", "allowed"), [("pwrite", 0), ("pwrite", 9), ("pwrite", 30), ("fsync", 0), ("replace", 0)]
)
def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch, name, allowed):
    calls, work = [], getattr(os, name)

    def refusing(*arguments):
        calls.append(arguments)
        if len(calls) > allowed:
            raise OSError(errno.ENOSPC, "No space left on device")
        return work(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(os, name, refusing)
        with pytest.raises(StorageError, match=r"cannot write .*store\.h5: No space left on device"):
            write(tmp_path / "store.h5")
    assert list(tmp_path.iterdir()) == []
    write(tmp_path / "store.h5")


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_waits_until_the_library_has_written(tmp_path, monkeypatch):
    written, writes, interrupted = ShardFile.write, 0, 0

    def pressed(self, data):
        nonlocal writes
        writes += 1
        if writes == when:
            signal.raise_signal(signal.SIGINT)
        return written(self, data)

    monkeypatch.setattr(ShardFile, "write", pressed)
    when = 0
    whole = write(tmp_path / "whole.h5").read_bytes()
    for when in (1, 2, writes // 2, *range(writes - 5, writes + 1)):  # the last ones close the file
        path, writes = tmp_path / f"{when}.h5", 0
        try:
            write(path)
        except KeyboardInterrupt:
            interrupted += 1
        assert list(tmp_path.glob("*.tmp")) == []
        assert not path.exists() or path.read_bytes() == whole
    assert interrupted == 9


def test_names_are_unique(tmp_path, store):
    with PyramidWriter(tmp_path / "store.h5") as writer:
        writer.add("one", noise(9, 9))
        with pytest.raises(NameTakenError, match="an image 'one' already"):
            writer.add("one", noise(9, 9))
        assert len(writer) == 1
    with pytest.raises(NoImageError, match="no image 'two'; its 1 images are called one"):
        PyramidStore(tmp_path / "store.h5")["two"]
    assert "two" not in store


def test_tiles_have_a_least_size(tmp_path):
    with pytest.raises(ValueError, match="tile of 4 px: choose at least 8"):
        PyramidWriter(tmp_path / "store.h5", tile=4)


def test_files_that_are_no_stores(tmp_path):
    path = tmp_path / "store.h5"
    with pytest.raises(StoreError, match=r"store\.h5 does not exist; `sc2data\.pyramid\.PyramidWriter` makes"):
        PyramidStore(path)
    path.write_bytes(b"no HDF5")
    with pytest.raises(StoreError, match="cannot be opened"):
        PyramidStore(path)
    with h5py.File(path, "w") as file:
        file["x"] = 1
    with pytest.raises(StoreError, match="is no store of pyramids"):
        PyramidStore(path)
    write(tmp_path / "other.h5")
    with h5py.File(tmp_path / "other.h5", "a") as file:
        del file["2x3x3/name"]
    with pytest.raises(StoreError, match=r"other\.h5 is damaged"):
        PyramidStore(tmp_path / "other.h5")
    with h5py.File(tmp_path / "other.h5", "a") as file:
        file.attrs["version"] = "2.0"
    with pytest.raises(StoreError, match=r"a store of version 2\.0; this program reads 1\.0"):
        PyramidStore(tmp_path / "other.h5")


def test_damaged_tiles_are_found_by_their_checksum(tmp_path):
    path = write(tmp_path / "store.h5", {"one": noise(64, 64)}, compression="none")
    content = bytearray(path.read_bytes())
    place = content.find(noise(64, 64).tobytes())
    content[place + 5] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"level 0 of image 0 of 64x64x3 cannot be read .*make it again"):
        PyramidStore(path)["one"].window((0, 0, 1), 64)


def look(store, queue=None):
    total = sum(int(pyramid.window((0.2, -0.1, 0.6), 32).sum()) for pyramid in store.values())
    if queue is not None:
        queue.put(total)
    return total


@FORK_AMONG_THREADS
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_read_from_many_processes_at_once(store, method):
    expected = look(store)  # the parent has handles open when the children start
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    children = [context.Process(target=look, args=(store, queue)) for _ in range(2)]
    for child in children:
        child.start()
    assert look(store) == expected
    assert [queue.get(timeout=120) for _ in children] == [expected] * 2
    for child in children:
        child.join(timeout=60)
        assert child.exitcode == 0
    assert look(store) == expected


def test_a_store_and_its_pyramids_can_be_pickled_and_closed(store):
    expected = look(store)
    assert look(pickle.loads(pickle.dumps(store))) == expected
    pyramid = pickle.loads(pickle.dumps(store["wide"]))
    np.testing.assert_array_equal(pyramid.window((0, 0, 1), 8), store["wide"].window((0, 0, 1), 8))
    store.close()
    assert look(store) == expected
