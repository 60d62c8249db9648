from __future__ import annotations

import cv2
import pytest

from sc2data.format import Dataset
from sc2data.format.plot import write_histograms
from sc2data.format.stats import statistics
from tests.sc2data.format import examples


@pytest.fixture
def path(tmp_path):
    return examples.write(tmp_path / "data")


def test_histograms_are_pictures(path, tmp_path):
    with Dataset(path) as dataset:
        numbers = statistics(dataset, sample=0)
    write_histograms(numbers, tmp_path / "counts.png", "screen")
    assert cv2.imread(str(tmp_path / "counts.png")) is not None
    with pytest.raises(ValueError, match="there are map, screen"):
        write_histograms(numbers, tmp_path / "counts.png", "minimap")
