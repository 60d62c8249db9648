"""Rollouts as a data set of Minari, which offline learners read; images are kept as they are, to the byte."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import gymnasium

from envs.options import EnvError
from envs.rollouts.episode import Episode

NAME = re.compile(r"([\w-]+/)*[\w-]+?(-v\d+)?")


def check_name(name: str) -> None:
    """See that a data set of that name can be made.

    Raises:
        EnvError: Minari is not installed, there is one already, or it is no name.
    """
    minari = _minari()
    if not NAME.fullmatch(name):
        raise EnvError(f"{name!r} is no name of a Minari data set: such as saccades/scan-v0")
    if name in minari.list_local_datasets():
        raise EnvError(f"there is a Minari data set {name!r} already: choose another name, or `minari delete {name}`")


def write_minari(name: str, episodes: Iterable[Episode], env: gymnasium.Env[Any, Any], policy: str) -> None:
    """Write a data set to where Minari keeps them (`MINARI_DATASETS_PATH`).

    Args:
        name: of the data set.
        episodes: of it.
        env: where they were lived; the data set can make it again.
        policy: what lived them, by its name.

    Raises:
        EnvError: see `check_name`.
    """
    check_name(name)
    _minari().create_dataset_from_buffers(
        name,
        _buffers(episodes),
        env=env,
        eval_env=env.spec,
        algorithm_name=policy,
        author="sc2-saccades",
        author_email="none",
        code_permalink="sc2-saccades: python -m scripts.rollout",
        description=f"Episodes of {env.spec.id if env.spec else env} by the policy {policy}.",
        requirements=["sc2-saccades[envs]"],
        data_format="hdf5",
        jpeg_encoding=False,  # the default changes the images
    )


def _buffers(episodes: Iterable[Episode]) -> Iterator[Any]:
    from minari.data_collector import EpisodeBuffer

    for number, episode in enumerate(episodes):
        yield EpisodeBuffer(
            id=number,
            seed=episode.seed,
            observations=dict(episode.observations),
            actions=episode.actions,
            rewards=episode.rewards,
            terminations=episode.terminated,
            truncations=episode.truncated,
        )


def _minari() -> Any:
    try:
        import minari
    except ImportError:
        raise EnvError("a Minari data set needs Minari: pip install 'sc2-saccades[minari]'") from None
    return minari
