"""Models by name, with their options."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from sc2data.errors import UserError
from varsac.models.attention_sampling import AttentionSampling, AttentionSamplingConfig
from varsac.models.crop_sum import CropSum, CropSumConfig
from varsac.models.differentiable_selection import DifferentiableSelection, DifferentiableSelectionConfig
from varsac.models.given_saccades import GivenSaccadesConfig, OracleSaccades, RandomSaccades
from varsac.models.output import Output
from varsac.models.paper import Paper, PaperConfig
from varsac.models.patch_selection import PatchSelection, PatchSelectionConfig
from varsac.models.ram import Ram, RamConfig
from varsac.models.saliency_sampler import SaliencySampler, SaliencySamplerConfig
from varsac.models.thumbnet import ThumbNet, ThumbNetConfig
from varsac.models.varsac import VarSac, VarSacConfig
from varsac.models.whole import FullImage, ProxyOnly, WholeConfig
from varsac.tasks.batch import Batch
from varsac.tasks.task import DataSpec


class UnknownModelError(UserError, KeyError):
    """No model of that name."""

    def __str__(self) -> str:
        return str(self.args[0])


class Model(Protocol):
    """What the engine asks of a model, besides being an `nn.Module`."""

    def __call__(self, batch: Batch, generator: torch.Generator | None = None) -> Output:
        """Look and answer; with a generator saccades are drawn, without one the most probable are taken."""
        ...

    def loss(self, output: Output, batch: Batch, progress: float = 1.0) -> dict[str, Tensor]:
        """The weighted parts of the objective by name, scalars whose sum is minimised; needs no parameters."""
        ...


@dataclasses.dataclass(frozen=True)
class Entry:
    """One model.

    Args:
        config: its options' class.
        make: makes it of options and a description of the data.
        sees_proxy: whether it looks at proxies.
    """

    config: type[Any]
    make: Callable[[Any, DataSpec], nn.Module]
    sees_proxy: bool = True


MODELS = {
    "varsac": Entry(VarSacConfig, VarSac),
    "paper": Entry(PaperConfig, Paper),
    "attention_sampling": Entry(AttentionSamplingConfig, AttentionSampling),
    "patch_selection": Entry(PatchSelectionConfig, PatchSelection, sees_proxy=False),
    "differentiable_selection": Entry(DifferentiableSelectionConfig, DifferentiableSelection),
    "ram": Entry(RamConfig, Ram, sees_proxy=False),
    "saliency_sampler": Entry(SaliencySamplerConfig, SaliencySampler),
    "thumbnet": Entry(ThumbNetConfig, ThumbNet, sees_proxy=False),
    "random_saccades": Entry(GivenSaccadesConfig, RandomSaccades, sees_proxy=False),
    "oracle_saccades": Entry(GivenSaccadesConfig, OracleSaccades, sees_proxy=False),
    "proxy_only": Entry(WholeConfig, ProxyOnly),
    "full_image": Entry(WholeConfig, FullImage, sees_proxy=False),
    "crop_sum": Entry(CropSumConfig, CropSum, sees_proxy=False),
}


def entry(name: str) -> Entry:
    """The entry of a name.

    Raises:
        UnknownModelError: there is none.
    """
    if name not in MODELS:
        raise UnknownModelError(f"model {name!r} is unknown; there are {', '.join(MODELS)}")
    return MODELS[name]


def sees_proxy(name: str, config: Any) -> bool:
    """Whether a model looks at proxies: where it does not, none need be made.

    Raises:
        UnknownModelError: no such name.

    >>> sees_proxy("ram", RamConfig()), sees_proxy("ram", RamConfig(context=True))
    (False, True)
    """
    return entry(name).sees_proxy or bool(getattr(config, "context", False))


def make(name: str, config: Any, spec: DataSpec) -> nn.Module:
    """A fresh model.

    Raises:
        UnknownModelError: no such name.
        TaskError: the model cannot answer what the data asks.
    """
    return entry(name).make(config, spec)
