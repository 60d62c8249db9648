"""Made-up collections of photographs in the layouts of real ones, for tests."""

from __future__ import annotations

import itertools
import json
import pathlib

import cv2
import numpy as np


def write_photo(
    path: pathlib.Path, height: int = 60, width: int = 90, seed: int = 0, grey: bool = False
) -> pathlib.Path:
    """A smooth random picture; the suffix says the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (height, width) if grey else (height, width, 3)
    pixels = cv2.GaussianBlur(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8), (0, 0), 3)
    if not cv2.imwrite(str(path), pixels):
        raise OSError(path)
    return path


def write_folders(root: pathlib.Path, per_class: int = 5) -> pathlib.Path:
    """Classes "cat" and "dog" of photographs of several sizes and formats, one of them upright."""
    for label, name in enumerate(("cat", "dog")):
        for number in range(per_class):
            suffix = (".jpg", ".PNG", ".tif")[number % 3]
            size = (90, 60) if number == 1 else (60 + number, 90)
            write_photo(root / name / f"{number}{suffix}", *size, seed=10 * label + number, grey=number == 2)
    return root


def write_fivek(root: pathlib.Path, table: bool = False) -> pathlib.Path:
    """24 photographs, named as FiveK's are, with lists: half in three JSON files, or all in a table."""
    subjects = ("abstract", "animals", "man_made", "nature", "people", "unknown")
    entries = {}
    for number in range(24):
        name = f"a{number:04d}-made up_{number}"
        write_photo(root / "tiff16_c" / f"{name}.tif", seed=number)
        categories = {"location": "outdoor", "time": "day", "light": "sun_sky", "subject": subjects[number % 6]}
        entries[name] = {"id": number, "license": "Adobe", "categories": categories}
    names = list(entries)
    if table:
        lines = ["name,subject", *(f"{name}.dng,{entries[name]['categories']['subject']}" for name in names)]
        (root / "categories.csv").write_text("\n".join(lines), encoding="utf-8")
    else:
        for file, part in (("training", names[:12]), ("validation", names[12:18]), ("testing", names[18:])):
            chosen = {name: entries[name] for name in part} | {f"absent-{file}": entries[names[0]]}
            (root / f"{file}.json").write_text(json.dumps(chosen), encoding="utf-8")
    return root


SIGNS = [
    ("empty", ""),
    ("misc", "MISC_SIGNS;"),
    ("limit", "VISIBLE, 60.0, 40.0, 40.0, 20.0, PROHIBITORY, 50_SIGN;"),
    ("blurred", "BLURRED, 60, 40, 40, 20, PROHIBITORY, 50_SIGN;"),
    ("other", "VISIBLE, 60, 40, 40, 20, MANDATORY, PASS_RIGHT_SIDE;"),
    (
        "several",
        "VISIBLE, 30, 30, 20, 20, PROHIBITORY, 80_SIGN;VISIBLE, 80, 50, 60, 30, PROHIBITORY, 70_SIGN;"
        "OCCLUDED, 89, 59, 1, 1, PROHIBITORY, 50_SIGN; VISIBLE, 9, 9, 1, 1, WARNING, OTHER;",
    ),
    (
        "hidden limit",
        "VISIBLE, 60, 40, 40, 20, INFORMATION, PEDESTRIAN_CROSSING;SIDE_ROAD, 9, 9, 1, 1, PROHIBITORY, 70_SIGN;",
    ),
]
"""Name and annotations of the photographs of a made-up set; four of them are kept."""


def write_signs(root: pathlib.Path, repeats: int = 3) -> pathlib.Path:
    """Two sets of traffic signs, each with every case `repeats` times."""
    seeds = itertools.count()
    for part in ("Set1", "Set2"):
        lines = []
        for number in range(repeats):
            for name, signs in SIGNS:
                write_photo(root / part / f"{name}{number}.jpg", seed=next(seeds))
                lines.append(f"{name}{number}.jpg:{signs}")
        (root / part / "annotations.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root
