"""Answers as numbers, plain values and words, from logits whose probabilities are known."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from varsac.engine.answers import HeadAnswers
from varsac.tasks.task import HeadSpec

EVEN_OF_3 = [math.log(3.0), 0.0]
"""Logits of the probabilities 3/4 and 1/4."""

CASES = [
    (
        HeadSpec("pet", "classes", 2, ("cat", "dog")),
        EVEN_OF_3,
        {"class": "cat", "probabilities": {"cat": 0.75, "dog": 0.25}},
        "cat (75%)",
    ),
    (
        HeadSpec("pets", "multilabel", 2, ("cat", "dog")),
        [math.log(3.0), math.log(9.0)],
        {"classes": ["cat", "dog"], "probabilities": {"cat": 0.75, "dog": 0.9}},
        "cat and dog",
    ),
    (HeadSpec("pets", "multilabel", 1), [-9.0], {"classes": [], "probabilities": {"0": 0.0001}}, "none"),
    (
        HeadSpec("marine", "count", 2),
        EVEN_OF_3,
        {"count": 0, "expected": 0.25, "probabilities": [0.75, 0.25]},
        "0 marine",
    ),
    (
        HeadSpec("units", "density", 2, ("Marine", "Drone")),
        [2.75, 0.25],
        {"counts": {"Marine": 3, "Drone": 0}, "expected": {"Marine": 2.75, "Drone": 0.25}},
        "2.8 Marine, 0.2 Drone",
    ),
]


@pytest.mark.parametrize(("head", "answer", "plain", "words"), CASES)
def test_one_draw(head, answer, plain, words):
    answers = HeadAnswers(head, torch.tensor([[answer]]))
    assert len(answers) == 1 and answers.spread is None
    assert json.loads(json.dumps(answers.plain(0))) == plain
    assert answers.words(0) == words


def test_counts_have_the_spread_of_their_draws():
    sure = 40.0 * torch.eye(9)
    answers = HeadAnswers(HeadSpec("marine", "count", 9), torch.stack([sure[[5]], sure[[5]], sure[[8]]]))
    assert answers.guess.tolist() == [5] and answers.expected == pytest.approx([6.0])
    assert answers.spread == pytest.approx([math.sqrt(2.0)])  # of 5, 5, 8 around 6
    assert answers.words(0) == "5 marine ± 1.4" and answers.plain(0)["spread"] == 1.4142
    answers = HeadAnswers(HeadSpec("units", "density", 1, ("Marine",)), torch.tensor([[[2.0]], [[4.0]]]))
    assert answers.plain(0) == {"counts": {"Marine": 3}, "expected": {"Marine": 3.0}, "spread": {"Marine": 1.0}}
    assert answers.words(0) == "3.0 ± 1.0 Marine"


def test_probabilities_are_averaged_not_logits():
    answers = HeadAnswers(HeadSpec("a", "classes", 2), torch.tensor([[[0.0, 40.0]], [[0.0, 0.0]]]))
    np.testing.assert_allclose(answers.values, [[0.25, 0.75]])
