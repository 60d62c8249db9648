"""Options of dataclasses set from text: `key=value`, with errors that say what there is."""

from __future__ import annotations

import dataclasses
import difflib
import json
import typing
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sc2data.errors import UserError

T = TypeVar("T")

TRUE, FALSE = ("true", "yes", "1", "on"), ("false", "no", "0", "off")


class OptionError(UserError, ValueError):
    """An option that does not exist, or a value that it cannot take."""


def split_assignment(text: str) -> tuple[str, str]:
    """Key and value of "key=value".

    Raises:
        OptionError: no "=" or no key.

    >>> split_assignment("train.steps=300")
    ('train.steps', '300')
    """
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise OptionError(f"{text!r} is not of the form key=value, such as train.steps=300")
    return key.strip(), value.strip()


def assignments(texts: Iterable[str]) -> dict[str, str]:
    """Several of them; of the same key the last one holds. Raises `OptionError`."""
    return dict(split_assignment(text) for text in texts)


def with_options(config: T, options: Mapping[str, str]) -> T:
    """A copy of a dataclass with some fields set from text; nested ones by "outer.inner".

    Numbers, truths (true, yes, 1, on; false, no, 0, off), strings, and tuples of these as "a,b,c" are understood. A
    class attribute `CHOICES` (field name: allowed values) limits values.

    Raises:
        OptionError: an unknown key, a value of another type or out of the choices.

    >>> @dataclasses.dataclass(frozen=True)
    ... class Colour:
    ...     red: int = 0
    ...     name: str = "black"
    >>> with_options(Colour(), {"red": "255"})
    Colour(red=255, name='black')
    >>> with_options(Colour(), {"blue": "255"})
    Traceback (most recent call last):
        ...
    varsac.options.OptionError: there is no option 'blue'; there are red, name
    """
    for key, text in options.items():
        config = _with_option(config, key, text, key)
    return config


def _with_option(config: Any, key: str, text: str, whole: str) -> Any:
    name, _, inner = key.partition(".")
    fields = {field.name for field in dataclasses.fields(config)}
    if name not in fields:
        raise OptionError(unknown(whole, name, [field.name for field in dataclasses.fields(config)]))
    value = getattr(config, name)
    if dataclasses.is_dataclass(value):
        if not inner:
            names = ", ".join(f"{name}.{field.name}" for field in dataclasses.fields(value))
            raise OptionError(f"option {whole!r} has parts: set one of {names}")
        return dataclasses.replace(config, **{name: _with_option(value, inner, text, whole)})
    if inner:
        raise OptionError(f"option {whole!r}: {name} has no parts, set {name} itself")
    return dataclasses.replace(config, **{name: parsed(config, name, text, whole)})


def parsed(config: Any, name: str, text: str, whole: str) -> Any:
    """The value of one field from its text. Raises `OptionError`."""
    kind = typing.get_type_hints(type(config))[name]
    choices = getattr(type(config), "CHOICES", {}).get(name)
    if choices and text not in choices:
        raise OptionError(f"{whole}={text}: choose one of {', '.join(choices)}")
    try:
        return _value(kind, text)
    except ValueError as error:
        raise OptionError(f"{whole}={text}: {error}") from None


def _value(kind: Any, text: str) -> Any:
    if kind is bool:
        if text.lower() not in TRUE + FALSE:
            raise ValueError("true or false is needed")
        return text.lower() in TRUE
    if kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            raise ValueError("a whole number is needed" if kind is int else "a number is needed") from None
    if typing.get_origin(kind) is tuple:
        inner = typing.get_args(kind)
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if inner[1:] != (...,) and len(parts) != len(inner):
            raise ValueError(f"{len(inner)} values with commas between them are needed")
        return tuple(_value(inner[0], part) for part in parts)
    if kind is str or typing.get_origin(kind) is typing.Literal:
        return text
    raise ValueError("it cannot be set from text")


def unknown(whole: str, name: str, names: Iterable[str]) -> str:
    """The message for a name that does not exist, with the nearest that does."""
    names = list(names)
    near = difflib.get_close_matches(name, names, 1, 0.4)
    hint = f"did you mean {near[0]}? There" if near else "there"
    return f"there is no option {whole!r}; {hint} are {', '.join(names)}"


def to_plain(config: Any) -> dict[str, Any]:
    """A dataclass as plain dictionaries, lists, numbers and strings, for checkpoints and JSON."""
    return json.loads(json.dumps(dataclasses.asdict(config)))


def from_plain(kind: type[T], fields: Mapping[str, Any], where: str) -> T:
    """What `to_plain` gave, as the dataclass again.

    Args:
        kind: the dataclass.
        fields: by name; those that are missing keep their defaults.
        where: what the error speaks of.

    Raises:
        OptionError: fields that the dataclass does not have: another version wrote them.
    """
    hints = typing.get_type_hints(kind)
    surplus = set(fields) - {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if surplus:
        raise OptionError(f"{where} has the options {sorted(surplus)}, which this version does not know")
    values = {}
    for name, value in fields.items():
        if dataclasses.is_dataclass(hints[name]):
            value = from_plain(hints[name], value, where)
        elif isinstance(value, list):
            value = tuple(value)
        values[name] = value
    return kind(**values)
