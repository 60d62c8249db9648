"""A recurrent attention agent that learns by REINFORCE, in plain torch.

After Mnih et al., "Recurrent Models of Visual Attention" (2014): a glimpse network, a recurrent core, a location
network and a learned baseline. Where theirs moves by coordinates and sees nothing but glimpses, this one also has the
proxy as a map of places to choose from (`PlaceNet`), and is rewarded for each object that it finds.
"""

from __future__ import annotations

import io
import math
import os
import pathlib
import pickle
from typing import Any, NamedTuple

import numpy as np
import torch
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from torch import Tensor, nn
from torch.nn import functional

from envs.agents.course import Budget, Course
from envs.agents.place_net import PlaceNet
from envs.options import EnvError
from sc2data.format.durable import replace_file

FORMAT = "saccade attention agent 1"
ENTROPY, BASELINE, CLIP = 0.01, 0.5, 1.0
"""Weights of the entropy and of the baseline's error; largest norm of a gradient."""
RATE = 1e-3
LATE = 100
"""Batches of episodes over which the mean return is told."""


class Attention(nn.Module):
    """Where to look next, from the proxy, where was looked, and what was seen there.

    Args:
        channels: of images.
        proxy_size: (height, width).
        grid: rows, columns and scales of the windows.
        width: channels of the map of places.
        state: length of the recurrent state.
    """

    def __init__(
        self, channels: int, proxy_size: tuple[int, int], grid: tuple[int, int, int], width: int = 32, state: int = 64
    ) -> None:
        super().__init__()
        self.places = PlaceNet(channels, proxy_size, grid[:2], width)
        self.glimpse = nn.Sequential(
            nn.Conv2d(channels, 16, 5, 4, 2), nn.ReLU(),
            nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU(),
            nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(4 * 32, state), nn.ReLU(),
        )  # fmt: skip
        self.core = nn.GRUCell(state + 3, state)
        self.logits = nn.Conv2d(width, grid[2], 1)
        self.query = nn.Linear(state, width)
        self.baseline = nn.Sequential(nn.Linear(state + 2 * width + 1, 64), nn.ReLU(), nn.Linear(64, 1))
        nn.init.zeros_(self.logits.weight)

    def start(self, rows: int) -> Tensor:
        """The state before the first glimpse, (rows, state)."""
        return torch.zeros(rows, self.core.hidden_size)

    def forward(self, seen: Seen, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of the windows (B, P), the return that is still expected (B,), and the next state."""
        looked = self.core(torch.cat([self.glimpse(seen.glimpse), seen.fixation], 1), state)
        state = torch.where(seen.fixation[:, 2:] > 0, looked, state)  # before the first glimpse there is nothing to see
        places = self.places(seen.proxy, seen.fixations)  # (B, D, rows, columns)
        drawn = (places * self.query(state)[:, :, None, None]).mean(1, keepdim=True)
        flat = places.flatten(2)
        summary = torch.cat([state, flat.mean(2), flat.amax(2), seen.left], 1)
        return (self.logits(places) + drawn).flatten(1), self.baseline(summary)[:, 0], state


class Seen(NamedTuple):
    """Observations as tensors.

    Shapes: proxy and glimpse (B, C, ., .) in [0, 1], fixation (B, 3), fixations (B, t, 3), left (B, 1).
    """

    proxy: Tensor
    glimpse: Tensor
    fixation: Tensor
    fixations: Tensor
    left: Tensor

    @classmethod
    def of(cls, observed: dict[str, Any]) -> Seen:
        """Of a batch of observations."""
        proxy, glimpse = (torch.from_numpy(observed[name]).permute(0, 3, 1, 2) / 255 for name in ("proxy", "glimpse"))
        fixation = torch.from_numpy(observed["fixation"])
        past = (
            torch.from_numpy(observed["past_fixations"]) if "past_fixations" in observed else fixation[:, None][:, :0]
        )
        left = torch.from_numpy(observed["glimpses_left"])
        return cls(proxy, glimpse, fixation, torch.cat([fixation[:, None], past], 1), left)


class Actor:
    """An agent that acts: the network, and what it remembers of episodes.

    Args:
        net: the network.
        shape: what it was made with: channels, proxy size, grid.
    """

    def __init__(self, net: Attention, shape: tuple[int, tuple[int, int], tuple[int, int, int]]) -> None:
        self.net, self._shape = net, shape
        self._state = net.start(1)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Actor:
        """What `save` wrote.

        Raises:
            EnvError: it is something else.
        """
        try:
            content = torch.load(path, weights_only=True)
        except (RuntimeError, pickle.UnpicklingError, EOFError, KeyError) as error:
            raise EnvError(f"{os.fspath(path)} is no agent of scripts.agent --agent reinforce: {error}") from None
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise EnvError(f"{os.fspath(path)} is no agent of scripts.agent --agent reinforce")
        channels, (height, width), grid = content["shape"].values()
        shape = channels, (height, width), (grid[0], grid[1], grid[2])
        net = Attention(*shape)
        net.load_state_dict(content["weights"])
        return cls(net.eval(), shape)

    def save(self, path: pathlib.Path) -> None:
        """Write weights and shapes.

        Raises:
            StorageError: the disk does not take it.
        """
        channels, proxy_size, grid = self._shape
        shape = {"channels": channels, "proxy_size": list(proxy_size), "grid": list(grid)}
        content = io.BytesIO()
        torch.save({"format": FORMAT, "shape": shape, "weights": self.net.state_dict()}, content)
        replace_file(path, content.getvalue())

    def check(self, observed: spaces.Space[Any], actions: spaces.Space[Any]) -> None:
        """See that it can act in an environment.

        Raises:
            EnvError: other proxies, or another number of windows.
        """
        channels, proxy_size, grid = self._shape
        proxy = observed["proxy"].shape if isinstance(observed, spaces.Dict) and "proxy" in observed.spaces else None
        count = math.prod(grid)
        if proxy != (*proxy_size, channels) or not isinstance(actions, spaces.Discrete) or actions.n != count:
            raise EnvError(
                f"the agent chooses among {count} windows of a grid {grid} by proxies {(*proxy_size, channels)}; this "
                f"environment has {actions} and {proxy}: make it with the options that the agent learned with (--set)"
            )

    def begin(self, count: int) -> None:
        """Forget what was seen, in `count` environments."""
        self._state = self.net.start(count)

    @torch.no_grad()
    def act(self, observed: dict[str, Any]) -> Any:
        """The most probable windows for a batch of observations."""
        logits, _, self._state = self.net(Seen.of(observed), self._state)
        return logits.argmax(1).numpy()


class ReinforceAgent:
    """The agent and its learning.

    Args:
        course: what it is to learn.
        seed: of weights, actions and episodes.
    """

    def __init__(self, course: Course, seed: int = 0) -> None:
        self._vector = course.vector("train", AutoresetMode.SAME_STEP)
        self._seed, self._glimpses = seed, course.glimpses
        spec = self._vector.scenes.data.spec
        shape = spec.channels, spec.proxy_size, course.grid
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.net = Attention(*shape)
        self._actor = Actor(self.net, shape)
        self._generator = torch.Generator().manual_seed(seed)

    def learn(self, budget: Budget) -> None:
        """Learn until the budget is spent: one step of Adam for each batch of whole episodes."""
        optimizer = torch.optim.Adam(self.net.parameters(), RATE)
        observed, _ = self._vector.reset(seed=self._seed)
        steps = 0
        late: list[float] = []
        while budget.left(steps):
            observed, gained, loss = self._episodes(observed)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.net.parameters(), CLIP)
            optimizer.step()
            steps += self._glimpses * self._vector.num_envs
            late = [*late[1 - LATE :], gained]
            budget.report(steps, float(np.mean(late)))

    def begin(self) -> None:
        """Forget what was seen."""
        self._actor.begin(self._vector.num_envs)

    def act(self, observed: dict[str, Any]) -> Any:
        """The most probable windows for a batch of observations."""
        return self._actor.act(observed)

    def save(self, path: pathlib.Path) -> None:
        """See `Actor.save`."""
        self._actor.save(path)

    def _episodes(self, observed: dict[str, Any]) -> tuple[dict[str, Any], float, Tensor]:
        """One episode in each environment: what comes after, the mean return, and the loss."""
        state = self.net.start(self._vector.num_envs)
        chosen, values, spread, rewards = [], [], [], []
        for _ in range(self._glimpses):
            logits, value, state = self.net(Seen.of(observed), state)
            log_probs = logits.log_softmax(1)
            actions = torch.multinomial(log_probs.exp().detach(), 1, generator=self._generator)
            observed, reward, *_ = self._vector.step(actions[:, 0].numpy())
            chosen.append(log_probs.gather(1, actions)[:, 0])
            values.append(value)
            spread.append(-(log_probs.exp() * log_probs).sum(1))
            rewards.append(torch.from_numpy(reward).float())
        to_go = torch.stack(rewards).flip(0).cumsum(0).flip(0)  # (T, B), what is still gained from each glimpse on
        value = torch.stack(values)
        advantage = to_go - value.detach()
        score = -(torch.stack(chosen) * advantage).mean()
        loss = score + BASELINE * functional.mse_loss(value, to_go) - ENTROPY * torch.stack(spread).mean()
        return observed, float(to_go[0].mean()), loss
