"""Contact sheets: examples of a task as one picture, to be looked at before anything is trained on them."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from varsac.tasks.proxy import proxy_of
from varsac.tasks.task import Example, HeadSpec, TaskData

SIDE, GAP, TEXT = 224, 4, 18
"""Pixels of a picture's side, between pictures, and of a line of text."""
GLIMPSES = 3
"""Objects of an example that are shown for themselves, in windows of twice their size."""
MARK = (0, 230, 0)
FONT, FONT_SCALE = cv2.FONT_HERSHEY_PLAIN, 0.8

RGB = npt.NDArray[np.uint8]


def contact_sheet(data: TaskData, count: int = 8, columns: int = 2) -> RGB:
    """Some examples, each a row of pictures: the image with a circle around every object, the proxy with the image's
    place in it, objects at full resolution, and below them the name and the labels.

    Args:
        data: a split of any task; `count` examples are taken from it at even distances.
        count: how many examples; columns: side by side.

    Returns:
        uint8 (H, W, 3) RGB.
    """
    indices = np.linspace(0, len(data) - 1, min(count, len(data))).astype(np.int64)
    strips = [_strip(data[index], data.spec.heads) for index in indices.tolist()]
    strips += [np.zeros_like(strips[0])] * (-len(strips) % columns)
    rows = [np.hstack(strips[first : first + columns]) for first in range(0, len(strips), columns)]
    return np.vstack(rows)


def label_text(head: HeadSpec, label: npt.NDArray[np.generic]) -> str:
    """A label in words.

    >>> label_text(HeadSpec("digits", "multilabel", 3, ("a", "b", "c")), np.array([1.0, 0.0, 1.0]))
    'digits: a c'
    >>> label_text(HeadSpec("units", "density", 2, ("Marine", "Drone")), np.array([4.0, 0.0]))
    'units: 4 Marine, 0 Drone'
    """
    classes = head.classes or tuple(map(str, range(head.size)))
    if head.kind == "multilabel":
        shown = " ".join(name for name, present in zip(classes, label.tolist(), strict=True) if present)
    elif head.kind == "density":
        shown = ", ".join(f"{number:g} {name}" for name, number in zip(classes, label.tolist(), strict=True))
    else:
        shown = classes[int(label)] if head.kind == "classes" else str(int(label))
    return f"{head.name}: {shown}"


def _strip(example: Example, heads: tuple[HeadSpec, ...]) -> RGB:
    """One example as a row of pictures of `SIDE` px with two lines of text."""
    pictures = [_image(example), _proxy(example), *_objects(example)]
    pictures += [np.zeros((SIDE, SIDE, 3), np.uint8)] * (2 + GLIMPSES - len(pictures))
    strip = np.hstack([cv2.copyMakeBorder(picture, GAP, 0, GAP, 0, cv2.BORDER_CONSTANT) for picture in pictures])
    strip = cv2.copyMakeBorder(strip, 0, 2 * TEXT, 0, 2 * GAP, cv2.BORDER_CONSTANT)
    labels = "; ".join(label_text(head, np.asarray(example.labels[head.name])) for head in heads)
    size = f"{example.image.width} x {example.image.height} px"
    for line, text in enumerate((f"{example.name}  {size}", labels)):
        at = (GAP, GAP + SIDE + TEXT * (line + 1) - 4)
        cv2.putText(strip, text, at, FONT, FONT_SCALE, (255, 255, 255), 1, cv2.LINE_AA)
    return np.asarray(strip, np.uint8)


def _image(example: Example) -> RGB:
    image = example.image
    picture = _square(proxy_of(image, (SIDE, SIDE)))
    scale = np.array([SIDE / image.width, SIDE / image.height])
    for position, radius in zip(example.objects.positions, example.objects.radius, strict=True):
        x, y = np.round(position * scale).astype(np.int64).tolist()
        cv2.circle(picture, (x, y), max(round(float(radius) * float(scale.mean()) * 1.4), 5), MARK, 1, cv2.LINE_AA)
    return picture


def _proxy(example: Example) -> RGB:
    picture = _square(example.proxy)
    left, top, right, bottom = np.round((np.array(example.view) + 1) / 2 * (SIDE - 1)).astype(np.int64).tolist()
    cv2.rectangle(picture, (left, top), (right, bottom), MARK, 1)
    return picture


def _objects(example: Example) -> list[RGB]:
    image = example.image
    found = []
    for (x, y), radius in list(zip(example.objects.positions.tolist(), example.objects.radius.tolist()))[:GLIMPSES]:
        scale = 4 * radius / min(image.height, image.width)
        fixation = (2 * x / image.width - 1, 2 * y / image.height - 1, scale)
        found.append(_square(image.window(fixation, min(SIDE, max(round(4 * radius), 8)))))
    return found


def _square(pixels: npt.NDArray[np.uint8]) -> RGB:
    """Pixels (h, w, C) as a square RGB picture that may be drawn on; every pixel keeps its edges."""
    colour = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
    return np.array(cv2.resize(colour, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST), np.uint8)
