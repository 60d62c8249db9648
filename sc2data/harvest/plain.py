"""Configurations to and from plain JSON values, with errors that name what is wrong."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sc2data.harvest.faults import ConfigError

Config = TypeVar("Config")

MOST_LOOPS = 10_000
_PLAIN = (bool, int, str, tuple, dict)


def to_plain(config: Any) -> dict[str, Any]:
    """A dataclass as plain values, tuples as lists."""
    values = dataclasses.asdict(config)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def from_plain(kind: type[Config], values: Mapping[str, Any]) -> Config:
    """Build the dataclass `kind` from plain values; what is not named keeps its default.

    Raises:
      ConfigError: an unknown name, or a value that is not of the default's kind or that `kind` does not allow.
    """
    if not isinstance(values, Mapping):
        raise ConfigError(f"{kind.__name__} {values!r}: must be an object of options by name")
    defaults = vars(kind())
    unknown = sorted(set(values) - set(defaults))
    if unknown:
        raise ConfigError(f"{kind.__name__} has no {', '.join(unknown)}; it has {', '.join(defaults)}")
    return kind(**{name: _checked(name, value, defaults[name]) for name, value in values.items()})


def _checked(name: str, value: Any, default: Any) -> Any:
    """`value`, lists as tuples; it must be of the kind of `default`."""
    value = tuple(value) if isinstance(value, list) else value
    alike, words = _kind(value, default)
    if not alike:
        example = json.dumps(default) if isinstance(default, _PLAIN) else repr(default)
        raise ConfigError(f"{name} {value!r}: must be {words}, such as {example}")
    return value


def _kind(value: Any, default: Any) -> tuple[bool, str]:
    """Whether `value` is of the kind of `default`, and that kind in words."""
    if isinstance(default, bool):
        return isinstance(value, bool), "true or false"
    if isinstance(default, int):
        return _is_number(value, int), "a whole number"
    if isinstance(default, str):
        return isinstance(value, str), "text"
    if isinstance(default, Mapping):
        alike = isinstance(value, Mapping) and all(_is_number(weight, (int, float)) for weight in value.values())
        return alike, "an object of numbers by name"
    if isinstance(default, tuple) and isinstance(default[0], int):
        alike = isinstance(value, tuple) and len(value) == len(default) and all(_is_number(one, int) for one in value)
        return alike, f"{len(default)} whole numbers"
    if isinstance(default, tuple):
        return isinstance(value, tuple) and all(isinstance(one, str) for one in value), "a list of names"
    return isinstance(value, type(default)), f"a {type(default).__name__}"


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def type_ids(names: Iterable[str]) -> dict[str, int]:
    """Ids of unit types by name, in order and without repetition.

    Raises:
      ConfigError: a name that the game does not know; the message suggests near ones.
    """
    from sc2data import units

    ids = {}
    for name in names:
        try:
            ids[name] = units.unit_type(name).id
        except units.UnknownUnitTypeError as error:
            raise ConfigError(str(error)) from error
    return ids


def check_loops(name: str, loops: int | tuple[int, int]) -> None:
    """See to it that a game is not asked for so many loops at once that it would count as hung.

    Raises:
      ConfigError: they are more than `MOST_LOOPS`.
    """
    most = max(loops) if isinstance(loops, tuple) else loops
    if most > MOST_LOOPS:
        raise ConfigError(
            f"{name} up to {most}: at most {MOST_LOOPS} game loops, 7 minutes of play, are played at once"
        )
