"""Several processes, as torchrun starts them: who this one is, and what they do together. One process needs nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn.parallel import DistributedDataParallel

from sc2data.errors import UserError


class DeviceError(UserError, RuntimeError):
    """A device that is not there."""


@dataclasses.dataclass(frozen=True)
class Place:
    """Which process this is, and where it computes.

    Args:
        rank: 0 .. world - 1; process 0 writes the files.
        world: number of processes.
        device: of this process.
    """

    rank: int
    world: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def wrap(self, model: nn.Module) -> nn.Module:
        """The model with gradients averaged over the processes; itself where there is only one."""
        if self.world == 1:
            return model
        return DistributedDataParallel(model, device_ids=[self.device] if self.device.type == "cuda" else None)

    def gather(self, value: Tensor) -> list[Tensor]:
        """The tensors of all processes, of one shape and on the host, in order of rank."""
        if self.world == 1:
            return [value]
        value = value.to(self.device)
        values = [torch.empty_like(value) for _ in range(self.world)]
        dist.all_gather(values, value)
        return [one.cpu() for one in values]

    def wait(self) -> None:
        """Until all processes are here."""
        if self.world > 1:
            dist.barrier()


@contextlib.contextmanager
def joined(device: str) -> Iterator[Place]:
    """Join the processes that torchrun started, leave them at the end.

    Args:
        device: "auto", "cpu", "cuda" or "cuda:N".

    Raises:
        DeviceError: no such device.
    """
    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    place = Place(rank, world, chosen_device(device, int(os.environ.get("LOCAL_RANK", "0"))))
    if world == 1:
        yield place
        return
    dist.init_process_group("nccl" if place.device.type == "cuda" else "gloo", rank=rank, world_size=world)
    try:
        yield place
        dist.barrier()  # gloo ends badly where one process leaves while others still talk
    finally:
        dist.destroy_process_group()


def chosen_device(device: str, local_rank: int = 0) -> torch.device:
    """The device of a name; "auto" is a GPU where there is one. Raises `DeviceError`."""
    available = torch.cuda.device_count()
    if device == "auto":
        device = "cuda" if available else "cpu"
    try:
        chosen = torch.device(device)
    except RuntimeError:
        raise DeviceError(f"device {device!r}: choose auto, cpu, cuda or cuda:N") from None
    if chosen.type == "cuda" and chosen.index is None:
        chosen = torch.device("cuda", local_rank)
    if chosen.type == "cuda" and (chosen.index or 0) >= available:
        raise DeviceError(f"device {chosen}: there are {available} GPUs here; choose auto or cpu")
    return chosen
