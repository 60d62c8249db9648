"""Examples become tensors, whatever the sizes of their images."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sc2data.pyramid import Pyramid
from tests.varsac.digits import TwoDigitsData
from varsac.tasks.batch import ImageBatch, ObjectBatch, collate
from varsac.tasks.task import Example, Objects


def example(height, width, objects=0, value=255):
    positions = np.arange(2 * objects, dtype=np.float32).reshape(objects, 2)
    return Example(
        np.full((4, 6, 3), 51, np.uint8),
        Pyramid.of(np.full((height, width, 3), value, np.uint8)),
        {"a": np.asarray(objects)},
        Objects(positions, np.ones(objects, np.int64), np.full(objects, 3, np.float32)),
        name=f"{height}x{width}",
    )


def test_examples_of_different_sizes_become_one_batch():
    batch = collate([example(40, 60, 2), example(100, 30, 0)])
    assert batch.proxy.shape == (2, 3, 4, 6) and batch.proxy.dtype == torch.float32
    assert torch.allclose(batch.proxy, torch.tensor(0.2))
    assert batch.extent.tolist() == [[60, 40], [30, 100]] and batch.labels["a"].tolist() == [2, 0]
    assert batch.objects.present.tolist() == [[True, True], [False, False]]
    assert batch.objects.positions[0].tolist() == [[0, 1], [2, 3]]
    assert batch.view.tolist() == [[-1, -1, 1, 1]] * 2 and batch.names == ("40x60", "100x30")
    assert len(batch) == len(batch.images) == 2


def test_moving_a_batch_keeps_its_images():
    batch = collate([example(8, 8, 1)])
    moved = batch.to("meta")
    assert moved.proxy.device.type == moved.objects.present.device.type == "meta" and moved.images is batch.images


def test_windows_are_read_from_each_image():
    images = ImageBatch([example(40, 60).image, example(100, 30, value=102).image])
    fixations = torch.tensor([[0.0, 0.0, 0.5], [0.0, 0.0, 0.5]], requires_grad=True)
    seen = images.window(fixations, 8)
    assert seen.shape == (2, 3, 8, 8) and seen.requires_grad
    assert seen[0].unique().tolist() == [1] and torch.allclose(seen[1], torch.tensor(0.4))
    before = images.decoded
    assert before > 0
    assert images.whole(1).shape == (3, 100, 30) and torch.allclose(images.whole(1), torch.tensor(0.4))
    assert images.decoded == before + 2 * 100 * 30


def test_several_windows_of_each_image_are_read_at_once():
    images, again = (ImageBatch([example(40, 60).image, example(100, 30, value=102).image]) for _ in range(2))
    fixations = torch.tensor([[[0.0, 0.0, 0.5], [0.5, 0.0, 0.2], [2.0, 0.0, 0.1]]] * 2)
    seen = images.windows(fixations, 8)
    assert seen.shape == (2, 3, 3, 8, 8)
    for turn in range(3):
        assert torch.allclose(seen[:, turn], again.window(fixations[:, turn], 8), atol=1e-5)
    assert images.decoded == again.decoded


@pytest.mark.parametrize(
    ("sizes", "shapes"), [([(4, 6), (4, 6)], [(2, 3, 4, 6)]), ([(4, 6), (8, 2)], [(1, 3, 4, 6), (1, 3, 8, 2)])]
)
def test_images_of_one_size_come_whole_at_once(sizes, shapes):
    images = ImageBatch([example(*size).image for size in sizes])
    assert [tuple(pixels.shape) for pixels in images.wholes()] == shapes
    assert images.decoded == sum(height * width for height, width in sizes)


def test_no_examples_have_no_objects():
    assert ObjectBatch.stack([]).present.shape == (0, 0)


@pytest.mark.parametrize("index", [0, 7])
def test_examples_of_the_test_task_show_their_objects_where_they_say(index):
    one = TwoDigitsData("train", 10)[index]
    image = one.image.level(0)[:, :, 0]
    for x, y in one.objects.positions.astype(int):
        assert image[y - 12 : y + 12, x - 12 : x + 12].max() > 200
    assert np.flatnonzero(one.labels["digits"]).tolist() == sorted(one.objects.classes.tolist())
