from __future__ import annotations

import numpy as np
import pytest

from sc2data.format import Dataset, SplitError
from sc2data.format.split import split
from sc2data.format.stats import statistics
from tests.sc2data.format import examples


@pytest.fixture
def path(tmp_path):
    return examples.write(tmp_path / "data")


def test_statistics_agree_with_the_records(path):
    with Dataset(path) as dataset:
        numbers = statistics(dataset)
        counts = dataset.counts("screen")[:, 1, 0]
        assert numbers.histograms["screen"]["enemy"]["Marine"].tolist() == np.bincount(counts).tolist()
        spread = numbers.to_dict()["counts"]["screen"]["enemy"]["Marine"]
        assert spread["mean"] == pytest.approx(counts.mean())
        assert (spread["least"], spread["most"], spread["present"]) == (counts.min(), counts.max(), (counts > 0).sum())
        screens = np.stack([record.screen for record in examples.records(6)]).astype(np.float64)
        assert numbers.pictures["screen"].sample == 18
        np.testing.assert_allclose(numbers.pictures["screen"].mean, screens.mean(axis=(0, 1, 2)), rtol=1e-5)
        np.testing.assert_allclose(numbers.pictures["screen"].deviation, screens.std(axis=(0, 1, 2)), rtol=1e-4)
        np.testing.assert_allclose(numbers.pictures["screen"].picture, screens.mean(axis=0), rtol=1e-5)


def test_statistics_of_a_split_and_of_nothing(path, tmp_path):
    split(path, {"train": 0.5})
    with Dataset(path) as dataset:
        assert (statistics(dataset, "train").records, statistics(dataset, "train").episodes) == (9, 3)
        with pytest.raises(SplitError, match="there are: train"):
            statistics(dataset, "test")
    with Dataset(examples.write(tmp_path / "empty", episodes=0)) as dataset:
        assert statistics(dataset).to_dict()["units_per_record"] == 0
