"""Policies by name."""

from __future__ import annotations

import os
from typing import Any

import gymnasium

from envs.options import EnvError
from envs.policies.oracle import OraclePolicy
from envs.policies.policy import Policy
from envs.policies.random import RandomPolicy
from envs.policies.saliency import SaliencyPolicy
from envs.policies.scan import ScanPolicy

POLICIES = ("varsac", "random", "scan", "saliency", "oracle", "sb3", "reinforce")
FROM_FILES = {
    "varsac": "a trained model, such as RUN/best.pt of scripts.train",
    "sb3": "a model of Stable-Baselines3, such as RUN/agent.zip of scripts.agent --agent ppo",
    "reinforce": "RUN/agent.pt of scripts.agent --agent reinforce",
}
"""Those that were learned, and from what file."""


def policy(
    name: str,
    env: gymnasium.Env[Any, Any],
    checkpoint: str | os.PathLike[str] | None = None,
    seed: int = 0,
    scale: float | None = None,
) -> Policy:
    """A policy for an environment.

    Args:
        name: of `POLICIES`.
        env: where it is to act.
        checkpoint: the file of one that was learned.
        seed: of what it draws.
        scale: of the windows of those that do not choose it; None: the smallest that there is.

    Raises:
        EnvError: no such policy, no file for it, or an environment that it cannot act in.
        UserError: the file is of another kind.
    """
    if name not in POLICIES:
        raise EnvError(f"policy {name!r}: choose one of {', '.join(POLICIES)}")
    if name in FROM_FILES:
        if checkpoint is None:
            raise EnvError(f"policy {name!r} was learned: give its checkpoint, {FROM_FILES[name]}")
        return _from_file(name, env, checkpoint, seed)
    match name:
        case "random":
            return RandomPolicy(env, seed)
        case "scan":
            return ScanPolicy(env)
        case "saliency":
            return SaliencyPolicy(env, scale)
        case _:
            return OraclePolicy(env, scale)


def _from_file(name: str, env: gymnasium.Env[Any, Any], checkpoint: str | os.PathLike[str], seed: int) -> Policy:
    if not os.path.isfile(checkpoint):
        raise EnvError(f"there is no checkpoint {os.fspath(checkpoint)}: policy {name!r} needs {FROM_FILES[name]}")
    if name == "varsac":
        from envs.policies.trained import TrainedPolicy

        return TrainedPolicy(env, checkpoint, seed=seed)
    from envs.policies.learned import AttentionPolicy, StableBaselinesPolicy

    return StableBaselinesPolicy(env, checkpoint) if name == "sb3" else AttentionPolicy(env, checkpoint)
