"""An agent by name, from its first step to a file and an outcome."""

from __future__ import annotations

import json
import os
import pathlib
import platform
from typing import Any, Protocol

from envs.agents.course import Agent, Budget, Course, outcome
from envs.options import EnvError
from sc2data.format.durable import replace_file
from sc2data.format.provenance import code_version, installed_version

AGENTS = {"ppo": "agent.zip", "reinforce": "agent.pt"}
"""What an agent's file is called."""
OUTCOME = "outcome.json"
"""What an agent came to, beside it."""
POINTS = 50
"""Of the curve that a result keeps, about."""


def taught(name: str, course: Course, budget: Budget, seed: int, images: int, folder: pathlib.Path) -> dict[str, Any]:
    """Let an agent learn, measure it, and write it with its outcome.

    Args:
        name: of `AGENTS`.
        course: what it is to learn.
        budget: how long.
        seed: of weights, actions and episodes.
        images: of the test split.
        folder: for the agent and `outcome.json`; made where it is not there.

    Returns:
        What `outcome.json` holds.

    Raises:
        EnvError: no such agent, its library is missing, or the folder holds one already.
        StorageError: the disk does not take it.
    """
    if name not in AGENTS:
        raise EnvError(f"agent {name!r}: choose one of {', '.join(AGENTS)}")
    file = folder / AGENTS[name]
    if file.exists():
        raise EnvError(f"{file} is there already: choose another folder, or remove it")
    agent = made(name, course, seed)
    folder.mkdir(parents=True, exist_ok=True)
    agent.learn(budget)
    seconds = budget.spent
    agent.save(file)
    measured = outcome(agent, course, images, seed)
    step = max(1, len(budget.curve) // POINTS)
    result = {
        "agent": name,
        "env": course.env,
        "options": course.options,
        "envs": course.envs,
        "seed": seed,
        "cpu_seconds": round(seconds, 1),
        "steps": budget.curve[-1][1] if budget.curve else 0,
        "images": measured.images,
        "objects": measured.objects,
        "found": measured.found,
        "found_by_random": measured.random,
        "times_random": round(measured.times, 2),
        "code": code_version(),
        "machine": _machine(),
        "curve": [list(point) for point in budget.curve[::step]],
    }
    replace_file(folder / OUTCOME, (json.dumps(result, indent=1) + "\n").encode())
    return result


class Learner(Agent, Protocol):
    """An agent that learns."""

    def learn(self, budget: Budget) -> None:
        """Until the budget is spent."""
        ...


def made(name: str, course: Course, seed: int) -> Learner:
    """A fresh agent.

    Raises:
        EnvError: its library is missing.
    """
    if name == "ppo":
        from envs.agents.ppo import PPOAgent

        return PPOAgent(course, seed)
    from envs.agents.reinforce import ReinforceAgent

    return ReinforceAgent(course, seed)


def _machine() -> dict[str, Any]:
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count() or 1,
        "python": platform.python_version(),
        "torch": installed_version("torch"),
        "stable_baselines3": installed_version("stable-baselines3"),
        "gymnasium": installed_version("gymnasium"),
    }
