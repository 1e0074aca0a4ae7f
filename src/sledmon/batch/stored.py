"""A session as text and back, every bit of every number.

Values stand in the order of their fields, without names: who reads has the very software that wrote
(``sources_digest`` is part of a cache's key).
"""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from sledmon.batch.one import Outcome


def to_text(outcome: Outcome) -> str:
    """One line of JSON, in which NaN stands for the unknown."""
    return json.dumps(_plain(outcome), separators=(",", ":"))


def from_text(text: str) -> Outcome:
    """What ``to_text`` was given; ValueError or TypeError if it is anything else."""
    read = cast("Callable[[Any], Outcome]", _reader(Outcome))
    return read(json.loads(text))


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return [_plain(getattr(value, each.name)) for each in fields(value)]
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


_Reader = Callable[[Any], Any]


@cache
def _reader(kind: Any) -> _Reader | None:
    """How values of one type are read, made once for each; None: they stand as they are."""
    arguments = get_args(kind)
    if isinstance(kind, UnionType):
        read = _reader(next(each for each in arguments if each is not NoneType))
        return read and (lambda value: None if value is None else read(value))
    if get_origin(kind) is tuple:
        if arguments[-1] is not Ellipsis:
            members = [_reader(argument) for argument in arguments]
            return lambda values: tuple(_all_of(members, values))
        each = _reader(arguments[0])
        return (lambda values: tuple(map(each, values))) if each else tuple
    hints = get_type_hints(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        names = [each.name for each in fields(kind)]
        members = [_reader(hints[name]) for name in names]
        make = cast("Callable[..., Any]", kind)
        return lambda values: make(**dict(zip(names, _all_of(members, values), strict=True)))
    if issubclass(kind, tuple):  # a NamedTuple
        members = [_reader(hint) for hint in hints.values()]
        whole = cast("Callable[[Any], Any]", getattr(kind, "_make"))  # noqa: B009 - checks lengths
        return (lambda values: whole(_all_of(members, values))) if any(members) else whole
    return None


def _all_of(members: list[_Reader | None], values: Any) -> list[Any]:
    return [read(value) if read else value for read, value in zip(members, values, strict=True)]
