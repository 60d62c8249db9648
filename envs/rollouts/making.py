"""From names to an environment that a policy fits: a trained model decides about windows and answers."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import gymnasium

from envs.agents.school import OUTCOME
from envs.options import EnvError
from envs.predictor import saccade_policy, trained_on
from envs.registration import SACCADES

LEARNED = ("sb3", "reinforce")
"""Policies whose checkpoint is an agent, not a model that answers."""
SPLIT = "test"
"""That images are of where nothing else is asked for: what was trained has not seen them."""


def options_for(
    env: str, policy: str, checkpoint: str | os.PathLike[str] | None, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Options of `gymnasium.make` for a policy.

    With the checkpoint of a trained model the environment is made to its measure: its task's settings, as many
    glimpses of its size, windows of its scales, and its answers. So it is for every policy but those of `LEARNED`, and
    policies that differ in nothing but where they look can be compared. Those get the environment that they learned in,
    where `scripts.agent` left an outcome beside them. What `options` say goes first.

    Args:
        env: id of a registered environment.
        policy: by its name.
        checkpoint: of the policy, or for those that need none of the model that answers.
        options: that are asked for.

    Raises:
        EnvError: no such environment, or a model of another task.
        CheckpointError: not a checkpoint.
        TaskError: the model does not choose where to look.
    """
    if env not in gymnasium.registry:
        there = ", ".join(name for name in gymnasium.registry if name.startswith("varsac/"))
        raise EnvError(f"environment {env!r} is unknown; there are {there}, and what other packages register")
    task = SACCADES.get(env)
    chosen: dict[str, Any] = {"split": SPLIT} if task else {}
    if checkpoint is not None and policy in LEARNED:
        chosen |= _learned_in(env, checkpoint)
    elif checkpoint is not None:
        if not os.path.isfile(checkpoint):
            raise EnvError(f"there is no checkpoint {os.fspath(checkpoint)}: give a file such as RUN/best.pt")
        chosen |= _measured(env, task, checkpoint)
    return chosen | dict(options)


def _learned_in(env: str, checkpoint: str | os.PathLike[str]) -> dict[str, Any]:
    """The options of the environment that an agent learned in; none where nothing tells."""
    try:
        outcome = json.loads((pathlib.Path(checkpoint).parent / OUTCOME).read_text(encoding="utf-8"))
        return dict(outcome["options"]) if outcome["env"] == env else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def scale_for(env: str, policy: str, checkpoint: str | os.PathLike[str] | None) -> float | None:
    """The usual scale of a trained model's windows, for policies that do not choose one; None where there is none."""
    if checkpoint is None or policy in LEARNED or env not in SACCADES:
        return None
    return saccade_policy(checkpoint).scale


def _measured(env: str, task: str | None, checkpoint: str | os.PathLike[str]) -> dict[str, Any]:
    trained, settings = trained_on(checkpoint)
    if task is None:  # a camera has windows of its own
        return {"predictor": os.fspath(checkpoint)} if env.startswith("varsac/Camera") else {}
    if trained != task:
        raise EnvError(
            f"{os.fspath(checkpoint)} was trained on the task {trained!r}, and {env} has images of {task!r}: choose "
            f"{' or '.join(name for name, one in SACCADES.items() if one == trained) or 'another checkpoint'}"
        )
    model = saccade_policy(checkpoint)
    sizes: dict[str, Any] = {"glimpses": model.glimpses, "glimpse_size": model.glimpse_size}
    scales = model.scales()
    return {**sizes, **({"scales": scales} if scales else {}), "settings": settings, "predictor": os.fspath(checkpoint)}


def made(env: str, options: Mapping[str, Any], pictures: bool = True) -> gymnasium.Env[Any, Any]:
    """An environment, with pictures where they are wanted.

    Raises:
        EnvError: options that there are not.
        UserError: whatever else keeps it from being made.
    """
    shown: dict[str, Any] = {"render_mode": "rgb_array"} if pictures else {}
    try:
        return gymnasium.make(env, **options, **shown)
    except TypeError as error:
        raise EnvError(f"{env} cannot be made with {', '.join(options)}: {error}") from error
