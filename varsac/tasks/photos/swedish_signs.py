"""Swedish traffic signs: road scenes of 960 x 1280 px; which speed limit do they show, if any?

Two sets, `Set1` and `Set2`, each a folder of photographs with an `annotations.txt`. Its lines name a photograph and the
signs on it:

    FILE:VISIBILITY, X1, Y1, X2, Y2, TYPE, NAME; VISIBILITY, ...

where the corner (X1, Y1) is the lower right one. Signs called `MISC_SIGNS` count as none. A photograph without signs is
EMPTY. One with speed limits among its signs has the class of the most visible of them (of equally visible ones, of the
largest), if that one is VISIBLE; all other photographs are left out. These are attention sampling's rules; 747
photographs of the first set and 684 of the second remain.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re

import numpy as np

from varsac.tasks.photos.photo import Photo, divide_by_class, require_splits
from varsac.tasks.task import Objects, Split, TaskError

LIMITS = ("50_SIGN", "70_SIGN", "80_SIGN")
CLASSES = ("EMPTY", *LIMITS)
VISIBILITIES = ("VISIBLE", "BLURRED", "SIDE_ROAD", "OCCLUDED")
ANNOTATIONS = "annotations.txt"
LEADING_NUMBER = re.compile(r"\d+(\.\d+)?")


@dataclasses.dataclass(frozen=True)
class Sign:
    """A sign on a photograph; edges in px."""

    visibility: str
    left: float
    top: float
    right: float
    bottom: float
    name: str

    @property
    def rank(self) -> tuple[int, float]:
        """Sorts the most visible and then the largest first."""
        return VISIBILITIES.index(self.visibility), -(self.right - self.left) * (self.bottom - self.top)


def read_swedish_signs(root: pathlib.Path, seed: int, held_out: float = 0.1) -> tuple[list[Photo], tuple[str, ...]]:
    """The photographs that the rules keep, and the names of the classes.

    Args:
        root: folder of `Set1` and `Set2`.
        seed: an even one trains on Set1 and tests on Set2, an odd one the other way round; it draws the validation
            photographs too.
        held_out: share of the training set's photographs of each class that are for validation.

    Raises:
        TaskError: a file is missing, or a line is not as described.
    """
    training, testing = ("Set1", "Set2") if seed % 2 == 0 else ("Set2", "Set1")
    photos = _kept(root, training, "train")
    drawn = divide_by_class({photo.name: photo.label for photo in photos}, seed, {"val": held_out})
    photos = [dataclasses.replace(photo, split=drawn[photo.name]) for photo in photos] + _kept(root, testing, "test")
    require_splits(photos, root)
    return photos, CLASSES


def label_of(signs: list[Sign]) -> int | None:
    """The class of a photograph with these signs, or None where the rules leave it out.

    >>> far, near = Sign("VISIBLE", 0, 0, 9, 9, "80_SIGN"), Sign("VISIBLE", 50, 50, 90, 90, "50_SIGN")
    >>> CLASSES[label_of([far, near])], CLASSES[label_of([])], label_of([Sign("VISIBLE", 0, 0, 9, 9, "STOP")])
    ('50_SIGN', 'EMPTY', None)
    """
    if not signs:
        return 0
    limits = sorted((sign for sign in signs if sign.name in LIMITS), key=lambda sign: sign.rank)
    if not limits or limits[0].visibility != "VISIBLE":
        return None
    return CLASSES.index(limits[0].name)


def parse_line(line: str) -> tuple[str, list[Sign]]:
    """A line's file name and signs.

    Raises:
        TaskError: it is not as described.

    >>> parse_line("a.jpg:VISIBLE, 90.5, 80, 70, 60, PROHIBITORY, 70_SIGN; MISC_SIGNS;")
    ('a.jpg', [Sign(visibility='VISIBLE', left=70.0, top=60.0, right=90.5, bottom=80.0, name='70_SIGN')])
    """
    name, colon, rest = line.partition(":")
    signs = []
    for text in filter(None, (part.strip() for part in rest.split(";"))):
        fields = [field.strip() for field in text.split(",")]
        if fields[0] == "MISC_SIGNS":
            continue
        numbers = [LEADING_NUMBER.match(field) for field in fields[1:5]]
        if len(fields) != 7 or fields[0] not in VISIBILITIES or None in numbers:
            raise TaskError(f"sign {text!r} of {name!r}: VISIBILITY, X1, Y1, X2, Y2, TYPE, NAME is expected")
        right, bottom, left, top = (float(number.group()) for number in numbers if number)
        signs.append(Sign(fields[0], left, top, right, bottom, fields[6]))
    if not colon:
        raise TaskError(f"line {line!r}: FILE:SIGNS is expected")
    return name, signs


def _kept(root: pathlib.Path, part: str, split: Split) -> list[Photo]:
    """The photographs of a set that the rules keep."""
    path = root / part / ANNOTATIONS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TaskError(
            f"{path} cannot be read ({error}); unpack each set's photographs and annotations there"
        ) from error
    photos = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            name, signs = parse_line(line.strip())
        except TaskError as error:
            raise TaskError(f"{path}, line {number}: {error}") from None
        label = label_of(signs)
        if label is not None:
            photos.append(Photo(root / part / name, f"{part}/{name}", label, split, _objects(signs)))
    missing = [photo.name for photo in photos if not photo.path.is_file()]
    if missing:
        raise TaskError(f"{root}: {len(missing)} annotated photographs are missing, {missing[0]} among them")
    return photos


def _objects(signs: list[Sign]) -> Objects:
    """The speed limits, by class from 1."""
    limits = [sign for sign in signs if sign.name in LIMITS]
    corners = np.array([(s.left, s.top, s.right, s.bottom) for s in limits], np.float32).reshape(-1, 4)
    return Objects(
        positions=((corners[:, :2] + corners[:, 2:]) / 2).astype(np.float32),
        classes=np.array([CLASSES.index(sign.name) for sign in limits], np.int64),
        radius=(corners[:, 2:] - corners[:, :2]).max(axis=1, initial=0).astype(np.float32) / 2,
    )
