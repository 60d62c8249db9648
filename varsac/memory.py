"""The recurrent state that is carried from one saccade to the next."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Memory(nn.Module):
    """A GRU whose state begins at 0, or near it in training so that it does not learn to rely on an exact start.

    Args:
        inputs: length of what is fed in at each step.
        size: length of the state.
        noise: standard deviation of the first state where it is drawn.
    """

    def __init__(self, inputs: int, size: int, noise: float = 0.01) -> None:
        super().__init__()
        self.cell = nn.GRUCell(inputs, size)
        self.noise = noise

    @property
    def size(self) -> int:
        """Length of the state."""
        return self.cell.hidden_size

    def start(self, like: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """The first state.

        Args:
            like: (B, ...), whose dtype and device it takes.
            generator: draws the noise; without one there is none.

        Returns:
            (B, size).
        """
        state = like.new_zeros(len(like), self.size)
        return state if generator is None else state.normal_(0, self.noise, generator=generator)

    def forward(self, inputs: Tensor, state: Tensor) -> Tensor:
        """One step: (B, inputs) and (B, size) to (B, size)."""
        return self.cell(inputs, state)


class StackedLstm(nn.Module):
    """Two LSTM layers as in the published model; what others see of the state is the mean over the layers.

    Args:
        inputs: length of what is fed in at each step.
        size: length of the state.
        layers: how many.
        noise: standard deviation of the first state where it is drawn.
    """

    def __init__(self, inputs: int, size: int, layers: int = 2, noise: float = 0.01) -> None:
        super().__init__()
        self.lstm = nn.LSTM(inputs, size, layers)
        self.noise = noise

    def start(self, like: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """The first state: hidden and cell, (layers, B, size) each; noise where there is a generator."""
        shape = self.lstm.num_layers, len(like), self.lstm.hidden_size
        hidden, cell = like.new_zeros(shape), like.new_zeros(shape)
        if generator is not None:
            hidden.normal_(0, self.noise, generator=generator)
            cell.normal_(0, self.noise, generator=generator)
        return hidden, cell

    def forward(self, inputs: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        """One step with inputs (B, inputs)."""
        return self.lstm(inputs[None], state)[1]
