"""A whole harvest: from an empty or half-filled folder to a data set, with a progress bar and a report."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from tqdm import tqdm

from sc2data.format import provenance
from sc2data.format.folder import OccupiedError
from sc2data.format.writer import SHARD_RECORDS, DatasetWriter
from sc2data.harvest import pool as pools
from sc2data.harvest.backend import Backend
from sc2data.harvest.faults import GameFault, HarvestError
from sc2data.harvest.harvest_config import HarvestConfig
from sc2data.harvest.jobs import Greeting, Supervision
from sc2data.harvest.report import FILE, RunReport

MOST_GIVEN_UP = 10
"""So many jobs in a row given up end the harvest: the game does not recover."""

logger = logging.getLogger(__name__)


def harvest(
    output: str | Path,
    records: int,
    config: HarvestConfig,
    backend: Backend,
    *,
    workers: int = 1,
    resume: bool = False,
    shard_records: int = SHARD_RECORDS,
    compression: str = "fast",
    supervision: Supervision | None = None,
    progress: bool = True,
) -> RunReport:
    """Fill the folder `output` with `records` records of `config`, made by `backend`.

    With `resume` a data set that was begun there is gone on with, to the same bytes as if it had never stopped, for any
    number of `workers`. The report is returned and written into the folder, also when the harvest fails, but not over
    that of the run that made the records where none was missing.

    Raises:
      HarvestError: the game cannot be started, does not render, or fails again and again.
      UserError: the folder, the configuration or the disk does not allow it (see `sc2data.format.writer`).
    """
    folder = Path(output)
    if records < 1:
        raise HarvestError(f"records {records}: at least 1")
    _refuse_occupied(folder, resume)
    report = RunReport(backend.kind, str(backend.path), backend.reason, workers=workers)
    pool = pools.make(backend, config, supervision or Supervision(), workers)
    try:
        greeting = _greeting(pool)
        report.game_version = greeting.version
        made_by = provenance.collect({"name": backend.kind, "version": greeting.version})
        schema = config.schema(greeting.map_info)
        begin = DatasetWriter.resume if resume else DatasetWriter
        writer = begin(folder, config.to_dict(), schema, made_by, shard_records=shard_records, compression=compression)
        try:
            with writer:
                report.records_before = writer.records
                _fill(writer, records, pool, config, report, progress)
                report.complete = True
        finally:
            if report.records or not report.complete or not (folder / FILE).exists():
                _write(report, folder)  # where there was nothing to do, the report of who made the records stays
    finally:
        pool.close()
    return report


def _write(report: RunReport, folder: Path) -> None:
    """Leave the report beside the data set; a disk that is full or a folder that is gone has been complained of."""
    try:
        report.write(folder)
    except OSError as error:
        logger.warning("the report could not be written: %s", error)


def _refuse_occupied(folder: Path, resume: bool) -> None:
    """Before a game is started for nothing; the writer looks more closely."""
    if not resume and folder.is_dir() and any(folder.iterdir()):
        raise OccupiedError(
            f"{folder} is not empty: a data set needs a folder of its own, or --resume to go on with one"
        )


def _greeting(pool: pools.Pool) -> Greeting:
    try:
        return pool.greet()
    except GameFault as fault:
        raise HarvestError(f"the game does not start. {fault}\nRun `python -m scripts.doctor`.") from fault


def _fill(
    writer: DatasetWriter, records: int, pool: pools.Pool, config: HarvestConfig, report: RunReport, progress: bool
) -> None:
    """Append what the pool makes until there are `records`."""
    names = {number: name for name, number in config.counted_ids().items()}
    wanted = max(0, records - writer.records)
    begin = time.monotonic()
    in_a_row = 0
    outcomes = pool.outcomes(writer.next_episode)
    with tqdm(total=records, initial=writer.records, unit="record", disable=not progress, dynamic_ncols=True) as bar:
        while report.records < wanted:
            outcome = next(outcomes)
            report.note(outcome, names)
            for record in outcome.records[: wanted - report.records]:
                writer.append(record)
                report.records += 1
                bar.update()
            writer.finish_episode()
            report.seconds = time.monotonic() - begin
            if report.faults:
                bar.set_postfix(faults=sum(report.faults.values()), refresh=False)
            in_a_row = in_a_row + 1 if outcome.given_up else 0
            if in_a_row >= MOST_GIVEN_UP:
                raise HarvestError(_hopeless(report))


def _hopeless(report: RunReport) -> str:
    last = report.given_up[-1]
    return (
        f"{MOST_GIVEN_UP} jobs in a row failed, the last one (job {last['job']}) with {last['kind']}: "
        f"{last['message']}. What was finished is safe; find the cause (`python -m scripts.doctor`, {FILE}) and go on "
        "with --resume."
    )
