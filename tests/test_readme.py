"""The README's commands, run as they stand there, one after the other, in an empty folder."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

from tests.text_blocks import blocks
from tests.varsac.tasks.photos.collections import write_photo

ROOT = pathlib.Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ITSELF = "make test"  # what runs this very test
LITTLE = {
    "scripts.train": ["--set", "train.steps=2", "--set", "train.batch=4", "--set", "train.validate_examples=4"],
    "scripts.evaluate": ["--examples", "16"],
    "scripts.rollout": ["--episodes", "2"],
    "scripts.agent": ["--minutes", "0", "--steps", "64", "--envs", "8", "--images", "8"],
    "scripts.compare": [
        *("--set", "train.steps=2", "--set", "train.batch=4"),
        *("--set", "task.train=8", "--set", "task.val=4", "--set", "task.test=4"),
    ],
}
"""What is added to commands that take long: they are run as they stand, for a moment."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    root = tmp_path_factory.mktemp("readme")
    for number in range(8):  # photographs that the reader is to have
        write_photo(root / "photos" / ("cats", "dogs")[number % 2] / f"{number}.jpg", 300, 400, seed=number)
    return root


def run(command: list[str], cwd: pathlib.Path) -> subprocess.CompletedProcess[str]:
    scripts = pathlib.Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done


def commands() -> list[str]:
    return [line for block in blocks(README, "sh") for line in block.splitlines() if line and line != ITSELF]


@pytest.mark.parametrize("command", [c for c in commands() if not c.startswith("make ")])
def test_command(command: str, folder: pathlib.Path) -> None:
    words = command.split()
    assert words[:2] == ["python", "-m"], "README commands are `python -m scripts.NAME` or `make TARGET`"
    run([sys.executable, *words[1:], *LITTLE.get(words[2], [])], folder)


def test_python(folder: pathlib.Path) -> None:
    for block in blocks(README, "python"):
        run([sys.executable, "-W", "error", "-c", block], folder)


def test_demo(tmp_path: pathlib.Path) -> None:
    assert "make demo" in commands()
    # The environment is the one that runs this test, so make need not build another.
    binaries = pathlib.Path(sys.executable).parent
    stamp = tmp_path / "installed"
    stamp.touch()
    little = ["BATTLES=24", "SCENES=24", "STEPS=2"]
    done = run(["make", "demo", f"DEMO={tmp_path / 'demo'}", f"BIN={binaries}", f"STAMP={stamp}", *little], ROOT)
    made = tmp_path / "demo"
    assert {"README.md", "contact-sheet.png", "counts.png"} <= {path.name for path in (made / "battles").iterdir()}
    promised = re.findall(rf"{re.escape(str(made))}/[\w./-]*\w", done.stdout[done.stdout.rindex("Look at") :])
    assert len(promised) == 5 and all(pathlib.Path(path).is_file() for path in promised), promised
    assert "<svg" in (made / "report.html").read_text(encoding="utf-8")


def test_links() -> None:
    for path in re.findall(r"\]\(((?:docs/)?[\w./-]+)\)", README):
        assert (ROOT / path).exists(), f"README links to {path}, which is not there"
