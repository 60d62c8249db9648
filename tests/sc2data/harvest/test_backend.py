"""Which installation is taken, and what is said where there is none."""

import pytest

from sc2data.harvest import backend
from sc2data.harvest.backend import Backend, MapFile
from sc2data.harvest.faults import BackendError, MapNotFoundError
from sc2data.sim import install


def made_game(folder, executable=True):
    """A folder that looks like the game; what its executable does is no matter here."""
    binary = folder / "Versions" / "Base75689" / "SC2_x64"
    binary.parent.mkdir(parents=True)
    binary.write_text("#!/bin/sh\nexit 1\n")
    binary.chmod(0o755 if executable else 0o644)
    (folder / "Maps" / "Melee").mkdir(parents=True)
    (folder / "Maps" / "Melee" / "Simple64.SC2Map").write_bytes(b"a map")
    return folder


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """No SC2PATH, no game in the default place, a cache of its own."""
    monkeypatch.delenv("SC2PATH", raising=False)
    monkeypatch.setattr(backend, "DEFAULT_GAME", tmp_path / "StarCraftII")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_auto_takes_the_game_where_sc2path_holds_one(nowhere, monkeypatch):
    monkeypatch.setenv("SC2PATH", str(made_game(nowhere / "game")))
    chosen = backend.choose("auto")
    assert (chosen.kind, chosen.path, chosen.reason) == ("game", nowhere / "game", "SC2PATH holds it")


def test_auto_takes_the_game_in_the_default_place(nowhere):
    made_game(nowhere / "StarCraftII")
    assert backend.choose("auto").kind == "game"


def test_auto_takes_the_simulator_where_there_is_no_game(nowhere):
    chosen = backend.choose("auto")
    assert (chosen.kind, chosen.reason) == ("simulator", "no StarCraft II found")
    assert install.is_simulator(chosen.path)
    assert "not the game" in str(chosen)


def test_a_wrong_sc2path_is_an_error_and_not_the_simulator(nowhere, monkeypatch):
    monkeypatch.setenv("SC2PATH", str(nowhere / "typo"))
    with pytest.raises(BackendError, match=r"SC2PATH=.*typo holds no StarCraft II: .* is not a folder"):
        backend.choose("auto")
    (nowhere / "typo").mkdir()
    with pytest.raises(BackendError, match="has no Versions/BaseNNNNN/SC2_x64"):
        backend.choose("auto")
    assert backend.choose("simulator").kind == "simulator"


def test_an_executable_without_the_right_to_run_is_named(nowhere, monkeypatch):
    monkeypatch.setenv("SC2PATH", str(made_game(nowhere / "game", executable=False)))
    with pytest.raises(BackendError, match="not executable"):
        backend.choose("game")


def test_the_game_that_is_asked_for_must_be_the_game(nowhere, monkeypatch):
    with pytest.raises(BackendError, match="no StarCraft II: SC2PATH is not set"):
        backend.choose("game")
    folder = backend.laid_out_simulator()
    monkeypatch.setenv("SC2PATH", str(folder))
    with pytest.raises(BackendError, match="holds the simulator"):
        backend.choose("game")
    assert backend.choose("auto").kind == "simulator"


def test_no_simulator_either(nowhere, monkeypatch):
    (nowhere / "cache").write_text("a file where a folder should be")
    with pytest.raises(BackendError, match="cannot lay out a simulator"):
        backend.choose("auto")


def test_maps_are_found_in_folders_that_are_links(nowhere):
    game = made_game(nowhere / "game")
    (nowhere / "pack").mkdir()
    (nowhere / "pack" / "AcidPlantLE.SC2Map").write_bytes(b"another map")
    (game / "Maps" / "Ladder").symlink_to(nowhere / "pack")
    assert [path.stem for path in Backend("game", game, "").maps()] == ["AcidPlantLE", "Simple64"]
    assert MapFile.read(Backend("game", game, ""), "acidplantle").relative == "Ladder/AcidPlantLE.SC2Map"


def test_maps_are_found_by_name_wherever_they_are(nowhere):
    game = Backend("game", made_game(nowhere / "game"), "")
    assert game.map_file("simple64").name == "Simple64.SC2Map"
    assert MapFile.read(game, "Simple64").relative == "Melee/Simple64.SC2Map"
    assert MapFile.read(game, str(game.map_file("Simple64"))).name == "Simple64"
    with pytest.raises(MapNotFoundError, match=r"map 'Simple65' is not below .*Maps there: Simple64"):
        game.map_file("Simple65")
