"""Writing data sets: whole shards or nothing, and going on where a run was cut off."""

from __future__ import annotations

import json
import logging
import pathlib
import reprlib
from collections.abc import Iterator, Mapping
from typing import Any, Self

from sc2data.errors import UserError
from sc2data.format.compression import filter_of
from sc2data.format.durable import AllOrNothing, uninterrupted
from sc2data.format.folder import lock_folder, require_empty
from sc2data.format.layout import canonical_json
from sc2data.format.manifest import MANIFEST, Manifest, ManifestError, Source
from sc2data.format.record import Record
from sc2data.format.recovery import last_episode, remove_leftovers, with_unlisted_shards
from sc2data.format.schema import Schema, SchemaError
from sc2data.format.shard import ShardWriter

SHARD_RECORDS = 256
logger = logging.getLogger(__name__)


class ResumeError(UserError, ValueError):
    """The data set in the folder is not the one that was asked for."""


class DatasetWriter(AllOrNothing):
    """Writes a data set into a folder of its own.

    A shard is cut after the episode in which it reached `shard_records` records, so where it is cut depends on the
    records alone. A shard that is being written has the suffix `.tmp`; when it is complete it is flushed to the disk,
    renamed and entered into the manifest. A writer that is killed loses at most the open shard, and `resume` goes on
    from the last finished one: given the same records it ends in the same bytes.

        with DatasetWriter.resume(folder, config, schema, provenance) as writer:
            for episode in range(writer.next_episode, 100):
                for record in harvest(episode):
                    writer.append(record)
                writer.finish_episode()

    Leaving the `with` block by an exception discards the open shard, for its last episode may be incomplete.

    Args:
        path: the folder; made if there is none.
        config: the resolved configuration of the run, plain JSON values.
        schema: what the records have in common.
        provenance: who made the pictures, with what code: `sc2data.format.provenance.collect`.
        shard_records: see above; a shard of 256 records of 1024 px screens takes about 300 MB.
        compression: "fast" (LZ4 and zstd, read through `hdf5plugin`), "portable" (gzip, read by every HDF5) or "none".

    Raises:
        OccupiedError: the folder is not empty.
        InUseError: another process writes to the folder.
        StorageError: the folder cannot be written to.
    """

    def __init__(
        self,
        path: str | pathlib.Path,
        config: Mapping[str, Any],
        schema: Schema,
        provenance: Mapping[str, Any],
        *,
        shard_records: int = SHARD_RECORDS,
        compression: str = "fast",
        resuming: bool = False,
    ) -> None:
        self.path = pathlib.Path(path)
        self._source = _checked_source(config, provenance)
        if shard_records < 1:
            raise SchemaError(f"shard_records {shard_records}: must be at least 1")
        filter_of(compression)
        asked = Manifest(schema, (self._source,), shard_records, compression)
        self._lock = lock_folder(self.path)
        try:
            self._manifest = self._found(asked) if resuming else self._fresh(asked)
        except BaseException:
            self._lock.close()
            raise
        self._shard: ShardWriter | None = None
        self._episode: int | None = None
        self._last = last_episode(self._manifest)

    @classmethod
    def resume(
        cls,
        path: str | pathlib.Path,
        config: Mapping[str, Any],
        schema: Schema,
        provenance: Mapping[str, Any],
        *,
        shard_records: int = SHARD_RECORDS,
        compression: str = "fast",
    ) -> Self:
        """Go on with the data set in `path`, or start it where there is none: see `records` and `next_episode`.

        What a killed writer left is put in order: the open shard is removed, a finished one that did not reach the
        manifest is entered. Shards made by another version of the code keep their own provenance.

        Raises:
            ResumeError: the data set has another schema, configuration, backend, shard size or compression: the
                message lists the differences.
        """
        return cls(
            path, config, schema, provenance, shard_records=shard_records, compression=compression, resuming=True
        )

    @property
    def schema(self) -> Schema:
        """What the records have in common."""
        return self._manifest.schema

    @property
    def records(self) -> int:
        """Records in finished shards."""
        return self._manifest.records

    @property
    def next_episode(self) -> int:
        """The lowest episode id that may be appended next: 0 in a new data set."""
        return self._last + 1 if self._episode is None else self._episode

    @uninterrupted()
    def append(self, record: Record) -> None:
        """Add a record. Records of an episode come one after the other, and the ids of episodes grow.

        Raises:
            SchemaError: the record does not fit the schema, or its episode is over; nothing is written.
            StorageError: the disk took no more: the open shard is discarded, finished ones are intact.
        """
        record.check(self.schema)
        episode = record.scene.episode
        if episode != self._episode:
            self.finish_episode()
            if episode <= self._last:
                raise SchemaError(
                    f"episode {episode} comes after episode {self._last}: ids must grow, no episode returns"
                )
            self._episode = episode
        if self._shard is None:
            self._shard = ShardWriter(
                self.path, len(self._manifest.shards), self.schema, self._source, self._manifest.compression
            )
        try:
            self._shard.append(record)
        except BaseException:
            self._shard = None  # it has discarded itself
            raise

    @uninterrupted()
    def finish_episode(self) -> None:
        """Say that the episode is complete: a shard that is full is finished now, not with the next record."""
        if self._episode is not None:
            self._last = self._episode
            self._episode = None
        if self._shard is not None and self._shard.records >= self._manifest.shard_records:
            self._finish_shard()

    @uninterrupted()
    def close(self) -> None:
        """Finish the open shard, however short, and leave the folder to others."""
        try:
            if self._shard is not None:
                self._finish_shard()
        finally:
            self._lock.close()

    @uninterrupted()
    def discard(self) -> None:
        """Throw the open shard away and leave the folder to others."""
        shard, self._shard = self._shard, None
        if shard is not None:
            shard.discard()
        self._lock.close()

    def _finish_shard(self) -> None:
        shard, self._shard = self._shard, None
        assert shard is not None
        self._manifest = self._manifest.with_shard(shard.close(), self._source)
        self._manifest.write(self.path)

    def _fresh(self, asked: Manifest) -> Manifest:
        require_empty(self.path)
        asked.write(self.path)
        return asked

    def _found(self, asked: Manifest) -> Manifest:
        if not (self.path / MANIFEST).exists():
            return self._fresh(asked)
        manifest = Manifest.read(self.path)
        found = list(differences(_identity(manifest), _identity(asked)))
        if found:
            raise ResumeError(
                f"{self.path} cannot be resumed, it was begun with other settings:\n  "
                + "\n  ".join(found)
                + "\nuse the same settings, or another folder"
            )
        for entry in manifest.shards:
            if not (self.path / entry.file).is_file():
                raise ManifestError(f"{self.path / entry.file} is in the manifest but missing; restore it, then resume")
        remove_leftovers(self.path)
        recovered = with_unlisted_shards(manifest, self.path)
        if recovered != manifest:
            recovered.write(self.path)
        if self._source not in recovered.sources:
            logger.warning("%s was begun by another version of the code; its shards say which", self.path)
        return recovered


def differences(
    found: Any, asked: Any, name: str = "", words: tuple[str, str] = ("there", "asked for")
) -> Iterator[str]:
    """Say where two plain values differ, one line each; `words` tell which is which.

    >>> list(differences({"a": {"b": 1}}, {"a": {"b": 2}}))
    ['a.b: 1 there, 2 asked for']
    """
    if isinstance(found, Mapping) and isinstance(asked, Mapping):
        for key in sorted({*found, *asked}):
            inner = f"{name}.{key}" if name else str(key)
            yield from differences(found.get(key, "(nothing)"), asked.get(key, "(nothing)"), inner, words)
    elif found != asked:
        there, wanted = (reprlib.repr(value) for value in (found, asked))
        yield f"{name}: {there} {words[0]}, {wanted} {words[1]}"


def _identity(manifest: Manifest) -> dict[str, Any]:
    """What must be the same for a run to go on with a data set."""
    source = manifest.sources[-1]
    return {
        "schema": manifest.schema.to_dict(),
        "config": source.config,
        "backend": source.provenance["backend"],
        "shard_records": manifest.shard_records,
        "compression": manifest.compression,
    }


def _checked_source(config: Mapping[str, Any], provenance: Mapping[str, Any]) -> Source:
    backend = provenance.get("backend")
    if not isinstance(backend, Mapping) or not {"name", "version"} <= set(backend):
        raise SchemaError(
            f"provenance['backend'] is {backend!r}: it must name what made the pictures, for instance "
            "{'name': 'simulator', 'version': '4.10.0'}; sc2data.format.provenance.collect does"
        )
    return Source(json.loads(canonical_json(config)), json.loads(canonical_json(provenance)))
