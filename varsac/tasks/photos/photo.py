"""One photograph of a collection, and how a collection falls into splits."""

from __future__ import annotations

import collections
import dataclasses
import hashlib
import pathlib
from collections.abc import Iterable, Mapping, Sequence

from varsac.tasks.task import SPLITS, Objects, Split, TaskError

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
"""Of files that are taken for photographs, in any case of letters."""
SHARES: Mapping[Split, float] = {"val": 0.1, "test": 0.2}
"""Of the photographs, where nobody says which split they belong to."""


@dataclasses.dataclass(frozen=True, eq=False)
class Photo:
    """A photograph file and what is known of it.

    Args:
        path: the file.
        name: unique in its collection; a relative path with "/".
        label: its class; -1 where it has none.
        split: where it belongs.
        objects: what is on it, in pixels of the upright photograph.
    """

    path: pathlib.Path
    name: str
    label: int
    split: Split
    objects: Objects = dataclasses.field(default_factory=Objects.none)


def photo_files(folder: pathlib.Path) -> list[pathlib.Path]:
    """The photographs in a folder and its sub-folders, sorted; hidden files and folders are left out.

    Raises:
        TaskError: there are none.
    """
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    if not found:
        reason = "holds no photographs" if folder.is_dir() else "is no folder"
        raise TaskError(f"{folder} {reason}; files of {', '.join(SUFFIXES)} are taken for photographs")
    return found


def divide(names: Iterable[str], seed: int, shares: Mapping[Split, float] = SHARES) -> dict[str, Split]:
    """Draw the split of each name from a hash of it: in the order of the hashes, the first so many are for the test.

    Every split gets at least one name where there are as many names as splits.

    >>> drawn = divide([f"{number}.jpg" for number in range(10)], seed=0)
    >>> sorted(collections.Counter(drawn.values()).items())
    [('test', 2), ('train', 7), ('val', 1)]
    """
    ordered = sorted(names, key=lambda name: hashlib.sha256(f"{seed}/{name}".encode()).digest())
    drawn: dict[str, Split] = dict.fromkeys(ordered, "train")
    enough = len(ordered) > len(shares)
    start = 0
    for split in ("test", "val"):
        if split in shares:
            stop = start + max(round(shares[split] * len(ordered)), int(enough))
            drawn.update(dict.fromkeys(ordered[start:stop], split))
            start = stop
    return drawn


def divide_by_class(labels: Mapping[str, int], seed: int, shares: Mapping[Split, float] = SHARES) -> dict[str, Split]:
    """Draw the split of each name, the same share of every class."""
    by_class: dict[int, list[str]] = collections.defaultdict(list)
    for name, label in labels.items():
        by_class[label].append(name)
    return {name: split for names in by_class.values() for name, split in divide(names, seed, shares).items()}


def require_splits(photos: Sequence[Photo], where: pathlib.Path) -> None:
    """Make sure that every split has photographs.

    Raises:
        TaskError: one has none.
    """
    missing = [split for split in SPLITS if all(photo.split != split for photo in photos)]
    if missing:
        raise TaskError(
            f"{where}: no photographs for {', '.join(missing)} among {len(photos)}; at least three of a class are "
            "needed, or folders train, val and test"
        )
