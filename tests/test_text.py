"""Guards over the text of the repository: nothing of the machine it was written on, and commands that exist."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

MACHINE_PATHS = re.compile(r"(?<![\w.~$}-])/(?:work|root|farm)/[.\w]")
"""Absolute paths of the machine that the project was written on."""

HOSTS = re.compile(
    r"\b(?:pypi|files\.pythonhosted|test\.pypi|registry\.npmjs|conda\.anaconda|proxy\.golang)\.(?:org|com)\b"
)
"""Package registries: how a machine reaches them is its own business (pip's settings)."""

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs")
FENCE = re.compile(r"^```(?:bash|sh|shell|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout: no list of tracked files")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    """The text of a file, empty for a binary one."""
    data = path.read_bytes()
    return "" if b"\0" in data[:4096] else data.decode("utf-8", errors="replace")


def commands() -> list[tuple[str, str]]:
    """(document, command) of every line in the shell blocks of the documents, continued lines joined."""
    found = []
    for name in DOCUMENTS:
        for path in sorted((ROOT / name).rglob("*.md")) if (ROOT / name).is_dir() else [ROOT / name]:
            if path.exists():
                for block in FENCE.findall(path.read_text(encoding="utf-8")):
                    lines = block.replace("\\\n", " ").splitlines()
                    found += [(path.name, line.strip().removeprefix("$ ")) for line in lines if line.strip()]
    return found


@pytest.mark.parametrize("pattern", [MACHINE_PATHS, HOSTS], ids=["machine paths", "registries"])
def test_no_tracked_text_names_the_machine(pattern):
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if path != Path(__file__).resolve()
        for match in pattern.finditer(text_of(path))
    ]
    assert found == []


def test_patterns_find_what_they_are_for():
    assert MACHINE_PATHS.search("see " + "/work" + "/main/x")
    assert MACHINE_PATHS.search('"' + "/root" + '/.cache"')
    assert not MACHINE_PATHS.search("s2client-proto/work/x and ./work/root/index")
    assert HOSTS.search("https://" + "pypi" + ".org/simple")


def test_make_targets_in_documents_exist():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    wrong = []
    for document, command in commands():
        for target in re.findall(r"(?:^|[;&|] *)make((?: +[\w-]+(?![\w-]*=))+)", command):
            wrong += [f"{document}: make {name}" for name in target.split() if name not in targets]
    assert wrong == []


def test_modules_run_in_documents_exist():
    wrong = []
    for document, command in commands():
        for module in re.findall(r"python3? -m ((?:scripts|sc2data|benchmarks|envs|varsac)[\w.]*)", command):
            if importlib.util.find_spec(module) is None:
                wrong.append(f"{document}: python -m {module}")
    assert wrong == []


def test_console_scripts_in_documents_exist():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    used = {
        (document, name)
        for document, command in commands()
        for name in re.findall(r"(?:^|[;&|] *)(sc2-[\w-]+)", command)
    }
    assert {f"{document}: {name}" for document, name in used if name not in scripts} == set()


def test_flags_in_documents_exist():
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "scripts").glob("*.py")))
    wrong = []
    for document, command in commands():
        if re.search(r"(?:-m scripts\.|\bsc2-)\w+", command):
            flags = re.findall(r"(?<=\s)--(?:no)?([a-z]\w*)", command)
            wrong += [f"{document}: --{flag}" for flag in flags if f'"{flag}"' not in source and flag != "help"]
    assert wrong == []
