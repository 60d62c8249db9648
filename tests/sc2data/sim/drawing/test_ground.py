"""The ground: rays meet the relief, textures are kept on disk and survive damage."""

import os

import numpy as np
import pytest

from sc2data.geometry import ScreenCamera
from sc2data.sim.drawing import ground_texture, noise, soils
from sc2data.sim.drawing.ground import cast
from sc2data.sim.drawing.relief import Relief
from sc2data.sim.maps.terrain import height_at
from tests.sc2data.sim.drawn_worlds import land


def test_rays_meet_flat_ground_where_the_camera_says() -> None:
    camera = ScreenCamera((20.0, 20.0, 8.0), 512, 384)
    hits = cast(Relief(land()), camera)
    columns, rows = np.meshgrid(np.arange(512) + 0.5, np.arange(384) + 0.5)
    expected = camera.ground(np.stack([columns.ravel(), rows.ravel()], axis=1), 8.0)
    for grid, wanted in ((hits.x, expected[:, 0]), (hits.y, expected[:, 1])):
        assert np.abs(hits.enlarge(grid, 512, 384).ravel() - wanted).max() < 0.01


def test_hits_lie_on_the_relief_and_project_back() -> None:
    terrain = land(step=3.0)
    relief = Relief(terrain)
    camera = ScreenCamera((20.0, 20.0, 9.0), 512, 512)
    hits = cast(relief, camera)
    ground = relief.height_at(hits.x.ravel(), hits.y.ravel())
    gap = np.abs(hits.z.ravel() - ground)
    assert np.quantile(gap, 0.98) < 0.05
    pixels, depth = camera.project(np.stack([hits.x.ravel(), hits.y.ravel(), hits.z.ravel()], axis=1))
    rows, columns = np.indices(hits.x.shape)
    assert np.abs(pixels[:, 0] - ((columns.ravel() - 0.5) * hits.step)).max() < 0.1
    assert np.abs(pixels[:, 1] - ((rows.ravel() - 0.5) * hits.step)).max() < 0.1
    assert np.abs(depth - hits.depth.ravel()).max() < 0.01


def test_the_nearest_ground_is_met() -> None:
    hits = cast(Relief(land(step=3.0)), ScreenCamera((20.0, 20.0, 9.0), 256, 256))
    middle = hits.y[:, hits.y.shape[1] // 2]
    skipped = -np.diff(middle)  # from one row of rays to the next below it
    assert (skipped > -0.02).all()
    assert skipped.max() > 0.8  # the strip behind the cliff that no ray reaches


def test_where_units_stand_the_relief_is_the_terrain() -> None:
    terrain = land(step=3.0)
    relief = Relief(terrain)
    random = np.random.default_rng(0)
    x, y = random.uniform(0, 40, 2000), random.uniform(0, 40, 2000)
    stand = terrain.pathable[y.astype(int), x.astype(int)]
    difference = relief.height_at(x, y) - height_at(terrain, x, y)
    assert np.abs(difference[stand]).max() < 1e-4
    assert np.abs(difference[~stand]).max() > 0.1


def test_light_is_one_on_open_plains_and_less_in_the_shadow_of_a_cliff() -> None:
    light = Relief(land(step=3.0)).light()
    assert light[40, 80] == pytest.approx(1.0, abs=0.02)
    assert light.min() < 0.75


@pytest.mark.parametrize("tileset", [t.name for t in soils.TILESETS])
def test_every_tileset_has_a_texture_of_its_own(tileset) -> None:
    terrain = land(24, tileset=tileset)
    assert soils.tileset_of(terrain).name == tileset
    texture = ground_texture._painted(terrain, Relief(terrain))
    assert texture.shape == (480, 480, 3)
    assert texture.std() > 4


def test_a_map_without_a_tileset_gets_one_by_its_name_and_seed() -> None:
    assert soils.tileset_of(land(tileset="")) is soils.tileset_of(land(tileset="no such name"))


def test_soils_wrap_around() -> None:
    for tileset in soils.TILESETS:
        for kind, colour in tileset.soils:
            tile = soils.soil(kind, colour, 3).mean(2)
            seam = np.abs(tile[0] - tile[-1]).mean()
            inside = np.abs(np.diff(tile, axis=0)).mean(1)
            assert seam < 1.2 * inside.max() + 2, kind


def test_the_texture_is_kept_on_disk_and_made_anew_when_damaged(tmp_path) -> None:
    terrain = land(24)
    relief = Relief(terrain)
    first = np.array(ground_texture.ground_texture(terrain, relief, tmp_path))
    (path,) = tmp_path.iterdir()
    written = path.stat().st_ino
    assert np.array_equal(ground_texture.ground_texture(terrain, relief, tmp_path), first)
    assert path.stat().st_ino == written
    path.write_bytes(path.read_bytes()[:1000])
    assert np.array_equal(ground_texture.ground_texture(terrain, relief, tmp_path), first)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_the_oldest_textures_go_where_there_is_no_room(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(ground_texture, "KEPT_BYTES", 1_500_000)  # two maps of 24 x 24
    for number, tileset in enumerate(("meadow", "desert", "snow")):
        terrain = land(24, tileset=tileset)
        ground_texture.ground_texture(terrain, Relief(terrain), tmp_path)
        for path in tmp_path.iterdir():
            os.utime(path, (path.stat().st_atime - 100, path.stat().st_mtime - 100))
        assert len(list(tmp_path.iterdir())) == min(number + 1, 2)
    newest = ground_texture._key(land(24, tileset="snow"))
    assert (tmp_path / f"ground-{newest}.npy").exists()


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    texture = ground_texture.ground_texture(land(24), Relief(land(24)), blocker / "cache")
    assert texture.shape == (480, 480, 3)


def test_noise_is_the_same_for_the_same_seed_and_stays_in_bounds() -> None:
    first, second = noise.fractal(64, 5), noise.fractal(64, 5)
    assert np.array_equal(first, second)
    assert first.min() >= 0
    assert first.max() <= 1
    assert not np.array_equal(first, noise.fractal(64, 6))


def test_cells_cover_the_tile() -> None:
    distance, number = noise.cells(64, 12, 0)
    assert distance.shape == number.shape == (64, 64)
    assert set(np.unique(number)) == set(range(12))


def test_wrap_takes_windows_of_the_endless_plane() -> None:
    tile = np.arange(12).reshape(3, 4)
    assert noise.wrap(tile, 3, -1, 3, 3).tolist() == [[11, 8, 9], [3, 0, 1], [7, 4, 5]]
