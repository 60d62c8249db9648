"""Gymnasium environments that expose saccades as actions; importing this registers their ids.

`SaccadeEnv` and `SaccadeVectorEnv` look at images of a task, `SaccadeWrapper` at those of any other environment;
`StarCraft2Env` is the live game, `CameraSaccadeEnv` looks at its map by moving its camera.
docs/environments.md tells all of it; `envs.testing` holds the checks that they keep to, for environments of one's own.
"""

from envs.camera import CameraSaccadeEnv
from envs.camera_options import CameraOptions
from envs.options import EnvError, SaccadeOptions
from envs.registration import register_all
from envs.saccade import NotResetError, SaccadeEnv
from envs.scenes import Scenes
from envs.starcraft import StarCraft2Env, StarCraft2Options
from envs.vector import SaccadeVectorEnv
from envs.wrapper import SaccadeWrapper

__all__ = [
    "CameraOptions",
    "CameraSaccadeEnv",
    "EnvError",
    "NotResetError",
    "SaccadeEnv",
    "SaccadeOptions",
    "SaccadeVectorEnv",
    "SaccadeWrapper",
    "Scenes",
    "StarCraft2Env",
    "StarCraft2Options",
]

register_all()
