"""Examples as one batch of tensors; the images stay where they are and are read by the window."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from sc2data.pyramid import Pyramid
from sc2data.pyramid.window import Box
from varsac import glimpse
from varsac.tasks.task import Example, Objects


class ImageBatch:
    """The images of a batch, of any sizes: pyramids on the host, of which only windows travel to the device.

    Args:
        pyramids: B of them, all grey or all in colour.

    Attributes:
        decoded: pixels that were decompressed for all that was read until now, whole tiles counted.
    """

    def __init__(self, pyramids: Sequence[Pyramid]) -> None:
        self.pyramids = tuple(pyramids)
        self.decoded = 0

    def __len__(self) -> int:
        return len(self.pyramids)

    def extent(self, device: torch.device | str = "cpu") -> Tensor:
        """(B, 2) float32, width and height of each image, px."""
        return torch.tensor([(image.width, image.height) for image in self.pyramids], dtype=torch.float32).to(device)

    def window(self, fixations: Tensor, size: int) -> Tensor:
        """The glimpses of B fixations.

        Args:
            fixations: (B, 3), (x, y, scale) as in `varsac.glimpse`; differentiable.
            size: side of the glimpse S, px.

        Returns:
            (B, C, S, S) in [0, 1] on the fixations' device.
        """
        patches = glimpse.read(self.pyramids, fixations, size)
        self.decoded += patches.decoded
        return glimpse.glimpse(patches.to(fixations.device), fixations, size)

    def windows(self, fixations: Tensor, size: int) -> Tensor:
        """The glimpses of T fixations an image, (B, T, 3): (B, T, C, S, S); else as `window`."""
        several = ImageBatch([image for image in self.pyramids for _ in range(fixations.shape[1])])
        seen = several.window(fixations.flatten(0, 1), size)
        self.decoded += several.decoded
        return seen.unflatten(0, fixations.shape[:2])

    def wholes(self, device: torch.device | str = "cpu") -> Iterator[Tensor]:
        """All images at full resolution, (n, C, H, W): at once if they are of one size, else one after the other."""
        pixels = (self.whole(index, device) for index in range(len(self)))
        if len({(image.height, image.width) for image in self.pyramids}) == 1:
            yield torch.stack(list(pixels))
        else:
            yield from (one[None] for one in pixels)

    def whole(self, index: int, device: torch.device | str = "cpu") -> Tensor:
        """One image at full resolution, (C, H, W) in [0, 1]."""
        image = self.pyramids[index]
        pixels, decoded = image.planes[0].read(Box(0, image.height, 0, image.width))
        self.decoded += decoded
        on_device = torch.from_numpy(np.ascontiguousarray(pixels)).to(device)
        return on_device.permute(2, 0, 1).float().div_(255)


@dataclasses.dataclass(frozen=True, eq=False)
class ObjectBatch:
    """True objects, padded to the most in the batch.

    Args:
        positions: (B, N, 2) float32, x and y in image px.
        classes: (B, N) int64.
        radius: (B, N) float32, image px.
        present: (B, N) bool, False where there is only padding.
    """

    positions: Tensor
    classes: Tensor
    radius: Tensor
    present: Tensor

    @classmethod
    def stack(cls, objects: Sequence[Objects]) -> ObjectBatch:
        """Pad and stack."""
        shape = len(objects), max((len(one) for one in objects), default=0)
        batch = cls(
            torch.zeros(*shape, 2), torch.zeros(shape, dtype=torch.int64), torch.zeros(shape), torch.zeros(shape).bool()
        )
        for row, one in enumerate(objects):
            batch.positions[row, : len(one)] = torch.from_numpy(one.positions)
            batch.classes[row, : len(one)] = torch.from_numpy(one.classes)
            batch.radius[row, : len(one)] = torch.from_numpy(one.radius)
            batch.present[row, : len(one)] = True
        return batch

    def to(self, device: torch.device | str) -> ObjectBatch:
        """The same on another device."""
        return ObjectBatch(*(getattr(self, field.name).to(device) for field in dataclasses.fields(self)))


@dataclasses.dataclass(frozen=True, eq=False)
class Batch:
    """B examples.

    Args:
        proxy: (B, C, h, w) float32 in [0, 1].
        images: the images, read by the window.
        labels: by head name, (B, ...) as `HeadSpec` says.
        objects: the true objects.
        view: (B, 4), where in the proxy the image lies, see `varsac.tasks.task`.
        extent: (B, 2) float32, width and height of the images, px.
        names: what reports call the examples.
    """

    proxy: Tensor
    images: ImageBatch
    labels: dict[str, Tensor]
    objects: ObjectBatch
    view: Tensor
    extent: Tensor
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.proxy)

    def to(self, device: torch.device | str) -> Batch:
        """The same with its tensors on another device; the images stay."""
        labels = {name: label.to(device, non_blocking=True) for name, label in self.labels.items()}
        proxy, view, extent = (one.to(device, non_blocking=True) for one in (self.proxy, self.view, self.extent))
        return Batch(proxy, self.images, labels, self.objects.to(device), view, extent, self.names)


def collate(examples: Sequence[Example]) -> Batch:
    """Stack examples; what a data loader calls."""
    proxies = torch.from_numpy(np.stack([example.proxy for example in examples]))  # (B, h, w, C)
    images = ImageBatch([example.image for example in examples])
    labels = {
        name: torch.from_numpy(np.stack([example.labels[name] for example in examples])) for name in examples[0].labels
    }
    return Batch(
        proxies.permute(0, 3, 1, 2).float() / 255,
        images,
        labels,
        ObjectBatch.stack([example.objects for example in examples]),
        torch.tensor([example.view for example in examples], dtype=torch.float32),
        images.extent(),
        tuple(example.name for example in examples),
    )
