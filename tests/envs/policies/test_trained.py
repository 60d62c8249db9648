"""A trained model acts in the environment as it does in `scripts.evaluate`."""

import contextlib

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium.wrappers import AddRenderObservation

from envs import SaccadeOptions, SaccadeWrapper
from envs.policies.making import policy
from envs.rollouts.episode import episodes
from envs.rollouts.making import made, options_for, scale_for
from envs.rollouts.measures import Tally
from tests.varsac.engine.models import DIGITS, untrained
from tests.varsac.tasks.harvests import write_harvest
from varsac.engine import checkpoint
from varsac.engine.evaluate import evaluate
from varsac.tasks.batch import collate

MINE = {"answer": "density", "units": "Marine,Zergling"}


@pytest.fixture(scope="module", params=["synthetic", "sc2", "sc2 without feedback"])
def trained(request, tmp_path_factory):
    """A model, its checkpoint, test split, environment and options."""
    folder = tmp_path_factory.mktemp("trained")
    task, *rest = request.param.split(maxsplit=1)
    data = write_harvest(folder / "harvest") if task == "sc2" else None
    if rest:
        settings = MINE | {"proxy": "screen"}
    else:
        settings = DIGITS if task == "synthetic" else MINE
    model, config, spec, made_task = untrained(task, settings, data)
    path = folder / "best.pt"
    checkpoint.save(path, config, spec, 0, model)
    env = "varsac/SaccadeSC2-v0" if task == "sc2" else "varsac/SaccadeSynthetic-v0"
    return model, path, made_task.data("test"), env, {"data": str(data)} if data else {}


def test_its_predictions_are_those_of_evaluate(trained):
    model, path, data, name, options = trained
    chosen = options_for(name, "varsac", path, options)
    with contextlib.closing(made(name, chosen, pictures=False)) as env:
        lived = list(episodes(env, policy("varsac", env, path), len(data), options=lambda number: {"index": number}))
    seen = []
    measures = evaluate(model, data, watch=lambda batch, outputs: seen.append(outputs[0]))
    fixations = torch.cat([output.fixations for output in seen]).numpy()
    mine = np.stack([episode.observations["fixation"][1:] for episode in lived])
    np.testing.assert_allclose(mine, fixations, atol=2e-6)
    head = data.spec.heads[0]
    answers = torch.cat([output.answers[head.name] for output in seen])
    tally = Tally(data.spec.heads)
    for episode in lived:
        tally.add(episode)
    if head.kind == "density":
        given = np.stack([episode.infos[-1]["answer"][head.name] for episode in lived])
        np.testing.assert_allclose(given, answers.numpy(), atol=1e-4)
        assert tally.measures()[f"{head.name}/mae"] == pytest.approx(measures[f"{head.name}/mae"], abs=1e-4)
    else:
        given = np.stack([episode.infos[-1]["answer"][head.name] for episode in lived])
        highest = answers.topk(2, 1).indices
        assert [set(np.flatnonzero(row)) for row in given] == [set(row.tolist()) for row in highest]
        assert tally.measures()["right"] == pytest.approx(measures[f"{head.name}/accuracy"])


def test_other_policies_get_its_windows_and_its_judgement(trained):
    model, path, data, name, options = trained
    chosen = options_for(name, "scan", path, options)
    assert (chosen["glimpses"], chosen["glimpse_size"], chosen["split"]) == (2, 16, "test")
    assert chosen["predictor"] == str(path)
    scale = scale_for(name, "oracle", path)
    with contextlib.closing(made(name, chosen, pictures=False)) as env:
        (episode,) = episodes(env, policy("oracle", env, path, scale=scale), 1)
    assert "answer" in episode.infos[-1]
    np.testing.assert_allclose(episode.observations["fixation"][1:, 2], model.latent.scale, rtol=1e-5)
    assert options_for(name, "scan", path, {**options, "glimpses": 5})["glimpses"] == 5  # what is asked for goes first
    with torch.no_grad():
        assert model(collate([data[0]]), None).fixations.shape[1] == 2  # the policy has its own copy


def test_it_begins_anew_with_every_frame_of_another_environment(tmp_path):
    harvest = write_harvest(tmp_path / "harvest")
    model, config, spec, _ = untrained("sc2", {"answer": "density", "proxy": "screen"}, harvest)
    checkpoint.save(tmp_path / "best.pt", config, spec, 0, model)
    inner = AddRenderObservation(gymnasium.make("FrozenLake-v1", render_mode="rgb_array"), render_only=True)
    env = SaccadeWrapper(inner, options=SaccadeOptions(glimpses=3), policy=lambda frame: 1)
    acting = policy("varsac", env, tmp_path / "best.pt")
    observation, info = env.reset(seed=0)
    acting.begin(observation, info)
    looks = []
    for _ in range(9):
        observation, *_, info = env.step(acting.act(observation, info))
        looks.append(observation["fixation"][:2])
    assert info["frame"] == 2 and info["moved"] is False
    for frame in range(3):  # within a frame it does not look twice at a place, and it knows no more than three looks
        apart = np.abs(np.subtract.outer(*[np.stack(looks[3 * frame : 3 * frame + 3])[:, 0]] * 2)) + np.eye(3)
        assert apart.max() > 0.05
    fresh = policy("varsac", env, tmp_path / "best.pt")
    fresh.model.begin(observation["proxy"], (256, 256))
    for look in looks[6:8]:
        fresh.model.see(np.zeros((16, 16, 3), np.uint8), [*look, 0.2])
    np.testing.assert_allclose(fresh.model.next()[:2], looks[8], atol=1e-5)  # as if there had been no frames before
