from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sc2data.format import Manifest, ManifestError, NoDatasetError
from sc2data.format.manifest import decode_episodes, encode_episodes
from tests.sc2data.format import examples


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=20))
def test_episodes_survive_their_runs(gaps_and_lengths):
    ids, last = [], -1
    for gap, length in gaps_and_lengths:
        last += 1 + gap
        ids += [last] * length
    episodes = np.array(ids, np.int64)
    runs = encode_episodes(episodes)
    np.testing.assert_array_equal(decode_episodes(runs), episodes)
    assert all(later[0] != first[0] + first[1] or later[2] != first[2] for first, later in itertools.pairwise(runs))


def test_reads_what_it_wrote(tmp_path):
    path = examples.write(tmp_path / "data")
    manifest = Manifest.read(path)
    assert manifest.records == 18
    assert [shard.file for shard in manifest.shards] == ["shard-00000.h5", "shard-00001.h5", "shard-00002.h5"]
    assert manifest.shards[1].episodes == ((2, 2, 3),)
    before = (path / "manifest.json").read_bytes()
    manifest.write(path)
    assert (path / "manifest.json").read_bytes() == before


def test_the_example_in_the_document_is_a_manifest(tmp_path):
    document = (Path(__file__).parents[3] / "docs" / "format.md").read_text()
    example = document.partition("```json\n")[2].partition("```")[0]
    (tmp_path / "manifest.json").write_text(example)
    manifest = Manifest.read(tmp_path)
    assert json.loads(manifest.to_json()) == json.loads(example)
    assert manifest.episode_ids().tolist() == [0] * 8 + [1] * 8 + [3] * 8 + [4] * 6


def test_nothing_there(tmp_path):
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(NoDatasetError, match=r"holds no data set: there is no manifest\.json"):
            Manifest.read(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda values: values.update(format="something"), "not of a data set of this project"),
        (lambda values: values.update(schema_version="2.0"), "schema version 2.0, this program reads 1.x"),
        (lambda values: values.update(records=17), "records is 17, but the shards add up to 18"),
        (lambda values: values.pop("splits"), "damaged or was edited"),
        (lambda values: values["shards"][0].update(colour="red"), "damaged or was edited"),
        (lambda values: values["schema"].update(tile=None), "damaged or was edited"),
    ],
)
def test_edited_manifests_are_refused(tmp_path, change, message):
    path = examples.write(tmp_path / "data")
    values = json.loads((path / "manifest.json").read_text())
    change(values)
    (path / "manifest.json").write_text(json.dumps(values))
    with pytest.raises(ManifestError, match=message):
        Manifest.read(path)


def test_a_later_minor_version_is_read(tmp_path):
    path = examples.write(tmp_path / "data")
    values = json.loads((path / "manifest.json").read_text())
    values.update(schema_version="1.9", something_new=1)
    (path / "manifest.json").write_text(json.dumps(values))
    assert Manifest.read(path).records == 18


def test_text_that_is_not_json_is_refused(tmp_path):
    path = examples.write(tmp_path / "data")
    (path / "manifest.json").write_text('{"format": ')
    with pytest.raises(ManifestError, match="is not JSON"):
        Manifest.read(path)
