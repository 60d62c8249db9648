"""Photographs in a folder a class, `class/photo.jpg`, or in `train`, `val` and `test` folders of such."""

from __future__ import annotations

import pathlib

from varsac.tasks.photos.photo import Photo, divide, divide_by_class, photo_files, require_splits
from varsac.tasks.task import SPLITS, Split, TaskError


def read_folders(root: pathlib.Path, seed: int) -> tuple[list[Photo], tuple[str, ...]]:
    """The photographs of a collection, and the names of its classes.

    | layout | splits |
    |---|---|
    | `ROOT/CLASS/.../photo.jpg` | 10 % of each class val, 20 % test, drawn from the seed |
    | `ROOT/{train,val,test}/CLASS/.../photo.jpg` | as the folders say |
    | `ROOT/{train,test}/CLASS/.../photo.jpg` | 10 % of each class of `train` are val |

    Raises:
        TaskError: no photographs, fewer than two classes, or none of a class to learn from.
    """
    files = photo_files(root)
    divided = {path.relative_to(root).parts[0] for path in files} <= set(SPLITS)
    depth = 2 if divided else 1
    loose = [path for path in files if len(path.relative_to(root).parts) <= depth]
    if loose:
        raise TaskError(f"{loose[0]} is in no class's folder; put photographs into {root}/{'SPLIT/' * divided}CLASS/")
    names = {path: path.relative_to(root).as_posix() for path in files}
    classes = tuple(sorted({path.relative_to(root).parts[depth - 1] for path in files}))
    if len(classes) < 2:
        raise TaskError(f"{root} has one class of photographs, {classes[0]!r}; there is nothing to tell apart")
    labels = {name: classes.index(path.relative_to(root).parts[depth - 1]) for path, name in names.items()}
    splits = _given_splits(names, labels, root, seed) if divided else divide_by_class(labels, seed)
    photos = [Photo(path, name, labels[name], splits[name]) for path, name in names.items()]
    require_splits(photos, root)
    return photos, classes


def read_flat(root: pathlib.Path, seed: int) -> list[Photo]:
    """All photographs below a folder without classes, 10 % val and 20 % test.

    Raises:
        TaskError: fewer than three.
    """
    files = {path.relative_to(root).as_posix(): path for path in photo_files(root)}
    splits = divide(files, seed)
    photos = [Photo(path, name, -1, splits[name]) for name, path in files.items()]
    require_splits(photos, root)
    return photos


def _given_splits(
    names: dict[pathlib.Path, str], labels: dict[str, int], root: pathlib.Path, seed: int
) -> dict[str, Split]:
    """The splits that the first folders say; without `val`, a tenth of `train`."""
    given: dict[str, Split] = {}
    for path, name in names.items():
        first = path.relative_to(root).parts[0]
        given[name] = next(split for split in SPLITS if split == first)
    if "val" not in given.values():
        training = {name: labels[name] for name, split in given.items() if split == "train"}
        given.update(divide_by_class(training, seed, {"val": 0.1}))
    return given
