"""A comparison told: tables as text, a page, and their places in a document."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence

from sc2data.format.durable import replace_file
from varsac.comparison.comparison import Section
from varsac.comparison.page import page
from varsac.comparison.picture import picture
from varsac.comparison.table import table, with_table

PICTURES = "pictures"


def told(sections: Sequence[Section]) -> str:
    """All tables in Markdown, each below the title of its work."""
    return "".join(f"## {one.task.title}\n\n{table(one.task, one.results, one.costs)}\n" for one in sections)


def written(path: pathlib.Path, sections: Sequence[Section]) -> pathlib.Path:
    """Write the page.

    Raises:
        StorageError: the disk does not take it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, page(sections).encode())
    return path


def filled(document: pathlib.Path, sections: Sequence[Section]) -> None:
    """Put every table where a document has a place for it, and pictures into a folder beside the document.

    Raises:
        DocumentError: it has no place for one; nothing is written then.
        OSError: it cannot be read.
        StorageError: the disk does not take it.
    """
    text = document.read_text(encoding="utf-8")
    pictures = {}
    for one in sections:
        shown = table(one.task, one.results, one.costs)
        if one.costs and one.pictured:
            name = f"compared-{one.place}.svg"
            pictures[name] = picture(one.task, one.results, one.costs)
            shown = f"![{one.task.title}: accuracy against the time of an answer]({PICTURES}/{name})\n\n{shown}"
        text = with_table(text, one.place, shown)
    for name, drawn in pictures.items():
        path = document.parent / PICTURES / name
        path.parent.mkdir(exist_ok=True)
        replace_file(path, drawn.encode())
    replace_file(document, text.encode())
