"""Blanks on disk: read as they were written, or drawn anew."""

import numpy as np
import pytest

from sc2data.sim.drawing import blank_store, models
from sc2data.sim.drawing.atlas import Atlas
from sc2data.sim.drawing.blank_store import BlankStore
from sc2data.sim.drawing.sprites import Blank, Pose, Sprite, rasterise

KEY = ((1024, 34.07), 48, 3)


def marine() -> Blank:
    return rasterise(models.mesh("Marine"), Pose(0.4, 2000.0, 60.0))


def plain(blank: Blank) -> Sprite:
    return blank.in_colour((200.0, 0.0, 0.0))


def files(tmp_path):
    return [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_blank_is_read_as_it_was_drawn(tmp_path) -> None:
    drawn = marine()
    BlankStore(tmp_path).put(KEY, drawn)
    read = BlankStore(tmp_path).get(KEY)
    assert read is not None
    np.testing.assert_array_equal(read.colour, drawn.colour)
    np.testing.assert_array_equal(read.rest, drawn.rest)
    assert (read.left, read.top) == (drawn.left, drawn.top)
    assert BlankStore(tmp_path).get((*KEY, 1)) is None


def test_sprites_are_the_same_with_and_without_a_store(tmp_path) -> None:
    made = [Atlas(store).make("a", "b", (7, 12), marine, plain) for store in (None, *[BlankStore(tmp_path)] * 2)]
    for sprite in made[1:]:
        np.testing.assert_array_equal(sprite.colour, made[0].colour)
        np.testing.assert_array_equal(sprite.rest, made[0].rest)


def test_what_is_stored_is_not_drawn_again(tmp_path) -> None:
    def never() -> Blank:
        raise AssertionError("it is on disk")

    Atlas(BlankStore(tmp_path)).make("a", "b", (7, 12), marine, plain)
    Atlas(BlankStore(tmp_path)).make("a", "b", (7, 12), never, plain)


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:7], lambda data: data[:-1] + b"\x01"])
def test_a_damaged_file_counts_as_missing(tmp_path, damage) -> None:
    BlankStore(tmp_path).put(KEY, marine())
    (path,) = files(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    assert BlankStore(tmp_path).get(KEY) is None


def test_other_code_reads_no_old_files_and_removes_them(tmp_path, monkeypatch) -> None:
    BlankStore(tmp_path).put(KEY, marine())
    monkeypatch.setattr(blank_store, "_version", lambda: "new")
    assert BlankStore(tmp_path).get(KEY) is None
    assert files(tmp_path) == []


def test_no_more_is_kept_than_there_is_room_for(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(blank_store, "KEPT_BYTES", marine().nbytes + 100)
    store = BlankStore(tmp_path)
    store.put(KEY, marine())
    store.put((*KEY, 1), marine())
    assert len(files(tmp_path)) == 1
    BlankStore(tmp_path).put((*KEY, 2), marine())
    assert len(files(tmp_path)) == 1


def test_a_folder_that_takes_nothing_does_no_harm(tmp_path) -> None:
    (tmp_path / "taken").write_text("a file, no folder")
    store = BlankStore(tmp_path / "taken")
    store.put(KEY, marine())
    assert store.get(KEY) is None
