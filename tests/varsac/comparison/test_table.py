"""Tables say mean, spread and range of what the seeds came to, and go where the document wants them."""

from __future__ import annotations

import dataclasses
import doctest

import pytest

from varsac.comparison import result, table
from varsac.comparison.costs import Cost, Costs
from varsac.comparison.result import Result
from varsac.comparison.table import DocumentError, described, with_table
from varsac.comparison.work import WORKS

RESULT = Result(
    work="smoke",
    configuration="default",
    seed=0,
    config={"model": "varsac"},
    command=("--task", "synthetic"),
    code={"version": "1", "commit": "0123456789abcdef", "dirty": False},
    machine={"processor": "a processor", "cores": 2, "threads": 1, "python": "3.11", "torch": "2"},
    parameters=1234567,
    cpu_seconds=80.0,
    images=38400,
    examples=1000,
    measures={
        "digits/right": 0.9,
        "digits/accuracy": 0.8,
        "found": 1.0,
        "seconds": 0.002,
        "pixels_decoded": 4000.0,
    },
)


COSTS = Costs(
    {
        "default": Cost(0.002, 0.001, 0.003, 2.0, 4000.0, "seed 0"),
        "full_image": Cost(0.05, 0.04, 0.06, 20.0, 65536.0, "fresh"),
    },
    (256, 256),
    8,
    5,
    RESULT.code,
    RESULT.machine,
)


def with_measures(result, seed, **measures):
    named = {name.replace("__", "/"): value for name, value in measures.items()}
    return dataclasses.replace(result, seed=seed, measures={**result.measures, **named})


def test_doctests():
    assert doctest.testmod(table).failed == doctest.testmod(result).failed == 0


def test_a_row_has_mean_deviation_and_range_over_the_seeds():
    other = dataclasses.replace(with_measures(RESULT, 1, digits__right=0.8, seconds=0.004), cpu_seconds=100.0)
    text = table.table(WORKS["smoke"], [other, RESULT])
    row = next(line for line in text.splitlines() if line.startswith("| default"))
    assert row == (
        "| default | 0, 1 | 0.850 ± 0.071 (0.800 to 0.900) | 0.800 ± 0.000 (0.800 to 0.800) "
        "| 1.000 ± 0.000 (1.000 to 1.000) | 1,234,567 | 90 | 38,400 | 3.00 | 4,000 |"
    )
    assert "Test sets of 1,000" in text and "0123456789" in text and "a processor" in text


def test_costs_come_with_their_share_of_the_full_resolution_network():
    text = table.table(WORKS["smoke"], [RESULT], COSTS)
    assert "| 2.00 (1/25) | 2.0 (1/10) | 4,000 |" in text
    assert "takes 50.0 ms and 20 MiB, untrained weights for full_image" in text
    unknown = table.table(WORKS["smoke"], [dataclasses.replace(RESULT, configuration="new")], COSTS)
    assert "| 38,400 |  |  | 4,000 |" in unknown


def test_a_table_names_the_command_that_makes_it():
    settings = {"train.batch": "8"}
    results = [
        dataclasses.replace(RESULT, configuration=name, seed=seed, settings=settings, budget=85.0, trials=3)
        for name in ("default", "ram")
        for seed in (0, 1)
    ]
    text = table.table(WORKS["smoke"], results)
    expected = (
        "--works smoke --configs default,ram --seeds 2 --budget 85 --trials GRID --set train.batch=8 --output RUNS"
    )
    assert f"`python -m scripts.compare {expected}`" in text
    assert "| trials |" in text and text.count("| 3 |") == 2


def test_what_a_model_does_not_do_is_left_blank():
    blind = {name: value for name, value in RESULT.measures.items() if name != "found"}
    text = table.table(WORKS["smoke"], [dataclasses.replace(RESULT, measures=blind)])
    assert "| 0.900 | 0.800 |  | 1,234,567 |" in text


def test_a_result_in_words():
    assert described(RESULT) == "digits right 0.900, both right 0.800, found 1.000, 80 CPU-s"


def test_a_document_without_a_place_is_left_alone():
    with pytest.raises(DocumentError, match="<!-- results: smoke -->"):
        with_table("no place here", "smoke", "text")
