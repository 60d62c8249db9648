"""Differentiable glimpses: an S x S window at (x, y, scale), from whole images or from the patch under the window.

Bilinear interpolation within a window depends on no pixel but those under it. So from a patch that covers the window
both the glimpse and its gradient with respect to (x, y, scale) are those of `grid_sample` on the whole level, and a
glimpse costs the same from one megapixel or four hundred.

Convention:
    Fixations are (B, 3) tensors (x, y, scale): x, y in [-1, 1] over the image, (-1, -1) its upper left corner, (1, 1)
    its lower right one (`align_corners=False`); scale is the window's side over the shorter image side. Images are
    (C, H, W), rows from the top. Outside of the image everything is 0 (`padding_mode="zeros"`). A pixel of level l is
    2^l x 2^l pixels of the image (`sc2data.pyramid.levels`). Glimpses equal those of `sc2data.pyramid`, which are
    rounded to bytes.

    Values: uint8 pixels become value / 255, floating ones stay what they are. Glimpses have the dtype of the fixations,
    float32 at least.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from sc2data.pyramid.levels import level_sizes
from sc2data.pyramid.pyramid import Pyramid
from sc2data.pyramid.window import MARGIN, Patch


@dataclasses.dataclass(frozen=True, eq=False)
class Patches:
    """Parts of levels, one an example, that cover the windows that are to be cut from them.

    A patch may be padded to the size of the others by anything at its right and bottom: a glimpse does not reach there.

    Args:
        pixels: (B, C, h, w), uint8 or floating.
        corner: (B, 2) int64, column and row of the patch's upper left pixel in its level.
        level: (B,) int64.
        extent: (B, 2) int64, width and height of the whole image at level 0.
        decoded: pixels that were decompressed to get them, all examples together.
    """

    pixels: Tensor
    corner: Tensor
    level: Tensor
    extent: Tensor
    decoded: int = 0

    @classmethod
    def whole(cls, images: Tensor) -> Patches:
        """Images (B, C, H, W) as patches of themselves."""
        batch, _, height, width = images.shape
        zeros = torch.zeros(batch, 2, dtype=torch.int64, device=images.device)
        return cls(images, zeros, zeros[:, 0], zeros + zeros.new_tensor([width, height]))

    @classmethod
    def stack(cls, patches: Sequence[Patch]) -> Patches:
        """What `Pyramid.read_window` read, as one batch; smaller patches are padded with 0.

        Raises:
            ValueError: no patches, or some grey and some in colour.
        """
        channels = {patch.pixels.shape[2] for patch in patches}
        if len(channels) != 1:
            raise ValueError(f"patches of {sorted(channels)} channels: a batch takes at least one, all of one kind")
        height = max(1, *(patch.pixels.shape[0] for patch in patches))
        width = max(1, *(patch.pixels.shape[1] for patch in patches))
        pixels = np.zeros((len(patches), channels.pop(), height, width), np.uint8)
        for row, patch in zip(pixels, patches, strict=True):
            row[:, : patch.pixels.shape[0], : patch.pixels.shape[1]] = patch.pixels.transpose(2, 0, 1)
        return cls(
            torch.from_numpy(pixels),
            torch.tensor([(patch.left, patch.top) for patch in patches]),
            torch.tensor([patch.level for patch in patches]),
            torch.tensor([(patch.width, patch.height) for patch in patches]),
            sum(patch.decoded for patch in patches),
        )

    def __len__(self) -> int:
        return len(self.pixels)

    def to(self, device: torch.device | str, non_blocking: bool = False) -> Patches:
        """The same on another device."""
        return self._mapped(lambda tensor: tensor.to(device, non_blocking=non_blocking))

    def pin_memory(self) -> Patches:
        """The same in pinned memory, as data loaders ask for."""
        return self._mapped(Tensor.pin_memory)

    def _mapped(self, change: Callable[[Tensor], Tensor]) -> Patches:
        tensors = [change(tensor) for tensor in (self.pixels, self.corner, self.level, self.extent)]
        return Patches(tensors[0], tensors[1], tensors[2], tensors[3], self.decoded)


def glimpse(patches: Patches, fixations: Tensor, size: int) -> Tensor:
    """The windows of some fixations, from patches that cover them.

    Args:
        patches: B patches.
        fixations: (B, 3); differentiable.
        size: side of the glimpse S, px.

    Returns:
        (B, C, S, S).

    >>> ramp = torch.arange(8.0).expand(1, 1, 8, 8)
    >>> fixation = torch.tensor([[0.0, 0.0, 0.5]], requires_grad=True)
    >>> seen = glimpse(Patches.whole(ramp), fixation, size=4)
    >>> seen[0, 0, 0].tolist()
    [2.0, 3.0, 4.0, 5.0]
    >>> seen.mean().backward()  # a step of 1 in x is half the image, 4 pixels of the ramp
    >>> fixation.grad.tolist()
    [[4.0, 0.0, 0.0]]
    """
    dtype = torch.promote_types(fixations.dtype, torch.float32)
    pixels = patches.pixels.to(dtype)
    if not patches.pixels.is_floating_point():
        pixels = pixels / 255
    # In double precision: in single precision a sample of a 16384 px image would be off by a thousandth of a pixel.
    first, step = _samples(fixations.double(), patches.extent, patches.level, size)
    first = first - patches.corner  # (B, 2) x, y of the first sample in the patch, pixel edges at integers
    index = torch.arange(size, dtype=torch.float64, device=fixations.device)
    height, width = pixels.shape[2:]
    x = (first[:, :1] + step * index) * (2 / width) - 1  # (B, S)
    y = (first[:, 1:] + step * index) * (2 / height) - 1
    grid = torch.stack([x[:, None, :].expand(-1, size, -1), y[:, :, None].expand(-1, -1, size)], dim=-1)
    return functional.grid_sample(pixels, grid.to(dtype), padding_mode="zeros", align_corners=False)


def window(images: Tensor, fixations: Tensor, size: int) -> Tensor:
    """The windows of some fixations straight from images of one size, without levels.

    A window of more than S pixels a side skips pixels and so aliases; `Mips` and pyramids do not.

    Args:
        images: (B, C, H, W), uint8 or floating; floating ones are differentiable too.
        fixations: (B, 3); differentiable.
        size: side of the glimpse S, px.

    Returns:
        (B, C, S, S).
    """
    return glimpse(Patches.whole(images), fixations, size)


def read(pyramids: Sequence[Pyramid], fixations: Tensor, size: int) -> Patches:
    """Read from each pyramid the patch under one fixation, at the level that matches its scale.

    Args:
        pyramids: B of them, of any sizes, all grey or all in colour.
        fixations: (B, 3), on any device; not differentiable, for which pixels are read has no gradient.
        size: side of the glimpse S, px.

    Returns:
        Patches on the CPU for `glimpse`, at most 2 S + 2 pixels a side.

    Raises:
        FixationError: a fixation that is not finite, or a scale that is not positive.
        StoreError: a damaged file.

    >>> pyramid = Pyramid.of(np.tile(np.arange(0, 160, 2, dtype=np.uint8), (40, 1)))
    >>> fixations = torch.tensor([[0.0, 0.0, 1.0], [-0.5, 0.0, 0.1]])
    >>> patches = read([pyramid, pyramid], fixations, size=4)
    >>> patches.level.tolist(), tuple(patches.pixels.shape)
    ([3, 0], (2, 1, 8, 8))
    >>> (255 * glimpse(patches, fixations, 4)[:, 0, 0]).round(decimals=3).tolist()
    [[49.0, 69.0, 89.0, 109.0], [36.0, 38.0, 40.0, 42.0]]
    """
    points = fixations.detach().to("cpu", torch.float64).numpy()
    return Patches.stack([pyramid.read_window(point, size) for pyramid, point in zip(pyramids, points, strict=True)])


class Mips:
    """Images in memory with all their levels, for band-limited windows without leaving the device.

    The levels lie one after the other in one tensor, so that one gather serves images of different sizes and fixations
    of different scales; nothing is padded and nothing waits for the device. Takes 4/3 of the images' memory.

    Args:
        images: (B, C, H, W), or B images (C, H_b, W_b) of any sizes; uint8 or floating, on one device.

    >>> mips = Mips([torch.rand(3, 40, 60), torch.rand(3, 100, 30)])
    >>> mips.window(torch.tensor([[0.0, 0.0, 1.0], [0.3, -0.9, 0.2]]), size=16).shape
    torch.Size([2, 3, 16, 16])
    """

    def __init__(self, images: Tensor | Sequence[Tensor]) -> None:
        parts: list[Tensor] = []
        tables: list[list[tuple[int, int, int]]] = []
        start = 0
        for image in images:
            table: list[tuple[int, int, int]] = []
            level = image[None]
            for rows, columns in level_sizes(*image.shape[1:]):
                level = level if not table else halve(level)
                parts.append(level[0].flatten(1))
                table.append((start, rows, columns))
                start += rows * columns
            tables.append(table)
        self._pixels = torch.cat(parts, dim=1)  # (C, sum of H W over all levels of all images)
        device = self._pixels.device
        most = max(len(table) for table in tables)
        self._table = torch.tensor([table + table[-1:] * (most - len(table)) for table in tables], device=device)
        self._last = torch.tensor([len(table) - 1 for table in tables], device=device)
        self._extent = self._table[:, 0, 1:].flip(1)

    def __len__(self) -> int:
        return len(self._last)

    def patches(self, fixations: Tensor, size: int) -> Patches:
        """The patches under some fixations, at the levels that match their scales.

        Args:
            fixations: (B, 3), one an image, scale in (0, 2 S).
            size: side of the glimpse S, px.

        Returns:
            (B, C, 2 S + 2, 2 S + 2) pixels; differentiable with respect to floating images.
        """
        points = fixations.detach().double()
        level = _levels(points, self._extent, size).clamp(min=0).minimum(self._last)
        start, rows, columns = self._table[torch.arange(len(self), device=level.device), level].unbind(1)
        first, _ = _samples(points, self._extent, level, size)
        limit = torch.stack([columns, rows], 1) - 1
        corner = ((first - 0.5).floor().long() - MARGIN).clamp(min=0).minimum(limit)
        along = torch.arange(2 * size + 2, device=level.device)
        column, row = (corner[:, axis, None] + along for axis in (0, 1))  # (B, 2 S + 2)
        inside = (row < rows[:, None])[:, :, None] & (column < columns[:, None])[:, None, :]
        row, column = row.minimum(limit[:, 1:]), column.minimum(limit[:, :1])
        index = (start[:, None] + row * columns[:, None])[:, :, None] + column[:, None, :]
        pixels = self._pixels[:, index].transpose(0, 1) * inside[:, None]
        return Patches(pixels, corner, level, self._extent)

    def window(self, fixations: Tensor, size: int) -> Tensor:
        """The glimpses of some fixations, (B, C, S, S); arguments as of `patches`, fixations differentiable."""
        return glimpse(self.patches(fixations, size), fixations, size)


def halve(images: Tensor) -> Tensor:
    """The next level of images (B, C, H, W), as `sc2data.pyramid.levels.halve`; floating ones are not rounded.

    Returns:
        (B, C, ceil(H / 2), ceil(W / 2)) of the same dtype.
    """
    height, width = images.shape[2:]
    floating = images if images.is_floating_point() else images.float()
    padded = functional.pad(floating, (0, width % 2, 0, height % 2), mode="replicate")
    means = functional.avg_pool2d(padded, 2)
    return means if images.is_floating_point() else means.round().to(images.dtype)


def _samples(fixations: Tensor, extent: Tensor, level: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """(B, 2) x, y of the first sample, pixel edges at integers, and (B, 1) the step, both in pixels of the level."""
    side = fixations[:, 2:] * extent.amin(1, keepdim=True)
    pitch = torch.exp2(level.to(fixations.dtype))[:, None]
    first = (fixations[:, :2] + 1) / 2 * extent + (1 / size - 1) / 2 * side
    return first / pitch, side / size / pitch


def _levels(fixations: Tensor, extent: Tensor, size: int) -> Tensor:
    """(B,) the largest l with 2^l <= scale * shorter side / S, as `sc2data.pyramid.levels.level_for`."""
    return torch.frexp(fixations[:, 2] * extent.amin(1) / size).exponent.long() - 1
