"""The base of all commands: help, flags, errors and exit statuses."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest
from absl import flags

from sc2data import pysc2_compat
from sc2data.errors import UserError
from scripts import _app

COMMAND = '''
"""Counts sheep.

Usage: sheep [COUNT]
"""
from absl import flags
from scripts import _app

APP = _app.App(__doc__)
NIGHTS = flags.DEFINE_integer("nights", 3, "How many nights.", lower_bound=1, flag_values=APP.flags)
OUTPUT = flags.DEFINE_string("output", None, "Where to.", required=True, flag_values=APP.flags)


def main(arguments):
    print(NIGHTS.value, OUTPUT.value, *arguments)


def run():
    APP.run(main)


if __name__ == "__main__":
    run()
'''


def write_command(path: Path) -> Path:
    path.write_text(textwrap.dedent(COMMAND).lstrip())
    return path


def load(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def start(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(path), *arguments], capture_output=True, text=True, timeout=60)


def test_two_commands_with_the_same_flags_live_in_one_process(tmp_path, capsys):
    path = write_command(tmp_path / "sheep.py")
    first, second = load(path, "first"), load(path, "second")
    assert first.APP.call(first.main, ["sheep.py", "--output=a", "--nights=5"]) == 0
    assert second.APP.call(second.main, ["sheep.py", "--output=b", "x"]) == 0
    assert capsys.readouterr().out == "5 a\n3 b x\n"


def test_a_second_call_starts_from_the_defaults(tmp_path, capsys):
    module = load(write_command(tmp_path / "sheep.py"), "sheep")
    module.APP.call(module.main, ["sheep.py", "--output=a", "--nights=5"])
    module.APP.call(module.main, ["sheep.py", "--output=a"])
    assert capsys.readouterr().out == "5 a\n3 a\n"


def test_a_file_shows_its_docstring_and_flags_though_some_are_required(tmp_path):
    done = start(write_command(tmp_path / "sheep.py"), "--help")
    assert done.returncode == 0
    assert "Counts sheep.\n\nUsage: sheep [COUNT]" in done.stdout
    assert "Flags of python -m scripts.sheep:" in done.stdout
    assert "  --nights\n      How many nights. (a positive integer; default: '3')" in done.stdout


def test_a_console_script_shows_the_same_help(tmp_path):
    write_command(tmp_path / "sheep.py")
    console = tmp_path / "sc2-sheep"
    console.write_text(f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\nfrom sheep import run\nrun()\n")
    done = start(console, "-h")
    assert "Counts sheep." in done.stdout
    assert "Flags of sc2-sheep:" in done.stdout
    assert "--nights" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--output=a", "--nights=0"], "flag --nights=0: 0 is not a positive integer"),
        (["--output=a", "--night=1"], "Unknown command line flag 'night'. Did you mean: nights ?"),
        ([], "Flag --output must have a value other than None."),
    ],
)
def test_a_bad_flag_is_explained(tmp_path, arguments, message):
    done = start(write_command(tmp_path / "sheep.py"), *arguments)
    assert done.returncode == _app.USER_ERROR
    assert message in done.stderr
    assert "See `python -m scripts.sheep --help`." in done.stderr
    assert "Traceback" not in done.stderr


def app() -> _app.App:
    return _app.App("Fails on purpose.")


@pytest.mark.parametrize(
    "error", [UserError("no such map"), ValueError("no such map"), FileNotFoundError("no such map")]
)
def test_errors_of_the_user_are_one_message(error, capsys):
    def main(arguments: Sequence[str]) -> int:
        raise error

    assert app().call(main, ["x.py"]) == _app.USER_ERROR
    assert capsys.readouterr().err == "error: no such map\n"
    assert app().call(main, ["x.py", "--verbose"]) == _app.USER_ERROR
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            ModuleNotFoundError("No module named 'torch.nn'", name="torch.nn"),
            "torch.nn is not installed; the extra 'train' brings it: pip install 'sc2-saccades[train]'",
        ),
        (pysc2_compat.MissingPysc2Error("pysc2 is not installed: pip"), "pysc2 is not installed: pip"),
    ],
)
def test_a_package_that_is_not_installed_is_named_with_its_extra(error, message, capsys):
    def main(arguments: Sequence[str]) -> int:
        raise error

    assert app().call(main, ["x.py"]) == _app.USER_ERROR
    assert capsys.readouterr().err == f"error: {message}\n"


@pytest.mark.parametrize(
    "error", [ModuleNotFoundError("No module named 'scripts.x'", name="scripts.x"), ImportError("no name in torch")]
)
def test_imports_that_fail_otherwise_are_defects(error):
    def main(arguments: Sequence[str]) -> int:
        raise error

    with pytest.raises(ImportError, match=r"(?i)no "):
        app().call(main, ["x.py"])


def test_extras_bring_the_packages_that_they_are_said_to():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    brought = {
        extra: {re.split(r"[<>=]", requirement)[0].lower() for requirement in requirements}
        for extra, requirements in project["optional-dependencies"].items()
    }
    assert set(_app.EXTRAS.values()) == set(brought) - {"dev"}
    distributions = importlib.metadata.packages_distributions()
    for package, extra in _app.EXTRAS.items():
        if package in distributions:
            assert {name.lower().replace("_", "-") for name in distributions[package]} & brought[extra], package


def test_defects_keep_their_traceback():
    def main(arguments: Sequence[str]) -> int:
        return {}["missing"]

    with pytest.raises(KeyError):
        app().call(main, ["x.py"])


def test_statuses(capsys):
    def interrupted(arguments: Sequence[str]) -> int:
        raise KeyboardInterrupt

    assert app().call(interrupted, ["x.py"]) == 130
    assert app().call(lambda arguments: None, ["x.py"]) == 0
    assert app().call(lambda arguments: _app.PROBLEMS_FOUND, ["x.py"]) == 1


def test_a_closed_pipe_ends_in_silence(tmp_path):
    path = tmp_path / "much.py"
    path.write_text(
        "from scripts import _app\n_app.App('Prints much.').run(lambda arguments: print('line\\n' * 100_000))\n"
    )
    done = subprocess.run(
        f"{sys.executable} {path} | head -n 1", shell=True, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("line\n", "")


def test_a_long_help_goes_into_a_pipe_that_closes(tmp_path):
    path = tmp_path / "long.py"
    path.write_text("from scripts import _app\n_app.App('line\\n' * 100_000).run(lambda arguments: None)\n")
    done = subprocess.run(
        f"{sys.executable} {path} -h | head -n 1", shell=True, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("line\n", "")


def test_libraries_find_their_flags_parsed():
    def main(arguments: Sequence[str]) -> int:
        assert flags.FLAGS.is_parsed()
        return 0

    assert app().call(main, ["x.py"]) == 0


def test_output_files_are_checked_before_the_work(tmp_path):
    assert _app.output_file(None) is None
    assert _app.output_file(str(tmp_path / "new" / "a.json")) == tmp_path / "new" / "a.json"
    assert (tmp_path / "new").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"is a folder; name a file in it"):
        _app.output_file(str(tmp_path))
    with pytest.raises(UserError, match="its folder cannot be made"):
        _app.output_file(str(tmp_path / "file" / "a.json"))


def test_output_folders_are_no_files(tmp_path):
    assert _app.output_folder(str(tmp_path / "new")) == tmp_path / "new" and not (tmp_path / "new").exists()
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"file is a file; name a folder"):
        _app.output_folder(str(tmp_path / "file"))


def test_progress_is_a_bar_for_each_thing_that_takes_long(capsys, monkeypatch):
    monkeypatch.setattr(_app, "PATIENCE", 0)
    progress = _app.Progress("prepared", "images")
    for ready in (1, 2, 3):
        progress(ready, 3)
    progress(5, 5)
    shown = capsys.readouterr().err
    assert "prepared: 100%" in shown and "3/3" in shown and "5/5" in shown and "images/s" in shown


def test_progress_of_what_is_quick_is_silent(capsys):
    _app.Progress("prepared", "images")(3, 3)
    assert capsys.readouterr().err == ""
