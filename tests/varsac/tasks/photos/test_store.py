"""Converting photographs."""

import os

import cv2
import numpy as np
import pytest

from tests.varsac.tasks.photos.collections import write_folders, write_photo
from varsac.tasks.photos.folders import read_flat
from varsac.tasks.photos.store import PhotoStore
from varsac.tasks.task import TaskError


@pytest.fixture
def photos(tmp_path):
    return read_flat(write_folders(tmp_path / "photos"), seed=0)


def times(store):
    return {path: path.stat().st_mtime_ns for path in store.folder.rglob("*.h5")}


def test_pyramids_show_the_photographs(tmp_path, photos):
    store = PhotoStore(tmp_path / "store")
    told = []
    assert store.convert(photos, report=lambda *ready: told.append(ready)) == photos
    assert told == [(number, 10) for number in range(1, 11)]
    for photo in photos:
        pyramid = store.pyramid(photo)
        wanted = cv2.imread(str(photo.path))[:, :, ::-1]
        assert pyramid.channels == 3
        assert np.abs(pyramid.level(0).astype(int) - wanted).max() <= 3  # decoders of JPEG differ a little


def test_photographs_are_converted_once(tmp_path, photos):
    store = PhotoStore(tmp_path / "store")
    store.convert(photos)
    before = times(store)
    store.convert(photos, workers=2)
    assert times(store) == before
    write_photo(photos[0].path, seed=99)
    os.utime(photos[0].path, ns=(1, 1))
    store.path(photos[1]).write_bytes(b"not a pyramid")
    store.path(photos[2]).unlink()
    store.convert(photos, workers=2)
    after = times(store)
    assert {path for path in after if after[path] != before[path]} == {store.path(photo) for photo in photos[:3]}


def test_damaged_files(tmp_path, photos):
    content = photos[0].path.read_bytes()
    photos[0].path.write_bytes(content[: len(content) // 2])
    photos[3].path.write_text("no image")
    store = PhotoStore(tmp_path / "store")
    with pytest.raises(TaskError, match=r"2 of 10 photographs cannot be used; .*damaged=skip"):
        store.convert(photos)
    assert len(times(store)) == 8
    kept = store.convert(photos, damaged="skip")
    assert kept == [photo for index, photo in enumerate(photos) if index not in (0, 3)]
    photos[4].path.unlink()
    with pytest.raises(TaskError, match="is missing"):
        store.convert(photos[4:])
