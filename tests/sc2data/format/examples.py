"""Small data sets whose every value follows from the episode and frame, for the tests of the format."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from sc2data.format import CountedType, DatasetWriter, MapInfo, Record, Scene, Schema, Units

FLAT = MapInfo("Flat64", 88, 96, (12, 12, 76, 84), (0, 0, 88, 96), "ab" * 32)
MARINE, ZERGLING, UNCOUNTED = 48, 105, 33
CONFIG = {"seed": 7, "scenes": {"marines": [0, 22]}}
PROVENANCE = {"backend": {"name": "simulator", "version": "4.10.0"}, "code": {"version": "1", "commit": "c0ffee"}}
FRAMES = 3
"""Records of an episode."""


def schema(**changes: Any) -> Schema:
    """Minimaps of 32 x 32, screens of 40 x 72 in tiles of 16, marines and zerglings counted."""
    values: dict[str, Any] = {
        "minimap": (32, 32),
        "screen": (40, 72),
        "unit_types": (CountedType(MARINE, "Marine"), CountedType(ZERGLING, "Zergling")),
        "maps": (FLAT,),
        "tile": 16,
    }
    return Schema(**{**values, **changes})


def record(episode: int, frame: int = 0, of: Schema | None = None) -> Record:
    """A record of random pictures and 0 to 12 units."""
    of = of or schema()
    random = np.random.default_rng([episode, frame])
    count = int(random.integers(13))
    pixels = random.uniform(-20, 100, (count, 2)).astype(np.float32)
    height, width = of.screen or (0, 0)
    units = Units.of(
        type=random.choice([MARINE, ZERGLING, UNCOUNTED], count),
        alliance=random.choice([1, 3, 4], count),
        owner=random.choice([1, 2, 16], count),
        tag=np.arange(count) + 1,
        world=random.uniform(0, 80, (count, 3)),
        minimap=random.uniform(0, 32, (count, 2)),
        screen=pixels if of.screen else np.full((count, 2), np.nan),
        radius=random.uniform(0.3, 2, count),
        health=random.integers(1, 200, count),
        facing=random.uniform(0, 6.28, count),
        on_screen=(pixels >= 0).all(axis=1) & (pixels[:, 0] < width) & (pixels[:, 1] < height),
        visible=random.random(count) < 0.8,
    )
    return Record(
        minimap=random.integers(0, 256, of.trailing("minimap"), dtype=np.uint8),
        screen=random.integers(0, 256, of.trailing("screen"), dtype=np.uint8) if of.screen else None,
        units=units,
        scene=Scene(episode, 10 * episode, frame, 2**63 + episode, 22 * frame, (1.5, 2.5, 8.0), (frame, 5)),
    )


def records(episodes: int, of: Schema | None = None) -> Iterator[Record]:
    """The records of episodes 0, 1, ..., `FRAMES` each."""
    return (record(episode, frame, of) for episode in range(episodes) for frame in range(FRAMES))


def write(path: pathlib.Path, episodes: int = 6, of: Schema | None = None, **options: Any) -> pathlib.Path:
    """A data set of so many episodes, two episodes a shard unless told otherwise."""
    options = {"shard_records": 2 * FRAMES, "config": CONFIG, "provenance": PROVENANCE, **options}
    with DatasetWriter(path, options.pop("config"), of or schema(), options.pop("provenance"), **options) as writer:
        for row in records(episodes, of):
            writer.append(row)
    return path


def content(path: pathlib.Path) -> dict[str, bytes]:
    """Every file of a folder, by name."""
    return {file.name: file.read_bytes() for file in sorted(path.iterdir())}


def assert_same_record(found: Record, expected: Record) -> None:
    """Fail unless every value is the same."""
    assert found.scene == expected.scene
    np.testing.assert_array_equal(found.minimap, expected.minimap)
    assert (found.screen is None) == (expected.screen is None)
    if expected.screen is not None:
        np.testing.assert_array_equal(found.screen, expected.screen)
    for name, values in vars(expected.units).items():
        np.testing.assert_array_equal(getattr(found.units, name), values, err_msg=name)
