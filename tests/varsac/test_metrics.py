"""Measures with numbers that can be counted on one hand."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
import torch

from varsac import metrics
from varsac.metrics import AnswerMeasures, PositionMeasures
from varsac.tasks.task import HeadSpec


def logits(*classes, size=23):
    """Sure answers."""
    return 20.0 * torch.nn.functional.one_hot(torch.tensor(classes), size)


def summary(head, answer, label):
    measures = AnswerMeasures(head)
    measures.add(answer, label)
    return measures.summary()


def test_doctests():
    assert doctest.testmod(metrics).failed == 0


def test_counts():
    found = summary(HeadSpec("a", "count", 23), logits(3, 4, 9, 0), torch.tensor([3, 5, 7, 0]))
    assert found["mae"] == 0.75 and found["exact"] == 0.5 and found["within_1"] == 0.75 and found["bias"] == 0.25
    assert found["calibration_error"] == pytest.approx(0.5, abs=1e-3)


def test_densities():
    found = summary(HeadSpec("a", "density", 1), torch.tensor([[2.4], [30.6]]), torch.tensor([[2.0], [33.0]]))
    assert found["mae"] == 1 and found["exact"] == 0.5 and found["within_1"] == 0.5
    assert found["mae_expected"] == pytest.approx(1.4, abs=1e-5) and "calibration_error" not in found


def test_classes():
    found = summary(HeadSpec("a", "classes", 3), logits(0, 1, 2, 2, size=3), torch.tensor([0, 1, 2, 0]))
    assert found["accuracy"] == 0.75 and found["calibration_error"] == pytest.approx(0.25, abs=1e-3)


@pytest.mark.parametrize(("largest", "accuracy", "right"), [(2, 0.5, 0.75), (0, 0.0, 0.5)])
def test_labels(largest, accuracy, right):
    head = HeadSpec("a", "multilabel", 4, largest=largest)
    answer = torch.tensor([[3.0, -1.0, -2.0, -9.0], [3.0, 2.0, -2.0, -9.0]])
    found = summary(head, answer, torch.tensor([[1.0, 1.0, 0, 0], [1.0, 0, 0, 1.0]]))
    assert found["accuracy"] == accuracy
    assert found["right"] == right


def test_draws_tell_their_spread():
    head = HeadSpec("a", "count", 23)
    measures = AnswerMeasures(head)
    measures.add(torch.stack([logits(4, 4), logits(6, 4)]), torch.tensor([6, 5]))
    found = measures.summary()
    assert found["spread"] == pytest.approx(0.5, abs=1e-3)
    assert found["spread_holds"] == 0.5  # 5 +- 2 holds 6, 4 +- 0 does not hold 5


def test_positions():
    measures = PositionMeasures(radii=(1.0,))
    objects = np.array([[10.0, 10.0], [30.0, 10.0]])
    measures.add(np.array([[13.0, 14.0], [12.0, 10.0], [90.0, 90.0]]), objects, np.full(2, 5.0))
    found = measures.summary()
    assert found["precision@1"] == pytest.approx(1 / 3)  # the second finds the first object taken, the other too far
    assert found["recall@1"] == 0.5 and found["distance@1"] == 5


def test_no_positions_and_no_objects():
    measures = PositionMeasures()
    measures.add(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0))
    measures.add_found([])
    assert measures.summary() == {}
    measures.add(np.zeros((0, 2)), np.ones((1, 2)), np.ones(1))
    assert measures.summary()["recall@1"] == 0
