"""Windows go where most is left to cover, and what they cover is gone."""

from __future__ import annotations

import pytest
import torch

from varsac.coverage import Uncovered, edges, middles, shares

WHOLE = torch.tensor([[-1.0, -1.0, 1.0, 1.0]])
EXTENT = torch.tensor([[100.0, 100.0]])


def uncovered(density, scale, view=WHOLE, extent=EXTENT):
    rows, columns = density.shape
    return Uncovered(density.reshape(1, -1), (rows, columns), view, extent, scale)


def test_a_window_holds_what_lies_under_it_in_part():
    left = uncovered(torch.eye(4), scale=0.5)  # cells of 0.5, windows of 1.0 in image coordinates
    under = left.under_windows().view(4, 4)
    # Centred on a cell, a window reaches half-way into its neighbours: 1 + 2 * 0.25 of the diagonal.
    assert under[1, 1].item() == pytest.approx(1.5) and under[0, 0].item() == pytest.approx(1.25)
    assert under[0, 3].item() == 0


def test_what_is_covered_is_gone():
    left = uncovered(torch.ones(4, 4), scale=0.5)
    left.cover(torch.tensor([[-0.5, -0.5, 0.5]]))
    assert left.left[0, :2, :2].sum().item() == 0 and left.left.sum().item() == 12
    left.cover(torch.tensor([[1.0, 1.0, 0.5]]))  # a quarter of it lies in the image, one cell
    assert left.left.sum().item() == 11


def test_the_edge_of_a_window_may_count_for_nothing():
    left = Uncovered(torch.ones(1, 16), (4, 4), WHOLE, EXTENT, scale=1.0, share=0.5)
    assert left.under_windows().max().item() == pytest.approx(4)
    left.cover(torch.tensor([[0.0, 0.0, 1.0]]))
    assert left.left[0, 1:3, 1:3].sum().item() == 0 and left.left.sum().item() == 12


def test_windows_cover_groups_one_after_the_other():
    density = torch.zeros(8, 8)
    density[1, 1:4] = 1.0
    density[6, 6] = 2.0
    left = uncovered(density, scale=0.375)  # three cells wide
    first = left.logits(2.0).argmax().item()
    assert divmod(first, 8)[1] == 2
    left.cover(torch.tensor([[-0.375, -0.625, 0.375]]))
    assert left.under_windows().max().item() == pytest.approx(2.0)


def test_where_nothing_is_left_all_places_are_alike():
    logits = uncovered(torch.zeros(3, 5), scale=0.3).logits(2.0)
    assert logits.unique().numel() == 1


def test_views_and_aspects_count():
    # The image is the right half of the proxy and twice as wide as high; windows are square in pixels.
    view, extent = torch.tensor([[0.0, -1.0, 1.0, 1.0]]), torch.tensor([[200.0, 100.0]])
    left = uncovered(torch.ones(4, 8), scale=0.5, view=view, extent=extent)
    left.cover(torch.tensor([[0.0, 0.0, 0.5]]))  # 50 px: half of the height, a quarter of the width
    assert left.left.sum().item() == 32 - 2 * 1


def test_shares_add_up_to_the_interval():
    cells = edges(10, torch.tensor([-1.0]), torch.tensor([1.0]))
    share = shares(cells, middles(cells)[:, 4:5], torch.tensor([0.33]))
    assert (share * 0.2).sum().item() == pytest.approx(0.66)
