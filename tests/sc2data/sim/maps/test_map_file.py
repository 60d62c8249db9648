"""Map files: what is written is read back, real maps agree with the game's grids, hostile ones raise `MapError`."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import struct
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sc2data.sim.maps.archive import read_archive, write_archive
from sc2data.sim.maps.landscape import Landscape, Ramp
from sc2data.sim.maps.map_file import MAX_SIDE, MapError, read_map, write_map
from sc2data.sim.maps.synthetic_maps import synthetic_terrain
from sc2data.sim.maps.terrain import MapObject, Terrain, height_at
from tests.shared_data import shared_data

GRIDS = ("height", "level", "pathable", "placeable", "ground")


@pytest.fixture(scope="module")
def terrain() -> Terrain:
    """A small map with everything in it that a file can hold: two tiers, a ramp, relief, painted cells, objects."""
    land = Landscape("small", 5, (28, 20), (3, 2, 25, 19), "ash")
    land.tiers[:, :10] = 2
    land.ramps.append(Ramp(9.0, 10.0, 1.0, 0.0, 6.0, low=1))
    land.relief += np.float32(0.03) * land.noise(6, corners=True)
    land.ground += land.random.integers(0, 3, land.ground.shape, np.uint8)
    land.closed[4, 20] = True
    land.start_locations += [(5.5, 10.5), (20.5, 12.5)]
    land.units += [MapObject("MineralField", 20.0, 5.5), MapObject("Rock", 7, 4, facing=1.25, owner=2, scale=0.5)]
    land.doodads += [MapObject('a "quoted" <name>&', 1.5, 19.999, facing=6.2, scale=3.0)]
    made = land.terrain()
    return dataclasses.replace(
        made,
        placeable=made.placeable & (land.random.random(made.level.shape) < 0.9),
        colour=land.random.integers(0, 256, (17, 22, 3), np.uint8),
        title="Small LE",
    )


@pytest.fixture(scope="module")
def members(terrain: Terrain) -> dict[str, bytes]:
    return dict(read_archive(write_map(terrain)))


def test_what_is_written_is_read_back(terrain: Terrain) -> None:
    back = read_map(write_map(terrain), terrain.name)
    for grid in (*GRIDS, "colour"):
        np.testing.assert_array_equal(getattr(back, grid), getattr(terrain, grid), err_msg=grid)
    for field in ("name", "title", "playable", "start_locations", "units", "doodads", "tileset", "textures"):
        assert getattr(back, field) == getattr(terrain, field), field


def test_the_same_terrain_gives_the_same_bytes(terrain: Terrain) -> None:
    assert write_map(terrain) == write_map(terrain)


def test_heights_below_zero_are_kept(terrain: Terrain) -> None:
    sunk = dataclasses.replace(terrain, height=terrain.height - 20)
    np.testing.assert_array_equal(read_map(write_map(sunk), "sunk").height, sunk.height)


def test_the_seed_is_a_checksum_of_the_file(terrain: Terrain) -> None:
    other = dataclasses.replace(terrain, title="another")
    assert read_map(write_map(terrain), "a").seed == read_map(write_map(terrain), "b").seed
    assert read_map(write_map(terrain), "a").seed != read_map(write_map(other), "a").seed


def test_cells_that_the_heights_forbid_are_not_written(terrain: Terrain) -> None:
    with pytest.raises(MapError, match="pathable"):
        write_map(dataclasses.replace(terrain, pathable=np.ones_like(terrain.pathable)))
    with pytest.raises(MapError, match="placeable"):
        write_map(dataclasses.replace(terrain, placeable=np.ones_like(terrain.placeable)))


def test_heights_that_span_too_much_are_not_written(terrain: Terrain) -> None:
    with pytest.raises(MapError, match="span"):
        write_map(dataclasses.replace(terrain, height=terrain.height * 100))


def test_a_map_of_the_least_members_is_read(members: dict[str, bytes], terrain: Terrain) -> None:
    least = ("MapInfo", "t3Terrain.xml", "t3HeightMap", "t3SyncCliffLevel")
    bare = read_map(write_archive({name: members[name] for name in least}), "bare")
    assert (bare.units, bare.doodads, bare.start_locations, bare.ground, bare.colour) == ((), (), (), None, None)
    np.testing.assert_array_equal(bare.height, terrain.height)
    assert bare.pathable.any()


@pytest.mark.parametrize("missing", ["MapInfo", "t3Terrain.xml", "t3HeightMap", "t3SyncCliffLevel"])
def test_a_missing_member_is_named(members: dict[str, bytes], missing: str) -> None:
    with pytest.raises(MapError, match=f"(?s)'lost'.*{missing}"):
        read_map(write_archive({name: data for name, data in members.items() if name != missing}), "lost")


def test_truncated_files_raise(terrain: Terrain) -> None:
    data = write_map(terrain)
    for length in [*range(0, 200), *range(200, len(data), 397), len(data) - 1]:
        with pytest.raises(MapError):
            read_map(data[:length], "cut")


def test_truncated_members_raise(members: dict[str, bytes]) -> None:
    strings = "enUS.SC2Data\\LocalizedData\\GameStrings.txt"
    for name in sorted(set(members) - {strings, "Minimap.tga"}):
        for share in (0, 0.01, 0.3, 0.99):
            if share > 0.9 and name in ("MapInfo", "t3Terrain.xml"):
                continue  # their ends hold nothing that is read
            cut = write_archive({**members, name: members[name][: int(share * len(members[name]))]})
            with pytest.raises(MapError):
                read_map(cut, "cut")


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_damaged_files_give_a_map_or_a_map_error(members: dict[str, bytes], data: st.DataObject) -> None:
    """Flipped bytes within members, whose containers are whole, so that every parser is reached."""
    name = data.draw(st.sampled_from(sorted(members)))
    damaged = bytearray(members[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(len(damaged), 400) - 1) | st.integers(0, len(damaged) - 1))
        damaged[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(MapError):
        read_map(write_archive({**members, name: bytes(damaged)}), "damaged")


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_flipped_bytes_of_the_archive(terrain: Terrain, data: st.DataObject) -> None:
    damaged = bytearray(write_map(terrain))
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=6)):
        damaged[at] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(MapError):
        read_map(bytes(damaged), "damaged")


@pytest.mark.parametrize(
    ("width", "length"), [(65535, 65535), (0xFFFFFFFF, 1), (0, 64), (MAX_SIDE + 1, 64), (1 << 31, 1 << 31)]
)
def test_hostile_sizes_cost_nothing(members: dict[str, bytes], width: int, length: int) -> None:
    info = bytearray(members["MapInfo"])
    struct.pack_into("<2I", info, 16, width, length)
    hostile = write_archive({**members, "MapInfo": bytes(info)})
    tracemalloc.start()
    begin = time.perf_counter()
    with pytest.raises(MapError):
        read_map(hostile, "hostile")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.perf_counter() - begin < 1
    assert peak < 8 << 20


def _with_objects(members: dict[str, bytes], xml: str) -> bytes:
    return write_archive({**members, "Objects": xml.encode()})


def test_entities_are_not_expanded(members: dict[str, bytes]) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12)
    )
    with pytest.raises(MapError, match="document type"):
        read_map(_with_objects(members, bomb + "]><PlacedObjects>&a11;</PlacedObjects>"), "bomb")


def test_deep_and_endless_xml_is_refused(members: dict[str, bytes]) -> None:
    with pytest.raises(MapError, match="deep"):
        read_map(_with_objects(members, "<a>" * 100_000), "deep")
    unit = '<ObjectUnit UnitType="Marine" Position="1,1,0"/>'
    with pytest.raises(MapError, match="more than"):
        read_map(_with_objects(members, f"<PlacedObjects>{unit * 50_001}</PlacedObjects>"), "many")
    with pytest.raises(MapError, match="at most"):
        read_map(_with_objects(members, " " * (17 << 20)), "long")


@pytest.mark.parametrize("position", ["nan,1,0", "1", "", "inf,inf,0", "a,b,c", "1e999,0,0"])
def test_positions_that_are_no_numbers_raise(members: dict[str, bytes], position: str) -> None:
    with pytest.raises(MapError, match="numbers"):
        read_map(_with_objects(members, f'<P><ObjectUnit UnitType="X" Position="{position}"/></P>'), "odd")


def test_objects_outside_of_the_map_are_left_out(members: dict[str, bytes]) -> None:
    rows = "".join(f'<ObjectUnit UnitType="X" Position="{x},{y},0"/>' for x, y in [(-1, 5), (5, 5), (5, 1e6)])
    terrain = read_map(_with_objects(members, f"<P>{rows}</P>"), "out")
    assert [(unit.x, unit.y, unit.owner) for unit in terrain.units] == [(5, 5, 16)]


def test_heights_beyond_reason_are_refused(members: dict[str, bytes]) -> None:
    for attributes in ('quantizeBias="nan" quantizeScale="1"', 'quantizeBias="1e30" quantizeScale="1"', ""):
        xml = f"<terrain><vertData {attributes}/></terrain>".encode()
        with pytest.raises(MapError, match="quantize"):
            read_map(write_archive({**members, "t3Terrain.xml": xml}), "high")


def test_a_map_that_expands_to_gigabytes_is_refused() -> None:
    """Half a megabyte that would inflate to the largest member allowed and more."""
    with pytest.raises(MapError):
        read_map(write_archive({"MapInfo": bytes(64 << 20)}), "bomb")


def test_the_real_mini_games() -> None:
    """Sizes and resources of pysc2's own map files, which the synthetic ones repeat."""
    for path in sorted((shared_data() / "maps").glob("*.SC2Map")):
        real, made = read_map(path.read_bytes(), path.stem), synthetic_terrain(path.stem)
        assert (real.width, real.length, real.playable) == (64, 64, (10, 8, 54, 44))
        np.testing.assert_allclose(real.height, 8.0, atol=0.02)
        for field in ("width", "length", "playable", "start_locations"):
            assert getattr(real, field) == getattr(made, field), (path.stem, field)
        for grid in ("level", "pathable", "placeable"):
            np.testing.assert_array_equal(getattr(real, grid), getattr(made, grid), err_msg=path.stem)
        assert _places(real) == _places(made), path.stem


def _places(terrain: Terrain) -> list[tuple[str, float, float]]:
    return sorted((unit.name, unit.x, unit.y) for unit in terrain.units)


def ladder_map(name: str) -> bytes:
    """The bytes of a ladder map of an installed `sc2maptool`; skips where there is none."""
    package = importlib.util.find_spec("sc2maptool")
    folders = (package.submodule_search_locations or []) if package else []
    found = [path for folder in folders for path in Path(folder).rglob(f"{name}.SC2Map")]
    if not found:
        pytest.skip(f"no {name}.SC2Map: `pip install sc2maptool` brings it")
    return sorted(found)[-1].read_bytes()


def test_a_real_ladder_map() -> None:
    terrain = read_map(ladder_map("AcidPlantLE"), "AcidPlantLE")
    assert (terrain.title, terrain.tileset) == ("Acid Plant LE", "DefendersCity")
    assert (terrain.width, terrain.length, terrain.playable) == (168, 184, (10, 24, 158, 160))
    assert terrain.start_locations == ((26.5, 137.5), (141.5, 46.5))
    assert len(terrain.units) == 158
    z = height_at(terrain, [29.5, 51.5, 60.0], [144.5, 63.5, 69.5])  # recorded: two geysers and a mineral field
    np.testing.assert_allclose(z, [11.992, 9.993, 9.993], atol=0.01)
    assert terrain.colour is not None
    assert terrain.colour.shape == (136, 148, 3)
