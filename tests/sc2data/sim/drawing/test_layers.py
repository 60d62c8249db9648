import numpy as np
import pytest

from sc2data.sim import state, view
from sc2data.sim.api.messages import sc_pb, spatial_pb
from sc2data.sim.drawing.layers import MINIMAP_BITS, SCREEN_BITS, FeatureLayers, LayerSetup
from tests.sc2data.sim.views import flat_terrain, make_view

SETUP = LayerSetup(128, 128, 128, 128)
DTYPES = {1: np.bool_, 8: np.uint8, 32: np.int32}


def screen(*rows, setup=SETUP, terrain=None, camera=(32.0, 32.0)):
    terrain = terrain or flat_terrain()
    return FeatureLayers(terrain).screen(make_view(terrain, *rows, camera=camera), setup)


def minimap(*rows, setup=SETUP, terrain=None, camera=(32.0, 32.0)):
    terrain = terrain or flat_terrain()
    return FeatureLayers(terrain).minimap(make_view(terrain, *rows, camera=camera), setup)


@pytest.mark.parametrize(
    ("bits", "message"), [(SCREEN_BITS, spatial_pb.FeatureLayers), (MINIMAP_BITS, spatial_pb.FeatureLayersMinimap)]
)
def test_every_layer_of_the_protocol_has_its_bits(bits, message):
    assert set(bits) == {field.name for field in message.DESCRIPTOR.fields}


@pytest.mark.parametrize("rows", [(), ({"x": 30, "y": 33},)])
def test_every_layer_is_drawn_in_its_dtype(rows):
    setup = LayerSetup(84, 87, 64, 60)
    for layers, bits, shape in ((screen(*rows, setup=setup), SCREEN_BITS, (87, 84)),
                                (minimap(*rows, setup=setup), MINIMAP_BITS, (60, 64))):  # fmt: skip
        assert list(layers) == list(bits)
        for name, image in layers.items():
            assert image.shape == shape, name
            assert image.dtype == DTYPES[bits[name]], name


def test_marine_at_the_camera_covers_the_four_middle_pixels_each_way():
    # 128 px over 24 units are 5.33 px a unit: a radius of 0.375 is 2 px, so the disc has 4 px around (64, 64).
    image = screen({"x": 32, "y": 32})["unit_type"]
    assert image[62:66, 62:66].tolist() == [[0, 48, 48, 0], [48] * 4, [48] * 4, [0, 48, 48, 0]]
    assert np.count_nonzero(image) == 12


def test_north_is_up_and_east_is_right():
    rows, columns = np.nonzero(screen({"x": 35, "y": 38})["unit_density"])
    assert (columns.min(), columns.max()) == (78, 81)  # 64 + 3 * 5.333 = 80
    assert (rows.min(), rows.max()) == (30, 33)  # 64 - 6 * 5.333 = 32


def test_non_square_screen_measures_its_camera_on_the_shorter_side():
    # 84 px over 24 units are 3.5 px a unit; the middle is (42, 43.5); 0.375 units are 1.3125 px: 3 px across.
    image = screen({"x": 32, "y": 32}, setup=LayerSetup(84, 87, 64, 64))["unit_density"]
    rows, columns = np.nonzero(image)
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (41, 43, 42, 44)


def test_the_higher_unit_is_painted_last_then_the_later_tag():
    low_first = screen({"x": 32, "y": 32}, {"type": "Marauder", "x": 32, "y": 32})
    assert low_first["unit_type"][64, 64] == 51
    raised = screen({"x": 32, "y": 32, "z": 8.5}, {"type": "Marauder", "x": 32, "y": 32})
    assert raised["unit_type"][64, 64] == 48
    assert raised["unit_density"][64, 64] == 2
    assert raised["unit_density_aa"][64, 64] == 32


def test_snapshots_lie_below_what_is_seen():
    rows = {"type": "Refinery", "x": 32, "y": 32}, {"type": "VespeneGeyser", "x": 32, "y": 32, "display_type": 2}
    assert screen(*rows)["unit_type"][64, 64] == 20
    assert minimap(*rows, setup=LayerSetup(128, 128, 128, 128, allow_cheating_layers=True))["unit_type"][64, 64] == 20


def test_the_minimap_paints_by_tag_whatever_the_height():
    image = minimap({"x": 32, "y": 32, "z": 12.0}, {"x": 32, "y": 32, "owner": 2, "alliance": view.ENEMY})
    assert image["player_relative"][64, 64] == view.ENEMY
    assert image["player_id"][64, 64] == 2


def test_amounts_are_rounded_and_ratios_rounded_up():
    unit = {"x": 32, "y": 32, "health": 18.5, "health_max": 45, "energy": 12.4, "energy_max": 200}
    layers = screen(unit | {"shield": 1, "shield_max": 1000})
    here = {name: int(image[64, 64]) for name, image in layers.items()}
    assert (here["unit_hit_points"], here["unit_hit_points_ratio"]) == (19, 105)  # 18.5 / 45 * 255 = 104.8
    assert (here["unit_energy"], here["unit_energy_ratio"]) == (12, 16)  # 15.8
    assert (here["unit_shields"], here["unit_shields_ratio"]) == (1, 1)  # 0.3


def test_values_of_the_unit_on_top():
    layers = screen(
        {"x": 32, "y": 32, "selected": True, "active": True, "hallucination": True, "buffs": {27: 123, 271: 9}}
    )
    for name in ("selected", "active", "hallucinations"):
        assert layers[name][64, 64]
        assert not layers[name][0, 0]
    assert layers["buffs"][64, 64] == 27
    assert layers["buff_duration"][64, 64] == 128  # 123 of 246 loops are left at loop 0
    assert layers["player_relative"][64, 64] == view.SELF


def test_buffs_without_an_end_have_no_duration():
    layers = screen({"x": 32, "y": 32, "buffs": {271: 1 << 30}})
    assert layers["buffs"][64, 64] == 271
    assert not layers["buff_duration"].any()


def test_snapshots_and_hidden_units_show_no_amounts():
    for display in (view.SNAPSHOT, view.HIDDEN):
        layers = screen({"x": 32, "y": 32, "display_type": display, "active": True})
        assert layers["unit_type"][64, 64] == 48
        assert layers["unit_hit_points"][64, 64] == layers["unit_hit_points_ratio"][64, 64] == 0
        assert not layers["active"].any()


@pytest.mark.parametrize(
    ("cloak", "shown"),
    [(0, False), (view.CLOAKED, True), (view.DETECTED, True), (view.NOT_CLOAKED, False), (view.ALLIED, True)],
)
def test_cloaked_shows_every_kind_of_cloak(cloak, shown):
    assert screen({"x": 32, "y": 32, "cloak": cloak})["cloaked"][64, 64] == shown


def test_build_progress_of_sites_and_of_what_is_made():
    site = {"type": "Barracks", "x": 32, "y": 32, "build_progress": 0.5}
    assert screen(site)["build_progress"][64, 64] == 128
    making = site | {"build_progress": 1.0, "orders": (state.Order(560, progress=0.2),)}
    assert screen(making)["build_progress"][64, 64] == 51
    assert screen(site | {"build_progress": 1.0})["build_progress"][64, 64] == 0


def test_effects_are_discs_at_their_points():
    terrain = flat_terrain()
    seen = make_view(terrain)
    seen.effects = [state.Effect(1, [(32.0, 32.0), (26.0, 32.0)], 1.5, 1, 100)]
    image = FeatureLayers(terrain).screen(seen, SETUP)["effects"]
    assert image[64, 64] == image[64, 32] == 1
    assert image.sum() == 2 * np.count_nonzero(image[:, 48:])
    assert np.count_nonzero(image[64]) == 32  # 2 x 16 px across


def test_power_around_own_complete_pylons():
    pylon = {"type": "Pylon", "x": 32, "y": 32}
    image = screen(pylon)["power"]
    assert np.count_nonzero(image[64]) == 69  # 2 * 6.5 units = 69.3 px
    assert not screen(pylon | {"build_progress": 0.9})["power"].any()
    assert not screen(pylon | {"alliance": view.ENEMY})["power"].any()
    assert not screen(pylon | {"type": "Marine"})["power"].any()


def test_grids_of_the_map_on_the_screen():
    pathable = np.zeros((64, 64), bool)
    pathable[32:, 32:] = True
    terrain = flat_terrain(pathable=pathable)
    image = screen(terrain=terrain)["pathable"]
    assert image[:64, 64:].all()
    assert image.sum() == 64 * 64


def test_beyond_the_map_there_is_nothing():
    layers = screen(camera=(0.0, 0.0))
    assert layers["visibility_map"][:64, 64:].min() == 2
    assert np.count_nonzero(layers["visibility_map"]) == 64 * 64


def test_minimap_of_a_map_that_is_not_square():
    # 168 x 184 cells in 128 px: 0.6957 px a unit, 116.9 columns.
    layers = minimap({"x": 84, "y": 92}, terrain=flat_terrain(168, 184), camera=(92.71875, 91.28125))
    assert layers["visibility_map"][:, 116].all()
    assert not layers["visibility_map"][:, 117:].any()
    assert np.argwhere(layers["player_id"]).tolist() == [[64, 58]]
    rows, columns = np.nonzero(layers["camera"])
    assert (columns.min(), columns.max()) == (56, 71)  # floor(80.72 * 0.6957), floor(24 * 0.6957) = 16 wide
    assert (rows.min(), rows.max()) == (56, 71)  # floor((184 - 103.28) * 0.6957)


def test_minimap_cropped_to_the_playable_area():
    terrain = flat_terrain(playable=(16, 8, 48, 40))
    layers = minimap(
        {"x": 16.2, "y": 39.9}, terrain=terrain, setup=LayerSetup(128, 128, 64, 64, crop_to_playable_area=True)
    )
    assert np.argwhere(layers["player_id"]).tolist() == [[0, 0]]
    assert layers["visibility_map"].all()


@pytest.mark.parametrize(
    ("name", "pixels"), [("CommandCenter", 9), ("Barracks", 4), ("SupplyDepot", 4), ("MineralField", 1), ("Marine", 1),
                         ("VespeneGeyser", 4), ("BarracksTechLab", 1), ("DestructibleRockEx16x6", 0)],
)  # fmt: skip
def test_marks_on_the_minimap_as_recorded(name, pixels):
    image = minimap({"type": name, "x": 92, "y": 92}, terrain=flat_terrain(184, 184))["player_id"]
    assert np.count_nonzero(image) == pixels


def test_minimap_tells_types_only_to_those_allowed():
    assert not minimap({"x": 32, "y": 32})["unit_type"].any()
    allowed = LayerSetup(128, 128, 128, 128, allow_cheating_layers=True)
    assert minimap({"x": 32, "y": 32}, setup=allowed)["unit_type"].max() == 48


def test_camera_rectangle_of_a_wide_screen_is_cut_at_the_border():
    # 128 x 64 px: 24 units are on the shorter side, so 48 across; half of it lies west of the map.
    image = minimap(setup=LayerSetup(128, 64, 64, 64), camera=(0.0, 32.0))["camera"]
    rows, columns = np.nonzero(image)
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (0, 23, 20, 43)


def test_types_that_the_table_lacks_are_drawn_by_their_radius():
    terrain = flat_terrain()
    seen = make_view(terrain, {"x": 32, "y": 32, "radius": 2.0})
    seen.type[:] = 999_999
    assert np.count_nonzero(FeatureLayers(terrain).minimap(seen, SETUP)["player_id"]) == 52  # a disc 8 px across


def test_drawing_leaves_the_view_alone_and_layers_do_not_share_memory():
    terrain = flat_terrain()
    seen = make_view(terrain, {"x": 32, "y": 32})
    painter = FeatureLayers(terrain)
    first = painter.screen(seen, SETUP)
    for image in first.values():
        image[:] = 1
    assert seen.visibility.min() == 2
    assert not seen.creep.any()
    assert painter.screen(seen, SETUP)["height_map"].max() == 0


def test_setup_from_the_message_of_a_client():
    message = sc_pb.SpatialCameraSetup()
    message.resolution.x, message.resolution.y = 84, 87
    message.minimap_resolution.x = message.minimap_resolution.y = 64
    assert LayerSetup.from_message(message) == LayerSetup(84, 87, 64, 64, 24.0, False, False)
    message.width, message.crop_to_playable_area = 30, True
    assert LayerSetup.from_message(message) == LayerSetup(84, 87, 64, 64, 30.0, True, False)


@pytest.mark.parametrize("field", ["width", "minimap_height", "camera_width"])
def test_setup_refuses_what_is_not_positive(field):
    values = {"width": 64, "height": 64, "minimap_width": 64, "minimap_height": 64}
    with pytest.raises(ValueError, match=f"{field} 0"):
        LayerSetup(**(values | {field: 0}))
