"""Positions out of densities and glimpses."""

from __future__ import annotations

import doctest

import numpy as np
import torch

from varsac import positions as module
from varsac.heads import DensityField
from varsac.models.output import Output
from varsac.positions import peaks, positions

EXTENT = torch.tensor([[200.0, 100.0]])


def test_doctests():
    assert doctest.testmod(module).failed == 0


def test_glimpses_are_positions_where_nothing_is_counted_by_density():
    fixations = torch.tensor([[[0.0, 0.0, 0.1], [1.0, -1.0, 0.1]]])
    output = Output({}, fixations, torch.tensor([[0.25, 0.75]]))
    assert positions(output, EXTENT)[0].tolist() == [[200, 0, 0.75], [100, 50, 0.25]]


def test_peaks_of_a_density_are_positions():
    points = torch.tensor([[[0.0, 0.0], [0.04, 0.0], [0.9, 0.9]]])
    amounts, unused = torch.tensor([[[0.5], [0.5], [0.05]]]), torch.zeros(0)
    field = DensityField(points, amounts, torch.full((1, 3), 0.04), unused, unused)
    output = Output({"units": torch.ones(1, 1)}, torch.zeros(1, 0, 3), torch.zeros(1, 0), fields={"units": field})
    (found,) = positions(output, EXTENT)
    assert np.allclose(found, [[102, 50, 1]])


def test_two_objects_at_one_point_are_two_positions():
    found = peaks(np.zeros((1, 2), np.float32), np.array([2.0], np.float32), np.ones(1, np.float32), 0.2)
    assert found[:, 2].tolist() == [1, 1]


def test_nothing_gives_no_positions():
    assert peaks(np.zeros((0, 2), np.float32), np.zeros(0, np.float32), np.zeros(0, np.float32), 0.2).shape == (0, 3)
    assert peaks(np.zeros((3, 2), np.float32), np.zeros(3, np.float32), np.ones(3, np.float32), 0.2).shape == (0, 3)
