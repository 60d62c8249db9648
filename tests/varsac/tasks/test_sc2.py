"""The StarCraft II task on small data sets whose every value is known."""

import pickle

import numpy as np
import pytest

from sc2data.format import Dataset, DatasetWriter, Record, Scene, SplitError, Units
from sc2data.format.schema import SchemaError
from sc2data.format.split import split
from sc2data.pyramid import Pyramid, StoreError
from tests.sc2data.format.examples import CONFIG, MARINE, PROVENANCE, ZERGLING, schema, write
from varsac.tasks import sc2, screens
from varsac.tasks.sc2 import SC2Config, SC2Task, minimap_view
from varsac.tasks.task import TaskError

SCHEMA = schema(screen=(96, 128), minimap=(44, 48))
EPISODES, MOST = 10, 3


@pytest.fixture(autouse=True)
def forget_readers():
    yield
    screens.opened_dataset.cache_clear()
    screens._opened_store.cache_clear()


def record(episode):
    """In a row `episode % 4` marines of ours, one of the enemy's, a zergling; a marine off the screen, one unseen."""
    ours = episode % (MOST + 1)
    camera = SCHEMA.screen_camera((40.0, 50.0, 8.0))
    pixels = np.array([(10 + 12 * i, 40) for i in range(ours + 2)] + [(-30, 5), (60, 60)], float)
    world = np.column_stack([camera.ground(pixels, z=8.0), np.full(len(pixels), 8.0)])
    count = len(pixels)
    units = Units.of(
        type=[MARINE] * (ours + 1) + [ZERGLING] + [MARINE] * 2,
        alliance=[1] * ours + [4, 4, 1, 1],
        tag=np.arange(count) + 1,
        world=world,
        screen=pixels,
        minimap=np.zeros((count, 2)),
        radius=np.full(count, 0.375),
        on_screen=[True] * (count - 2) + [False, True],
        visible=[True] * (count - 1) + [False],
    )
    random = np.random.default_rng(episode)
    return Record(
        minimap=random.integers(0, 256, (*SCHEMA.minimap, 3), dtype=np.uint8),
        screen=random.integers(0, 256, (*SCHEMA.screen, 3), dtype=np.uint8),
        units=units,
        scene=Scene(episode, episode, losses=(episode, 5), camera=(40.0, 50.0, 8.0)),
    )


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "marines"
    with DatasetWriter(path, CONFIG, SCHEMA, PROVENANCE) as writer:
        for episode in range(EPISODES):
            writer.append(record(episode))
    split(path, {"train": 0.6, "val": 0.2, "test": 0.2})
    return path


def examples(folder, **settings):
    """(episode, example) of all splits."""
    task = SC2Task(SC2Config(**settings), folder)
    found = []
    for name in ("train", "val", "test"):
        data = task.data(name)
        found += [(int(data.records[i]), data[i]) for i in range(len(data))]
    return sorted(found, key=lambda pair: pair[0])


def test_marines_of_all_sides_are_counted_where_they_are_seen(folder):
    for episode, example in examples(folder):
        ours = episode % 4
        assert example.labels["marine"] == ours + 1
        assert example.objects.positions.tolist() == [[10 + 12 * i, 40] for i in range(ours + 1)]
        assert example.objects.classes.tolist() == [0] * (ours + 1)
        assert example.name == f"record {episode} (episode {episode}, scene {episode}, frame 0)"


def test_radius_follows_the_camera(folder):
    episode, example = examples(folder)[3]
    camera = SCHEMA.screen_camera((40.0, 50.0, 8.0))
    _, depth = camera.project(record(episode).units.world[:4])
    np.testing.assert_allclose(example.objects.radius, 0.375 * camera.pixels_per_unit(depth), rtol=1e-4)


def test_chosen_types_and_sides(folder):
    for episode, example in examples(folder, units=("zergling", str(MARINE)), alliances=("enemy",), answer="density"):
        assert example.labels["units"].tolist() == [1, 1]
        assert sorted(example.objects.classes.tolist()) == [0, 1]
        assert len(example.objects) == 2, episode
    heads = SC2Task(SC2Config(units=("Marine", "Zergling")), folder).data("val").spec.heads
    assert [(head.name, head.kind, head.size) for head in heads] == [("marine", "count", 23), ("zergling", "count", 23)]


def test_outcome_says_who_lost_fewer(folder):
    outcomes = [int(example.labels["outcome"]) for _, example in examples(folder, outcome=True)]
    assert outcomes == [0] * 5 + [1] + [2] * 4  # ours lost 0, 1, ... against 5


def test_images_and_proxies(folder):
    dataset = Dataset(folder)
    for episode, example in examples(folder):
        np.testing.assert_array_equal(example.image.level(0), dataset.screen(episode))
        np.testing.assert_array_equal(example.proxy, dataset.minimap(episode))
        in_memory = Pyramid.of(dataset.screen(episode))
        np.testing.assert_array_equal(example.image.level(3), in_memory.level(3))
    small = [example.proxy.shape for _, example in examples(folder, proxy_size=11)]
    assert set(small) == {(11, 12, 3)}


def test_the_screen_as_its_own_proxy(folder):
    made = examples(folder, proxy="screen", proxy_size=24, levels="made")
    filed = examples(folder, proxy="screen", proxy_size=24)
    assert (folder.parent / "marines.levels.h5").exists()
    for (_, one), (_, other) in zip(made, filed, strict=True):
        assert one.proxy.shape == (24, 32, 3) and one.view == (-1, -1, 1, 1)
        np.testing.assert_array_equal(one.proxy, other.proxy)
        np.testing.assert_array_equal(one.image.window((0.1, 0.2, 0.9), 16), other.image.window((0.1, 0.2, 0.9), 16))


def test_pixels_are_counted_where_they_are_decoded(folder):
    image = examples(folder)[0][1].image
    fine, coarse = (0.0, 0.0, 0.2), (0.0, 0.0, 1.0)
    assert image.read_window(fine, 16).decoded < 96 * 128
    assert image.read_window(coarse, 16).decoded == 96 * 128  # the whole screen, once
    assert image.read_window(coarse, 16).decoded == 0


def test_examples_travel_as_names(folder):
    for settings in ({}, {"levels": "files"}):
        example = examples(folder, **settings)[4][1]
        packed = pickle.dumps(example.image)
        assert len(packed) < 500
        np.testing.assert_array_equal(pickle.loads(packed).level(1), example.image.level(1))


def test_levels_of_a_data_set_that_grew(folder):
    examples(folder, levels="files")
    with DatasetWriter.resume(folder, CONFIG, SCHEMA, PROVENANCE) as writer:
        writer.append(record(EPISODES))
    screens.opened_dataset.cache_clear()
    with pytest.raises(StoreError, match="make it again"):
        SC2Task(SC2Config(levels="files"), folder).data("train")


def test_view_is_where_the_screen_is_on_the_minimap():
    centred = SCHEMA.minimap_transform()
    view = minimap_view(_OneRecord(), record(0).scene)
    camera = SCHEMA.screen_camera((40.0, 50.0, 8.0))
    x, y = centred.to_pixels(camera.ground([(0, 48)], 8.0))[0]
    assert view[0] == pytest.approx(2 * x / 48 - 1)
    middle = 2 * centred.to_pixels([(40.0, 50.0)])[0] / [48, 44] - 1
    assert (view[0] + view[2]) / 2 == pytest.approx(middle[0])
    assert view[1] < middle[1] < view[3]
    assert view[1] == pytest.approx(2 * centred.to_pixels(camera.ground([(64, 0)], 8.0))[0, 1] / 44 - 1), y


class _OneRecord:
    schema = SCHEMA


def test_counts_beyond_the_head(folder):
    with pytest.raises(TaskError, match=r"have more than 2 units .*beyond=drop"):
        SC2Task(SC2Config(most=2), folder).data("train")
    kept = examples(folder, most=2, beyond="drop")
    assert {int(example.labels["marine"]) for _, example in kept} == {1, 2}
    only_three = SC2Task(SC2Config(most=2, alliances=("self",), beyond="drop"), _threes(folder.with_name("threes")))
    with pytest.raises(TaskError, match="no records are left"):
        only_three.data("test")


def _threes(path):
    """A data set in which three marines of ours are on every screen."""
    with DatasetWriter(path, CONFIG, SCHEMA, PROVENANCE) as writer:
        for episode in (3, 7, 11):
            writer.append(record(episode))
    split(path, {"train": 0.34, "val": 0.33, "test": 0.33})
    return path


def test_what_is_missing_is_said(folder, tmp_path):
    with pytest.raises(TaskError, match=r"scripts\.harvest"):
        SC2Task()
    with pytest.raises(TaskError, match="it counts Marine, Zergling"):
        SC2Task(SC2Config(units=("Hydralisk",)), folder)
    unsplit = write(tmp_path / "unsplit")
    with pytest.raises(SplitError, match=r"scripts\.dataset split"):
        SC2Task(SC2Config(), unsplit).data("train")
    blind = write(tmp_path / "blind", of=schema(screen=None))
    with pytest.raises(SchemaError, match="minimaps without screens"):
        SC2Task(SC2Config(), blind)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"answer": "guess"}, "count, density"),
        ({"proxy": "map"}, "minimap, screen"),
        ({"alliances": ("ally",)}, "self, enemy, neutral"),
        ({"alliances": ()}, "self, enemy, neutral"),
        ({"units": ()}, "at least one type"),
        ({"most": 0}, "at least 1"),
        ({"beyond": "cut"}, "error, drop"),
        ({"levels": "none"}, "auto, made, files"),
    ],
)
def test_wrong_settings(wrong, message):
    with pytest.raises(TaskError, match=message):
        SC2Config(**wrong)


def test_what_was_read_is_kept_but_for_the_screens(folder, monkeypatch):
    data = SC2Task(SC2Config(), folder).data("train")
    first = data[0]
    monkeypatch.setattr(Dataset, "units", None)  # would fail if it was called
    again = data[0]
    assert again.name == first.name and np.array_equal(again.proxy, first.proxy)
    assert np.array_equal(again.image.level(0), first.image.level(0))
    with pytest.raises(TypeError):
        pickle.loads(pickle.dumps(data))[0]


def test_no_more_is_kept_than_there_is_room_for(folder, monkeypatch):
    data = SC2Task(SC2Config(), folder).data("train")
    monkeypatch.setattr(sc2, "KEPT", data[0].proxy.nbytes)
    data[1]
    monkeypatch.setattr(Dataset, "units", None)
    data[0]
    with pytest.raises(TypeError):
        data[1]
