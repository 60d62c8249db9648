"""Our model: saccades to places on the proxy's map, and the recipe that makes them learn.

What learns is a categorical posterior over places, an auxiliary differentiable path from the label to that posterior,
inhibition of return and a small weight on the divergence; docs/training.md tells what each is worth.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor, nn
from torch.nn import functional

from varsac import losses
from varsac.encoders import GlimpseEncoder, ProxyEncoder
from varsac.heads import Answers, DensityField, DensityHead
from varsac.latents import PlaceLatent, PlaceMap, PlaceRange, Saccade, Sight, by_place
from varsac.memory import Memory
from varsac.models.output import Output
from varsac.salience import contrast, isolation
from varsac.tasks.batch import Batch
from varsac.tasks.task import DataSpec


@dataclasses.dataclass(frozen=True)
class VarSacConfig:
    """Options of the model.

    Args:
        glimpses: T; twice the number of objects is a good start.
        glimpse_size: side of a glimpse S, px.
        window: usual side of a window over that of an object; it fixes the scale to start from.
        scale: "learned" per saccade, or "fixed".
        feedback: the state sees the glimpses, so that where to look next depends on what was seen.
        places: what says where to look: "attention" (a query of the state over the map), "density" (the proxy's own
            density of what is counted), or "auto": density where nothing else is asked.
        objective: "elbo" or "product", see `varsac.losses`.
        reconstruction: weight of the proxy's reconstruction; 0 leaves the decoder out.
        beta: weight of the divergence after warming up over the first `warmup` of training.
        warmup: share of training.
        auxiliary: weight of the path from label to location through the proxy's map; 0 leaves it out.
        reinforce: weight of the score-function term for the places.
        state: length of the recurrent state.
        features: length of the vectors of proxy and glimpse.
        map_width: channels of the proxy's map.
        glimpse_width: channels of a glimpse's map.
        inhibition: share of a window's side within which no place is looked at again; 0 for none.
        salience: how much what stands out in the proxy draws the eye at first; learned on from there, 0 leaves it out.
        stands_out: what stands out, see `varsac.salience`: "contrast", or "isolation" of what is as large as an object.
    """

    glimpses: int = 4
    glimpse_size: int = 32
    window: float = 4 / 3
    scale: str = "learned"
    feedback: bool = True
    places: str = "auto"
    objective: str = "elbo"
    reconstruction: float = 0.01
    beta: float = 0.02
    warmup: float = 0.3
    auxiliary: float = 0.5
    reinforce: float = 0.1
    state: int = 128
    features: int = 128
    map_width: int = 32
    glimpse_width: int = 64
    inhibition: float = 0.75
    salience: float = 2.0
    stands_out: str = "contrast"

    CHOICES = {  # noqa: RUF012 (a class attribute on purpose: dataclasses leave what has no annotation alone)
        "scale": ("learned", "fixed"),
        "places": ("auto", "attention", "density"),
        "stands_out": ("contrast", "isolation"),
        "objective": ("elbo", "product"),
    }


class VarSac(nn.Module):
    """Looks T times at each image, then answers.

    Args:
        config: options.
        spec: the data.
    """

    def __init__(self, config: VarSacConfig, spec: DataSpec) -> None:
        super().__init__()
        self.config, self.spec = config, spec
        asked = [head for head in spec.heads if head.kind != "density"]
        dense = [head for head in spec.heads if head.kind == "density"]
        self.by_density = config.places == "density" or (config.places == "auto" and not asked)
        width, features, state = config.map_width, config.features, config.state
        self.proxy = ProxyEncoder(spec.channels, spec.proxy_size, width, features)
        seen = features if config.feedback or asked else 0
        self.glimpse = GlimpseEncoder(spec.channels, config.glimpse_size, config.glimpse_width, seen)
        self.grid = self.proxy.grid
        scale = min(1.0, config.window * spec.object_size / min(spec.image_size))
        ranges = PlaceRange(inhibition=config.inhibition)
        self.latent = PlaceLatent(
            width, self.grid, state, scale, ranges, config.scale == "learned", not self.by_density
        )
        if config.salience and not self.by_density:
            self.gain = nn.Parameter(torch.tensor(config.salience))
        self.embed = nn.Linear(FOURIER, 32)
        self.memory = Memory(features + 32 + (features if config.feedback else 0), state)
        if asked:
            self.merge = nn.Linear(features + state + 3, features)
        self.answers = Answers(asked, features)
        self.densities = nn.ModuleDict(
            {head.name: DensityHead(head.size, width, config.glimpse_width, self.grid) for head in dense}
        )
        if config.auxiliary and asked and not self.by_density:
            self.pooled = nn.Linear(width, 64)
            self.hints = Answers(asked, 64)
        if config.reinforce and asked and not self.by_density:
            self.baseline = nn.Linear(features, 1)
        if config.reconstruction:
            self.thumb = min(32, spec.proxy_size[0]), min(32, spec.proxy_size[1])
            pixels = spec.channels * self.thumb[0] * self.thumb[1]
            self.decoder = nn.Sequential(nn.Linear(state + 32, 128), nn.ReLU(), nn.Linear(128, pixels))

    def forward(self, batch: Batch, generator: torch.Generator | None = None) -> Output:
        """Look and answer.

        Args:
            batch: B examples; labels and objects are not looked at.
            generator: draws the saccades; without one the most probable are taken, and what only `loss` needs is left
                out.
        """
        places, summary = self.proxy(batch.proxy)  # (B, F, h, w), (B, E)
        of_places = {name: self._dense(name).of_places(places, batch.view) for name in self.densities}  # (B, K, N)
        sight = self._sight(places, of_places, batch.proxy)
        open_places = PlaceMap(self.grid, batch.view, batch.extent)
        state = self.memory.start(summary, generator)
        saccades, seen, cells, guesses = [], [], [], []
        for _ in range(self.config.glimpses):
            saccade = self.latent(sight, state, open_places, generator)
            open_places.close(saccade.fixation, self.config.inhibition)
            moved = self.embed(fourier(saccade.fixation)).relu()  # (B, 32)
            if self.config.reconstruction and generator is not None:
                guesses.append(self.decoder(torch.cat([state, moved], 1)))  # (B, C thumb)
            pixels = batch.images.window(saccade.fixation, self.config.glimpse_size)  # (B, C, S, S)
            grid, vector = self.glimpse(pixels)  # (B, D, m, m), (B, E)
            if self.answers.layers:
                seen.append(self.merge(torch.cat([vector, state, saccade.fixation], 1)).relu())  # (B, E)
            state = self.memory(torch.cat([summary, moved, vector][: 3 if self.config.feedback else 2], 1), state)
            saccades.append(saccade)
            cells.append(grid)
        fixations = torch.stack([saccade.fixation for saccade in saccades], 1)  # (B, T, 3)
        answers, fields = self._answers(seen, of_places, cells, fixations, batch)
        output = Output(
            answers,
            fixations,
            torch.stack([saccade.log_prob.exp() for saccade in saccades], 1).detach(),
            torch.stack([saccade.log_posterior for saccade in saccades], 1),
            fields,
        )
        if generator is not None:
            self._prepare_loss(output, batch, places, summary, of_places, saccades, guesses)
        return output

    def loss(self, output: Output, batch: Batch, progress: float = 1.0) -> dict[str, Tensor]:
        """The weighted parts of the objective, scalars; what is minimised is their sum.

        Args:
            output: of `forward` on the batch, with a generator.
            batch: with its labels.
            progress: share of training that is over, for warming up.
        """
        config, terms, answered = self.config, {}, self._answered(output, batch)
        right = sum(answered.values(), start=batch.proxy.new_zeros(len(batch)))  # (B,)
        beta = config.beta * losses.ramp(progress, config.warmup)
        kl = beta * output.terms["kl"].mean(1)
        rebuilt = config.reconstruction * output.terms["rebuilt"].mean(1) if config.reconstruction else 0 * kl
        if config.objective == "product":
            terms["product"] = (right * (1 + kl + rebuilt)).mean()
        else:
            terms |= {name: value.mean() for name, value in answered.items()}
            terms |= {"kl": kl.mean(), "rebuilt": rebuilt.mean()}
        for head in self.spec.heads:
            if head.name in output.auxiliary:
                hint = losses.hint_loss(head, output.auxiliary[head.name], batch.labels[head.name])
                terms[f"hint/{head.name}"] = config.auxiliary * hint.mean()
        if config.reinforce and "baseline" in output.terms:
            asked = [answered[head.name] for head in self.spec.heads if head.kind != "density"]
            reward = -torch.stack(asked).sum(0)  # (B,)
            score, error = losses.score_function(output.terms["log_prob"], reward, output.terms["baseline"])
            terms |= {"score": config.reinforce * score.mean(), "baseline": config.reinforce * error.mean()}
        return terms

    def _dense(self, name: str) -> DensityHead:
        head = self.densities[name]
        assert isinstance(head, DensityHead)
        return head

    def _sight(self, places: Tensor, of_places: dict[str, Tensor], proxy: Tensor) -> Sight:
        """What draws the eye: the map and what stands out, or the detached density of what is to be counted."""
        if self.by_density:
            density = torch.stack([one.sum(1) for one in of_places.values()]).sum(0).detach()  # (B, N)
            return self.latent.look(places, (density + 1e-3).log())
        sight = self.latent.look(places)
        if self.config.salience:
            sight = sight._replace(base=sight.base + self.gain * (self._standing_out(proxy) + 0.03).log())
        return sight

    def _standing_out(self, proxy: Tensor) -> Tensor:
        if self.config.stands_out == "contrast":
            return contrast(proxy, self.grid)
        share = self.spec.object_size / min(self.spec.image_size)
        return isolation(proxy, self.grid, share * min(proxy.shape[2:]))

    def _answers(
        self, seen: list[Tensor], of_places: dict[str, Tensor], cells: list[Tensor], fixations: Tensor, batch: Batch
    ) -> tuple[dict[str, Tensor], dict[str, DensityField]]:
        answers = self.answers(torch.stack(seen).mean(0)) if seen else {}
        fields = {}
        for name in self.densities:
            head = self._dense(name)
            found = torch.stack([head.of_cells(grid) for grid in cells], 1)  # (B, T, K, M)
            answers[name], fields[name] = head(of_places[name], found, fixations, batch.view, batch.extent)
        return answers, fields

    def _prepare_loss(
        self,
        output: Output,
        batch: Batch,
        places: Tensor,
        summary: Tensor,
        of_places: dict[str, Tensor],
        saccades: list[Saccade],
        guesses: list[Tensor],
    ) -> None:
        """Everything of the loss that parameters are needed for, so that `loss` needs none."""
        terms = output.terms
        terms["kl"] = torch.stack([saccade.kl for saccade in saccades], 1)  # (B, T)
        terms["log_prob"] = torch.stack([saccade.log_prob for saccade in saccades], 1)  # (B, T)
        terms |= {f"proxy/{name}": density.sum(2) for name, density in of_places.items()}  # (B, K)
        if hasattr(self, "hints"):
            assert output.log_posterior is not None
            flat = by_place(places)  # (B, N, F)
            looked = output.log_posterior.exp() @ flat  # (B, T, F)
            # Against the mean of all places: what looks like all the rest has nothing to say, and draws nothing.
            standing_out = looked - flat.mean(1, keepdim=True)
            output.auxiliary = self.hints(self.pooled(standing_out).relu().mean(1))
        if hasattr(self, "baseline"):
            terms["baseline"] = self.baseline(summary.detach())[:, 0]  # (B,)
        if guesses:
            thumb = functional.adaptive_avg_pool2d(batch.proxy, self.thumb).flatten(1)
            terms["rebuilt"] = torch.stack([losses.bernoulli(guess, thumb) for guess in guesses], 1)  # (B, T)

    def _answered(self, output: Output, batch: Batch) -> dict[str, Tensor]:
        """The loss of every head (B,), and of the proxy's densities by themselves."""
        answered = {}
        for head in self.spec.heads:
            label = batch.labels[head.name]
            answered[head.name] = losses.answer_loss(head, output.answers[head.name], label)
            if head.kind == "density":
                alone = losses.answer_loss(head, output.terms[f"proxy/{head.name}"], label)
                answered[f"proxy/{head.name}"] = 0.5 * alone
        return answered


FOURIER = 8
"""Length of `fourier`'s vectors."""


def fourier(fixations: Tensor) -> Tensor:
    """A fixation (B, 3) as the vector (B, 8) of x, y, s, sin 3x, sin 3y, cos 3x, cos 3y, 1."""
    point = 3 * fixations[:, :2]
    return torch.cat([fixations, point.sin(), point.cos(), torch.ones_like(fixations[:, :1])], 1)
