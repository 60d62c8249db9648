from __future__ import annotations

import json

import pytest

from sc2data.format import Dataset
from sc2data.format.inspect import as_text, summary
from tests.sc2data.format import examples


@pytest.fixture
def path(tmp_path):
    return examples.write(tmp_path / "data")


def test_summary(path):
    with Dataset(path) as dataset:
        facts = summary(dataset)
        assert (facts["records"], facts["episodes"], facts["shards"]) == (18, 6, 3)
        assert facts["units"] == sum(len(record.units) for record in examples.records(6))
        assert facts["columns"]["screen"]["shape"] == [18, 40, 72, 3]
        assert facts["backends"] == ["simulator 4.10.0"]
        assert json.loads(json.dumps(facts))["maps"] == ["Flat64"]
        assert "18 in 6 episodes" in as_text(facts)
