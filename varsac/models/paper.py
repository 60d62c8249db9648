"""The published model as its code runs it: a variational recurrent network with a dense location head.

Where its released code differs from its description, or is faulty, a switch of `PaperConfig` chooses; the defaults are
what the code does. It does not learn the harder tasks of this project (docs/training.md).
"""

from __future__ import annotations

import dataclasses
import functools
import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional

from varsac import losses
from varsac.encoders import Norm, ResidualBlock
from varsac.heads import Answers
from varsac.latents import GaussianLatent
from varsac.memory import StackedLstm
from varsac.models.output import Output
from varsac.tasks.batch import Batch
from varsac.tasks.task import DataSpec, TaskError


@dataclasses.dataclass(frozen=True)
class PaperConfig:
    """Options of the published model.

    Args:
        glimpses: T; 4 for digits, 6 for StarCraft II.
        glimpse_size: side of a glimpse S, px.
        largest: most of the image's shorter side that a window may take, `max_image_percentage`.
        latent: length of z; 3 is (scale, x, y) itself, else a dense layer makes the three of it.
        objective: "product" of the two parts as in the code, or their sum, "elbo".
        kl: "reference" takes logarithms of variances for deviations as the code does; "correct" does not.
        beta: weight of the divergence.
        feedback: the state sees the glimpses; the code leaves them out.
        scale: "reference": c = max(|s|, 1 / largest), without a gradient below; "learned": squashed into a range where
            it always has one; "fixed": always the largest window.
        state: length of the recurrent state and of the features.
        activation: of the encoders' blocks and the dense layers, "elu" for digits, "relu" for StarCraft II.
        norm: of the encoders' blocks, "batch" for digits, "group" for StarCraft II; in how many groups is not known,
            here it is 8.
    """

    glimpses: int = 4
    glimpse_size: int = 64
    largest: float = 0.3
    latent: int = 3
    objective: str = "product"
    kl: str = "reference"
    beta: float = 5.0
    feedback: bool = False
    scale: str = "reference"
    state: int = 256
    activation: str = "elu"
    norm: str = "batch"

    CHOICES = {  # noqa: RUF012 (a class attribute on purpose: dataclasses leave what has no annotation alone)
        "activation": ("elu", "relu"),
        "norm": ("batch", "group"),
        "objective": ("product", "elbo"),
        "kl": ("reference", "correct"),
        "scale": ("reference", "learned", "fixed"),
    }


ACTIVATIONS = {"elu": nn.ELU, "relu": nn.ReLU}
NORMS: dict[str, Norm] = {"batch": nn.BatchNorm2d, "group": functools.partial(nn.GroupNorm, 8)}


class Encoder(nn.Module):
    """The published encoder: the image bilinearly at a fixed size, six residual blocks that halve it, one vector.

    Args:
        channels: of the image.
        size: side that images are brought to, px; 64 ends at one pixel.
        config: options of the model.
    """

    def __init__(self, channels: int, size: int, config: PaperConfig) -> None:
        super().__init__()
        features = config.state
        widths = (channels, 32, 64, 128, 64, 32, features)
        norm, activation = NORMS[config.norm], ACTIVATIONS[config.activation]
        blocks = [ResidualBlock(*sides, 2, norm, activation) for sides in itertools.pairwise(widths)]
        left = -(-size // 2 ** len(blocks))
        self.size = size
        self.body = nn.Sequential(*blocks, nn.Conv2d(features, features, left), nn.Flatten())

    def forward(self, images: Tensor) -> Tensor:
        """(B, C, H, W) to (B, features)."""
        size = (self.size, self.size)
        return self.body(functional.interpolate(images, size, mode="bilinear", align_corners=False))


class Paper(nn.Module):
    """The published model.

    Args:
        config: options.
        spec: the data; "density" heads are not of its kind.

    Raises:
        TaskError: a "density" head.
    """

    def __init__(self, config: PaperConfig, spec: DataSpec) -> None:
        super().__init__()
        dense = [head.name for head in spec.heads if head.kind == "density"]
        if dense:
            raise TaskError(f"heads {dense}: the published model counts by classes; ask for kind 'count'")
        self.config, self.spec = config, spec
        size, activation = config.state, ACTIVATIONS[config.activation]
        self.proxy = Encoder(spec.channels, 64, config)
        self.glimpse = Encoder(spec.channels, config.glimpse_size, config)
        self.latent = GaussianLatent(2 * size, size, config.latent, config.kl)
        self.locate = nn.Identity() if config.latent == 3 else nn.Linear(config.latent, 3)
        self.embed = nn.Sequential(nn.Linear(config.latent, size), nn.SELU())
        self.memory = StackedLstm(2 * size + (size if config.feedback else 0), size)
        self.project = nn.Linear(2 * size, size)
        pixels = spec.channels * spec.proxy_size[0] * spec.proxy_size[1]
        self.decoder = nn.Sequential(nn.Linear(2 * size, size), activation(), nn.Linear(size, pixels))
        self.hidden = nn.Sequential(nn.Linear(size, size), activation())
        self.activation = activation()
        self.answers = Answers(spec.heads, size)

    def forward(self, batch: Batch, generator: torch.Generator | None = None) -> Output:
        """Look and answer; see `varsac.models.varsac.VarSac.forward`."""
        config = self.config
        seen = self.activation(self.proxy(batch.proxy))  # (B, D)
        state = self.memory.start(seen, generator)
        fixations, projected, kls, rebuilt = [], [], [], []
        for _ in range(config.glimpses):
            hidden = state[0].mean(0)  # (B, D), over the layers
            latent, kl = self.latent(seen, hidden, generator)  # (B, L), (B,)
            fixation = self.fixation(self.locate(latent).float())  # (B, 3); half precision is not for places
            glimpse = self.glimpse(batch.images.window(fixation, config.glimpse_size))  # (B, D)
            projected.append(self.project(torch.cat([hidden, glimpse], 1)))
            moved = self.embed(latent)
            rebuilt.append(losses.bernoulli(self.decoder(torch.cat([moved, hidden], 1)), batch.proxy.flatten(1)))
            state = self.memory(torch.cat([seen, moved, glimpse][: 3 if config.feedback else 2], 1), state)
            fixations.append(fixation)
            kls.append(kl)
        answers = self.answers(self.hidden(torch.stack(projected).mean(0)))
        terms = {"kl": torch.stack(kls, 1), "rebuilt": torch.stack(rebuilt, 1)}  # (B, T) each
        looked = torch.stack(fixations, 1)  # (B, T, 3)
        return Output(answers, looked, torch.ones_like(looked[..., 0]), terms=terms)

    def fixation(self, where: Tensor) -> Tensor:
        """(s, x, y) of the latent (B, 3) as a fixation (B, 3).

        The published affine map [[1/c, 0, -x/c], [0, 1/c, -y/c]] with c = max(|s|, 1/largest) shows a window of 1/c
        of the image around (-x/c, -y/c).
        """
        raw, least = where[:, 0], 1 / self.config.largest
        if self.config.scale == "reference":
            zoom = raw.abs().clamp(min=least)
        elif self.config.scale == "learned":
            zoom = least * (1 + 3 * raw.sigmoid())
        else:
            zoom = torch.full_like(raw, least)
        return torch.stack([-where[:, 1] / zoom, -where[:, 2] / zoom, 1 / zoom], 1)

    def loss(self, output: Output, batch: Batch, progress: float = 1.0) -> dict[str, Tensor]:
        """The parts of the objective; see `varsac.models.varsac.VarSac.loss`. Nothing warms up."""
        answered = {
            head.name: losses.answer_loss(head, output.answers[head.name], batch.labels[head.name])
            for head in self.spec.heads
        }
        kl, rebuilt = self.config.beta * output.terms["kl"].mean(1), output.terms["rebuilt"].mean(1)  # (B,)
        if self.config.objective == "product":
            return {"product": ((kl + rebuilt) * torch.stack(list(answered.values())).sum(0)).mean()}
        return {name: value.mean() for name, value in answered.items()} | {"kl": kl.mean(), "rebuilt": rebuilt.mean()}
