"""Answers beside the truth: what is wrong, by how much, in which words."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.varsac.digits import TwoDigitsData
from varsac.engine.answers import HeadAnswers
from varsac.engine.cases import Judged, Witness, worst
from varsac.engine.evaluate import evaluate
from varsac.models import registry
from varsac.models.varsac import VarSacConfig
from varsac.tasks.task import HeadSpec

PETS = ("cat", "dog")


@pytest.mark.parametrize(
    ("head", "answer", "truth", "wrong", "words", "worst_one"),
    [
        (HeadSpec("a", "count", 9), [[0, 9.0] + [0] * 7, [0] * 7 + [9.0, 0]], [1, 2], [0, 1], ("7 a", "2 a"), 1),
        (HeadSpec("a", "classes", 2, PETS), [[9.0, 0], [9.0, 0]], [1, 0], [1, 0], ("cat (100%)", "cat"), 0),
        (HeadSpec("a", "multilabel", 2), [[9.0, -9], [-9.0, -9]], [[1.0, 0], [0, 1.0]], [0, 1], ("none", "1"), 1),
        (HeadSpec("a", "density", 1), [[2.4], [5.5]], [[2.0], [4.0]], [0, 1], ("5.5 0", "4 0"), 1),
    ],
)
def test_what_is_wrong(head, answer, truth, wrong, words, worst_one):
    judged = Judged(HeadAnswers(head, torch.tensor([answer])), np.array(truth))
    assert judged.wrong.tolist() == [bool(one) for one in wrong]
    assert (judged.answers.words(1), judged.truth_words(1)) == words
    assert worst([judged], 1) == [worst_one]


def test_of_wrong_answers_the_surest_is_worst():
    head = HeadSpec("a", "classes", 2)
    judged = Judged(HeadAnswers(head, torch.tensor([[[0.1, 0.0], [0.0, 5.0], [3.0, 0.0]]])), np.array([1, 1, 1]))
    assert worst([judged], 3) == [2, 0, 1]


def test_confidence_of_classes_and_labels():
    classes = Judged(HeadAnswers(HeadSpec("a", "classes", 2), torch.zeros(1, 2, 2)), np.array([0, 1]))
    assert [one.tolist() for one in classes.confidence] == [[0.5, 0.5], [1, 0]]
    labels = HeadAnswers(HeadSpec("a", "multilabel", 2), torch.tensor([[[40.0, -40.0]]]))
    assert [one.tolist() for one in Judged(labels, np.array([[1, 1]])).confidence] == [[1, 1], [1, 0]]
    with pytest.raises(ValueError, match="numbers, not probabilities"):
        _ = Judged(HeadAnswers(HeadSpec("a", "density", 1), torch.zeros(1, 1, 1)), np.zeros((1, 1))).confidence


@pytest.mark.parametrize("draws", [1, 3])
def test_a_witness_keeps_what_is_measured(draws):
    heads = (HeadSpec("digits", "multilabel", 10, largest=2), HeadSpec("first", "classes", 10))
    data = TwoDigitsData("test", 7, side=64, proxy=16, heads=heads)
    torch.manual_seed(0)
    model = registry.make("varsac", VarSacConfig(glimpses=2), data.spec)
    witness = Witness(heads)
    measures = evaluate(model, data, batch=3, draws=draws, watch=witness)
    digits, first = witness.judged()
    assert len(witness) == 7 and witness.names[-1] == "test-6"
    assert measures["digits/accuracy"] == pytest.approx(1 - digits.wrong.mean())
    assert measures["first/accuracy"] == pytest.approx(1 - first.wrong.mean())
