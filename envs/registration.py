"""The ids of gymnasium: `gymnasium.make("envs:varsac/SaccadeSynthetic-v0")`."""

from __future__ import annotations

import gymnasium

MAX_EPISODE_STEPS = 64
"""Of the registered environments, for `glimpses` above it."""

SACCADES = {
    "varsac/SaccadeSC2-v0": "sc2",
    "varsac/SaccadeSynthetic-v0": "synthetic",
    "varsac/SaccadeDSLR-v0": "dslr",
}
"""Saccades over images, the task by id."""

LIVE = {
    "varsac/StarCraft2-v0": ("envs.starcraft:StarCraft2Env", 256),
    "varsac/CameraSaccade-v0": ("envs.camera:CameraSaccadeEnv", MAX_EPISODE_STEPS),
}
"""The live game: the class and the limit of steps by id."""


def register_all() -> None:
    """Register every id that is not registered yet."""
    for name, task in SACCADES.items():
        if name not in gymnasium.registry:
            gymnasium.register(
                id=name,
                entry_point="envs.making:TaskSaccadeEnv",
                vector_entry_point="envs.making:TaskSaccadeVectorEnv",
                max_episode_steps=MAX_EPISODE_STEPS,
                kwargs={"task": task},
            )
    for name, (entry_point, limit) in LIVE.items():
        if name not in gymnasium.registry:
            gymnasium.register(id=name, entry_point=entry_point, max_episode_steps=limit)
