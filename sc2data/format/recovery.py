"""What a writer that was killed leaves behind, and how it is put in order."""

from __future__ import annotations

import pathlib

from sc2data.format.manifest import MANIFEST, Manifest, ManifestError
from sc2data.format.shard import read_header, shard_name


def with_unlisted_shards(manifest: Manifest, folder: pathlib.Path) -> Manifest:
    """The manifest with the finished shards that follow its last one: their writer died before it could enter them.

    Raises:
        ManifestError: the file that has the next shard's name does not belong to this data set, or cannot be read.
    """
    while (path := folder / shard_name(len(manifest.shards))).exists():
        try:
            schema, source, entry = read_header(path)
        except (OSError, KeyError, ValueError) as error:
            raise ManifestError(f"{path} is not in the manifest and cannot be read ({error}); remove it") from error
        if schema != manifest.schema or entry.episode_ids()[:1] <= last_episode(manifest):
            raise ManifestError(f"{path} is not in the manifest and does not continue this data set; remove it")
        manifest = manifest.with_shard(entry, source)
    return manifest


def last_episode(manifest: Manifest) -> int:
    """The highest episode id in finished shards, -1 where there are none."""
    return int(manifest.episode_ids().max(initial=-1))


def remove_leftovers(folder: pathlib.Path) -> None:
    """Remove what a killed writer was writing."""
    for pattern in ("shard-*.h5.tmp", MANIFEST + ".tmp"):
        for file in folder.glob(pattern):
            file.unlink()
