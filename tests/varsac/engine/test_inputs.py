"""What a person may name as images, and what is made of it."""

from __future__ import annotations

import numpy as np
import pytest

from sc2data.errors import UserError
from sc2data.format import Dataset
from sc2data.pyramid import PyramidWriter
from tests.sc2data.pyramid.pictures import noise
from tests.varsac.tasks.harvests import write_harvest
from tests.varsac.tasks.photos.collections import write_photo
from varsac.engine import inputs
from varsac.engine.inputs import InputError, find, sources
from varsac.tasks import screens
from varsac.tasks.sc2 import minimap_view


@pytest.fixture
def photos(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b/two.JPG", "b/one.png", "c.tif", ".hidden/no.png"):
        write_photo(tmp_path / "photos" / name)
    (tmp_path / "photos" / "notes.txt").write_text("no image")
    return tmp_path


@pytest.fixture(scope="module")
def battles(tmp_path_factory):
    yield write_harvest(tmp_path_factory.mktemp("harvest") / "battles", episodes=6)
    screens.opened_dataset.cache_clear()


def pixels(source):
    with source.opened() as given:
        return given.image.level(0)


def names(found):
    return [source.name for source in found]


def test_files_and_folders(photos):
    assert names(find("photos")) == ["photos/b/one.png", "photos/b/two.JPG", "photos/c.tif"]
    assert names(find("photos/c.tif")) == ["photos/c.tif"]
    assert pixels(find("photos/c.tif")[0]).shape == (60, 90, 3)


def test_patterns(photos):
    assert names(sources(["photos/**/*.[jJ][pP][gG]", "photos/c.*"])) == ["photos/b/two.JPG", "photos/c.tif"]
    write_photo(photos / "[1].png")  # a file of that name goes before the pattern
    assert names(sources(["[1].png"])) == ["[1].png"]


def test_what_is_no_image_says_so_when_it_is_opened(photos):
    (photos / "empty").mkdir()
    found = sources(["none.jpg", "empty", "*.gif", "photos/c.tif"])
    assert names(found) == ["none.jpg", "empty", "*.gif", "photos/c.tif"]
    for source, words in zip(found, ("none.jpg is not there", "empty holds no photographs", r"\*.gif is not there")):
        with pytest.raises(InputError, match=words), source.opened():
            pass
    assert pixels(found[3]).shape == (60, 90, 3)


def test_stores_of_pyramids(photos):
    with PyramidWriter(photos / "store" / "a.h5") as writer:
        writer.add("first", noise(20, 30))
        writer.add("second", noise(20, 30, seed=1))
    for argument in ("store/a.h5", "store"):
        found = find(argument)
        assert names(found) == [f"{argument}#first", f"{argument}#second"]
        np.testing.assert_array_equal(pixels(found[1]), noise(20, 30, seed=1))
    assert names(find("store#first")) == ["store#first"]
    with pytest.raises(UserError, match="no image 'third'"):
        find("store/a.h5#third")
    (photos / "broken.h5").write_bytes(b"no HDF5")
    with pytest.raises(UserError, match=r"broken\.h5 cannot be opened"):
        find("broken.h5")


def test_records_come_with_their_minimap(battles):
    assert len(find(str(battles))) == 6
    (source,) = find(f"{battles}#4")
    dataset = Dataset(battles)
    with source.opened() as given:
        np.testing.assert_array_equal(given.image.level(0), dataset.screen(4))
        np.testing.assert_array_equal(given.proxy, dataset.minimap(4))
        assert given.view == minimap_view(dataset, dataset.scene(4))
    for number in ("6", "-1", "x", ""):
        with pytest.raises(InputError, match="numbers 0 to 5"):
            find(f"{battles}#{number}")


def test_large_files_are_decoded_by_bands_to_the_same_pixels(photos, monkeypatch):
    path = write_photo(photos / "large.png", 700, 500)
    whole = find(str(path))[0]
    with whole.opened() as given:
        expected = [given.image.level(level) for level in range(given.image.levels)]
    monkeypatch.setattr(inputs, "IN_MEMORY", 1000)
    with whole.opened() as given:
        assert given.image.levels == len(expected)
        for level, one in enumerate(expected):
            np.testing.assert_array_equal(given.image.level(level), one)


def test_minimaps_from_files(photos):
    image, minimap = find("photos/c.tif")[0], write_photo(photos / "minimap.png", 32, 32)
    with inputs.WithMinimap(image, minimap, (-0.5, 0.0, 0.0, 0.5)).opened() as given:
        assert given.proxy.shape == (32, 32, 3) and given.view == (-0.5, 0.0, 0.0, 0.5)
    for view in ((0.5, 0.0, 0.0, 0.5), (0.0, 0.0, float("nan"), 0.5)):
        with pytest.raises(InputError, match="left < right"):
            inputs.WithMinimap(image, minimap, view)
