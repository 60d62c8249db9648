"""Labels and descriptions of data."""

from __future__ import annotations

import json

import numpy as np
import pytest

from varsac.tasks.task import DataSpec, HeadSpec, Objects, TaskError

MARINES = HeadSpec("marines", "count", 23)


@pytest.mark.parametrize(
    ("head", "label", "dtype"),
    [
        (MARINES, 22, np.int64),
        (HeadSpec("sum", "classes", 19), np.int32(3), np.int64),
        (HeadSpec("digits", "multilabel", 3), [0, 1, 1], np.float32),
        (HeadSpec("units", "density", 2), [0, 41], np.float32),
    ],
)
def test_labels_become_arrays(head, label, dtype):
    values = head.check(label)
    assert values.dtype == dtype and values.shape == head.label_shape and np.array_equal(values, label)


@pytest.mark.parametrize(
    ("head", "label", "words"),
    [
        (MARINES, 23, "from 0 to 22"),
        (MARINES, -1, "from 0 to 22"),
        (MARINES, 2.5, r"label 2\.5 .*: whole numbers from 0 to 22"),
        (MARINES, np.nan, "label nan .*: whole numbers from 0 to 22"),
        (HeadSpec("digits", "multilabel", 2), [0, 0.5], "whole numbers from 0 to 1"),
        (MARINES, [3], r"shape \(1,\)"),
        (HeadSpec("digits", "multilabel", 2), [0, 2], "from 0 to 1"),
        (HeadSpec("units", "density", 1), [np.nan], "from 0 to inf"),
    ],
)
def test_labels_out_of_range_are_refused(head, label, words):
    with pytest.raises(TaskError, match=words):
        head.check(label)


def test_heads_that_mean_nothing_are_refused():
    with pytest.raises(TaskError, match="kinds are classes, multilabel"):
        HeadSpec("a", "regression", 1)
    with pytest.raises(TaskError, match="at least 1"):
        HeadSpec("a", "classes", 0)
    with pytest.raises(TaskError, match="2 class names for size 3"):
        HeadSpec("a", "classes", 3, classes=("x", "y"))


def test_description_survives_json():
    spec = DataSpec((MARINES, HeadSpec("w", "multilabel", 2, ("a", "b"), 1)), 3, (64, 48), (512, 384), 12.0, 4, 22)
    assert DataSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


def test_descriptions_that_mean_nothing_are_refused():
    with pytest.raises(TaskError, match="names must differ"):
        DataSpec((MARINES, MARINES), 1, (8, 8), (64, 64), 4.0)
    with pytest.raises(TaskError, match="2 channels"):
        DataSpec((MARINES,), 2, (8, 8), (64, 64), 4.0)


def test_no_objects():
    assert len(Objects.none()) == 0 and Objects.none().positions.shape == (0, 2)
