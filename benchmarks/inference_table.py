"""What `benchmarks.inference` measured, compared and as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Row = dict[str, Any]

RIVAL = {"memory": "memory", "jpeg": "jpeg", "pyramid": "jpeg"}
"""Where the network that sees every pixel has the picture from, by where a glimpse is read from."""


def compare(rows: Sequence[Row]) -> None:
    """Enter how many times "faster" a row is than its rival, and the "share" of its memory, where both ran."""
    rivals = {(row["picture"], row["source"], row["batch"]): row for row in rows if row["network"] == "full"}
    for row in rows:
        rival = rivals.get((row["picture"], RIVAL[row["source"]], row["batch"]), {})
        if row["network"] != "full" and "ms" in row and "ms" in rival:
            row["faster"] = rival["ms"] / row["ms"]
            row["share"] = row["peak_mib"] / rival["peak_mib"]


def growth(rows: Sequence[Row], smallest: int = 512) -> dict[str, float]:
    """The cost of the largest square picture from a pyramid over that of one of `smallest` px, by network and batch."""
    costs: dict[str, dict[int, float]] = {}
    for row in rows:
        if row["source"] == "pyramid" and row["height"] == row["width"] and "ms" in row:
            costs.setdefault(f"{label(row)}, batch {row['batch']}", {})[row["height"]] = row["ms"]
    return {
        f"{name}, {max(by_size)} over {smallest} px": round(by_size[max(by_size)] / by_size[smallest], 3)
        for name, by_size in costs.items()
        if smallest in by_size and max(by_size) > smallest
    }


def label(row: Row) -> str:
    """What a network is called.

    >>> label({"network": "resnet", "glimpses": 4, "side": 32})
    'ResNet-18 4x32'
    """
    if row["network"] == "full":
        return "every pixel"
    return f"{ {'resnet': 'ResNet-18', 'small': 'small'}[row['network']] } {row['glimpses']}x{row['side']}"


def tables(rows: Sequence[Row]) -> str:
    """A table a source, in Markdown: ms, MiB, times faster and the share of the memory; below, what was not run."""
    parts = []
    for source in dict.fromkeys(row["source"] for row in rows):
        part = [row for row in rows if row["source"] == source]
        parts.append("\n".join([f"From {source}:", "", *_table(part), *_reasons(part)]))
    return "\n\n".join(parts) + "\n"


def _table(rows: Sequence[Row]) -> Iterable[str]:
    names = list(dict.fromkeys(label(row) for row in rows))
    heads = ["picture, px", "batch"]
    for name in names:
        heads += [f"{name}, ms", "MiB"] + ([] if name == "every pixel" else ["faster", "memory"])
    yield _line(heads)
    yield _line(["---"] * len(heads))
    for picture, batch in dict.fromkeys((row["picture"], row["batch"]) for row in rows):
        cells = [picture, str(batch)]
        found = {label(row): row for row in rows if (row["picture"], row["batch"]) == (picture, batch)}
        for name in names:
            cells += _cost(found[name])
        yield _line(cells)


def _cost(row: Row) -> list[str]:
    if "ms" not in row:
        return ["not run", "", "", ""][: 2 if row["network"] == "full" else 4]
    cost = [f"{row['ms']:.3g}" if row["ms"] < 1000 else f"{row['ms']:.0f}", f"{row['peak_mib']:.0f}"]
    if row["network"] == "full":
        return cost
    return cost + ([f"{row['faster']:.3g}x", f"1/{1 / row['share']:.3g}"] if "faster" in row else ["", ""])


def _reasons(rows: Sequence[Row]) -> Iterable[str]:
    missing = [row for row in rows if "not_run" in row]
    if missing:
        yield ""
    for row in missing:
        yield f"Not run: {label(row)}, {row['picture']} px, batch {row['batch']}: {row['not_run']}."


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
