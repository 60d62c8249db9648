import json
import pathlib

import pytest

import sc2data.data
from sc2data.data import ability_rows, build, unit_rows
from tests.shared_data import shared_data

FOLDER = pathlib.Path(sc2data.data.__file__).parent


def test_the_committed_tables_are_what_the_build_makes(tmp_path):
    build.write(build.build(shared_data() / "game_data"), tmp_path)
    made = sorted(tmp_path.iterdir())
    assert [path.name for path in made] == [
        "abilities.json",
        "buffs.json",
        "effects.json",
        "units.json",
        "upgrades.json",
    ]
    for path in made:
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), f"{path.name}: run python -m sc2data.data.build"


def test_every_table_names_its_sources():
    for path in FOLDER.glob("*.json"):
        sources = json.loads(path.read_text())["sources"]
        assert any("MIT" in source for source in sources)


def test_a_missing_source_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"stableid\.json"):
        build.build(tmp_path)


def test_ability_rows_leave_defaults_out():
    ids = [
        {"id": 500, "name": "Widget", "index": 0, "buttonname": "Widget"},
        {"id": 501, "name": "Widget", "index": 1, "buttonname": "Cancel"},
    ]
    rows = ability_rows.rows(ids, [], {500: (3674, "Attack Widget")})
    assert rows[0] == {
        "id": 500, "link": "Widget", "index": 0, "button": "Widget", "name": "Attack Widget", "general": 3674,
    }  # fmt: skip
    assert rows[1]["name"] == "Widget_1"
    assert rows[1]["general"] == 3659  # the second of two slots cancels the first


def test_unit_rows_of_units_without_statistics_follow_their_names():
    ids = [
        {"id": 1930, "name": "GoldMineralField"},
        {"id": 1931, "name": "DestructibleWall4x4"},
        {"id": 1932, "name": "X"},
    ]
    mineral, wall, nothing = unit_rows.rows(ids, [], [], {})
    assert mineral["radius"] == 1.125
    assert "resource" in mineral["flags"]
    assert wall["radius"] == 2
    assert nothing == {"id": 1932, "name": "X", "flags": ["named", "available"]}
