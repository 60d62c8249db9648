"""What every model gives back, whatever is inside it."""

from __future__ import annotations

import dataclasses

from torch import Tensor

from varsac.heads import DensityField


@dataclasses.dataclass
class Output:
    """Answers for B examples, where the model looked, and the parts of its loss.

    Args:
        answers: by head, (B, size): logits, for "density" heads counts.
        fixations: (B, T, 3), in order; T is 0 for models without glimpses.
        scores: (B, T), how probable each fixation's place was, in [0, 1].
        log_posterior: (B, T, N) over the places of the proxy's map, or None.
        fields: by "density" head, where it found what it counted.
        auxiliary: answers of the auxiliary path from label to location, by head.
        terms: further parts of the loss, as the model's `loss` knows them; most are (B,) or (B, T).
        without: answers without each glimpse in turn, by head, (B, T, size).
    """

    answers: dict[str, Tensor]
    fixations: Tensor
    scores: Tensor
    log_posterior: Tensor | None = None
    fields: dict[str, DensityField] = dataclasses.field(default_factory=dict)
    auxiliary: dict[str, Tensor] = dataclasses.field(default_factory=dict)
    terms: dict[str, Tensor] = dataclasses.field(default_factory=dict)
    without: dict[str, Tensor] = dataclasses.field(default_factory=dict)
