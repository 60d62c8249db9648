import h5py
import numpy as np
import pytest

from envs import EnvError, SaccadeEnv, SaccadeOptions
from envs.policies.making import policy
from envs.rollouts.episode import ALL, LAST, episodes
from envs.rollouts.store import Rollouts, RolloutWriter
from tests.envs.images import Judge, Squares

OPTIONS = SaccadeOptions(glimpses=3, glimpse_size=16, history=1)


def lived(count=3, **more):
    env = SaccadeEnv(Squares(), OPTIONS, predictor=Judge(), render_mode="rgb_array")
    return list(episodes(env, policy("random", env), count, 5, **more))


def test_what_was_written_is_read(tmp_path):
    written = lived()
    with RolloutWriter(tmp_path / "r.h5", {"env": "squares", "seed": 5}) as writer:
        for episode in written:
            writer.append(episode)
    with Rollouts(tmp_path / "r.h5") as stored:
        assert stored.about == {"env": "squares", "seed": 5} and len(stored) == 3
        for one, other in zip(written, stored, strict=True):
            assert one.seed == other.seed
            for name, values in one.observations.items():
                np.testing.assert_array_equal(values, other.observations[name])
            for name in ("actions", "rewards", "terminated", "truncated"):
                np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
            assert one.infos[2]["pixels_read"] == other.infos[2]["pixels_read"]
            assert one.infos[3]["answer"]["squares"] == other.infos[3]["answer/squares"]
        with pytest.raises(IndexError):
            stored[3]


def test_the_file_is_as_the_page_says(tmp_path):
    with RolloutWriter(tmp_path / "r.h5", {}) as writer:
        for episode in lived(2):
            writer.append(episode)
    with h5py.File(tmp_path / "r.h5") as file:
        assert file["episodes/offset"][:].tolist() == [0, 3, 6] and file["episodes/seed"][:].tolist() == [5, 6]
        assert file["observations/glimpse"].shape == (8, 16, 16, 3)  # four moments each
        assert file["observations/glimpse"].chunks == (1, 16, 16, 3)
        assert file["steps/actions"].shape == (6, 3)
        assert not file["observations/glimpse"][4].any()  # the reset of the second
        truth = [Squares()[int(index)].labels["squares"] for index in file["episodes/info/index"]]
        assert file["episodes/info/truth/squares"][:].tolist() == truth
        total = [file["steps/rewards"][first : first + 3].sum() for first in (0, 3)]
        np.testing.assert_array_equal(file["episodes/return"], total)


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("a.h5", "b.h5"):
        with RolloutWriter(tmp_path / name, {"seed": 5}) as writer:
            for episode in lived(2):
                writer.append(episode)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_what_is_cut_off_leaves_no_file(tmp_path):
    with pytest.raises(KeyboardInterrupt), RolloutWriter(tmp_path / "r.h5", {}) as writer:  # noqa: PT012
        writer.append(lived(1)[0])
        assert (tmp_path / "r.h5.tmp").exists() and not (tmp_path / "r.h5").exists()
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())
    (tmp_path / "x.h5").write_bytes(b"something else")
    with pytest.raises(EnvError, match="is no file of rollouts"):
        Rollouts(tmp_path / "x.h5")


def test_an_episode_does_not_depend_on_those_before_it():
    alone = lived(1, frames=lambda number: ALL)[0]
    (_, second), env = lived(2, frames=lambda number: LAST), SaccadeEnv(Squares(), OPTIONS)
    assert len(alone.frames) == 4 and len(second.frames) == 1 and len(alone) == 3
    first = next(episodes(env, policy("scan", env), 1, 6))
    np.testing.assert_array_equal(first.observations["proxy"], second.observations["proxy"])
    with pytest.raises(EnvError, match="nothing to render"):
        next(episodes(env, policy("scan", env), 1, frames=lambda number: ALL))
