import pickle

import numpy as np
import pytest
import torch

from envs import SaccadeEnv, SaccadeOptions, SaccadeVectorEnv, testing
from envs.actions import box_action
from envs.making import TaskSaccadeEnv
from envs.predictor import CheckpointPredictor
from tests.varsac.engine.models import DIGITS, untrained
from tests.varsac.tasks.harvests import write_harvest
from varsac.engine import checkpoint
from varsac.models import registry
from varsac.models.told import Told
from varsac.tasks.batch import collate
from varsac.tasks.task import TaskError

SETTINGS = {
    "height": 64,
    "width": 64,
    "proxy": 16,
    "two_digits": {"digit": 0.3, "fragment": 0.1},
    "train": 8,
    "val": 8,
    "test": 8,
}


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """An untrained model of two digits, its checkpoint and its test split."""
    model, config, spec, task = untrained("synthetic", DIGITS)
    path = tmp_path_factory.mktemp("run") / "best.pt"
    checkpoint.save(path, config, spec, 0, model)
    return model, path, task.data("test")


def test_a_model_told_to_look_where_it_looks_answers_the_same(digits):
    model, _, data = digits
    batch = collate([data[index] for index in range(4)])
    with torch.no_grad():
        output = model(batch, None)
    told = Told(model)
    for _ in range(2):  # it may be asked again
        answers = told(batch, output.fixations)
        torch.testing.assert_close(answers["digits"], output.answers["digits"])
    elsewhere = told(batch, -output.fixations * torch.tensor([1.0, 1.0, -1.0]))
    assert not torch.allclose(elsewhere["digits"], output.answers["digits"])
    torch.testing.assert_close(model(batch, None).answers["digits"], output.answers["digits"])  # it is its own still


def test_models_that_count_are_told_too(tmp_path):
    data_dir = write_harvest(tmp_path / "harvest")
    model, _, _, task = untrained("sc2", {"answer": "density", "units": "Marine,Zergling"}, data_dir)
    data = task.data("train")
    batch = collate([data[index] for index in range(3)])
    with torch.no_grad():
        output = model(batch, None)
    torch.testing.assert_close(Told(model)(batch, output.fixations)["units"], output.answers["units"])


def test_any_number_of_looks_will_do(digits):
    model, _, data = digits
    batch, told = collate([data[0]]), Told(model)
    for looks in (1, 5):
        assert torch.isfinite(told(batch, torch.full((1, looks, 3), 0.3))["digits"]).all()


def test_models_without_glimpses_answer_and_others_say_why_not(digits):
    _, _, data = digits
    batch = collate([data[0]])
    whole = registry.make("proxy_only", registry.entry("proxy_only").config(width=4, stages=2), data.spec).eval()
    answers = Told(whole)(batch, torch.zeros(1, 2, 3))
    torch.testing.assert_close(answers["digits"], whole(batch).answers["digits"])
    paper = registry.make("paper", registry.entry("paper").config(), data.spec)
    with pytest.raises(TaskError, match="class Paper"):
        Told(paper)


def test_a_checkpoint_answers_in_the_environment(digits):
    model, path, data = digits
    env = TaskSaccadeEnv("synthetic", "test", settings=SETTINGS, predictor=str(path), glimpses=2, glimpse_size=40)
    with torch.no_grad():
        output = model(collate([data[5]]), None)
    env.reset(options={"index": 5})
    for fixation in output.fixations[0].numpy():
        *_, info = env.step(box_action(fixation, env.code.scales))
    probable = output.answers["digits"].sigmoid()[0].numpy()
    assert set(np.flatnonzero(info["answer"]["digits"])) == set(np.argsort(-probable)[:2])


def test_a_checkpoint_judges_many_at_once(digits):
    _, path, data = digits
    predictor = CheckpointPredictor(path, data.spec)
    predictor = pickle.loads(pickle.dumps(predictor))
    options = SaccadeOptions(glimpses=2, reward="loss")
    vector = SaccadeVectorEnv(data, 3, options, predictor=predictor)
    single = [SaccadeEnv(data, options, predictor=predictor) for _ in range(3)]
    vector.reset(seed=0)
    for row, env in enumerate(single):
        env.reset(seed=row)
    actions = vector.action_space.sample()
    rewards = [env.step(action)[1] for env, action in zip(single, actions, strict=True)]
    np.testing.assert_allclose(vector.step(actions)[1], rewards, atol=1e-4)  # sums over batches round otherwise


def test_a_checkpoint_keeps_the_contract(digits):
    _, path, data = digits
    predictor = CheckpointPredictor(path, data.spec)
    options = SaccadeOptions(glimpses=2, reward="answer")
    for check in (testing.check_api, testing.check_determinism, testing.check_pickling):
        check(lambda: SaccadeEnv(data, options, predictor=predictor))


def test_checkpoints_of_other_questions_are_refused(digits):
    _, path, _ = digits
    sums = {**SETTINGS, "two_digits": {**SETTINGS["two_digits"], "question": "sum"}}
    with pytest.raises(checkpoint.CheckpointError, match="heads"):
        TaskSaccadeEnv("synthetic", settings=sums, predictor=path)
