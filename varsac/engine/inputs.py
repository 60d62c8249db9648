"""A person's own images: files, folders, patterns, stores of pyramids and harvested records, opened one at a time."""

from __future__ import annotations

import contextlib
import dataclasses
import glob
import pathlib
import tempfile
from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from sc2data.errors import UserError
from sc2data.format.manifest import MANIFEST
from sc2data.pyramid import ImageFile, Pyramid, PyramidStore, PyramidWriter
from sc2data.pyramid.layout import SUFFIX
from sc2data.pyramid.levels import Pixels
from sc2data.pyramid.screens import require_screens
from varsac.tasks.photos.photo import photo_files
from varsac.tasks.sc2 import minimap_view
from varsac.tasks.screens import ScreenPyramid, opened_dataset
from varsac.tasks.task import WHOLE_VIEW, TaskError

IN_MEMORY = 64_000_000
"""Pixels up to which a file is decoded into memory; larger ones go through a pyramid in a temporary file."""
BAND = 256
"""Rows that are decoded at a time."""
RECORD = "#"
"""Between the folder of a data set and the number of a record."""


class InputError(UserError, ValueError):
    """A name behind which there are no images."""


@dataclasses.dataclass(frozen=True, eq=False)
class Given:
    """An image, and its proxy where it came with one.

    Args:
        image: read by the window.
        proxy: uint8 (h, w, C), such as a rendered minimap; None: the image made smaller is all there is.
        view: where in the proxy the image lies, see `varsac.tasks.task`.
    """

    image: Pyramid
    proxy: Pixels | None = None
    view: tuple[float, float, float, float] = WHOLE_VIEW


class Source(Protocol):
    """One image that can be opened."""

    @property
    def name(self) -> str:
        """What it is called in results."""
        ...

    def opened(self) -> contextlib.AbstractContextManager[Given]:
        """Open it for as long as the context lasts.

        Raises:
            UserError, OSError: it cannot be read; the message names it.
        """
        ...


@dataclasses.dataclass(frozen=True)
class FileSource:
    """A JPEG, PNG or TIFF file."""

    path: pathlib.Path

    @property
    def name(self) -> str:
        """The path."""
        return str(self.path)

    @contextlib.contextmanager
    def opened(self) -> Iterator[Given]:
        """See `Source`; a large file is decoded by bands into a temporary pyramid."""
        file = ImageFile(self.path)
        if file.height * file.width <= IN_MEMORY:
            yield Given(Pyramid.of(_decoded(file)))
            return
        with tempfile.TemporaryDirectory(prefix="sc2-predict-") as folder:
            path = pathlib.Path(folder) / f"image{SUFFIX}"
            with PyramidWriter(path, tile=128) as writer:
                writer.add("image", file)
            with contextlib.closing(PyramidStore(path)) as store:
                yield Given(store["image"])


@dataclasses.dataclass(frozen=True)
class StoredSource:
    """An image in a store of pyramids."""

    path: pathlib.Path
    image: str

    @property
    def name(self) -> str:
        """The file and the image's name in it."""
        return f"{self.path}{RECORD}{self.image}"

    @contextlib.contextmanager
    def opened(self) -> Iterator[Given]:
        """See `Source`."""
        with contextlib.closing(PyramidStore(self.path)) as store:
            yield Given(store[self.image])


@dataclasses.dataclass(frozen=True)
class RecordSource:
    """The screen of a harvested record, with its minimap."""

    path: pathlib.Path
    record: int

    @property
    def name(self) -> str:
        """The data set and the number."""
        return f"{self.path}{RECORD}{self.record}"

    @contextlib.contextmanager
    def opened(self) -> Iterator[Given]:
        """See `Source`."""
        dataset = opened_dataset(self.path)
        view = minimap_view(dataset, dataset.scene(self.record))
        yield Given(ScreenPyramid(self.path, None, self.record), dataset.minimap(self.record), view)


@dataclasses.dataclass(frozen=True)
class WithMinimap:
    """Another source's image with the minimap of the same moment from a file.

    Args:
        source: of the image.
        minimap: JPEG, PNG or TIFF.
        view: where on it the image lies, see `varsac.tasks.task`.

    Raises:
        InputError: a view without area.
    """

    source: Source
    minimap: pathlib.Path
    view: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        left, top, right, bottom = self.view
        if not (np.isfinite(self.view).all() and left < right and top < bottom):
            raise InputError(
                f"view {self.view}: give left, top, right and bottom of the image on the minimap, -1 being the "
                "minimap's left and upper edge and 1 its right and lower one; left < right, top < bottom"
            )

    @property
    def name(self) -> str:
        """That of the image."""
        return self.source.name

    @contextlib.contextmanager
    def opened(self) -> Iterator[Given]:
        """See `Source`."""
        minimap = _decoded(ImageFile(self.minimap))
        with self.source.opened() as given:
            yield Given(given.image, minimap, self.view)


@dataclasses.dataclass(frozen=True)
class Unusable:
    """What a person named and is no image; opening it says why."""

    name: str
    reason: str

    @contextlib.contextmanager
    def opened(self) -> Iterator[Given]:
        """Raises `InputError`."""
        raise InputError(self.reason)
        yield


def sources(arguments: Sequence[str]) -> list[Source]:
    """All images that a person means, in order: what `find` finds for each argument, patterns replaced by what matches.

    An argument without images becomes an `Unusable`, so that the others can be used all the same.
    """
    found: list[Source] = []
    for argument in arguments:
        pattern = glob.has_magic(argument) and not pathlib.Path(argument).exists()
        for name in (sorted(glob.glob(argument, recursive=True)) if pattern else []) or [argument]:
            try:
                found += find(name)
            except (UserError, OSError) as error:
                found.append(Unusable(name, str(error)))
    return found


def find(argument: str) -> list[Source]:
    """The images that a person means.

    | argument | images |
    |---|---|
    | a file | itself; of a store of pyramids (`*.h5`) all |
    | a folder | the image files in it and below, sorted, hidden ones left out; without any, those of a store |
    | a folder of a harvested data set | the screens of all records |
    | `DATASET#7`, `STORE#NAME` | one of them |

    Raises:
        InputError: there is nothing of that name, or no image in it.
        UserError: a damaged data set or store.
    """
    path = pathlib.Path(argument)
    if path.is_file():
        return _stored(path) if path.suffix.lower() == SUFFIX else [FileSource(path)]
    if path.is_dir():
        return _below(path)
    base, sign, part = argument.rpartition(RECORD)
    if sign and (pathlib.Path(base) / MANIFEST).exists():
        return [_record(pathlib.Path(base), part)]
    if sign and pathlib.Path(base).exists():
        return _stored(pathlib.Path(base), part)
    raise InputError(
        f"{argument} is not there; give image files, folders, patterns in quotes, or DATASET{RECORD}NUMBER for one "
        "record of a harvested data set"
    )


def _decoded(file: ImageFile) -> Pixels:
    pixels = np.empty((file.height, file.width, file.channels), np.uint8)
    for box, band in file.bands(BAND):
        pixels[box.top : box.bottom, box.left : box.right] = band
    return pixels


def _below(folder: pathlib.Path) -> list[Source]:
    if (folder / MANIFEST).exists():
        dataset = opened_dataset(folder)
        require_screens(dataset)
        return [RecordSource(folder, record) for record in range(len(dataset))]
    try:
        return [FileSource(path) for path in photo_files(folder)]
    except TaskError:
        if any(folder.rglob(f"*{SUFFIX}")):
            return _stored(folder)
        raise


def _stored(path: pathlib.Path, name: str | None = None) -> list[Source]:
    """All images of a store, or the one of a name."""
    with contextlib.closing(PyramidStore(path)) as store:
        if name is not None:
            store.entry(name)  # complains where there is none
        return [StoredSource(path, one) for one in ([name] if name is not None else store)]


def _record(path: pathlib.Path, number: str) -> Source:
    dataset = opened_dataset(path)
    require_screens(dataset)
    if not number.isdecimal() or int(number) >= len(dataset):
        raise InputError(f"{path}{RECORD}{number}: the records have the numbers 0 to {len(dataset) - 1}")
    return RecordSource(path, int(number))
