"""Finding everything that is wrong with a data set."""

from __future__ import annotations

import collections
import dataclasses
import pathlib
import re
from collections.abc import Iterator

import numpy as np

from sc2data.format.manifest import MANIFEST, Manifest, ManifestError
from sc2data.format.recovery import with_unlisted_shards
from sc2data.format.shard_checks import check_shard

SHARD_PATTERN = re.compile(r"shard-\d{5,}\.h5")


@dataclasses.dataclass(frozen=True)
class Problem:
    """Something wrong (or, with `harmless`, merely worth knowing) about a file of the data set."""

    file: str
    what: str
    harmless: bool = False

    def __str__(self) -> str:
        return f"{'note: ' if self.harmless else ''}{self.file}: {self.what}"


def validate(path: str | pathlib.Path, deep: bool = True) -> list[Problem]:
    """List everything that is wrong with the data set in `path`; an empty list, or only harmless entries, is a pass.

    Args:
        path: the folder.
        deep: hash every shard and decode every picture too. Without, the manifest, the columns of units and scenes and
            the sizes of the files are checked, which finds all but damage within the pictures.

    Raises:
        nothing that a damaged data set causes: that is what the list is for.
    """
    return list(problems(pathlib.Path(path), deep))


def problems(folder: pathlib.Path, deep: bool) -> Iterator[Problem]:
    """`validate`, one by one as they are found."""
    try:
        manifest = Manifest.read(folder)
    except ManifestError as error:
        yield Problem(MANIFEST, str(error))
        yield from _check_shards_alone(folder, deep)
        return
    yield from _check_files(folder, manifest)
    try:
        manifest = with_unlisted_shards(manifest, folder)
    except ManifestError as error:
        yield Problem(MANIFEST, str(error))
    for index, entry in enumerate(manifest.shards):
        if not 0 <= entry.source < len(manifest.sources):
            yield Problem(MANIFEST, f"shard {index} names source {entry.source}, there are {len(manifest.sources)}")
            continue
        source = manifest.sources[entry.source]
        for what in check_shard(folder / entry.file, manifest.schema, source, entry, deep):
            yield Problem(entry.file, what)
    yield from _check_episodes(manifest)
    yield from _check_splits(manifest)


def _check_shards_alone(folder: pathlib.Path, deep: bool) -> Iterator[Problem]:
    """What can be said of shards without a manifest."""
    for path in sorted(folder.glob("shard-*.h5")):
        for what in check_shard(path, None, None, None, deep):
            yield Problem(path.name, what)


def _check_files(folder: pathlib.Path, manifest: Manifest) -> Iterator[Problem]:
    listed = [entry.file for entry in manifest.shards]
    for name, times in collections.Counter(listed).items():
        if times > 1:
            yield Problem(MANIFEST, f"{name} is listed {times} times")
        if not SHARD_PATTERN.fullmatch(name):
            yield Problem(MANIFEST, f"{name!r} is not the name of a shard (shard-00000.h5)")
    present = {path.name for path in folder.iterdir()}
    following = f"shard-{len(listed):05d}.h5"
    for name in sorted(present - set(listed)):
        if name.endswith(".tmp"):
            yield Problem(name, "left by a writer that was cut off, or still being written; resuming removes it", True)
        elif name == following:
            yield Problem(name, "finished but not in the manifest; it is read, and resuming enters it", True)
        elif SHARD_PATTERN.fullmatch(name):
            yield Problem(name, "not in the manifest and not the shard that comes next; it is not read")
            following = f"shard-{int(name[6:-3]) + 1:05d}.h5"


def _check_episodes(manifest: Manifest) -> Iterator[Problem]:
    last = -1
    for entry in manifest.shards:
        episodes = entry.episode_ids()
        if len(episodes) and int(episodes.min()) <= last:
            yield Problem(
                MANIFEST, f"{entry.file} begins with episode {episodes.min()}, but an earlier shard had {last} already"
            )
        last = max(last, int(episodes.max(initial=-1)))


def _check_splits(manifest: Manifest) -> Iterator[Problem]:
    known = set(np.unique(manifest.episode_ids()).tolist())
    seen: dict[int, str] = {}
    for name, ids in manifest.splits.items():
        unknown = sorted(set(ids) - known)
        if unknown:
            yield Problem(
                MANIFEST, f"split {name!r} names {len(unknown)} episodes that there are not, {unknown[0]} first"
            )
        for episode in ids:
            if episode in seen:
                both = f"splits {seen[episode]!r} and {name!r}" if seen[episode] != name else f"split {name!r} twice"
                yield Problem(MANIFEST, f"episode {episode} is in {both}")
            seen[episode] = name
    missing = known - set(seen)
    if manifest.splits and missing:
        yield Problem(MANIFEST, f"{len(missing)} episodes are in no split", harmless=True)
