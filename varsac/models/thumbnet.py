"""A thumbnail that is learned to stand for the image: a small student, taught by a network at full resolution.

Source: Zhao and Ghanem, "ThumbNet: One Thumbnail Image Contains All You Need for Recognition", ACM Multimedia 2020,
known to us by its abstract and the names in a figure; its formulas we have not seen. What is the paper's: a learned
downscaler E, a student S on E(x), a well-trained teacher T on x, and losses called moment matching, feature mapping,
knowledge distillation and classification. What is ours: all below that gives them a form, and T that learns beside S.

    E(x) = mean of x over f x f squares + small convolutions,  f the factor a side,
    moments = sum_c (mean_c E(x) - mean_c x)^2 + (std_c E(x) - std_c x)^2,
    mapping = mean (U(map of S at half depth) - map of T at half depth)^2,  U learned, brought to size bilinearly,
    distillation = tau^2 KL(T's answers || S's), both softened by tau,
    classification = - log p(y | S(E(x))),  and T's own, for T learns beside S.

Nothing of the student's lessons reaches the teacher; they count in full once the teacher has had a share of training.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor, nn
from torch.nn import functional

from varsac import losses
from varsac.encoders import ResNet
from varsac.heads import Readout
from varsac.models.output import Output
from varsac.tasks.batch import Batch
from varsac.tasks.task import DataSpec, HeadSpec, TaskError


@dataclasses.dataclass(frozen=True)
class ThumbNetConfig:
    """Options of the thumbnail network; all but the factor are our choice.

    Args:
        factor: of the thumbnail, a side; 4 leaves a sixteenth of the pixels.
        width: channels of the first stage of teacher and student.
        stages: of both; 64 and 4 is ResNet-18.
        downscaler: channels of the downscaler's convolutions.
        moments: weight of moment matching.
        mapping: weight of feature mapping.
        distillation: weight of distillation.
        temperature: tau.
        warmup: share of training over which the teacher's lessons begin to count.
    """

    factor: int = 4
    width: int = 64
    stages: int = 4
    downscaler: int = 16
    moments: float = 1.0
    mapping: float = 0.5
    distillation: float = 1.0
    temperature: float = 4.0
    warmup: float = 0.3


class Downscaler(nn.Module):
    """Means over squares, and what two convolutions add; at first they add nothing.

    Args:
        channels: of the images.
        factor: a side.
        width: channels between the convolutions.
    """

    def __init__(self, channels: int, factor: int, width: int) -> None:
        super().__init__()
        self.factor = factor
        self.detail = nn.Sequential(nn.Conv2d(channels, width, factor, factor), nn.ReLU())
        self.add = nn.Conv2d(width, channels, 3, 1, 1)
        nn.init.zeros_(self.add.weight)
        nn.init.zeros_(self.add.bias)  # type: ignore[arg-type]

    def forward(self, images: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C, ceil(H / factor), ceil(W / factor)); images end by repeating their edges."""
        rows, columns = (-length % self.factor for length in images.shape[2:])
        if rows or columns:
            images = functional.pad(images, (0, columns, 0, rows), mode="replicate")
        return functional.avg_pool2d(images, self.factor) + self.add(self.detail(images))


class Reader(nn.Module):
    """A residual network in two halves, and its answers.

    Args:
        config: width and stages.
        spec: the data.

    Attributes:
        features: channels of the map between the halves.
    """

    def __init__(self, config: ThumbNetConfig, spec: DataSpec) -> None:
        super().__init__()
        network = ResNet(spec.channels, [config.width * 2**stage for stage in range(config.stages)])
        stages = (config.stages + 1) // 2
        cut = 2 + 2 * stages  # the stem's two layers and two blocks a stage
        self.early, self.late = network.body[:cut], network.body[cut:]
        self.features = config.width * 2 ** (stages - 1)
        self.answers = Readout(spec.heads, network.features)

    def forward(self, images: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Answers by head, and the map between the halves (B, features, h, w)."""
        between = self.early(images)
        return self.answers(self.late(between)), between


class ThumbNet(nn.Module):
    """Shrinks every image by a learned downscaler and answers from the thumbnail.

    Args:
        config: options.
        spec: the data.

    Raises:
        TaskError: a factor below 2.
    """

    def __init__(self, config: ThumbNetConfig, spec: DataSpec) -> None:
        super().__init__()
        if config.factor < 2:
            raise TaskError(f"factor={config.factor}: a thumbnail is at least 2 times smaller a side")
        self.config, self.spec = config, spec
        self.downscaler = Downscaler(spec.channels, config.factor, config.downscaler)
        self.student, self.teacher = Reader(config, spec), Reader(config, spec)
        self.map = nn.Conv2d(self.student.features, self.teacher.features, 1)

    def forward(self, batch: Batch, generator: torch.Generator | None = None) -> Output:
        """Answer; see `varsac.models.varsac.VarSac.forward`. With a generator the teacher answers too."""
        parts = [self._answered(pixels, generator is not None) for pixels in batch.images.wholes(batch.proxy.device)]
        answers, lessons, terms = (
            {name: torch.cat([part[name] for part in group]) for name in group[0]} for group in zip(*parts)
        )
        nowhere = batch.proxy.new_zeros(len(batch), 0, 3), batch.proxy.new_zeros(len(batch), 0)
        return Output(answers, *nowhere, auxiliary=lessons, terms=terms)

    def loss(self, output: Output, batch: Batch, progress: float = 1.0) -> dict[str, Tensor]:
        """The four losses of the student and the teacher's own, "teacher/HEAD"; see the module."""
        config, lessons = self.config, output.auxiliary
        taught = losses.ramp(progress, config.warmup)
        terms = losses.mean_answer_losses(self.spec.heads, output.answers, batch.labels)
        own = losses.mean_answer_losses(self.spec.heads, lessons, batch.labels)
        terms |= {f"teacher/{name}": value for name, value in own.items()}
        for head in self.spec.heads:
            lesson = distillation(head, output.answers[head.name], lessons[head.name].detach(), config.temperature)
            terms[f"distillation/{head.name}"] = config.distillation * taught * lesson.mean()
        terms["moments"] = config.moments * output.terms["moments"].mean()
        terms["mapping"] = config.mapping * taught * output.terms["mapping"].mean()
        return terms

    def _answered(self, images: Tensor, taught: bool) -> tuple[dict[str, Tensor], ...]:
        """The student's answers, and where it is taught the teacher's and terms of the loss (B,), each by name."""
        thumbnails = self.downscaler(images)
        answers, between = self.student(thumbnails)
        if not taught:
            return answers, {}, {}
        lessons, above = self.teacher(images)
        mapped = functional.interpolate(self.map(between), above.shape[2:], mode="bilinear", align_corners=False)
        terms = {
            "moments": moment_distance(thumbnails, images),
            "mapping": (mapped - above.detach()).pow(2).mean((1, 2, 3)),
        }
        return answers, lessons, terms


def moment_distance(thumbnails: Tensor, images: Tensor) -> Tensor:
    """The squared differences (B,) of each channel's mean and standard deviation, summed over channels.

    >>> image = torch.tensor([[[[0.0, 1.0], [0.0, 1.0]]]])
    >>> moment_distance(torch.full((1, 1, 1, 1), 0.5), image).round(decimals=3).tolist()
    [0.25]
    """
    total = images.new_zeros(len(images))
    for moment in (torch.mean, _deviation):
        total = total + (moment(thumbnails, (2, 3)) - moment(images, (2, 3))).pow(2).sum(1)
    return total


def _deviation(images: Tensor, axes: tuple[int, int]) -> Tensor:
    return (images.var(axes, correction=0) + 1e-12).sqrt()  # at 0 the root has no gradient


def distillation(head: HeadSpec, answer: Tensor, lesson: Tensor, temperature: float) -> Tensor:
    """How far the student's answer is from the teacher's.

    Args:
        head: what was asked.
        answer: (B, size), logits, for "density" counts.
        lesson: (B, size), the teacher's.
        temperature: tau, of classes and labels; gradients stay about as large whatever it is.

    Returns:
        (B,), 0 where they are the same: tau^2 times the divergence, for densities the smooth absolute difference.
    """
    answer, lesson = answer.float(), lesson.float()
    if head.kind == "density":
        return functional.smooth_l1_loss(answer, lesson, reduction="none").sum(1)
    if head.kind == "multilabel":  # each label is a choice of two: the logits are z and 0
        answer, lesson = (torch.stack([one, torch.zeros_like(one)], 1) for one in (answer, lesson))
    student, teacher = ((one / temperature).log_softmax(1) for one in (answer, lesson))
    divergence = (teacher.exp() * (teacher - student)).flatten(1).sum(1)
    return temperature**2 * divergence
