"""What every registered task keeps to, in every way that it stores its examples."""

import dataclasses
import multiprocessing

import numpy as np
import pytest
import torch

from tests.varsac.tasks.harvests import write_harvest
from tests.varsac.tasks.photos.collections import write_fivek, write_folders, write_photo, write_signs
from varsac.tasks import registry, screens
from varsac.tasks.batch import collate
from varsac.tasks.dslr import DSLRConfig
from varsac.tasks.photos.hidden import Hidden
from varsac.tasks.sc2 import SC2Config
from varsac.tasks.sheet import contact_sheet
from varsac.tasks.synthetic import SyntheticConfig
from varsac.tasks.task import SPLITS, DataSpec

SYNTHETIC = SyntheticConfig(height=200, width=240, proxy=24, train=6, val=3, test=3, workers=1)
DSLR = DSLRConfig(proxy=24, workers=1)


def nothing(folder):
    return folder


def scenes(folder):
    for number in range(6):
        write_photo(folder / f"{number}.png", 200, 300, seed=number)
    return folder


CASES = {
    "two digits": ("synthetic", SYNTHETIC, nothing),
    "two digits, in memory": ("synthetic", dataclasses.replace(SYNTHETIC, storage="memory"), nothing),
    "two digits, in files": ("synthetic", dataclasses.replace(SYNTHETIC, storage="files"), nothing),
    "megapixel": ("synthetic", dataclasses.replace(SYNTHETIC, scene="megapixel"), nothing),
    "folders": ("dslr", DSLR, write_folders),
    "fivek": ("dslr", dataclasses.replace(DSLR, layout="fivek"), write_fivek),
    "swedish signs": ("dslr", dataclasses.replace(DSLR, layout="swedish_signs"), write_signs),
    "hidden": ("dslr", dataclasses.replace(DSLR, layout="hidden", hidden=Hidden(train=6, val=3, test=3)), scenes),
    "sc2": ("sc2", SC2Config(outcome=True), write_harvest),
    "sc2, all": ("sc2", SC2Config(units=("Marine", "Zergling"), answer="density", proxy="screen"), write_harvest),
}
"""By name: the task, its settings, and what makes its data in a folder."""


@pytest.fixture(scope="module", params=CASES)
def make(request, tmp_path_factory):
    """Makes the task anew, over the same data."""
    name, config, prepare = CASES[request.param]
    folder = prepare(tmp_path_factory.mktemp("task") / "data")
    yield lambda: registry.make(name, config, folder)
    screens.opened_dataset.cache_clear()


def bytes_of(example):
    """All that an example is."""
    labels = [(name, label.tobytes()) for name, label in sorted(example.labels.items())]
    objects = [getattr(example.objects, field.name).tobytes() for field in dataclasses.fields(example.objects)]
    return example.name, example.view, labels, objects, example.proxy.tobytes(), example.image.level(0).tobytes()


def all_bytes(data):
    return [bytes_of(data[index]) for index in range(len(data))]


def test_every_registered_task_is_among_the_cases():
    assert {name for name, _, _ in CASES.values()} == set(registry.TASKS)


def test_splits_have_one_spec_and_share_nothing(make):
    task = make()
    data = {split: task.data(split) for split in SPLITS}
    assert len({split_data.spec for split_data in data.values()}) == 1
    assert DataSpec.from_dict(data["train"].spec.to_dict()) == data["train"].spec
    images = [example[5] for split in SPLITS for example in all_bytes(data[split])]
    assert len(images) == len(set(images)) == sum(map(len, data.values()))


def test_examples_are_as_the_spec_says(make):
    for split in SPLITS:
        data = make().data(split)
        for index in range(len(data)):
            example = data[index]
            assert example.proxy.dtype == np.uint8
            assert example.proxy.shape == (*data.spec.proxy_size, data.spec.channels)
            assert example.image.channels == data.spec.channels
            assert set(example.labels) == {head.name for head in data.spec.heads}
            for head in data.spec.heads:
                label = example.labels[head.name]
                assert label.dtype == (np.float32 if head.label_shape else np.int64)
                assert np.array_equal(head.check(label), label)
            check_objects(example, data.spec)


def check_objects(example, spec):
    objects, image = example.objects, example.image
    assert (objects.positions.dtype, objects.classes.dtype, objects.radius.dtype) == (np.float32, np.int64, np.float32)
    assert objects.positions.shape == (len(objects), 2)
    assert ((objects.positions >= 0) & (objects.positions <= [image.width, image.height])).all()
    assert ((objects.classes >= 0) & (objects.classes < spec.object_classes)).all()
    assert (objects.radius > 0).all()
    assert len(objects) <= spec.objects
    if len(objects):
        assert 0.4 < 2 * objects.radius.mean() / spec.object_size < 2.5
    left, top, right, bottom = example.view
    assert -1 <= left < right <= 1 and -1 <= top < bottom <= 1


def test_the_same_task_gives_the_same_bytes(make):
    for split in SPLITS:
        assert all_bytes(make().data(split)) == all_bytes(make().data(split))


def test_order_does_not_matter(make):
    data = make().data("train")
    forwards = all_bytes(data)
    assert [bytes_of(data[index]) for index in reversed(range(len(data)))] == forwards[::-1]
    assert bytes_of(data[-1]) == forwards[-1]
    for index in (len(data), -len(data) - 1):
        with pytest.raises(IndexError):
            data[index]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_other_processes_give_the_same_bytes(make, method):
    data = make().data("val")
    here = all_bytes(data)  # the parent has read before it forks
    with multiprocessing.get_context(method).Pool(1) as pool:
        there = pool.map(data.__getitem__, range(len(data)))
    assert [bytes_of(example) for example in there] == here


def test_examples_make_a_batch(make):
    data = make().data("train")
    batch = collate([data[index] for index in range(min(len(data), 3))])
    assert batch.proxy.shape[1:] == (data.spec.channels, *data.spec.proxy_size)
    fixations = torch.tensor([[0.1, -0.2, 0.2]] * len(batch), requires_grad=True)
    glimpses = batch.images.window(fixations, 16)
    assert glimpses.shape == (len(batch), data.spec.channels, 16, 16)
    glimpses.sum().backward()
    assert torch.isfinite(fixations.grad).all()


def test_contact_sheets(make):
    sheet = contact_sheet(make().data("val"), count=3)
    assert sheet.dtype == np.uint8 and sheet.shape[2] == 3
    assert sheet.std() > 5


def test_names_and_settings_that_there_are_not():
    with pytest.raises(registry.UnknownTaskError, match="tasks are dslr, sc2, synthetic"):
        registry.make("mnist")
    with pytest.raises(TypeError, match="SC2Config, not DSLRConfig"):
        registry.make("sc2", DSLR)
