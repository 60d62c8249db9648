"""Compiled functions: kept on disk by version, the same as before they were kept."""

import pathlib
import subprocess
import sys

import pytest

import sc2data
from sc2data.sim import compiled

PROGRAM = """
import time
from sc2data.sim.compiled import compiled

@compiled("int64(int64)")
def double(value):
    return 2 * value

print(double(21), sum(double.stats.cache_hits.values()))
"""


def test_a_function_is_compiled_once_for_all_processes(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    monkeypatch.setenv("PYTHONPATH", str(pathlib.Path(sc2data.__file__).parents[1]))
    said = [subprocess.run([sys.executable, script], capture_output=True, text=True, check=True) for _ in range(2)]
    assert [run.stdout.split() for run in said] == [["42", "0"], ["42", "1"]]


def test_the_folder_is_of_one_version_and_old_ones_go(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for number in range(9):
        (tmp_path / "sc2data" / f"compiled-{number}").mkdir(parents=True)
    compiled.folder.cache_clear()
    folder = compiled.folder()
    compiled.folder.cache_clear()
    assert folder is not None and folder.is_dir()
    assert len(list((tmp_path / "sc2data").iterdir())) == 4


@pytest.mark.parametrize("place", ["/dev/null", "/proc/nowhere"])
def test_where_nothing_can_be_kept_functions_work_all_the_same(place, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", place)
    compiled.folder.cache_clear()
    try:
        assert compiled.folder() is None
        assert compiled.compiled("int64(int64)")(lambda value: value + 1)(1) == 2
    finally:
        compiled.folder.cache_clear()
