"""A whole rollout: episodes of a policy, their file, their measures, their pictures."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import gymnasium

from envs.options import EnvError
from envs.policies import making as policies
from envs.rollouts import film, minari_data
from envs.rollouts.episode import ALL, LAST, Episode, episodes
from envs.rollouts.making import made, options_for, scale_for
from envs.rollouts.measures import Measures, Tally
from envs.rollouts.store import Rollouts, RolloutWriter
from sc2data.format.durable import replace_file
from sc2data.format.provenance import code_version, installed_version

FILE, MEASURES, SHEET = "rollouts.h5", "measures.json", "contact-sheet.png"
PACKAGES = ("gymnasium", "numpy", "opencv-python-headless", "torch", "stable-baselines3")


@dataclasses.dataclass(frozen=True)
class Rollout:
    """What is to be done.

    Args:
        env: id of a registered environment.
        policy: by its name, see `envs.policies.making.POLICIES`.
        checkpoint: see `envs.rollouts.making.options_for`.
        options: of the environment, by name.
        count: how many episodes; 0: one for each image.
        seed: episode i is reset with seed + i.
        in_order: episode i is over image i of the split, else over one that the environment draws.
        gif: make an animated picture of the first `filmed` episodes; video: a film.
        filmed: how many.
        width: of the animated picture, px.
        minari: name of a Minari data set to write, or "".

    Raises:
        EnvError: numbers that cannot be.
    """

    env: str
    policy: str
    checkpoint: str | None = None
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    count: int = 10
    seed: int = 0
    in_order: bool = False
    gif: bool = False
    video: bool = False
    filmed: int = 3
    width: int = 640
    minari: str = ""

    def __post_init__(self) -> None:
        for name, value, least in (("episodes", self.count, 0), ("seed", self.seed, 0), ("filmed", self.filmed, 1)):
            if value < least:
                raise EnvError(f"{name} {value}: at least {least} is needed")
        if self.count == 0 and not self.in_order:
            raise EnvError("0 episodes: that many are one for each image, which takes in_order")


def rolled_out(
    rollout: Rollout, folder: pathlib.Path, report: Callable[[int, int], None] = lambda ready, total: None
) -> Measures:
    """Do it.

    Args:
        rollout: what.
        folder: for the results; it must be empty, or not there yet.
        report: is told how many episodes are ready, and of how many.

    Returns:
        See `envs.rollouts.measures`.

    Raises:
        EnvError: something is missing or does not go together; nothing is written then.
        StorageError: the disk does not take it.
        UserError: whatever the environment has to complain of.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise EnvError(f"{folder} is in use: choose an empty folder, or remove what is in it")
    if rollout.minari:
        minari_data.check_name(rollout.minari)
    options = options_for(rollout.env, rollout.policy, rollout.checkpoint, rollout.options)
    with contextlib.closing(made(rollout.env, options)) as env:
        scale = scale_for(rollout.env, rollout.policy, rollout.checkpoint)
        policy = policies.policy(rollout.policy, env, rollout.checkpoint, rollout.seed, scale)
        count = rollout.count or len(_scenes(env))
        folder.mkdir(parents=True, exist_ok=True)
        filmed: list[Episode] = []
        tally = Tally(_heads(env))
        with RolloutWriter(folder / FILE, about(rollout, options)) as writer:
            lived = episodes(env, policy, count, rollout.seed, _order(rollout, env), _kept(rollout))
            for number, episode in enumerate(lived):
                writer.append(episode)
                tally.add(episode)
                if episode.frames:
                    filmed.append(dataclasses.replace(episode, observations={}))
                report(number + 1, count)
        _write_pictures(rollout, folder, filmed)
        measures = tally.measures()
        replace_file(
            folder / MEASURES, (json.dumps(about(rollout, options) | {"measures": measures}, indent=1) + "\n").encode()
        )
        if rollout.minari:
            with Rollouts(folder / FILE) as stored:
                minari_data.write_minari(rollout.minari, stored, env, rollout.policy)
    return measures


def about(rollout: Rollout, options: Mapping[str, Any]) -> dict[str, Any]:
    """What a file of rollouts says of itself, plain values."""
    versions = {name: version for name in PACKAGES if (version := installed_version(name))}
    checkpoint = os.fspath(rollout.checkpoint) if rollout.checkpoint else None
    return {
        "env": rollout.env,
        "policy": rollout.policy,
        "checkpoint": checkpoint,
        "seed": rollout.seed,
        "in_order": rollout.in_order,
        "options": json.loads(json.dumps(dict(options), default=str)),
        "code": code_version(),
        "packages": versions,
    }


def _write_pictures(rollout: Rollout, folder: pathlib.Path, filmed: list[Episode]) -> None:
    film.write_sheet(folder / SHEET, filmed)
    if rollout.gif:
        film.write_gif(folder / "rollout.gif", filmed[: rollout.filmed], rollout.width)
    if rollout.video:
        film.write_mp4(folder / "rollout.mp4", filmed[: rollout.filmed])


def _kept(rollout: Rollout) -> Callable[[int], str]:
    """Which pictures of an episode are kept."""

    def kept(number: int) -> str:
        if number < rollout.filmed and (rollout.gif or rollout.video):
            return ALL
        return LAST if number < film.SHEET else ""

    return kept


def _order(rollout: Rollout, env: gymnasium.Env[Any, Any]) -> Callable[[int], Mapping[str, Any] | None]:
    if not rollout.in_order:
        return lambda number: None
    there = len(_scenes(env))
    if rollout.count > there:
        raise EnvError(f"{rollout.count} episodes over {there} images in order: ask for at most {there}")
    return lambda number: {"index": number}


def _scenes(env: gymnasium.Env[Any, Any]) -> Any:
    if not env.has_wrapper_attr("scenes"):
        raise EnvError(f"{env} has no images that could be looked at in order")
    return env.get_wrapper_attr("scenes")


def _heads(env: gymnasium.Env[Any, Any]) -> tuple[Any, ...]:
    return _scenes(env).data.spec.heads if env.has_wrapper_attr("scenes") else ()
