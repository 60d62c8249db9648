"""`scripts.compare` trains, measures, goes on where it stopped and fills a document, with a tiny budget."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TINY = ("train.steps=4", "train.log_every=2", "task.train=16", "task.val=4", "task.test=8", "train.batch=4")


def compare(*arguments, settings=TINY):
    sets = [word for pair in settings for word in ("--set", pair)]
    return subprocess.run(
        [sys.executable, "-m", "scripts.compare", *map(str, arguments), *sets],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("comparison")


@pytest.fixture(scope="module")
def first(folder):
    return compare("--works", "smoke", "--configs", "oracle_saccades", "--seeds", 1, "--output", folder, "--nocosts")


def test_a_result_tells_what_it_follows_from(folder, first):
    assert first.returncode == 0, first.stderr
    result = json.loads((folder / "results" / "smoke" / "oracle_saccades-seed0.json").read_text())
    assert result["command"][:4] == ["--task", "synthetic", "--config", "oracle_saccades"]
    assert result["images"] == 16 and result["examples"] == 8 and result["parameters"] > 1000
    assert result["code"]["version"] and result["machine"]["threads"] == 1
    assert 0 <= result["measures"]["digits/right"] <= 1 and result["cpu_seconds"] > 0
    assert "| oracle_saccades | 0 |" in first.stdout


def test_more_seeds_leave_what_is_finished_and_fill_a_document(folder, first, tmp_path):
    before = (folder / "smoke" / "oracle_saccades-seed0" / "last.pt").stat().st_mtime_ns
    document = tmp_path / "results.md"
    document.write_text("# Results\n<!-- results: smoke -->\n<!-- end -->\nthe rest\n")
    done = compare(
        "--works", "smoke", "--configs", "oracle_saccades", "--seeds", 2, "--output", folder, "--nocosts",
        "--document", document,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (folder / "smoke" / "oracle_saccades-seed0" / "last.pt").stat().st_mtime_ns == before
    assert "| oracle_saccades | 0, 1 |" in document.read_text() and "the rest" in document.read_text()


def test_results_of_other_settings_are_not_mixed_in(folder, first):
    other = compare(
        "--works", "smoke", "--configs", "oracle_saccades", "--seeds", 1, "--output", folder,
        settings=(*TINY, "train.learning_rate=0.001"),
    )  # fmt: skip
    assert other.returncode == 2 and "other settings" in other.stderr


def test_a_run_that_fails_is_named_and_the_others_go_on(tmp_path):
    settings = (*TINY, "train.learning_rate=1e30", "train.warmup_steps=0", "train.clip=0")
    done = compare(
        "--works", "smoke", "--configs", "oracle_saccades,random_saccades", "--seeds", 1, "--output", tmp_path,
        "--nocosts", settings=settings,
    )  # fmt: skip
    assert done.returncode == 1
    assert "smoke oracle_saccades seed 0 failed" in done.stderr and "random_saccades seed 0" in done.stderr


def test_budget_and_picture_by_the_words_of_models(tmp_path):
    """Rates are measured, answers weighed; the page and the document show it. Trials: tests/varsac/comparison."""
    document = tmp_path / "docs" / "results.md"
    document.parent.mkdir()
    document.write_text("<!-- results: smoke-1s -->\n<!-- end -->\n")
    done = compare(
        "--tasks", "smoke", "--models", "oracle_saccades,random_saccades", "--seeds", 1, "--budget", 1,
        "--output", tmp_path, "--document", document,
        settings=("task.train=16", "task.val=4", "task.test=4", "train.batch=4"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    place = tmp_path / "results" / "smoke-1s"
    result = json.loads((place / "random_saccades-seed0.json").read_text())
    assert result["budget"] == 1 and result["trials"] == 0 and result["settings"]["train.batch"] == "4"
    assert (place / "rates" / "oracle_saccades.json").exists()
    assert {"full_image", "oracle_saccades"} < json.loads((place / "costs.json").read_text())["by_configuration"].keys()
    assert "<svg" in (tmp_path / "comparison.html").read_text()
    assert "pictures/compared-smoke-1s.svg" in document.read_text()
    assert "oracle_saccades" in (tmp_path / "docs" / "pictures" / "compared-smoke-1s.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--works", "nothing", "--output", "x"), "work 'nothing' is unknown"),
        (("--configs", "nothing", "--output", "x"), "configuration 'nothing' is unknown"),
        ((), "--output is needed"),
    ],
)
def test_bad_flags_are_refused(arguments, message):
    done = compare(*arguments)
    assert done.returncode == 2 and message in done.stderr
