from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sc2data.format import Manifest
from sc2data.format.split import FractionError, _sizes, split
from sc2data.format.validate import validate
from tests.sc2data.format import examples


@pytest.fixture
def path(tmp_path):
    return examples.write(tmp_path / "data")


def test_splits_are_whole_episodes_of_a_seed(path):
    fractions = {"train": 0.6, "val": 0.2, "test": 0.2}
    first = split(path, fractions, seed=3)
    assert [len(ids) for ids in first.values()] == [4, 1, 1]
    assert sorted(episode for ids in first.values() for episode in ids) == list(range(6))
    assert validate(path) == []
    assert split(path, fractions, seed=3) == first
    assert Manifest.read(path).split_by == {"seed": 3, "fractions": fractions}
    assert any(split(path, fractions, seed=seed) != first for seed in range(4, 8))


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=5), st.integers(1, 400))
def test_sizes_of_splits(shares, episodes):
    fractions = {str(i): share / sum(shares) for i, share in enumerate(shares)}
    if episodes < len(fractions):
        with pytest.raises(FractionError, match="cannot be split"):
            _sizes(fractions, episodes)
        return
    sizes = _sizes(fractions, episodes)
    assert sum(sizes.values()) == episodes
    assert min(sizes.values()) >= 1
    if all(share * episodes >= 1 for share in fractions.values()):
        assert all(abs(sizes[name] - fractions[name] * episodes) < 1 for name in sizes)


@pytest.mark.parametrize("fractions", [{}, {"a": 0.0}, {"a": 1.2}, {"a": 0.7, "b": 0.4}, {"a": -1, "b": 1}])
def test_impossible_fractions(path, fractions):
    with pytest.raises(FractionError, match="each must be above 0"):
        split(path, fractions)
