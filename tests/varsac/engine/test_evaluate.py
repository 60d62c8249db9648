"""What an evaluation says an answer costs is what was read."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from sc2data.pyramid import Pyramid, PyramidStore, PyramidWriter
from varsac.engine.evaluate import NotFiniteError, evaluate
from varsac.heads import DensityField
from varsac.models.output import Output
from varsac.models.whole import FullImage, WholeConfig
from varsac.tasks.task import DataSpec, Example, HeadSpec

SPEC = DataSpec((HeadSpec("kind", "classes", 2),), 3, (8, 8), (128, 128), 16.0)


@dataclasses.dataclass
class Stored:
    """Three images of 128 x 128 px in tiles of 32 x 32."""

    store: PyramidStore
    spec: DataSpec = SPEC

    def __len__(self):
        return len(self.store)

    def __getitem__(self, index):
        label = np.asarray(index % 2)
        return Example(np.zeros((8, 8, 3), np.uint8), self.store[str(index)], {"kind": label})


class Fixed(nn.Module):
    """Looks at given places with glimpses of 16 px."""

    def __init__(self, *fixations):
        super().__init__()
        self.fixations = torch.tensor(fixations)

    def forward(self, batch, generator=None):
        for fixation in self.fixations:
            batch.images.window(fixation.expand(len(batch), 3), 16)
        looked = self.fixations.expand(len(batch), -1, 3)
        return Output({"kind": torch.zeros(len(batch), 2)}, looked, torch.ones(looked.shape[:2]))


@pytest.fixture
def data(tmp_path):
    with PyramidWriter(tmp_path / "images.h5", tile=32) as writer:
        for index in range(3):
            writer.add(str(index), np.full((128, 128, 3), index, np.uint8))
    return Stored(PyramidStore(tmp_path / "images.h5"))


@pytest.mark.parametrize(
    ("fixations", "tiles"),
    [
        ([(0.0, 0.0, 0.125)], 4),  # 16 px around the corner of four tiles
        ([(-0.75, -0.75, 0.125)], 1),  # in the middle of the first tile
        ([(-0.75, -0.75, 0.125)] * 3, 3),  # looked at again, read again
        ([(0.0, 0.0, 1.0)], 1),  # the whole image, from level 3 of 16 x 16 px, which is one tile of 16 x 16
        ([(-0.75, 0.0, 0.125), (0.75, 0.75, 0.25)], 2 + 1),  # the second from level 1, 64 x 64 px
    ],
)
def test_pixels_decoded_are_those_of_the_tiles(data, fixations, tiles):
    pixels = 16 * 16 if fixations[0][2] == 1 else 32 * 32
    measures = evaluate(Fixed(*fixations), data, batch=2, localise=False)
    assert measures["pixels_decoded"] == tiles * pixels
    assert measures["seconds"] > 0


def test_draws_count_each(data):
    assert evaluate(Fixed((0.0, 0.0, 0.125)), data, draws=3, localise=False)["pixels_decoded"] == 3 * 4 * 32 * 32


def test_whole_images_count_whole(data):
    model = FullImage(WholeConfig(width=4, stages=1), SPEC)
    assert evaluate(model, data, localise=False)["pixels_decoded"] == 128 * 128


class Dense(nn.Module):
    """Answers the truth, though its proxy says 3."""

    def forward(self, batch, generator=None):
        size = len(batch)
        places, unused = torch.full((size, 1, 4), 0.75), torch.zeros(size, 1, 2)
        field = DensityField(unused, unused[..., :1], unused[..., 0], torch.zeros(size, 1, 1, 1), places)
        nowhere = torch.zeros(size, 0, 3)
        return Output({"units": batch.labels["units"]}, nowhere, nowhere[..., 0], fields={"units": field})


def test_what_the_proxy_says_without_glimpses_is_measured_too():
    class Counted:
        spec = DataSpec((HeadSpec("units", "density", 1),), 3, (8, 8), (8, 8), 2.0)

        def __len__(self):
            return 2

        def __getitem__(self, index):
            pixels = np.zeros((8, 8, 3), np.uint8)
            return Example(pixels, Pyramid.of(pixels), {"units": np.array([2 + 3 * index], np.float32)})

    measures = evaluate(Dense(), Counted())
    assert measures["units/mae"] == 0 and measures["units/mae_of_proxy"] == (1 + 2) / 2


def test_answers_that_are_no_numbers_are_no_measures(data):
    model = FullImage(WholeConfig(width=4, stages=2), SPEC)
    with torch.no_grad():
        list(model.parameters())[-1].fill_(float("inf"))
    with pytest.raises(NotFiniteError, match=r"answers to 'kind' are not finite.* take an earlier"):
        evaluate(model, data)
