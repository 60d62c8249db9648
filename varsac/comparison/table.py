"""Results as tables of Markdown, and in their places in a document."""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Mapping, Sequence

from sc2data.errors import UserError
from varsac.comparison.result import Result
from varsac.comparison.work import Work, work


class DocumentError(UserError, ValueError):
    """A document without a place for a table."""


def table(task: Work, results: Sequence[Result]) -> str:
    """A row a configuration: means over the seeds, their standard deviations and the worst of them.

    Args:
        task: whose columns are shown.
        results: of that work, any configurations and seeds.

    Returns:
        Markdown, with the test set, the code and the machine below it.
    """
    head = ["configuration", "seeds", *task.columns.values(), "parameters", "CPU-s", "images", "ms an image", "px read"]
    lines = [row(head), row(["---"] * len(head))]
    ordered = sorted(results, key=lambda result: (result.configuration, result.seed))
    for name, group in itertools.groupby(ordered, lambda result: result.configuration):
        lines.append(row(_cells(name, task.columns, list(group))))
    return "\n".join(lines) + "\n\n" + _below(ordered)


def row(cells: Sequence[str]) -> str:
    """One line of a table."""
    return f"| {' | '.join(cells)} |"


def spread(values: Sequence[float], digits: int = 3) -> str:
    """Mean, standard deviation and, of several, their range.

    >>> spread([0.9, 0.96, 0.93]), spread([0.5])
    ('0.930 ± 0.030 (0.900 to 0.960)', '0.500')
    """
    mean = f"{statistics.mean(values):.{digits}f}"
    if len(values) == 1:
        return mean
    ends = f"{min(values):.{digits}f} to {max(values):.{digits}f}"
    return f"{mean} ± {statistics.stdev(values):.{digits}f} ({ends})"


def described(result: Result) -> str:
    """What a run came to, in a few words."""
    columns = work(result.work).columns
    found = [f"{title} {result.measures[key]:.3f}" for key, title in columns.items() if key in result.measures]
    return ", ".join([*found, f"{result.cpu_seconds:.0f} CPU-s"])


def with_table(document: str, name: str, text: str) -> str:
    """A document with the table of a work put where `<!-- results: NAME -->` and `<!-- end -->` stand.

    Raises:
        DocumentError: they do not.

    >>> with_table("a\\n<!-- results: smoke -->\\nold\\n<!-- end -->\\nb", "smoke", "new")
    'a\\n<!-- results: smoke -->\\n\\nnew\\n\\n<!-- end -->\\nb'
    """
    begin = f"<!-- results: {name} -->"
    pattern = re.compile(re.escape(begin) + r".*?<!-- end -->", re.DOTALL)
    if not pattern.search(document):
        raise DocumentError(f"the document has no place for a table: lines {begin} and <!-- end --> are needed")
    return pattern.sub(lambda _: f"{begin}\n\n{text.strip()}\n\n<!-- end -->", document, count=1)


def _cells(name: str, columns: Mapping[str, str], results: Sequence[Result]) -> list[str]:
    shown = [
        spread([result.measures[measure] for result in results])
        if all(measure in result.measures for result in results)
        else ""
        for measure in columns
    ]
    cost = [
        f"{results[0].parameters:,}",
        f"{statistics.mean(result.cpu_seconds for result in results):.0f}",
        f"{results[0].images:,}",
        f"{1000 * statistics.median(result.measures['seconds'] for result in results):.2f}",
        f"{statistics.mean(result.measures['pixels_decoded'] for result in results):,.0f}",
    ]
    return [name, ", ".join(str(result.seed) for result in results), *shown, *cost]


def _below(results: Sequence[Result]) -> str:
    first = results[0]
    commits = sorted({str(result.code.get("commit") or result.code["version"])[:10] for result in results})
    machine = first.machine
    return (
        f"Test sets of {first.examples:,}; one thread a run on {machine['processor']}, {machine['cores']} cores; "
        f"Python {machine['python']}, torch {machine['torch']}; code {', '.join(commits)}.\n"
    )
