"""The report of a run: what was made, what went wrong, how fast it went."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from pathlib import Path
from typing import Any

from sc2data.harvest.jobs import Outcome

FILE = "harvest-report.json"


@dataclasses.dataclass
class RunReport:
    """What a run did. `faults` and `restarts` count by kind and reason, `given_up` lists jobs that failed for good."""

    backend: str
    path: str
    reason: str
    game_version: str = ""
    workers: int = 1
    records_before: int = 0
    records: int = 0
    jobs: int = 0
    seconds: float = 0.0
    faults: Counter[str] = dataclasses.field(default_factory=Counter)
    restarts: Counter[str] = dataclasses.field(default_factory=Counter)
    given_up: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    units_refused: Counter[str] = dataclasses.field(default_factory=Counter)
    peak_game_mebibytes: float = 0.0
    complete: bool = False

    def note(self, outcome: Outcome, names: dict[int, str]) -> None:
        """Take in what became of a job; `names` are those of the unit types."""
        self.jobs += 1
        self.faults.update(kind for kind, _ in outcome.faults)
        self.restarts.update(outcome.restarts)
        for number, count in outcome.refused.items():
            self.units_refused[names.get(number, str(number))] += count
        self.peak_game_mebibytes = max(self.peak_game_mebibytes, round(outcome.game_mebibytes, 1))
        if outcome.given_up:
            kind, message = outcome.faults[-1] if outcome.faults else ("", "no records")
            self.given_up.append({"job": outcome.job, "kind": kind, "message": message})

    @property
    def records_per_second(self) -> float:
        """Records of this run per second of it."""
        return self.records / self.seconds if self.seconds > 0 else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        values["records_per_second"] = round(self.records_per_second, 2)
        values["seconds"] = round(self.seconds, 2)
        return values

    def line(self) -> str:
        """The report in one line."""
        parts = [
            f"{self.records_before + self.records} records",
            f"{self.records} new in {self.seconds:.1f} s ({self.records_per_second:.1f}/s)",
            f"backend {self.backend} {self.game_version}",
            f"restarts {_counts(self.restarts)}",
            f"faults {_counts(self.faults)}",
            f"given up {len(self.given_up)}",
        ]
        if self.units_refused:
            parts.append(f"units refused {_counts(self.units_refused)}")
        return ("" if self.complete else "INCOMPLETE: ") + "; ".join(parts)

    def write(self, folder: Path) -> None:
        """Write the report beside the data set."""
        text = json.dumps(self.to_dict(), indent=2, sort_keys=True) + "\n"
        (folder / FILE).write_text(text, encoding="utf-8")


def _counts(counter: Counter[str]) -> str:
    if not counter:
        return "0"
    return f"{sum(counter.values())} ({', '.join(f'{name} {count}' for name, count in sorted(counter.items()))})"
