"""Our model: saccades to places on the proxy's map, and the recipe that makes them learn.

What learns is a categorical posterior over places, an auxiliary differentiable path from the label to that posterior,
inhibition of return and a small weight on the divergence; docs/results.md tells what each is worth.
"""

from __future__ import annotations

import dataclasses
import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from varsac import losses, points
from varsac.coverage import Uncovered
from varsac.encoders import GlimpseEncoder, ProxyEncoder
from varsac.expectation import Expectation
from varsac.heads import Answers, DensityField, DensityHead, GlimpseAnswers
from varsac.latents import PlaceLatent, PlaceMap, PlaceRange, Saccade, Sight, by_place
from varsac.memory import Memory
from varsac.models.output import Output
from varsac.options import OptionError
from varsac.salience import KINDS, middles, standing_out
from varsac.tasks.batch import Batch
from varsac.tasks.task import DataSpec, HeadSpec


@dataclasses.dataclass(frozen=True)
class VarSacConfig:
    """Options of the model.

    Args:
        glimpses: T; twice the number of objects is a good start.
        glimpse_size: side of a glimpse S, px.
        window: usual side of a window over that of an object; it fixes the scale to start from.
        scale: "learned" per saccade, or "fixed".
        feedback: the state sees the glimpses, so that where to look next depends on what was seen.
        places: what says where to look: "attention" (a query of the state over the map), "density" (where a window
            covers most of what the proxy's own density counts and no window has covered yet), or "auto": density
            where nothing else is asked.
        focus: the power of the density under a window that places are drawn by, with places by density.
        points: weight of the true positions in what "density" heads learn from; 0: from the counts alone.
        objective: "elbo" or "product", see `varsac.losses`.
        reconstruction: weight of the proxy's reconstruction; 0 leaves the decoder out.
        beta: weight of the divergence after warming up over the first `warmup` of training.
        warmup: share of training.
        auxiliary: weight of the path from label to location through the proxy's map; 0 leaves it out.
        fading: share of training over which that weight falls to 0, once places are found; 0: it does not fall.
        credit: weight of the score-function term for the places, in which each glimpse is credited with what the
            answers would lose without it; 0 leaves it out.
        worth: weight of learning, place by place, what a glimpse is worth by that credit, see `varsac.expectation`; the
            expectation draws the saccades. 0 leaves it out.
        state: length of the recurrent state.
        features: length of the vectors of proxy and glimpse.
        map_width: channels of the proxy's map.
        map_layers: convolutions that make it.
        glimpse_width: channels of a glimpse's map.
        normalised: batch norm of a glimpse's features, which are then read early whatever the seed.
        inhibition: share of a window's side within which no place is looked at again, or, with places by density, which
            it is taken to cover, all of it at most; 0 for none.
        salience: how much what stands out in the proxy draws the eye at first; learned on from there, 0 leaves it out.
        centred: saccades land on the middle of what stands out about their place, not on the place's centre.
        jitter: standard deviation of the offset that is added to it in training, as a share of its range: a quarter of
            a cell, or three quarters where saccades are not centred. Glimpses that see objects off their middle learn
            to read them there. Above 0: the divergence of a saccade that is drawn nowhere else has no bound.
        stands_out: what stands out, see `varsac.salience`: "contrast", or "isolation" of what is as large as an object.

    Raises:
        OptionError: a jitter that is not above 0.
    """

    glimpses: int = 4
    glimpse_size: int = 32
    window: float = 4 / 3
    scale: str = "learned"
    feedback: bool = True
    places: str = "auto"
    focus: float = 2.0
    points: float = 0.0
    objective: str = "elbo"
    reconstruction: float = 0.01
    beta: float = 0.005
    warmup: float = 0.3
    auxiliary: float = 4.0
    fading: float = 0.25
    credit: float = 0.3
    worth: float = 0.0
    state: int = 128
    features: int = 128
    map_width: int = 32
    map_layers: int = 2
    glimpse_width: int = 64
    normalised: bool = True
    inhibition: float = 1.25
    salience: float = 2.0
    centred: bool = True
    jitter: float = 1 / 6
    stands_out: str = "contrast"

    CHOICES = {  # noqa: RUF012 (a class attribute on purpose: dataclasses leave what has no annotation alone)
        "scale": ("learned", "fixed"),
        "places": ("auto", "attention", "density"),
        "stands_out": KINDS,
        "objective": ("elbo", "product"),
    }

    def __post_init__(self) -> None:
        if not 0 < self.jitter < math.inf:
            raise OptionError(f"jitter={self.jitter}: a finite number above 0 is needed; 0.01 hardly moves saccades")


class VarSac(nn.Module):
    """Looks T times at each image, then answers.

    Args:
        config: options.
        spec: the data.

    Raises:
        TaskError: positions are to be learned from, but the objects' classes are not the kinds that are counted.
    """

    def __init__(self, config: VarSacConfig, spec: DataSpec) -> None:
        super().__init__()
        self.config, self.spec = config, spec
        if config.points:
            points.check_kinds(spec)
        asked = [head for head in spec.heads if head.kind != "density"]
        dense = [head for head in spec.heads if head.kind == "density"]
        self.by_density = config.places == "density" or (config.places == "auto" and not asked)
        self.in_turn = config.feedback or bool(asked)  # else no saccade needs to wait for the glimpse before it
        width, features, state = config.map_width, config.features, config.state
        self.proxy = ProxyEncoder(spec.channels, spec.proxy_size, width, features, config.map_layers)
        seen = features if self.in_turn else 0
        self.glimpse = GlimpseEncoder(spec.channels, config.glimpse_size, config.glimpse_width, seen, config.normalised)
        self.grid = self.proxy.grid
        scale = spec.window_scale(config.window)
        ranges = PlaceRange(CENTRED if config.centred else UNCENTRED, jitter=config.jitter)
        self.latent = PlaceLatent(
            width, self.grid, state, scale, ranges, config.scale == "learned", not self.by_density
        )
        if config.salience and not self.by_density:
            self.gain = nn.Parameter(torch.tensor(config.salience))
        if config.worth and asked and not self.by_density:
            self.expectation = Expectation(width)
        self.embed = nn.Linear(FOURIER, 32)
        self.memory = Memory(features + 32 + (features if config.feedback else 0), state)
        if asked:
            self.merge = nn.Linear(features + state + 3, features)
        self.answers = GlimpseAnswers(asked, features, spec.objects == 1)
        self.densities = nn.ModuleDict(
            {head.name: DensityHead(head.size, width, config.glimpse_width, self.grid) for head in dense}
        )
        if config.auxiliary and asked and not self.by_density:
            self.pooled = nn.Linear(width, 64)
            self.hints = Answers(asked, 64)
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
        sight, left = self._sight(places, batch.proxy), self._uncovered(of_places, batch)
        open_places = PlaceMap(self.grid, batch.view, batch.extent, self._aims(batch.proxy))
        state = self.memory.start(summary, generator)
        saccades, windows, seen, cells, guesses = [], [], [], [], []
        for _ in range(self.config.glimpses):
            if left:
                sight = sight._replace(base=left.logits(self.config.focus))
            saccade = self.latent(sight, state, open_places, generator)
            if left:
                left.cover(saccade.fixation.detach())
            else:
                open_places.close(saccade.fixation, self.config.inhibition)
            saccades.append(saccade)
            moved = self.embed(fourier(saccade.fixation)).relu()  # (B, 32)
            if self.config.reconstruction and generator is not None:
                guesses.append(self.decoder(torch.cat([state, moved], 1)))  # (B, C thumb)
            windows.append(self._window(batch, saccade.fixation))  # (B, C, S, S)
            if not self.in_turn:
                state = self.memory(torch.cat([summary, moved], 1), state)
                continue
            grid, vector = self.glimpse(windows[-1])  # (B, D, m, m), (B, E)
            if self.answers.layers:
                seen.append(self.merge(torch.cat([vector, state, saccade.fixation], 1)).relu())  # (B, E)
            state = self.memory(torch.cat([summary, moved, vector][: 3 if self.config.feedback else 2], 1), state)
            cells.append(grid)
        if not self.in_turn:
            cells = list(self.glimpse(torch.cat(windows))[0].chunk(len(windows)))
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
            self._prepare_loss(output, batch, places, saccades, guesses)
            if (self.config.credit or self.config.worth) and seen and not self.by_density:
                output.without = self.answers.without_each(torch.stack(seen, 1).detach())
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
                terms[f"hint/{head.name}"] = self._hint_weight(progress) * hint.mean()
        if output.without:
            credit = self._credit(output, batch, answered)
            if config.credit:
                terms["credit"] = config.credit * losses.score_function(output.terms["log_prob"], credit).mean()
            if config.worth:
                terms["worth"] = config.worth * losses.worth_loss(output.terms["expected"], credit).mean()
        return terms

    def _credit(self, output: Output, batch: Batch, answered: dict[str, Tensor]) -> Tensor:
        """What the answers would cost more without each glimpse, (B, T)."""
        credit = batch.proxy.new_zeros(output.fixations.shape[:2])
        for head in self.spec.heads:
            if head.name in output.without:
                label = batch.labels[head.name]
                without = [losses.answer_loss(head, answer, label) for answer in output.without[head.name].unbind(1)]
                credit = credit + torch.stack(without, 1) - answered[head.name][:, None]
        return credit

    def _hint_weight(self, progress: float) -> float:
        """Large until places are found, which nothing else tells of; then none, or it draws them away again."""
        config = self.config
        return config.auxiliary * (1 - losses.ramp(progress, config.fading) if config.fading else 1)

    def _dense(self, name: str) -> DensityHead:
        head = self.densities[name]
        assert isinstance(head, DensityHead)
        return head

    def _window(self, batch: Batch, fixation: Tensor) -> Tensor:
        """A glimpse's pixels (B, C, S, S). Windows by density have no gradient: it leads to where less is to count."""
        return batch.images.window(fixation.detach() if self.by_density else fixation, self.config.glimpse_size)

    def _uncovered(self, of_places: dict[str, Tensor], batch: Batch) -> Uncovered | None:
        """The detached density of what is to be counted, where that says where to look."""
        if not self.by_density:
            return None
        density = torch.stack([one.sum(1) for one in of_places.values()]).sum(0).detach()  # (B, N)
        covered = min(1.0, self.config.inhibition)
        return Uncovered(density, self.grid, batch.view, batch.extent, self.latent.scale, covered)

    def _sight(self, places: Tensor, proxy: Tensor) -> Sight:
        """What draws the eye: the map and what stands out. With places by density only offset and zoom are of use."""
        if self.by_density:
            return self.latent.look(places, places.new_zeros(len(places), self.grid[0] * self.grid[1]))
        sight = self.latent.look(places)
        if hasattr(self, "expectation"):
            sight = sight._replace(base=sight.base + self.expectation(places).detach())
        if self.config.salience:
            sight = sight._replace(base=sight.base + self.gain * (self._standing_out(proxy) + 0.03).log())
        return sight

    def _aims(self, proxy: Tensor) -> Tensor | None:
        """Where saccades to the places land."""
        if self.by_density or not self.config.centred:
            return None
        return middles(proxy, self.grid, self._object_side(proxy))

    def _standing_out(self, proxy: Tensor) -> Tensor:
        return standing_out(self.config.stands_out, proxy, self.grid, self._object_side(proxy))

    def _object_side(self, proxy: Tensor) -> float:
        """Side of an object in pixels of the proxy."""
        return self.spec.window_scale(1.0) * min(proxy.shape[2:])

    def _answers(
        self, seen: list[Tensor], of_places: dict[str, Tensor], cells: list[Tensor], fixations: Tensor, batch: Batch
    ) -> tuple[dict[str, Tensor], dict[str, DensityField]]:
        answers = self.answers(torch.stack(seen, 1)) if seen else {}
        fields = {}
        for name in self.densities:
            head = self._dense(name)
            # All at once: the norms of glimpses that are made one after the other would each have its own statistics.
            found = head.of_cells(torch.cat(cells)).unflatten(0, (len(cells), -1)).transpose(0, 1)  # (B, T, K, M)
            answers[name], fields[name] = head(of_places[name], found, fixations, batch.view, batch.extent)
        return answers, fields

    def _prepare_loss(
        self,
        output: Output,
        batch: Batch,
        places: Tensor,
        saccades: list[Saccade],
        guesses: list[Tensor],
    ) -> None:
        """Everything of the loss that parameters are needed for, so that `loss` needs none."""
        terms = output.terms
        terms["kl"] = torch.stack([saccade.kl for saccade in saccades], 1)  # (B, T)
        terms["log_prob"] = torch.stack([saccade.log_prob for saccade in saccades], 1)  # (B, T)
        if hasattr(self, "hints"):
            assert output.log_posterior is not None
            flat = by_place(places)  # (B, N, F)
            looked = output.log_posterior.exp() @ flat  # (B, T, F)
            # Against the mean of all places: what looks like all the rest has nothing to say, and draws nothing.
            standing_out = looked - flat.mean(1, keepdim=True)
            output.auxiliary = self.hints(self.pooled(standing_out).relu().mean(1))
        if hasattr(self, "expectation"):
            chosen = torch.stack([saccade.place for saccade in saccades], 1)  # (B, T)
            terms["expected"] = self.expectation(places).gather(1, chosen)
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
                field = output.fields[head.name]
                answered[f"proxy/{head.name}"] = 0.5 * losses.answer_loss(head, field.places.sum(2), label)
                if self.config.points:
                    cells, places = self._points(head, output, batch)
                    answered[f"cells/{head.name}"] = self.config.points * cells
                    answered[f"places/{head.name}"] = self.config.points * places
        return answered

    def _points(self, head: HeadSpec, output: Output, batch: Batch) -> tuple[Tensor, Tensor]:
        """How badly densities fit the true positions, (B,) each: in the cells of the glimpses, and in the places."""
        field, fixations = output.fields[head.name], output.fixations.detach()
        side = round(field.cells.shape[3] ** 0.5)
        seen = points.in_windows(batch.objects, head.size, side, fixations, batch.extent)  # (B, T, K, M)
        all_of_them = points.in_places(batch.objects, head.size, self.grid, batch.view, batch.extent)  # (B, K, N)
        return losses.point_loss(field.cells, seen), losses.point_loss(field.places, all_of_them)


CENTRED, UNCENTRED = 0.25, 0.75
"""Most offset of a saccade in cells of the map: where it aims at the middle of an object, little is left to learn."""
FOURIER = 8
"""Length of `fourier`'s vectors."""


def fourier(fixations: Tensor) -> Tensor:
    """A fixation (B, 3) as the vector (B, 8) of x, y, s, sin 3x, sin 3y, cos 3x, cos 3y, 1."""
    point = 3 * fixations[:, :2]
    return torch.cat([fixations, point.sin(), point.cos(), torch.ones_like(fixations[:, :1])], 1)
