"""The dataset command as a person runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from sc2data.format import Dataset
from scripts import dataset as command
from tests.sc2data.format import examples


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return examples.write(tmp_path / "data")


def call(*arguments: str | Path) -> int:
    """The command in this process."""
    return command.APP.call(command.main, ["sc2-dataset", *map(str, arguments)])


def start(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "scripts.dataset", *map(str, arguments)], capture_output=True, text=True, timeout=120
    )


def test_module_and_console_script_show_the_same_help():
    module = start("--help")
    assert module.returncode == 0
    for word in ("Looks at data sets", "validate DIR", "--fractions", "--[no]deep", "--output"):
        assert word in module.stdout
    console = shutil.which("sc2-dataset", path=str(Path(sys.executable).parent))
    if console is None:
        pytest.skip("the package is not installed here")
    done = subprocess.run([console, "--help"], capture_output=True, text=True, timeout=120)
    assert done.stdout == module.stdout.replace("python -m scripts.dataset", "sc2-dataset")


def test_inspect(path, capsys):
    assert call("inspect", path) == 0
    assert "18 in 6 episodes" in capsys.readouterr().out
    assert call("inspect", path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["records"] == 18


def test_validate_exits_with_one_and_lists_all(path):
    good = start("validate", path)
    assert (good.returncode, good.stdout) == (0, f"{path}: valid\n")
    (path / "shard-00000.h5").unlink()
    (path / "shard-00002.h5").write_bytes(b"")
    bad = start("validate", path)
    assert bad.returncode == 1
    assert "shard-00000.h5: missing\n" in bad.stdout
    assert "shard-00002.h5: 0 bytes, the manifest says" in bad.stdout
    assert bad.stdout.endswith(f"{path}: 3 problems\n")
    assert bad.stderr == ""


def test_validate_as_json(path, capsys):
    (path / "shard-00000.h5").unlink()
    assert call("validate", path, "--json", "--nodeep") == 1
    assert json.loads(capsys.readouterr().out) == [{"file": "shard-00000.h5", "what": "missing", "harmless": False}]
    assert call("validate", path, "--nodeep") == 1
    assert capsys.readouterr().out.endswith(f"{path}: 1 problem\n")


def test_split_then_stats_of_a_split(path, capsys):
    assert call("split", path, "--fractions=train=0.5,test=0.5", "--seed=4") == 0
    assert capsys.readouterr().out == "train: 3 episodes\ntest: 3 episodes\n"
    assert call("stats", path, "--split=test", "--json") == 0
    assert json.loads(capsys.readouterr().out)["records"] == 9
    assert call("stats", path) == 0
    assert "units a record" in capsys.readouterr().out


def test_merge(path, tmp_path, capsys):
    other = examples.write(tmp_path / "other", episodes=2)
    assert call("merge", path, other, "--output", tmp_path / "both") == 0
    assert "24 records in 4 shards" in capsys.readouterr().out
    assert len(Dataset(tmp_path / "both")) == 24


def test_card_and_plot(path, tmp_path, capsys):
    assert call("card", path) == 0
    assert (path / "README.md").is_file()
    assert call("plot", path, "--output", tmp_path / "pictures", "--records=3") == 0
    for name in ("contact-sheet.png", "counts.png"):
        assert cv2.imread(str(tmp_path / "pictures" / name)) is not None
    assert call("validate", path) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nothing is no command; choose one of inspect, validate"),
        (["inspekt", "DIR"], "'inspekt' is no command"),
        (["inspect"], "inspect which data set?"),
        (["inspect", "DIR", "DIR"], "inspect takes one data set, not 2"),
        (["merge", "DIR", "DIR"], "merge into what?"),
        (["split", "DIR", "--fractions=train"], "--fractions 'train': write NAME=SHARE"),
        (["split", "DIR", "--fractions=a=0.5,a=0.2"], "a=0.5,a=0.2: a is there twice"),
        (["split", "DIR", "--fractions==0.5"], "'=0.5': the split has no name"),
        (["split", "DIR", "--fractions=a=0.9,b=0.9"], "each must be above 0, and all together at most 1"),
        (["stats", "DIR", "--split=val"], "has no split 'val'"),
        (["plot", "DIR", "--records=0"], "flag --records=0"),
        (["plot", "DIR", "--records=9999"], "flag --records=9999"),
        (["plot", "DIR", "--split=val"], "has no split 'val'"),
        (["plot", "DIR", f"--output={__file__}"], "cannot hold pictures (File exists): name a folder with --output"),
        (["inspect", "/nowhere"], "/nowhere holds no data set: there is no manifest.json"),
    ],
)
def test_what_makes_no_sense_is_explained(path, capsys, arguments, message):
    assert call(*(path if word == "DIR" else word for word in arguments)) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.startswith("error: ")
    assert "Traceback" not in captured.err
