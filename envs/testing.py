"""What the environments of this package promise, as checks for environments of one's own.

    from envs import testing

    testing.check_env(lambda: gymnasium.make("envs:varsac/SaccadeSynthetic-v0"))
    testing.check_vector_env(
        lambda: gymnasium.make("envs:varsac/SaccadeSynthetic-v0"),
        lambda count, mode: gymnasium.make_vec("envs:varsac/SaccadeSynthetic-v0", count, autoreset_mode=mode),
    )

Environments are closed when a check is through with them: those of live games have processes of their own.

A broken promise is an AssertionError that names it; so is a warning of the checks of gymnasium or Stable-Baselines3.
"""

from __future__ import annotations

import contextlib
import importlib.util
import pickle
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.error import ResetNeeded
from gymnasium.utils import env_checker
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv
from gymnasium.wrappers import RecordEpisodeStatistics

from sc2data.errors import UserError

Make = Callable[[], "gymnasium.Env[Any, Any]"]
MakeVector = Callable[[int, AutoresetMode], "VectorEnv[Any, Any, Any]"]

WRAPPED = ".*different from the unwrapped version.*"
"""What gymnasium warns of where it checks an environment with its wrappers, as users have it."""


def check_env(make: Make, seed: int = 0, steps: int = 20) -> None:
    """All checks of a single environment.

    Args:
        make: makes the environment, the same one each time.
        seed: of resets and actions.
        steps: how long the environment is followed; episodes that end begin anew.

    Raises:
        AssertionError: it does not keep to one of them.
    """
    check_api(make)
    check_stable_baselines(make)
    check_determinism(make, seed, steps)
    check_seeding(make, seed)
    check_pickling(make, seed, steps)
    check_rendering(make, seed, steps)
    check_statistics(make, seed, steps)
    check_errors(make, seed)


def check_api(make: Make) -> None:
    """Pass gymnasium's `check_env` without a warning; its rendering is left to `check_rendering`."""
    with make() as env, _warnings_fail():
        warnings.filterwarnings("ignore", message=WRAPPED)
        env_checker.check_env(env, skip_render_check=True)


def check_stable_baselines(make: Make) -> bool:
    """Pass `check_env` of Stable-Baselines3 without a warning, where that is installed; whether it is.

    It takes no Dict actions and no observations of more than three axes (`history`): such environments are passed over.
    """
    if importlib.util.find_spec("stable_baselines3") is None:
        return False
    from envs.agents.ppo import check

    with make() as env:
        observed = env.observation_space
        parts = list(observed.values()) if isinstance(observed, spaces.Dict) else [observed]
        flat = all(len(part.shape or ()) in (1, 3) for part in parts)
        if isinstance(env.action_space, spaces.Dict) or not flat:
            return False
        with _warnings_fail():
            check(env)
    return True


def check_determinism(make: Make, seed: int = 0, steps: int = 20) -> None:
    """The same seed and the same actions give the same bytes: in two environments, and in one after the other."""
    with make() as first, make() as second:
        once = _followed(first, seed, steps)
        _same(once, _followed(second, seed, steps), "two environments, same seed and actions")
        _same(once, _followed(first, seed, steps), "one environment, reset with the same seed again")


def check_seeding(make: Make, seed: int = 0) -> None:
    """Seeds choose the episode; a reset without one goes on to another episode."""
    with make() as env:
        starts = [env.reset(seed=seed + turn)[0] for turn in range(8)]
        differ = [not env_checker.data_equivalence(starts[0], start, exact=True) for start in starts[1:]]
        assert any(differ), "eight seeds begin with the same observation: the seed is not used"
        env.reset(seed=seed)
        going_on = [env.reset()[0] for _ in range(8)]
        env.reset(seed=seed)
        _same(going_on, [env.reset()[0] for _ in range(8)], "resets without a seed after one with a seed")
    differ = [not env_checker.data_equivalence(going_on[0], start, exact=True) for start in going_on[1:]]
    assert any(differ), "resets without a seed begin with the same observation each time"


def check_pickling(make: Make, seed: int = 0, steps: int = 20) -> None:
    """A copy through pickle, made in the middle of an episode, goes on as the original does."""
    with make() as env:
        env.reset(seed=seed)
        env.action_space.seed(seed)
        env.step(env.action_space.sample())
        with pickle.loads(pickle.dumps(env)) as copy:
            given = _going_on(env, seed, steps), _going_on(copy, seed, steps)
        _same(*given, "an environment and its copy through pickle")


def check_rendering(make: Make, seed: int = 0, steps: int = 20) -> None:
    """Pictures are uint8 (H, W, 3) of one size, and looking at them changes nothing."""
    with make() as env:
        if env.render_mode != "rgb_array":
            return
        env.reset(seed=seed)
        env.action_space.seed(seed)
        shapes = set()
        for _ in range(steps):
            picture = env.render()
            assert isinstance(picture, np.ndarray) and picture.dtype == np.uint8, f"render gave {type(picture)}"
            shapes.add(picture.shape)
            _, _, terminated, truncated, _ = env.step(env.action_space.sample())
            if terminated or truncated:
                env.render()
                env.reset()
        sides = {shape[2:] for shape in shapes}
        assert len(shapes) == 1 and sides == {(3,)}, f"pictures of shapes {shapes}; one (H, W, 3) is needed"
        seen = _followed(env, seed, steps, render=True)
        with make() as other:
            _same(_followed(other, seed, steps), seen, "an environment that is rendered and one that is not")


def check_statistics(make: Make, seed: int = 0, steps: int = 20) -> None:
    """Wrappers and trainers find `info["episode"]` free, where they tell an episode's return and length."""
    with RecordEpisodeStatistics(make()) as env:
        _, told = env.reset(seed=seed)
        env.action_space.seed(seed)
        for _ in range(steps):
            assert "episode" not in told, 'info["episode"] is taken: Stable-Baselines3 and gymnasium write it'
            *_, terminated, truncated, told = env.step(env.action_space.sample())
            if terminated or truncated:
                assert set(told["episode"]) == {"r", "l", "t"}
                return


def check_errors(make: Make, seed: int = 0) -> None:
    """A step before the first reset, and actions that are none, raise errors that can be caught, and change nothing."""
    with make() as env, make() as reference:
        _raises(lambda: env.step(env.action_space.sample()), (ResetNeeded,), "a step before reset")
        env.reset(seed=seed)
        for what, action in _bad_actions(env.action_space):
            _raises(lambda action=action: env.step(action), (UserError,), what)  # type: ignore[misc]
        reference.reset(seed=seed)
        _same(_going_on(reference, seed, 3), _going_on(env, seed, 3), "an environment after actions that it refused")


def check_vector_env(
    make: Make,
    make_vector: MakeVector,
    num_envs: int = 3,
    seed: int = 0,
    steps: int = 40,
    modes: tuple[AutoresetMode, ...] = tuple(AutoresetMode),
) -> None:
    """Environment i of a vector is the single one reset with seed + i: observations, rewards, ends and infos.

    Args:
        make: makes the single environment.
        make_vector: of (number of environments, autoreset mode) makes the vector.
        num_envs: how many.
        seed: of resets and actions.
        steps: how long they are followed; long enough for episodes to end.
        modes: what becomes of episodes that end.

    Raises:
        AssertionError: they differ, or `metadata["autoreset_mode"]` does not say the mode.
    """
    for mode in modes:
        vector = make_vector(num_envs, mode)
        oracle: SyncVectorEnv = SyncVectorEnv([make] * num_envs, autoreset_mode=mode)
        with contextlib.closing(vector), contextlib.closing(oracle):
            _same_vectors(oracle, vector, mode, seed, steps)


def _same_vectors(
    oracle: SyncVectorEnv, vector: VectorEnv[Any, Any, Any], mode: AutoresetMode, seed: int, steps: int
) -> None:
    assert vector.metadata.get("autoreset_mode") is mode, f"metadata does not say {mode}"
    for name in ("observation_space", "action_space", "single_observation_space", "single_action_space"):
        ours, theirs = getattr(vector, name), getattr(oracle, name)
        assert ours == theirs, f"{name}: {ours}, of single environments {theirs}"
    _same(oracle.reset(seed=seed), vector.reset(seed=seed), f"{mode}: reset")
    vector.action_space.seed(seed)
    ends = 0
    for step in range(steps):
        actions = vector.action_space.sample()
        result = vector.step(actions)
        _same(oracle.step(actions), result, f"{mode}: step {step}")
        over = result[2] | result[3]
        ends += int(over.sum())
        if mode is AutoresetMode.DISABLED and over.any():
            again = oracle.reset(options={"reset_mask": over.copy()})
            _same(again, vector.reset(options={"reset_mask": over.copy()}), f"{mode}: reset after step {step}")
    assert ends, f"no episode ended in {steps} steps: follow them for longer"


def _followed(env: gymnasium.Env[Any, Any], seed: int, steps: int, render: bool = False) -> list[Any]:
    """Everything that an environment gives from a reset on."""
    start = env.reset(seed=seed)
    return [start, *_going_on(env, seed, steps, render)]


def _going_on(env: gymnasium.Env[Any, Any], seed: int, steps: int, render: bool = False) -> list[Any]:
    env.action_space.seed(seed)
    given: list[Any] = []
    for _ in range(steps):
        result = env.step(env.action_space.sample())
        given.append(result)
        if render:
            env.render()
        if result[2] or result[3]:
            given.append(env.reset())
    return given


def _same(expected: Any, given: Any, what: str) -> None:
    if not env_checker.data_equivalence(expected, given, exact=True):
        raise AssertionError(f"{what}: {_difference(expected, given)}")


def _difference(expected: Any, given: Any, where: str = "") -> str:
    """The first place where two values differ."""
    if type(expected) is type(given) and isinstance(expected, dict) and expected.keys() == given.keys():
        pairs: list[tuple[Any, Any, Any]] = [(key, expected[key], given[key]) for key in expected]
    elif type(expected) is type(given) and isinstance(expected, list | tuple) and len(expected) == len(given):
        pairs = [(number, *pair) for number, pair in enumerate(zip(expected, given))]
    else:
        return f"{where or 'value'} is {given!r}, expected {expected!r}"
    for key, one, other in pairs:
        if not env_checker.data_equivalence(one, other, exact=True):
            return _difference(one, other, f"{where}[{key!r}]")
    return f"{where or 'value'} differs"


def _bad_actions(space: spaces.Space[Any]) -> Iterator[tuple[str, Any]]:
    """Actions that a space does not hold, and what they are called."""
    if isinstance(space, spaces.Box):
        good = np.zeros(space.shape, space.dtype)
        yield "an action that is not a number", np.full_like(good, np.nan)
        yield "an action that is infinite", np.full_like(good, np.inf)
        yield "an action out of range", space.high + np.ones_like(good)
        yield "an action of the wrong shape", np.zeros((*space.shape, 2), space.dtype)
    elif isinstance(space, spaces.Discrete):
        yield "an action out of range", space.n
        yield "an action below the range", -1
        yield "an action that is no whole number", 0.5
        yield "an action of the wrong shape", np.zeros(2, np.int64)
    elif isinstance(space, spaces.MultiDiscrete):
        yield "an action out of range", space.nvec
        yield "an action of the wrong shape", np.zeros(len(space.nvec) + 1, np.int64)
    elif isinstance(space, spaces.Dict):
        yield "an action without its parts", {}


def _raises(call: Callable[[], Any], kinds: tuple[type[BaseException], ...], what: str) -> None:
    try:
        call()
    except kinds as error:
        message = str(error)
    else:
        raise AssertionError(f"{what} raised nothing")
    assert message, f"{what} raised an error without a message"


@contextlib.contextmanager
def _warnings_fail() -> Iterator[None]:
    """Turn warnings into failures."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            yield
        except Warning as warning:
            raise AssertionError(f"a check warns: {warning}") from warning
