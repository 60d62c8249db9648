"""The photograph task: labelled photographs, hidden objects."""

import collections
import multiprocessing
import pathlib

import numpy as np
import pytest

from tests.varsac.tasks.photos.collections import write_fivek, write_folders, write_photo, write_signs
from varsac.tasks.dslr import DSLRConfig, DSLRTask
from varsac.tasks.photos.hidden import COPIES, Hidden
from varsac.tasks.photos.sprites import digit_sprites, margin, sign_sprites
from varsac.tasks.task import TaskError

WALLPAPERS = pathlib.Path("/usr/share/backgrounds")


@pytest.fixture
def scenes(tmp_path):
    for number in range(6):
        write_photo(tmp_path / "scenes" / f"{number}.png", 200 + 20 * number, 300, seed=number)
    return tmp_path / "scenes"


def task(root, **settings):
    return DSLRTask(DSLRConfig(**{"proxy": 24, "workers": 1, **settings}), root)


def hidden(root, **settings):
    return task(root, layout="hidden", hidden=Hidden(**{"train": 30, "val": 6, "test": 6, **settings}))


def test_labelled_photographs(tmp_path):
    made = task(write_folders(tmp_path))
    sizes = []
    for split in ("train", "val", "test"):
        data = made.data(split)
        sizes.append(len(data))
        for index in range(len(data)):
            example = data[index]
            assert example.labels["class"] == ["cat", "dog"].index(example.name.split("/")[0])
            assert example.proxy.shape == (*data.spec.proxy_size, 3)
            assert (example.image.height, example.image.width) in {(90, 60), *((60 + n, 90) for n in range(5))}
    assert sizes == [6, 2, 2]
    assert made.data("val").spec.heads[0].classes == ("cat", "dog")
    assert (tmp_path / ".pyramids" / "dog" / "1.PNG.h5").exists()


def test_fivek_and_signs(tmp_path):
    subjects = task(write_fivek(tmp_path / "fivek"), layout="fivek", pyramids_dir=str(tmp_path / "elsewhere"))
    assert [len(subjects.data(split)) for split in ("train", "val", "test")] == [12, 6, 6]
    assert not (tmp_path / "fivek" / ".pyramids").exists()
    signs = task(write_signs(tmp_path / "signs"), layout="swedish_signs")
    data = signs.data("test")
    assert data.spec.heads[0].size == 4
    assert (data.spec.objects, data.spec.object_size) == (3, 20)
    assert collections.Counter(int(data[i].labels["class"]) for i in range(len(data))) == {0: 6, 1: 3, 2: 3}


@pytest.mark.parametrize("what", ["digits", "plates", "signs"])
def test_hidden_objects_are_where_they_are_said_to_be(scenes, what):
    made = hidden(scenes, what=what, question="count", most=4, least=0, smallest=0.08, largest=0.12, recoloured=False)
    data = made.data("train")
    counts = collections.Counter()
    for index in range(len(data)):
        example = data[index]
        counts[int(example.labels["count"])] += 1
        assert example.labels["count"] == len(example.objects)
        bare = data._store.pyramid(next(p for p in data._photos if example.name.endswith(f"in {p.name}"))).level(0)
        changed = (example.image.level(0) != bare).any(axis=2)
        explained = np.zeros_like(changed)
        for (x, y), radius in zip(example.objects.positions, example.objects.radius, strict=True):
            assert 0.04 * example.image.height <= radius + 0.5 and radius - 0.5 <= 0.06 * example.image.height
            reach = int(np.ceil(radius)) + margin(int(2 * radius), 0.05) + 1
            rows = slice(max(int(y) - reach, 0), int(y) + reach)
            columns = slice(max(int(x) - reach, 0), int(x) + reach)
            assert changed[rows, columns].mean() > 0.05
            explained[rows, columns] = True
        assert not (changed & ~explained).any()
    assert set(counts) == {0, 1, 2, 3, 4}


def test_questions(scenes):
    one = hidden(scenes, what="signs").data("train")
    assert (one.spec.heads[0].name, one.spec.heads[0].kind, one.spec.heads[0].size) == ("object", "classes", 6)
    for index in range(5):
        assert one[index].labels["object"] == one[index].objects.classes[0]
    several = hidden(scenes, least=2, most=3).data("train")
    assert (several.spec.heads[0].kind, several.spec.objects) == ("multilabel", 3)
    for index in range(5):
        present = np.flatnonzero(several[index].labels["objects"]).tolist()
        assert present == sorted(set(several[index].objects.classes.tolist()))


def test_splits_share_neither_photographs_nor_digits(scenes):
    made = hidden(scenes)
    names = {}
    for split in ("train", "val", "test"):
        data = made.data(split)
        names[split] = {data[index].name.split(" in ")[1] for index in range(len(data))}
    assert not names["train"] & names["val"] and not names["train"] & names["test"] and not names["val"] & names["test"]
    drawn = {split: {one.tobytes() for one in digit_sprites(split, "").opacities} for split in names}
    assert not drawn["train"] & drawn["test"]


def test_eased_examples_are_the_same_objects_on_fainter_ground(scenes):
    data = hidden(scenes, contrast=1.0, blur=0.0).data("train")
    plain = data.eased(0.0)
    assert len(plain) == len(data) and plain.spec == data.spec
    for index in range(3):
        mine, other = data[index], plain[index]
        np.testing.assert_array_equal(mine.objects.positions, other.objects.positions[:1])
        assert other.objects.classes.tolist() == [mine.labels["object"]] * (1 + COPIES)
        assert mine.labels == other.labels and mine.name == other.name
        colours, numbers = np.unique(other.image.level(0).reshape(-1, 3), axis=0, return_counts=True)
        assert numbers.max() > 0.9 * numbers.sum() and len(colours) > 1  # one colour, and what is hidden
        np.testing.assert_array_equal(data.eased(1.0)[index].proxy, mine.proxy)


def test_only_training_photographs_change_their_colours(scenes):
    """What is hidden stays where it is and what it is; the photograph has the same channels in another order."""
    for split, changed in (("train", True), ("val", False), ("test", False)):
        mine, plain = (hidden(scenes, recoloured=how, blur=0.0).data(split) for how in (True, False))
        pairs = [(mine[index].image.level(0), plain[index].image.level(0)) for index in range(6)]
        assert any((one != other).any() for one, other in pairs) == changed
        for one, other in pairs:
            corner, wanted = one[0, 0], other[0, 0]
            assert sorted(corner.tolist()) == sorted(wanted.tolist())


def test_copies_do_not_change_counts(scenes):
    data = hidden(scenes, question="count", least=0, most=3).data("train")
    assert [data.eased(0.0)[index].labels for index in range(8)] == [data[index].labels for index in range(8)]


def test_same_seed_same_images_in_any_process(scenes):
    data, again, other = (hidden(scenes).data("val"), hidden(scenes).data("val"), None)
    other = task(scenes, layout="hidden", seed=5, hidden=Hidden(train=3, val=6, test=3)).data("val")
    here = [data[index] for index in range(3)]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        there = pool.map(data.__getitem__, range(3))
    for index in range(3):
        same = [here[index], again[index], there[index]]
        assert len({example.image.level(0).tobytes() for example in same}) == 1
        assert len({example.proxy.tobytes() for example in same}) == 1
        assert other[index].objects.positions.tolist() != here[index].objects.positions.tolist()


def test_contrast_and_blur_are_kept():
    sprites = sign_sprites()
    sharp, soft = (sprites.at(0, 60, blur) for blur in (0.0, 0.1))
    assert sharp[0].shape == (60, 60, 3) and sharp[1].max() == 1 and sharp[1][0, 0] == 0
    assert soft[0].shape == (60 + 36, 60 + 36, 3)
    assert soft[1][:, 0].max() < 0.02  # nothing is cut off
    assert np.abs(np.diff(soft[1], axis=0)).max() < np.abs(np.diff(sharp[1], axis=0)).max() / 3
    assert soft[1].sum() == pytest.approx(sharp[1].sum(), rel=0.02)


def test_what_is_wrong_is_said(tmp_path, scenes):
    with pytest.raises(TaskError, match="give their folder"):
        DSLRTask()
    with pytest.raises(TaskError, match="units_dir"):
        hidden(scenes, what="units").data("train")
    (scenes / "0.png").write_bytes(b"\x89PNG")
    with pytest.raises(TaskError, match=r"1 of 6 photographs"):
        hidden(scenes)
    with pytest.raises(TaskError, match="do not find room"):
        DSLRTask(
            DSLRConfig(
                layout="hidden", proxy=24, workers=1, damaged="skip", hidden=Hidden(least=40, most=40, largest=0.3)
            ),
            scenes,
        ).data("train")[0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DSLRConfig(layout="flat"), "folders, fivek, swedish_signs, hidden"),
        (lambda: DSLRConfig(damaged="fix"), "error, skip"),
        (lambda: DSLRConfig(seed=-1), "seed -1"),
        (lambda: Hidden(what="cats"), "digits, plates, signs, units"),
        (lambda: Hidden(question="where"), "identify, count"),
        (lambda: Hidden(least=0), "from 1"),
        (lambda: Hidden(least=3, most=2), "in this order"),
        (lambda: Hidden(smallest=0.2, largest=0.1), "in this order"),
        (lambda: Hidden(contrast=0), "contrast above 0"),
        (lambda: Hidden(val=0), "at least one image"),
    ],
)
def test_wrong_settings(make, message):
    with pytest.raises(TaskError, match=message):
        make()


@pytest.mark.slow
@pytest.mark.skipif(not WALLPAPERS.is_dir(), reason="no photographs of a wallpaper package are installed")
def test_real_photographs(tmp_path):
    made = task(WALLPAPERS, layout="hidden", damaged="skip", proxy=128, pyramids_dir=str(tmp_path), workers=2)
    example = made.data("test")[0]
    assert len(example.objects) == 1
    assert example.image.window((0, 0, 0.1), 64).shape == (64, 64, 3)
