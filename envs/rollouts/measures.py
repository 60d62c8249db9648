"""How well a policy did: numbers, and a table of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from envs.rollouts.episode import Episode
from varsac.tasks.task import HeadSpec

Measures = dict[str, float]


class Tally:
    """Adds up episodes.

    Args:
        heads: the questions that are answered; those that are not among them are counts.
    """

    def __init__(self, heads: Sequence[HeadSpec] = ()) -> None:
        self._kinds = {head.name: head.kind for head in heads}
        self._episodes: dict[str, list[float]] = {}
        self._found: list[tuple[int, int]] = []

    def add(self, episode: Episode) -> None:
        """One more."""
        info = episode.infos[-1]
        self._put("steps", len(episode))
        self._put("return", float(episode.rewards.sum()))
        self._put("pixels_read", info.get("pixels_read"))
        self._put("right", info.get("right"))
        if info.get("objects") is not None:
            self._found.append((int(info["objects_found"]), int(info["objects"])))
        for name, error in _errors(info, self._kinds).items():
            self._put(name, error)

    def measures(self) -> Measures:
        """Means over the episodes.

        | name | what |
        |---|---|
        | episodes | how many |
        | right | share of the questions answered right |
        | HEAD/mae | how far a rounded count was off, for densities the mean over their kinds |
        | HEAD/mae_expected | how far it was off as it was answered |
        | found | share of all objects that were found |
        | objects, objects_found | in an episode |
        | steps, return, pixels_read | of an episode |
        """
        count = len(self._episodes.get("steps", []))
        means = {name: float(np.mean(values)) for name, values in self._episodes.items() if values}
        result: Measures = {"episodes": float(count), **means}
        if self._found:
            found, there = np.array(self._found, np.float64).T
            result |= {"objects": float(there.mean()), "objects_found": float(found.mean())}
            result["found"] = float(found.sum() / there.sum()) if there.sum() else 1.0
        return result

    def _put(self, name: str, value: Any) -> None:
        if value is not None:
            self._episodes.setdefault(name, []).append(float(value))


def _errors(info: Mapping[str, Any], kinds: Mapping[str, str]) -> Measures:
    """How far the last answers were off, for heads that count."""
    if "answer" not in info:
        return {}
    errors = {}
    for name, said in info["answer"].items():
        if kinds.get(name, "count") in ("count", "density"):
            answer, truth = np.asarray(said, np.float64), np.asarray(info["truth"][name])
            errors[f"{name}/mae"] = float(np.abs(np.rint(answer) - truth).mean())
            errors[f"{name}/mae_expected"] = float(np.abs(answer - truth).mean())
    return errors


def table(rows: Mapping[str, Measures]) -> str:
    """Lines of text, one for each policy.

    >>> print(table({"scan": {"episodes": 2.0, "found": 0.5, "steps": 8.0, "pixels_read": 21600.0}}))
    policy  episodes  found  steps  pixels read
    scan    2         0.500  8.0    21,600
    """
    names = [name for name in _COLUMNS if any(name in row for row in rows.values())]
    names += sorted({name for row in rows.values() for name in row if name.endswith("/mae")})
    names.sort(key=_order)
    lines = [["policy", *(_title(name) for name in names)]]
    lines += [[policy, *(_shown(name, row.get(name)) for name in names)] for policy, row in rows.items()]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


_COLUMNS = ("episodes", "right", "found", "steps", "return", "pixels_read")


def _order(name: str) -> float:
    return _COLUMNS.index("right") + 0.5 if name.endswith("/mae") else _COLUMNS.index(name)


def _title(name: str) -> str:
    return f"MAE {name.removesuffix('/mae')}" if name.endswith("/mae") else name.replace("_", " ")


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    if name in ("episodes", "pixels_read"):
        return f"{value:,.0f}"
    return f"{value:.1f}" if name == "steps" else f"{value:.3f}"
