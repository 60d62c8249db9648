"""Results as tables of Markdown, and in their places in a document."""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Mapping, Sequence

from sc2data.errors import UserError
from varsac.comparison.costs import Costs
from varsac.comparison.result import Result
from varsac.comparison.work import Work, work


class DocumentError(UserError, ValueError):
    """A document without a place for a table."""


def table(task: Work, results: Sequence[Result], costs: Costs | None = None) -> str:
    """A row a configuration: means over the seeds, their standard deviations and the worst of them.

    Args:
        task: whose columns are shown.
        results: of that work and one budget, any configurations and seeds.
        costs: of these configurations; None: the times of the runs' own evaluations are shown.

    Returns:
        Markdown, with the command, the test set, the code and the machine below it.
    """
    rows = cells(task, results, costs)
    lines = [row(rows[0]), row(["---"] * len(rows[0])), *(row(one) for one in rows[1:])]
    return "\n".join(lines) + "\n\n" + below(results, costs) + "\n"


def cells(task: Work, results: Sequence[Result], costs: Costs | None = None) -> list[list[str]]:
    """What a table of `table` is made of: its head and its rows."""
    tried = any(result.trials for result in results)
    times = ["ms an image (of full)", "peak MiB (of full)"] if costs else ["ms an image"]
    head = ["configuration", "seeds", *task.columns.values(), "parameters", "CPU-s", "images", *times, "px read"]
    rows = [head + ["trials"] * tried]
    for name, group in grouped(results).items():
        rows.append(
            [
                name,
                ", ".join(str(result.seed) for result in group),
                *(over_seeds(task, group, column) for column in task.columns),
                f"{group[0].parameters:,}",
                f"{statistics.mean(result.cpu_seconds for result in group):.0f}",
                f"{group[0].images:,}",
                *_times(name, group, costs),
                f"{statistics.mean(result.measures['pixels_decoded'] for result in group):,.0f}",
                *[str(group[0].trials)] * tried,
            ]
        )
    return rows


def grouped(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Results by configuration and seed, in order of their names."""
    ordered = sorted(results, key=lambda result: (result.configuration, result.seed))
    return {name: list(group) for name, group in itertools.groupby(ordered, lambda result: result.configuration)}


def over_seeds(task: Work, results: Sequence[Result], column: str) -> str:
    """The spread of what a column shows; nothing where the model has it not."""
    values = [value for result in results if (value := task.value(result.measures, column)) is not None]
    return spread(values) if len(values) == len(results) else ""


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


def part(cost: float, full: float) -> str:
    """A cost as a share of that of the full-resolution network.

    >>> part(1.0, 40.0), part(2.0, 9.0), part(2.0, 2.0), part(3.0, 2.0)
    ('1/40', '1/4.5', '1.0', '1.5')
    """
    if cost <= 0 or full <= 0:
        return "?"
    times = full / cost
    return f"{cost / full:.1f}" if times < 1.05 else f"1/{times:.1f}" if times < 10 else f"1/{times:.0f}"


def described(result: Result) -> str:
    """What a run came to, in a few words."""
    task = work(result.work)
    values = [(title, task.value(result.measures, column)) for column, title in task.columns.items()]
    found = [f"{title} {value:.3f}" for title, value in values if value is not None]
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


def command(results: Sequence[Result]) -> str:
    """What makes such results; folders of data and of runs are one's own."""
    first = results[0]
    names = dict.fromkeys(result.configuration for result in sorted(results, key=lambda one: one.configuration))
    words = ["python -m scripts.compare", f"--works {first.work}", f"--configs {','.join(names)}"]
    words.append(f"--seeds {max(result.seed for result in results) + 1}")
    if first.budget:
        words.append(f"--budget {first.budget:g}")
    if any(result.trials for result in results):
        words.append("--trials GRID")
    common = set.intersection(*(set(result.settings.items()) for result in results))
    words += [f"--set {key}={value}" for key, value in sorted(common)]
    if work(first.work).needs_data:
        words.append("--data DATA")
    return " ".join([*words, "--output RUNS"])


def below(results: Sequence[Result], costs: Costs | None) -> str:
    """Command, test set, seeds, code and machine of a table, and where its costs come from."""
    first = results[0]
    machines = {_machine(result.machine) for result in results}
    lines = [
        f"`{command(results)}`",
        f"Test sets of {first.examples:,}; one thread a run on {'; '.join(sorted(machines))}; "
        f"code {_code([result.code for result in results])}.",
    ]
    if costs:
        height, width = costs.image
        fresh = [name for name, cost in costs.by_configuration.items() if cost.weights == "fresh"]
        weights = f", untrained weights for {', '.join(fresh)}" if fresh else ""
        lines.append(
            f"Time and memory of an answer: batch 1, CPU time of one thread, median of {costs.rounds} rounds in which "
            f"all configurations are asked in turn about the same images of {width} x {height} px, making of proxies "
            f"included; the full-resolution network takes {1e3 * costs.full.seconds:.1f} ms and "
            f"{costs.full.peak_mib:.0f} MiB{weights}; {_machine(costs.machine)}; code {_code([costs.code])}."
        )
    return "\n\n".join(lines)


def _times(name: str, results: Sequence[Result], costs: Costs | None) -> list[str]:
    if costs is None:
        return [f"{1000 * statistics.median(result.measures['seconds'] for result in results):.2f}"]
    cost = costs.by_configuration.get(name)
    if cost is None:
        return ["", ""]
    full = costs.full
    return [
        f"{1e3 * cost.seconds:.2f} ({part(cost.seconds, full.seconds)})",
        f"{cost.peak_mib:.1f} ({part(cost.peak_mib, full.peak_mib)})",
    ]


def _machine(machine: Mapping[str, object]) -> str:
    return f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}, torch {machine['torch']}"


def _code(versions: Sequence[Mapping[str, object]]) -> str:
    names = {
        str(code.get("commit") or code["version"])[:10] + " with changes" * bool(code.get("dirty")) for code in versions
    }
    return ", ".join(sorted(names))
