"""Rollouts as a person starts them."""

import json

import pytest

from envs.rollouts.store import Rollouts
from scripts import _app, agent, rollout
from tests.varsac.engine.models import DIGITS, untrained
from varsac.engine import checkpoint

SMALL = ["--set=settings.height=128", "--set=settings.width=128", "--set=settings.proxy=40", "--set=settings.test=5"]
MOVIEPY = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")  # of its own code


def call(*arguments):
    return rollout.APP.call(rollout.main, ["rollout.py", *arguments])


@pytest.fixture(autouse=True)
def there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@MOVIEPY
def test_a_policy_leaves_numbers_a_file_and_pictures(capsys, tmp_path):
    pytest.importorskip("moviepy")
    flags = ["--policy=saliency", "--episodes=3", "--seed=4", "--set=glimpses=2", "--output=out", "--gif", "--video"]
    assert call("--env=envs:varsac/SaccadeSynthetic-v0", *flags, "--filmed=2", *SMALL) == _app.SUCCESS
    head, row = capsys.readouterr().out.splitlines()
    assert head.split() == ["policy", "episodes", "found", "steps", "return", "pixels", "read"]
    assert row.split()[:2] == ["saliency", "3"] and row.split()[3] == "2.0"
    assert names(tmp_path / "out") == [
        "contact-sheet.png", "measures.json", "rollout.gif", "rollout.mp4", "rollouts.h5",
    ]  # fmt: skip
    result = json.loads((tmp_path / "out" / "measures.json").read_text())
    assert result["measures"]["episodes"] == 3 and result["options"]["settings"]["height"] == 128
    assert result["code"]["version"] and (result["policy"], result["seed"]) == ("saliency", 4)
    with Rollouts(tmp_path / "out" / "rollouts.h5") as stored:
        assert stored.about["options"] == result["options"] and [one.seed for one in stored] == [4, 5, 6]
    assert call("--env=varsac/SaccadeSynthetic-v0", *flags) == _app.USER_ERROR
    assert "out is in use" in capsys.readouterr().err


def test_a_trained_model_is_rolled_out_over_its_own_task(capsys, tmp_path):
    model, config, spec, _ = untrained("synthetic", DIGITS)
    checkpoint.save(tmp_path / "best.pt", config, spec, 0, model)
    made = ["--env=varsac/SaccadeSynthetic-v0", "--checkpoint=best.pt", "--in_order", "--episodes=0"]
    assert call(*made, "--output=out") == _app.SUCCESS
    result = json.loads((tmp_path / "out" / "measures.json").read_text())
    assert result["measures"]["episodes"] == 8 and result["policy"] == "varsac"
    assert result["options"]["glimpses"] == 2 and "right" in result["measures"]
    assert call(*made, "--policy=random", "--output=other") == _app.SUCCESS
    assert "right" in capsys.readouterr().out
    assert call("--env=varsac/SaccadeSC2-v0", "--checkpoint=best.pt", "--output=none") == _app.USER_ERROR
    assert "was trained on the task 'synthetic'" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--env=varsac/SaccadeSynthetic-v0"], "--env and --output are needed"),
        (["--env=varsac/Saccade-v9", "--output=out"], "is unknown; there are varsac/SaccadeSC2-v0"),
        (["--env=varsac/SaccadeSynthetic-v0", "--output=out"], "was learned: give its checkpoint"),
        (["--env=varsac/SaccadeSynthetic-v0", "--checkpoint=x.pt", "--output=out"], "there is no checkpoint x.pt"),
        (["--env=varsac/SaccadeSynthetic-v0", "--policy=scan", "--set=glimps=3", "--output=out"], "no options glimps"),
        (["--env=varsac/SaccadeSynthetic-v0", "--policy=scan", "--set=three", "--output=out"], "not of the form"),
        (["--env=CartPole-v1", "--policy=scan", "--output=out"], "has no saccades as actions"),
        (["--env=varsac/SaccadeSynthetic-v0", "--policy=scan", "--episodes=0", "--output=out"], "takes in_order"),
        (["--env=varsac/SaccadeSynthetic-v0", "--policy=scan", "--minari=a b", "--output=out"], "Minari"),
        (["more", "--output=out"], "unexpected: more"),
    ],
)
def test_what_is_wrong_is_said(capsys, tmp_path, flags, message):
    assert call(*flags) == _app.USER_ERROR
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_agent_learns_and_is_rolled_out(capsys, tmp_path):
    learn = ["--agent=reinforce", "--minutes=0", "--steps=32", "--envs=4", "--images=4", "--output=agent"]
    small = [*SMALL, "--set=settings.train=4", "--set=glimpses=2", "--set=grid=[2, 2, 1]"]
    assert agent.APP.call(agent.main, ["agent.py", *learn, *small]) == _app.SUCCESS
    assert json.loads(capsys.readouterr().out)["steps"] == 32
    flags = ["--env=varsac/SaccadeSynthetic-v0", "--policy=reinforce", "--checkpoint=agent/agent.pt", "--episodes=2"]
    assert call(*flags, "--output=out") == _app.SUCCESS  # in the environment that it learned in
    assert capsys.readouterr().out.splitlines()[1].startswith("reinforce  2")
    options = json.loads((tmp_path / "out" / "measures.json").read_text())["options"]
    assert (options["grid"], options["glimpses"], options["split"]) == ([2, 2, 1], 2, "test")
    (tmp_path / "agent" / "outcome.json").unlink()
    assert call(*flags, "--output=other") == _app.USER_ERROR
    assert "options that the agent learned with" in capsys.readouterr().err
    assert agent.APP.call(agent.main, ["agent.py", *learn, *small]) == _app.USER_ERROR
    assert "is there already" in capsys.readouterr().err
