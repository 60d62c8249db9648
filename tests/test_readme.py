"""The README's commands, run as they stand there, one after the other, in an empty folder."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

from tests.text_blocks import blocks

ROOT = pathlib.Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ITSELF = "make test"  # what runs this very test


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("readme")


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
    run([sys.executable, *words[1:]], folder)


def test_python(folder: pathlib.Path) -> None:
    for block in blocks(README, "python"):
        run([sys.executable, "-W", "error", "-c", block], folder)


def test_demo(tmp_path: pathlib.Path) -> None:
    assert "make demo" in commands()
    # The environment is the one that runs this test, so make need not build another.
    binaries = pathlib.Path(sys.executable).parent
    stamp = tmp_path / "installed"
    stamp.touch()
    run(["make", "demo", f"DEMO={tmp_path / 'demo'}", f"BIN={binaries}", f"STAMP={stamp}"], ROOT)
    made = tmp_path / "demo" / "battles"
    assert {"README.md", "manifest.json", "contact-sheet.png", "counts.png"} <= {path.name for path in made.iterdir()}


def test_links() -> None:
    for path in re.findall(r"\]\(((?:docs/)?[\w./-]+)\)", README):
        assert (ROOT / path).exists(), f"README links to {path}, which is not there"
