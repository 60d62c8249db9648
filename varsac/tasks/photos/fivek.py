"""MIT-Adobe FiveK: 5,000 photographs with a category of subject, location, time of day and light each.

The photographs come as camera files (DNG) and as 16 bit TIFF of five retouchers; any one set of files does, as long as
each keeps its base name, such as `a0001-jmac_DSC1459.tif`. The categories are published beside each photograph; this
reads them as one of two lists that lie in the same folder:

- `training.json`, `validation.json` and `testing.json` of 3,500, 500 and 1,000 photographs, each a JSON object by base
  name with a member `categories`, such as {"location": "outdoor", "time": "day", "light": "sun_sky", "subject":
  "nature"}, as public download tools write them; the splits are those of the files;
- or `categories.csv` with a header line, a column `name`, and a column a category; the splits are drawn from the seed.

"6 classes", as the published experiment on these photographs has it, are the six subjects.
"""

from __future__ import annotations

import csv
import json
import pathlib

from varsac.tasks.photos.photo import Photo, divide_by_class, photo_files, require_splits
from varsac.tasks.task import Split, TaskError

LISTS: dict[str, Split] = {"training.json": "train", "validation.json": "val", "testing.json": "test"}
TABLE = "categories.csv"


def read_fivek(root: pathlib.Path, category: str, seed: int) -> tuple[list[Photo], tuple[str, ...]]:
    """The photographs that have a category, and the names of its classes.

    Photographs that are in no list, and listed ones whose file is not there, are left out.

    Args:
        root: folder of the lists; the photographs lie below it, in any folders.
        category: "subject", "location", "time" or "light".
        seed: what splits are drawn from where the lists give none.

    Raises:
        TaskError: no list, a damaged one, one without that category, or no photograph for a split.
    """
    listed, splits = _from_json(root, category) if (root / "training.json").exists() else _from_csv(root, category)
    files = {path.stem: path for path in photo_files(root)}
    present = {name: value for name, value in listed.items() if name in files}
    if not present:
        raise TaskError(
            f"{root}: none of the {len(files)} photographs is among the {len(listed)} in the lists, by base name"
        )
    classes = tuple(sorted(set(present.values())))
    labels = {name: classes.index(value) for name, value in present.items()}
    drawn = splits or divide_by_class(labels, seed)
    photos = [
        Photo(files[name], files[name].relative_to(root).as_posix(), labels[name], drawn[name])
        for name in sorted(labels)
    ]
    require_splits(photos, root)
    return photos, classes


def _from_json(root: pathlib.Path, category: str) -> tuple[dict[str, str], dict[str, Split]]:
    values: dict[str, str] = {}
    splits: dict[str, Split] = {}
    for file, split in LISTS.items():
        try:
            content = json.loads((root / file).read_text(encoding="utf-8"))
            found = {str(name): str(entry["categories"][category]) for name, entry in content.items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise TaskError(
                f"{root / file} does not give the category {category!r} of photographs by name "
                f"({type(error).__name__}: {error}); categories are subject, location, time and light"
            ) from error
        values |= found
        splits |= dict.fromkeys(found, split)
    return values, splits


def _from_csv(root: pathlib.Path, category: str) -> tuple[dict[str, str], dict[str, Split]]:
    path = root / TABLE
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        found = {pathlib.PurePath(row["name"]).stem: row[category].strip() for row in rows}
    except FileNotFoundError as error:
        raise TaskError(f"{root} has neither {', '.join(LISTS)} nor {TABLE}: the classes must be listed") from error
    except (OSError, ValueError, KeyError, AttributeError, TypeError, csv.Error) as error:
        raise TaskError(
            f"{path} needs a header line with the columns 'name' and {category!r} ({type(error).__name__}: {error})"
        ) from error
    return {name: value for name, value in found.items() if value}, {}
