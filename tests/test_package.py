"""What a user installs: the built wheel's contents."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("sc2data", "envs", "varsac", "scripts")


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """Names of the files in a wheel built from a copy of the sources."""
    source, output = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(output), str(source)]
    if _has_setuptools():
        command.insert(4, "--no-isolation")
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = output.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def _has_setuptools() -> bool:
    """Whether the installed setuptools can build a wheel by itself (from 70.1 on); if not, `build` installs one."""
    try:
        return int(metadata.version("setuptools").split(".")[0]) > 70
    except metadata.PackageNotFoundError:
        return False


def test_top_level_names_are_the_four_packages(names):
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == set(PACKAGES)


def test_every_module_is_in_the_wheel(names):
    modules = {str(path.relative_to(ROOT)) for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert modules - set(names) == set()


def test_data_and_type_markers_are_in_the_wheel(names):
    data = {str(path.relative_to(ROOT)) for path in (ROOT / "sc2data" / "data").glob("*.json*")}
    assert "sc2data/data/units.json" in data
    assert data - set(names) == set()
    assert {f"{package}/py.typed" for package in PACKAGES} - set(names) == set()


def test_console_scripts_point_at_functions_that_exist():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for target in project["scripts"].values():
        module, function = target.split(":")
        found = importlib.import_module(module)
        assert callable(getattr(found, function)), target
