"""Small harvested data sets for tests of tasks: units that stand where their labels say, painted as squares."""

from __future__ import annotations

import pathlib

import numpy as np

from sc2data.format import DatasetWriter, Record, Scene, Schema, Units
from sc2data.format.split import split
from tests.sc2data.format.examples import CONFIG, MARINE, PROVENANCE, ZERGLING, schema

COLOURS = {MARINE: (220, 30, 30), ZERGLING: (30, 30, 220)}
CAMERA = (40.0, 50.0, 8.0)


def record(of: Schema, episode: int) -> Record:
    """Up to six units, marines and zerglings, at random places on dark ground."""
    random = np.random.default_rng(episode)
    height, width = of.screen or (0, 0)
    count = int(random.integers(7))
    pixels = random.uniform(0.1, 0.9, (count, 2)) * [width, height]
    types = random.choice([MARINE, ZERGLING], count)
    screen = random.integers(0, 60, (height, width, 3), dtype=np.uint8)
    for (x, y), kind in zip(pixels.astype(int), types.tolist(), strict=True):
        screen[max(y - 4, 0) : y + 4, max(x - 4, 0) : x + 4] = COLOURS[kind]
    camera = of.screen_camera(CAMERA)
    world = np.column_stack([camera.ground(pixels, z=CAMERA[2]), np.full(count, CAMERA[2])])
    units = Units.of(
        type=types,
        alliance=random.choice([1, 4], count),
        tag=np.arange(count) + 1,
        world=world,
        screen=pixels,
        minimap=of.minimap_transform().to_pixels(world),
        radius=np.full(count, 0.375),
        on_screen=np.ones(count, bool),
    )
    minimap = random.integers(0, 256, (*of.minimap, 3), dtype=np.uint8)
    losses = int(random.integers(3)), int(random.integers(3))
    return Record(minimap, screen, units, Scene(episode, episode, losses=losses, camera=CAMERA))


def write_harvest(path: pathlib.Path, episodes: int = 20, size: tuple[int, int] = (160, 224)) -> pathlib.Path:
    """A data set of one record an episode, with splits."""
    of = schema(screen=size, minimap=(44, 48))
    with DatasetWriter(path, CONFIG, of, PROVENANCE) as writer:
        for episode in range(episodes):
            writer.append(record(of, episode))
    split(path, {"train": 0.6, "val": 0.2, "test": 0.2})
    return path
