"""Options of environments from text: what commands take as KEY=VALUE."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from varsac.options import OptionError, split_assignment


def settings(texts: Iterable[str]) -> dict[str, Any]:
    """Options of `gymnasium.make`; values are JSON where they can be read as such, else text; dots lead into parts.

    Raises:
        OptionError: not of the form key=value, or a part of what has none.

    >>> settings(["glimpses=6", "actions=grid", "settings.height=1024", "grid=[8, 8, 1]"])
    {'glimpses': 6, 'actions': 'grid', 'settings': {'height': 1024}, 'grid': [8, 8, 1]}
    """
    found: dict[str, Any] = {}
    for text in texts:
        key, value = split_assignment(text)
        *outer, name = key.split(".")
        inner = found
        for part in outer:
            inner = inner.setdefault(part, {})
            if not isinstance(inner, dict):
                raise OptionError(f"{text!r}: {part} was set to {inner!r} before, which has no parts")
        inner[name] = _value(value)
    return found


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
