"""From features to answers: a layer for each question; counts as densities over glimpses and the rest of the proxy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from varsac import geometry
from varsac.encoders import conv
from varsac.tasks.task import HeadSpec


class Answers(nn.Module):
    """One linear layer a head, from one vector of features; "density" heads are not of its kind.

    Args:
        heads: the questions.
        features: length of the vector.
    """

    def __init__(self, heads: Sequence[HeadSpec], features: int) -> None:
        super().__init__()
        self.layers = nn.ModuleDict(
            {head.name: nn.Linear(features, head.size) for head in heads if head.kind != "density"}
        )

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        """Logits (B, size) by head from (B, features)."""
        return {name: layer(features) for name, layer in self.layers.items()}


class Readout(Answers):
    """`Answers` that count too: "density" heads answer a softened positive number, of the same vector.

    Args:
        heads: the questions, of any kind.
        features: length of the vector.
    """

    def __init__(self, heads: Sequence[HeadSpec], features: int) -> None:
        super().__init__([HeadSpec(head.name, "multilabel", head.size) for head in heads], features)
        self.counted = {head.name for head in heads if head.kind == "density"}

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        """Logits, of "density" heads counts, (B, size) by head from (B, features)."""
        return {name: self.of(name, features) for name in self.layers}

    def of(self, name: str, features: Tensor) -> Tensor:
        """The answer (B, size) of one head."""
        answer: Tensor = self.layers[name](features)
        return functional.softplus(answer) if name in self.counted else answer


class GlimpseAnswers(Answers):
    """`Answers` from what T glimpses showed.

    What is present or not ("multilabel") is there if any one glimpse shows it, so every feature counts by its largest
    value over the glimpses: each glimpse is then taught by itself, and one on clutter takes nothing away. Among
    classes that exclude each other the amounts matter, of which the sum tells. Where an image holds a single object,
    one glimpse shows it and the others do not matter: each answers by itself, and how far it is trusted,

        p(y) = sum_t w_t softmax(W f_t + b)_y,  w = softmax over the glimpses of v.f_t + c,

    is learned with the answers: whatever new clutter the others show has a small share at most.

    Args:
        heads: the questions.
        features: length of the vectors.
        single: whether an image holds one object at most.
    """

    def __init__(self, heads: Sequence[HeadSpec], features: int, single: bool = False) -> None:
        super().__init__(heads, features)
        self.largest = {head.name: head.kind == "multilabel" for head in heads}
        alone = [name for name in self.layers if single and not self.largest[name]]
        self.trust = nn.ModuleDict({name: nn.Linear(features, 1) for name in alone})
        for layer in self.trust.values():
            nn.init.zeros_(layer.get_parameter("weight"))

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        """Logits (B, size) by head from (B, T, features)."""
        answers = self._read(features.sum(1), features.amax(1))
        return answers | {name: _mixed(*self._each(name, features)) for name in self.trust}

    def without_each(self, features: Tensor) -> dict[str, Tensor]:
        """Logits (B, T, size) by head from all glimpses (B, T, features) but each in turn; features are not negative.

        >>> answers = GlimpseAnswers([HeadSpec("a", "multilabel", 1)], 1)
        >>> _ = [values.data.fill_(1.0) for values in answers.parameters()]  # largest value + 1
        >>> answers.without_each(torch.tensor([[[5.0], [2.0], [3.0]]]))["a"].tolist()
        [[[4.0], [6.0], [6.0]]]
        """
        others = functional.pad(features, (0, 0, 0, 1))  # without the only glimpse nothing is seen
        best, where = others.topk(2, dim=1).values, others.argmax(1, keepdim=True)
        number = torch.arange(features.shape[1], device=features.device)[None, :, None]
        largest = torch.where(number == where, best[:, 1:], best[:, :1])
        answers = self._read(features.sum(1, keepdim=True) - features, largest)
        return answers | {name: self._mixed_without_each(name, features) for name in self.trust}

    def _read(self, total: Tensor, largest: Tensor) -> dict[str, Tensor]:
        together = [name for name in self.layers if name not in self.trust]
        return {name: self.layers[name](largest if self.largest[name] else total) for name in together}

    def _each(self, name: str, features: Tensor) -> tuple[Tensor, Tensor]:
        """What each glimpse answers, (B, T, size) log probabilities, and how far it is trusted, (B, T) logits."""
        return self.layers[name](features).log_softmax(-1), self.trust[name](features)[..., 0]

    def _mixed_without_each(self, name: str, features: Tensor) -> Tensor:
        number = features.shape[1]
        if number == 1:
            answer: Tensor = self.layers[name](torch.zeros_like(features))
            return answer
        answers, trust = self._each(name, features)
        left_out = torch.eye(number, dtype=torch.bool, device=features.device)
        trusts = trust[:, None].expand(-1, number, -1).masked_fill(left_out, -torch.inf)  # (B, T, T)
        return _mixed(answers[:, None], trusts)


def _mixed(answers: Tensor, trust: Tensor) -> Tensor:
    """log sum_t w_t p_t (..., size) of log probabilities p (..., T, size) and logits of the weights w (..., T)."""
    return (answers + trust.log_softmax(-1)[..., None]).logsumexp(-2)


class DensityField(NamedTuple):
    """Where a density head found what it counted, in image coordinates.

    Shapes: points (B, P, 2); amounts (B, P, K) after what several windows see was shared out between them; size (B, P)
    side of the cell over the shorter image side; before the sharing out, cells (B, T, K, M) of the glimpses and places
    (B, K, N) of the proxy.
    """

    points: Tensor
    amounts: Tensor
    size: Tensor
    cells: Tensor
    places: Tensor


class DensityHead(nn.Module):
    """Counts of K kinds: what the glimpses see, and what the proxy tells of the rest of the image.

        count = sum over cells of glimpses  d_g * (mean over the cell of 1 / number of windows over the point)
              + sum over places of the proxy  d_p * (share of the place in the image) * (1 - share under windows)

    Args:
        kinds: K.
        places: channels of the proxy's map.
        cells: channels of a glimpse's map.
        grid: (rows, columns) of the proxy's map.
        start: what the densities of the proxy sum up to at first, about.
    """

    def __init__(self, kinds: int, places: int, cells: int, grid: tuple[int, int], start: float = 5.0) -> None:
        super().__init__()
        self.grid = grid
        last_of_places = density_layer(places, kinds, grid[0] * grid[1], start)
        last_of_cells = nn.Conv2d(cells, kinds, 1)
        nn.init.constant_(_bias(last_of_cells), -3.0)
        self.places = nn.Sequential(nn.Conv2d(places, places, 3, 1, 1), nn.ReLU(), last_of_places)
        # A cell alone sees little more than itself; two layers more and it sees what surrounds it in the glimpse.
        self.cells = nn.Sequential(conv(cells, cells, 3), conv(cells, cells, 3), last_of_cells)

    def of_places(self, features: Tensor, view: Tensor) -> Tensor:
        """Densities (B, K, N) of the proxy's places, only as much of each as lies in the image."""
        return functional.softplus(self.places(features)).flatten(2) * _share_in_image(self.grid, view)[:, None]

    def of_cells(self, cells: Tensor) -> Tensor:
        """Densities (B, K, M) of the cells of a glimpse, from its map (B, D, m, m)."""
        return functional.softplus(self.cells(cells)).flatten(2)

    def forward(
        self, places: Tensor, cells: Tensor, fixations: Tensor, view: Tensor, extent: Tensor
    ) -> tuple[Tensor, DensityField]:
        """Count.

        Args:
            places: (B, K, N) of `of_places`.
            cells: (B, T, K, M) of `of_cells`, M a square number.
            fixations: (B, T, 3).
            view: (B, 4).
            extent: (B, 2), px.

        Returns:
            Counts (B, K), and where they come from.
        """
        fixations = fixations.detach()  # what a window covers has no gradient worth having
        batch, glimpses, _, count = cells.shape
        side = round(count**0.5)
        half = geometry.half_extent(fixations.flatten(0, 1)[:, 2], extent.repeat_interleave(glimpses, 0))
        inner = geometry.centres((side, side), cells.device)  # (M, 2)
        points = fixations[..., None, :2] + half.view(batch, glimpses, 1, 2) * inner  # (B, T, M, 2)
        points = points.flatten(1, 2)  # (B, T M, 2)
        shares = _shares_of_cells(fixations, extent, side).flatten(1)  # (B, T M)
        amounts = cells.transpose(2, 3).flatten(1, 2) * shares[..., None]  # (B, T M, K)
        rest = places.transpose(1, 2) * (1 - _share_covered(self.grid, view, fixations, extent))[..., None]  # (B, N, K)
        size = (fixations[..., 2:] / side).expand(-1, -1, count).flatten(1)
        middle = geometry.through_view(geometry.centres(self.grid, view.device), view)
        field = DensityField(
            torch.cat([points, middle], 1),
            torch.cat([amounts, rest], 1),
            torch.cat([size, _place_size(self.grid, view, extent)], 1),
            cells,
            places,
        )
        return amounts.sum(1) + rest.sum(1), field


def density_layer(channels: int, kinds: int, places: int, start: float = 5.0) -> nn.Conv2d:
    """A layer from a map to densities before their softplus, which add up to about `start` at first.

    Without that the sum over a thousand places would begin hundreds off.

    Args:
        channels: of the map.
        kinds: that are counted.
        places: of the map.
        start: the sum.

    Returns:
        From (B, channels, rows, columns) to (B, kinds, rows, columns).
    """
    layer = nn.Conv2d(channels, kinds, 1)
    nn.init.constant_(_bias(layer), softened(start / places))
    return layer


def softened(value: float) -> float:
    """What the softplus of is `value`, above 0.

    >>> round(softened(math.log(2)), 4)
    0.0
    """
    return math.log(math.expm1(value))


def _bias(layer: nn.Conv2d) -> Tensor:
    assert layer.bias is not None  # a convolution has one unless told otherwise
    return layer.bias


def _shares_of_cells(fixations: Tensor, extent: Tensor, side: int, samples: int = 4) -> Tensor:
    """(B, T, M), how much of what each cell of a window holds is its own: the rest is that of other windows over it.

    By `samples` squared points in each cell. By its middle alone, windows that are a whole number of places apart would
    always share out too little, and counts be some hundredths too low. Cells outside of the image hold nothing.
    """
    over_window = (2 * torch.arange(side * samples, device=extent.device) + 1) / (side * samples) - 1
    windows, shown = [], []
    for axis in (0, 1):
        half = fixations[..., 2] * extent.amin(1, keepdim=True) / extent[:, axis, None]  # (B, T)
        lines = fixations[..., axis, None] + half[..., None] * over_window  # (B, T, side samples)
        apart = (lines[..., None] - fixations[:, None, None, :, axis]).abs()  # (B, T, side samples, T)
        windows.append((apart <= half[:, None, None]).to(extent.dtype))
        shown.append((lines.abs() <= 1).unflatten(-1, (side, samples)).any(-1))  # (B, T, side)
    number = torch.einsum("btyw,btxw->btyx", windows[1], windows[0]).clamp(min=1)
    inside = shown[1][..., :, None] & shown[0][..., None, :]  # (B, T, side, side)
    return (functional.avg_pool2d(1 / number, samples) * inside).flatten(2)


def _share_in_image(grid: tuple[int, int], view: Tensor) -> Tensor:
    """(B, N), how much of each place of the proxy shows the image."""
    half = view.new_tensor([1 / grid[1], 1 / grid[0]])
    points = geometry.centres(grid, view.device)
    low = torch.maximum(points - half, view[:, None, :2])
    high = torch.minimum(points + half, view[:, None, 2:])
    return ((high - low).clamp(min=0) / (2 * half)).prod(-1)


def _share_covered(grid: tuple[int, int], view: Tensor, fixations: Tensor, extent: Tensor, samples: int = 4) -> Tensor:
    """(B, N), how much of each place lies under at least one window, by `samples` squared points in each."""
    shorter = extent.amin(1, keepdim=True)
    covered = []
    for axis in (0, 1):
        lines = grid[1 - axis] * samples
        over_map = (2 * torch.arange(lines, device=view.device) + 1) / lines - 1
        low, high = view[:, axis, None], view[:, axis + 2, None]
        fine = (over_map - low) / (high - low) * 2 - 1  # (B, lines)
        half = fixations[..., 2] * shorter / extent[:, axis, None]  # (B, T)
        covered.append((fine[:, None] - fixations[..., axis, None]).abs() <= half[..., None])  # (B, T, lines)
    columns, rows = covered
    under = (rows[..., :, None] & columns[..., None, :]).any(1)  # (B, h samples, w samples)
    return functional.avg_pool2d(under[:, None].float(), samples).flatten(1)


def _place_size(grid: tuple[int, int], view: Tensor, extent: Tensor) -> Tensor:
    """(B, N), the larger side of a place over the shorter image side."""
    cells = 2 / (view[:, 2:] - view[:, :2]) / view.new_tensor([grid[1], grid[0]]) * extent  # (B, 2) px
    return (cells.amax(1) / extent.amin(1))[:, None].expand(-1, grid[0] * grid[1])
