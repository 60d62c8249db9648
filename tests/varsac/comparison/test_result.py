"""Results survive being written, and a file that is none is named."""

from __future__ import annotations

import pytest

from tests.varsac.comparison.test_table import RESULT
from varsac.comparison.result import Result, ResultError, here, result_file, results_in


def test_a_result_is_read_as_it_was_written(tmp_path):
    path = result_file(tmp_path, "smoke", "default", 0)
    RESULT.save(path)
    assert Result.load(path) == RESULT
    assert results_in(tmp_path, "smoke") == [RESULT]
    assert results_in(tmp_path, "majority") == []


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"work": "smoke", "command": []}'])
def test_a_damaged_file_is_named(tmp_path, content):
    path = tmp_path / "smoke" / "default-seed0.json"
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(ResultError, match=r"default-seed0\.json holds no result"):
        Result.load(path)


def test_figures_name_what_they_were_measured_on():
    assert here()["cores"] >= 1 and here()["processor"]
