"""The simulator's installation: what clients look for is there, it starts, and nothing else is ever touched."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sc2data import pysc2_compat
from sc2data.sim import install as installation
from sc2data.sim.install import MARKER, InstallError, install, is_simulator, main
from sc2data.sim.maps.map_file import MapError, read_map, write_map
from sc2data.sim.maps.map_folders import map_path
from sc2data.sim.maps.synthetic_maps import synthetic_terrain
from tests.shared_data import shared_data


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("laid out") / "StarCraft II", versions=["4.10.0", 75025])


def test_the_layout_is_what_clients_look_for(root: Path) -> None:
    for build in ("Base75689", "Base75025"):
        executable = root / "Versions" / build / "SC2_x64"
        assert executable.stat().st_mode & stat.S_IXUSR
    for folder in ("Battle.net", "Libs", "Maps", "Replays"):
        assert (root / folder).is_dir()
    assert is_simulator(root)
    assert is_simulator(str(root))


def test_pysc2_finds_its_maps_and_versions(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pysc2")
    pysc2_compat.install()
    from absl import flags
    from pysc2 import maps, run_configs

    monkeypatch.setenv("SC2PATH", str(root))
    if not flags.FLAGS.is_parsed():
        flags.FLAGS(["test"])
    config = run_configs.get()
    assert set(config.get_versions()) == {"4.10.0", "4.9.3", "latest"}
    for name, kind in maps.get_maps().items():
        if kind.directory in ("Melee", "mini_games"):
            assert read_map(maps.get(name).data(config), name).name == name


def test_pysc2_would_find_every_ladder_map() -> None:
    pytest.importorskip("pysc2")
    pysc2_compat.install()
    from pysc2 import maps

    ladder = {kind.path: kind.battle_net for kind in (c() for c in maps.get_maps().values()) if kind.battle_net}
    assert len(ladder) > 40
    assert {map_path("somebody's file", title) for title in ladder.values()} == set(ladder)


def test_the_executable_becomes_the_interpreter(root: Path, tmp_path: Path) -> None:
    """It hands over every argument and its own path, with the same process id, from any folder."""
    fake = tmp_path / "a python"
    fake.write_text('#!/bin/sh\necho "$$"\nprintf "%s\\n" "$@"\n')
    fake.chmod(0o755)
    executable = root / "Versions" / "Base75689" / "SC2_x64"
    script = tmp_path / "SC2_x64"
    script.write_bytes(installation._launcher(fake))
    script.chmod(0o755)
    process = subprocess.Popen([script, "-port", "1 2", ""], cwd="/", stdout=subprocess.PIPE, text=True)
    output = process.communicate(timeout=30)[0].splitlines()
    assert output[0] == str(process.pid)
    assert output[1:] == ["-E", "-P", "-m", "sc2data.sim", "-executable", str(script), "-port", "1 2", ""]
    assert f"exec {sys.executable} -E -P -m sc2data.sim".encode() in executable.read_bytes()


def test_the_interpreter_is_kept_from_the_callers_surroundings(root: Path, tmp_path: Path) -> None:
    """Modules in the working folder and PYTHON* settings do not reach the simulator; `enum` is the library's own."""
    for name in ("sc2data", "struct", "enum"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONSTARTUP": "x", "PYTHONHOME": ""}
    command = [sys.executable, "-E", "-P", "-c", "import enum, sc2data.sim.install; print(enum.__file__)"]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert "site-packages" not in result.stdout


def test_laying_out_again_changes_nothing(root: Path) -> None:
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in root.rglob("*") if path.is_file()}
    install(root, versions=["4.10.0", 75025])
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in before} == before
    assert sum(path.is_file() for path in root.rglob("*")) == len(before)


def test_what_was_lost_comes_back_and_what_others_put_there_stays(tmp_path: Path) -> None:
    root = install(tmp_path / "sim")
    lost = [root / "Maps" / "Melee" / "Flat32.SC2Map", root / "Versions" / "Base75689" / "SC2_x64"]
    for path in lost:
        path.unlink()
    (root / "Replays" / "mine.SC2Replay").write_text("replay")
    install(root)
    assert all(path.is_file() for path in lost)
    assert (root / "Replays" / "mine.SC2Replay").read_text() == "replay"


def test_real_maps_take_the_place_of_made_up_ones(tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    maps.mkdir()
    (maps / "Flat32.SC2Map").write_bytes(write_map(synthetic_terrain("Flat48")))
    (maps / "(2)AcidPlantLE.SC2Map").write_bytes(write_map(synthetic_terrain("Flat32")))
    (maps / "Mine.SC2Map").write_bytes(write_map(synthetic_terrain("Flat32")))
    root = install(tmp_path / "sim", maps=[maps])
    assert read_map((root / "Maps/Melee/Flat32.SC2Map").read_bytes(), "").width == 72
    assert (root / "Maps/Ladder2018Season3/AcidPlantLE.SC2Map").is_file()
    assert (root / "Maps/Ladder/Mine.SC2Map").is_file()


def test_the_real_mini_games_are_laid_out_as_they_are(tmp_path: Path) -> None:
    folder = shared_data() / "maps"
    root = install(tmp_path / "sim", maps=[folder])
    for path in folder.glob("*.SC2Map"):
        assert (root / "Maps" / "mini_games" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["Versions/Base75689/SC2_x64", "Maps/Melee/Simple64.SC2Map"], "holds an installation of StarCraft II"),
        (["notes.txt"], "not empty.*notes.txt"),
    ],
)
def test_folders_of_others_stay_untouched(tmp_path: Path, files: list[str], message: str) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("theirs")
    assert not is_simulator(tmp_path)
    with pytest.raises(InstallError, match=message):
        install(tmp_path)
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()) == sorted(files)


def test_a_marker_with_other_words_is_no_simulator(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text("simulator of the weather\n")
    assert not is_simulator(tmp_path)
    assert not is_simulator(tmp_path / "nothing")


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InstallError, match="is a file"):
        install(tmp_path / "file")


def test_bad_requests_leave_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "broken.SC2Map").write_bytes(b"MPQ\x1a and no more")
    root = tmp_path / "sim"
    with pytest.raises(InstallError, match="no map"):
        install(root, maps=[tmp_path / "nothing.SC2Map"])
    with pytest.raises(MapError, match=r"broken\.SC2Map"):
        install(root, maps=[tmp_path / "broken.SC2Map"])
    with pytest.raises(InstallError, match=r"4\.10\.0 \(75689\)"):
        install(root, versions=["9.9.9"])
    with pytest.raises(InstallError, match="Python"):
        install(root, python=tmp_path / "no python")
    assert not root.exists()


def test_an_interpreter_without_the_project_is_refused(tmp_path: Path) -> None:
    bare = tmp_path / "python"
    bare.write_text('#!/bin/sh\necho "ModuleNotFoundError: No module named sc2data" >&2\nexit 1\n')
    bare.chmod(0o755)
    with pytest.raises(InstallError, match=r"No module named sc2data.*pip install"):
        install(tmp_path / "sim", python=bare)


def test_a_broken_off_installation_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, write, written = tmp_path / "sim", installation._write, []

    def fail_at_the_tenth(path: Path, data: bytes, mode: int = 0o644) -> None:
        written.append(path)
        if len(written) == 10:
            raise OSError("no space left on device")
        write(path, data, mode)

    monkeypatch.setattr(installation, "_write", fail_at_the_tenth)
    with pytest.raises(OSError, match="no space"):
        install(root)
    assert not (root / "Versions" / "Base75689").exists()
    monkeypatch.setattr(installation, "_write", write)
    assert (install(root) / "Versions" / "Base75689" / "SC2_x64").is_file()
    assert not [path for path in root.rglob(".*") if path.is_file()]


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "sim")]) == 0
    assert f"export SC2PATH={tmp_path / 'sim'}" in capsys.readouterr().out
    (tmp_path / "taken").write_text("")
    assert main([str(tmp_path / "taken")]) == 2
    assert "error: " in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    assert "SC2PATH" in capsys.readouterr().out


def test_where_the_loops_cannot_be_compiled_the_command_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(installation, "_COMPILE", "import no_such_compiler")
    assert main([str(tmp_path / "sim")]) == 2
    told = capsys.readouterr().err
    assert "No module named 'no_such_compiler'): install this project with `pip install" in told
    assert "Traceback" not in told
