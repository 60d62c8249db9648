"""Counts as densities: what is seen twice counts once, what is not seen counts by the proxy."""

from __future__ import annotations

import math

import pytest
import torch

from varsac.heads import Answers, DensityHead, GlimpseAnswers, Readout
from varsac.tasks.task import HeadSpec

WHOLE = torch.tensor([[-1.0, -1.0, 1.0, 1.0]])
EXTENT = torch.tensor([[100.0, 100.0]])


@pytest.fixture
def head():
    return DensityHead(kinds=2, places=3, cells=4, grid=(10, 10))


def count(head, fixations, places=1.0, cells=1.0, view=WHOLE):
    """Every place of the proxy holds `places`, every one of 16 cells of a glimpse `cells`."""
    glimpses = torch.tensor([fixations])
    density = torch.full((1, 2, 100), places)
    return head(density, torch.full((1, len(fixations), 2, 16), cells), glimpses, view, EXTENT)


def test_without_overlap_everything_adds_up(head):
    counts, field = count(head, [[-0.5, -0.5, 0.2], [0.5, 0.5, 0.2]])
    assert counts.tolist() == [[32 + 92, 32 + 92]]  # each window covers 4 of 100 places
    assert field.points.shape == (1, 132, 2) and field.amounts.sum().item() == 2 * 124


def test_what_two_windows_see_counts_once(head):
    counts, _ = count(head, [[0.0, 0.0, 0.2]] * 3)
    assert counts.tolist() == [pytest.approx([16 + 96, 16 + 96], rel=1e-5)]


def test_cells_outside_of_the_image_do_not_count(head):
    counts, _ = count(head, [[1.0, 0.0, 0.2]], places=0.0)
    assert counts.tolist() == [[8, 8]]


def test_a_part_of_a_proxy_counts_in_part(head):
    features = torch.zeros(1, 3, 10, 10)
    whole = head.of_places(features, WHOLE).sum(2)
    part = head.of_places(features, torch.tensor([[-0.5, -1.0, 0.0, 1.0]])).sum(2)
    assert torch.allclose(part, whole / 4)


def test_counts_begin_near_a_number_that_can_be(head):
    assert head.of_places(torch.zeros(1, 3, 10, 10), WHOLE).sum(2).mean().item() == pytest.approx(5, rel=0.3)
    assert head.of_cells(torch.zeros(1, 4, 4, 4)).shape == (1, 2, 16)


def test_each_head_answers_by_itself():
    heads = [HeadSpec("a", "classes", 3), HeadSpec("b", "multilabel", 2), HeadSpec("c", "density", 1)]
    answers = Answers(heads, 5)(torch.rand(4, 5))
    assert {name: tuple(value.shape) for name, value in answers.items()} == {"a": (4, 3), "b": (4, 2)}


def test_what_one_glimpse_shows_is_present_and_evidence_for_classes_adds_up():
    heads = [HeadSpec("signs", "multilabel", 1), HeadSpec("kind", "classes", 1)]
    answers = GlimpseAnswers(heads, 2)
    for layer in answers.layers.values():
        torch.nn.init.ones_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    seen = torch.tensor([[[1.0, 0.0], [0.0, 4.0], [0.5, 0.5]]])  # three glimpses of one image
    found = answers(seen)
    assert found["signs"].item() == 1 + 4
    assert found["kind"].item() == 1.5 + 4.5


@pytest.mark.parametrize("single", [False, True])
def test_answers_without_a_glimpse_are_those_of_the_others(single):
    torch.manual_seed(0)
    heads = [HeadSpec("signs", "multilabel", 3), HeadSpec("kind", "classes", 4)]
    answers = GlimpseAnswers(heads, 6, single)
    for layer in answers.trust.values():
        torch.nn.init.normal_(layer.weight)
    seen = torch.rand(5, 4, 6)
    without = answers.without_each(seen)
    for number in range(4):
        others = answers(torch.cat([seen[:, :number], seen[:, number + 1 :]], 1))
        for name, answer in others.items():
            torch.testing.assert_close(without[name][:, number], answer)
    alone = answers.without_each(seen[:, :1])
    for name, layer in answers.layers.items():
        torch.testing.assert_close(alone[name][:, 0], layer.bias.expand(5, -1))  # nothing was seen


def test_glimpses_of_a_single_object_answer_each_by_itself_as_far_as_they_are_trusted():
    answers = GlimpseAnswers([HeadSpec("kind", "classes", 2)], 2, single=True)
    answers.layers["kind"].load_state_dict({"weight": torch.tensor([[1.0, 0.0], [0.0, 0.0]]), "bias": torch.zeros(2)})
    seen = torch.tensor([[[math.log(3), 1.0], [0.0, 0.0]]])  # the first says 3/4 and 1/4, the second knows nothing
    assert answers(seen)["kind"].exp()[0].tolist() == pytest.approx([(3 / 4 + 1 / 2) / 2, (1 / 4 + 1 / 2) / 2])
    torch.nn.init.constant_(answers.trust["kind"].weight[:, 1:], math.log(9))
    assert answers(seen)["kind"].exp()[0, 0].item() == pytest.approx(0.9 * 3 / 4 + 0.1 / 2)


def test_a_readout_counts_without_a_map():
    kinds = (HeadSpec("kind", "classes", 4), HeadSpec("units", "density", 2))
    readout, features = Readout(kinds, 3), torch.randn(5, 3)
    answers = readout(features)
    assert {name: tuple(answer.shape) for name, answer in answers.items()} == {"kind": (5, 4), "units": (5, 2)}
    assert (answers["units"] > 0).all() and torch.equal(answers["units"], readout.of("units", features))
    assert torch.equal(answers["kind"], readout.layers["kind"](features))


@pytest.mark.parametrize("apart", [0.1, 0.17, 0.2, 0.3, 0.34])
def test_windows_share_out_all_that_they_see(head, apart):
    """Of densities that are the same everywhere, two windows hold what their union does, however they overlap."""
    side = 0.4
    glimpses = torch.tensor([[[0.0, 0.0, side], [2 * apart, 0.0, side]]])
    cells = torch.ones(1, 2, 2, 64)
    counts, _ = head(torch.zeros(1, 2, 100), cells, glimpses, WHOLE, EXTENT)
    union = 64 * (1 + apart / side)
    assert counts[0, 0].item() == pytest.approx(union, rel=0.02)


def test_cells_at_the_edge_of_the_image_count_whole(head):
    counts, _ = count(head, [[0.9, 0.0, 0.2]], places=0.0)  # from 0.7 to 1.1 by 0.1
    assert counts.tolist() == [[12, 12]]
    counts, _ = count(head, [[0.93, 0.0, 0.2]], places=0.0)  # from 0.73 to 1.13
    assert counts.tolist() == [[12, 12]]
