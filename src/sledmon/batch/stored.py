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
            return _written_out(lambda *values: values, [(each, "") for each in arguments])
        each = _reader(arguments[0])
        return (lambda values: tuple(map(each, values))) if each else tuple
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        names = [each.name for each in fields(kind)]
        return _written_out(kind, [(hints[name], f"{name}=") for name in names])
    if issubclass(kind, tuple):  # a NamedTuple
        return _written_out(kind, [(hint, "") for hint in get_type_hints(kind).values()])
    return None


def _written_out(make: Any, members: list[tuple[Any, str]]) -> _Reader:
    """Just as many values into one thing; a member is its type and its keyword, if it has one.

    It is Python made for the purpose, as dataclasses make theirs: going through the members at
    every value would take twice the time of a season.
    """
    scope: dict[str, Any] = {"make": make}
    values, arguments = "", ""
    for index, (kind, keyword) in enumerate(members):
        value = f"v{index}"
        values += f"{value}, "
        if read := _reader(kind):
            scope[f"read{index}"] = read
            value = f"read{index}({value})"
        arguments += f"{keyword}{value}, "
    exec(f"def read(values):\n    {values}= values\n    return make({arguments})", scope)  # noqa: S102 - of our own names
    return cast("_Reader", scope["read"])
