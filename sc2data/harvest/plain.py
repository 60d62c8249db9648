"""Configurations to and from plain JSON values, with errors that name what is wrong."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sc2data.harvest.faults import ConfigError

Config = TypeVar("Config")


def to_plain(config: Any) -> dict[str, Any]:
    """A dataclass as plain values, tuples as lists."""
    values = dataclasses.asdict(config)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def from_plain(kind: type[Config], values: Mapping[str, Any]) -> Config:
    """Build the dataclass `kind` from plain values; what is not named keeps its default.

    Raises:
      ConfigError: an unknown name, or a value that `kind` does not allow.
    """
    fields = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    unknown = sorted(set(values) - set(fields))
    if unknown:
        raise ConfigError(f"{kind.__name__} has no {', '.join(unknown)}; it has {', '.join(fields)}")
    try:
        return kind(**{name: tuple(v) if isinstance(v, list) else v for name, v in values.items()})
    except ConfigError:
        raise
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{kind.__name__} has a value of the wrong kind: {error}") from error


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
