"""A few steps of training on tiny pictures, for tests that a model learns at all."""

from __future__ import annotations

import torch

from tests.varsac.digits import TwoDigitsData
from varsac.models import registry
from varsac.tasks.batch import collate


def losses(name, config, steps, rate=1e-2, side=64, batch=8, examples=8):
    """The sum of the loss at each step of Adam on a handful of pictures of two digits in `side` px."""
    data = TwoDigitsData("train", examples, side, clutter=0, proxy=32)
    batches = [collate([data[row] for row in range(first, first + batch)]) for first in range(0, examples, batch)]
    torch.manual_seed(0)
    model = registry.make(name, config, data.spec)
    optimizer = torch.optim.Adam(model.parameters(), rate)
    generator = torch.Generator().manual_seed(1)
    values = []
    for step in range(steps):
        one = batches[step % len(batches)]
        terms = model.loss(model(one, generator), one, step / steps)
        total = torch.stack(list(terms.values())).sum()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        values.append({term: float(value.detach()) for term, value in terms.items()})
    return values


def fell(values, name, share):
    """Whether a term of the loss fell to a share of what it was, on average over tenths of the steps."""
    tenth = max(1, len(values) // 10)
    first, last = (sum(value[name] for value in part) / tenth for part in (values[:tenth], values[-tenth:]))
    return last < share * first
