"""Who may import whom: the direction of dependencies, and what importing a package must not load."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

MAY_IMPORT = {
    "scripts": {"scripts", "varsac", "envs", "sc2data"},
    "envs": {"envs", "varsac", "sc2data"},
    "varsac": {"varsac", "sc2data"},
    "sc2data": {"sc2data"},
}
"""Packages of the project by package: what its modules may import."""

ENVS_MAY_IMPORT = ("varsac.tasks.", "varsac.options", "varsac.viz")
"""Of varsac what loads no torch: the images and their truth, and how they are drawn."""
PREDICTOR = "envs/predictor.py"
"""The one door from environments to models, inside the class that needs them."""

IN_ONE_FILE = ("ray", "minari", "stable_baselines3", "pyvips", "mpyq", "s2protocol", "matplotlib")
"""Optional packages that stand in one file each."""

PYSC2_FILES = ("sc2data/pysc2_compat.py", "sc2data/data/build.py", "sc2data/harvest/")
"""Where pysc2 may be imported; everything there mends it first."""

LIGHT = ("sc2data", "sc2data.format", "sc2data.pyramid", "sc2data.units", "sc2data.geometry")
HEAVY = ("torch", "gymnasium", "pysc2", "s2clientprotocol", "google.protobuf", "matplotlib", "mpyq", "ray")


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Full names of the modules that a file imports, in functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).parts[: -node.level] if node.level else ()
            yield ".".join([*package, node.module or ""]).rstrip(".")


@functools.cache
def top_level(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_dependencies_point_one_way(package):
    others = {"scripts", "varsac", "envs", "sc2data", "tests", "benchmarks"} - MAY_IMPORT[package]
    wrong = {str(path.relative_to(ROOT)): top_level(path) & others for path in modules(package)}
    assert {path: names for path, names in wrong.items() if names} == {}


def test_environments_know_models_through_one_door():
    for path in modules("envs"):
        names = {f"{name}." for name in imported(path) if name.split(".")[0] == "varsac"}
        beyond = {name for name in names if not name.startswith(ENVS_MAY_IMPORT) and name != "varsac."}
        assert not beyond or str(path.relative_to(ROOT)) == PREDICTOR, (path, beyond)


def test_environments_load_no_torch():
    assert (
        run("import sys, envs, envs.making; print(*(n for n in ('torch', 'pygame') if n in sys.modules))").split() == []
    )


@pytest.mark.parametrize("name", IN_ONE_FILE)
def test_optional_packages_stand_in_one_file(name):
    files = [
        str(path.relative_to(ROOT)) for package in MAY_IMPORT for path in modules(package) if name in top_level(path)
    ]
    assert len(files) <= 1, files


def test_pysc2_is_imported_only_where_it_is_mended():
    files = [
        str(path.relative_to(ROOT)) for package in MAY_IMPORT for path in modules(package) if "pysc2" in top_level(path)
    ]
    assert [name for name in files if not name.startswith(PYSC2_FILES)] == []


def test_messages_of_the_protocol_have_one_door_in_the_simulator():
    files = [str(path.relative_to(ROOT)) for path in modules("sc2data/sim") if "s2clientprotocol" in top_level(path)]
    assert files == ["sc2data/sim/api/messages.py"]


@pytest.mark.parametrize("package", LIGHT)
def test_light_packages_load_nothing_heavy(package):
    loaded = run(f"import sys, {package}; print(*(n for n in {HEAVY!r} if n in sys.modules))")
    assert loaded.split() == []


def test_every_module_imports_and_the_simulator_loads_no_pysc2():
    names = [str(path.relative_to(ROOT).with_suffix("")).replace("/", ".") for path in modules("sc2data/sim")]
    names = [name.removesuffix(".__init__") for name in names if not name.endswith("__main__")]
    loaded = run(
        f"import importlib, sys\nfor n in {names!r}: importlib.import_module(n)\nprint('pysc2' in sys.modules)"
    )
    assert loaded.split() == ["False"]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_every_package_with_modules_has_an_init(package):
    bare = {
        str(path.parent.relative_to(ROOT)) for path in modules(package) if not (path.parent / "__init__.py").exists()
    }
    assert bare == set()
