"""What a glimpse of each place is expected to be worth, learned from the glimpses that were made."""

from __future__ import annotations

from torch import Tensor, nn


class Expectation(nn.Module):
    """The proxy's map as the logit of each place's worth, which starts at 0 everywhere.

    A score function tells a place only whether it did better than others, by the noise of a batch. The worth of the
    places that were looked at is known, so that it can be learned like any label, and then holds for all that look
    alike. It draws the saccades, but learns from `varsac.losses.worth_loss` alone.

    Args:
        features: channels F of the map.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.read = nn.Conv2d(features, 1, 1)
        nn.init.zeros_(self.read.weight)
        assert self.read.bias is not None
        nn.init.zeros_(self.read.bias)

    def forward(self, places: Tensor) -> Tensor:
        """Logits (B, N) of a map (B, F, h, w)."""
        logits: Tensor = self.read(places)
        return logits.flatten(1)
