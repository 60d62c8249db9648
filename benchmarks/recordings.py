"""Recordings of the real game: messages read from disk, and rebuilt as what the simulator draws from."""

from __future__ import annotations

import dataclasses
import gzip
import importlib.util
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from google.protobuf import text_format

from sc2data import units
from sc2data.sim import state
from sc2data.sim.api.messages import sc_pb
from sc2data.sim.drawing import image_data
from sc2data.sim.maps import grids
from sc2data.sim.maps.map_file import read_map
from sc2data.sim.maps.terrain import Terrain
from sc2data.sim.view import WorldView

LADDER_MAPS = ("AcidPlantLE", "CyberForestLE", "NewRepugnancyLE")
"""Maps of which the game's data, game_info and first observation were recorded."""

_EPISODE = "tvt_acid_plant_episode"
_TEXT_FRAME = "tvt_loop823"
_TEXT_FRAME_MAP = "CatalystLE"  # recorded without a name: its minimap heights are this map's


@dataclasses.dataclass(frozen=True)
class Frame:
    """One recorded observation with feature layers, all of 128 x 128 pixels and a camera 24 world units wide.

    `map_name` is that of the map's file; `cheating` tells whether the recording holds the minimap's cheat layer.
    """

    name: str
    map_name: str
    cheating: bool
    observation: Any  # sc2api.proto Observation


def frames(observations: Path) -> Iterator[Frame]:
    """The frames that hold feature layers: 16 of an episode (two players, loops 50 to 7000), one from another map."""
    with tarfile.open(observations / f"{_EPISODE}.tar.xz") as archive:
        members = {
            Path(member.name).stem: _bytes(archive, member) for member in archive.getmembers() if member.isfile()
        }
    for name in sorted(members.keys() - {"game_info"}):
        yield Frame(name, LADDER_MAPS[0], True, sc_pb.ResponseObservation.FromString(members[name]).observation)
    text = gzip.decompress((observations / f"{_TEXT_FRAME}.pbtxt.gz").read_bytes()).decode()
    message = text_format.Parse(text, sc_pb.ResponseObservation())
    yield Frame(_TEXT_FRAME, _TEXT_FRAME_MAP, False, message.observation)


def ladder_map(observations: Path, name: str) -> tuple[Any, Any, Any]:
    """(ResponseData, ResponseGameInfo, Observation at loop 0) recorded on one of `LADDER_MAPS`."""
    with tarfile.open(observations / f"{name}.tar.xz") as archive:
        members = {
            Path(member.name).stem: _bytes(archive, member) for member in archive.getmembers() if member.isfile()
        }
    data = sc_pb.Response.FromString(members["Response_data"]).data
    info = sc_pb.Response.FromString(members["Response_game_info"]).game_info
    return data, info, sc_pb.ResponseObservation.FromString(members["ResponseObservation"]).observation


def map_terrain(name: str) -> Terrain | None:
    """The terrain of a ladder map from an installed `sc2maptool`, the newest of that name; None where absent."""
    found = importlib.util.find_spec("sc2maptool")
    folders = list(found.submodule_search_locations or ()) if found else []
    files = sorted(path for folder in folders for path in Path(folder).rglob(f"{name}.SC2Map"))
    return read_map(files[-1].read_bytes(), name) if files else None


def decode(image: Any) -> npt.NDArray[Any]:
    """An `ImageData` message as an array (H, W), rows as they were sent."""
    return image_data.decode(image.data, image.bits_per_pixel, image.size.x, image.size.y)


def layers(messages: Any) -> dict[str, npt.NDArray[Any]]:
    """The layers of a FeatureLayers or FeatureLayersMinimap message by name; those that were not sent are left out."""
    return {field.name: decode(image) for field, image in messages.ListFields() if image.size.x}


def grid_terrain(info: Any) -> Terrain:
    """A terrain from the grids of game_info alone, as games of 4.8.5 and later send them.

    Heights are in steps of an eighth of a world unit and 0 outside the playable area.
    """
    raw = info.start_raw
    steps = decode(raw.terrain_height).astype(np.float32)
    height = np.where(steps > 0, (steps - grids.HEIGHT_OFFSET) / grids.HEIGHT_STEPS, 0).astype(np.float32)
    area = raw.playable_area
    return Terrain(
        name=info.map_name,
        height=np.pad(height, ((0, 1), (0, 1)), mode="edge"),
        level=np.full(height.shape, 64, np.uint8),
        pathable=decode(raw.pathing_grid),
        placeable=decode(raw.placement_grid),
        playable=(area.p0.x, area.p0.y, area.p1.x, area.p1.y),
        start_locations=(),
    )


def flat_terrain(columns: int, rows: int) -> Terrain:
    """A terrain of which nothing is known but its size."""
    cells = np.ones((rows, columns), bool)
    height = np.zeros((rows + 1, columns + 1), np.float32)
    return Terrain("unknown", height, np.full(cells.shape, 64, np.uint8), cells, cells, (0, 0, columns, rows), ())


def view(frame: Frame, terrain: Terrain) -> WorldView:
    """What the recorded player saw, rebuilt from the raw part of the observation alone (no layer is looked at)."""
    raw = frame.observation.raw_data
    recorded = sorted(raw.units, key=lambda unit: unit.tag)
    map_state = raw.map_state
    from_top = map_state.creep.bits_per_pixel == 8  # games before 4.9 send these two grids from the top
    visibility, creep = (decode(grid)[:: -1 if from_top else 1] for grid in (map_state.visibility, map_state.creep))
    camera = raw.player.camera
    return WorldView(
        loop=frame.observation.game_loop,
        player=frame.observation.player_common.player_id,
        camera=(camera.x, camera.y, camera.z),
        terrain=terrain,
        **_fields(recorded),
        display_type=np.array([unit.display_type for unit in recorded], np.int8),
        alliance=np.array([unit.alliance for unit in recorded], np.int8),
        cloak=np.array([unit.cloak for unit in recorded], np.int8),
        selected=np.array([unit.is_selected for unit in recorded], bool),
        on_screen=np.array([unit.is_on_screen for unit in recorded], bool),
        orders=[[state.Order(order.ability_id, progress=order.progress) for order in u.orders] for u in recorded],
        buffs=[dict.fromkeys(unit.buff_ids, 0) for unit in recorded],
        cargo=[[] for _ in recorded],
        visibility=visibility,
        creep=creep != 0,
        effects=[
            state.Effect(effect.effect_id, [(point.x, point.y) for point in effect.pos], effect.radius, effect.owner, 0)
            for effect in raw.effects
        ],
        blasts=[],
    )


def _fields(recorded: list[Any]) -> dict[str, npt.NDArray[Any]]:
    """The arrays of `state.UNIT_FIELDS` of raw units; what the API does not tell is 0."""
    known = units.unit_types()
    rows: dict[str, list[Any]] = {
        "x": [unit.pos.x for unit in recorded],
        "y": [unit.pos.y for unit in recorded],
        "z": [unit.pos.z for unit in recorded],
        "type": [unit.unit_type for unit in recorded],
        "target": [unit.engaged_target_tag for unit in recorded],
        "contents": [unit.mineral_contents + unit.vespene_contents for unit in recorded],
        "cooldown": [unit.weapon_cooldown for unit in recorded],
        "structure": [unit.unit_type in known and known[unit.unit_type].is_structure for unit in recorded],
        "cloaked": [unit.cloak in (1, 2, 4) for unit in recorded],
    }
    for name in ("tag", "owner", "facing", "radius", "build_progress", "health", "shield", "energy"):
        rows[name] = [getattr(unit, name) for unit in recorded]
    for name in ("health_max", "shield_max", "energy_max"):
        rows[name] = [getattr(unit, name) for unit in recorded]
    for name, field in (("flying", "is_flying"), ("burrowed", "is_burrowed"), ("active", "is_active")):
        rows[name] = [getattr(unit, field) for unit in recorded]
    rows["hallucination"] = [unit.is_hallucination for unit in recorded]
    return {
        name: np.array(rows[name], dtype) if name in rows else np.zeros(len(recorded), dtype)
        for name, dtype in state.UNIT_FIELDS.items()
    }


def _bytes(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = archive.extractfile(member)
    return stream.read() if stream else b""
