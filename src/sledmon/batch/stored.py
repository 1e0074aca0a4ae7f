"""A session as bytes and back, every bit of every number.

Values stand in the order of their fields, without names: who reads has the very software that wrote
(``sources_digest`` is part of a cache's key). ``marshal``, in which Python keeps its own ``.pyc``,
is read in less than half of JSON's time. It believes whatever it reads, so a checksum stands first.
"""

import hashlib
import marshal
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, Final, cast, get_args, get_origin, get_type_hints

from sledmon.batch.one import Outcome

_CHECKSUM_BYTES: Final = 32
_PLAIN: Final = {str, int, float, bool, NoneType}


def to_bytes(outcome: Outcome) -> bytes:
    """A checksum, and what it is of; TypeError if anything in it is no plain value."""
    values = marshal.dumps(_plain(outcome))
    return _checksum(values) + values


def from_bytes(stored: bytes) -> Outcome:
    """What ``to_bytes`` was given; ValueError if it is anything else."""
    checksum, values = stored[:_CHECKSUM_BYTES], stored[_CHECKSUM_BYTES:]
    if checksum != _checksum(values):
        raise ValueError("not what was kept")
    read = cast("Callable[[Any], Outcome]", _reader(Outcome))
    return read(marshal.loads(values))  # noqa: S302 - nothing but what was kept


def _checksum(values: bytes) -> bytes:
    return hashlib.sha256(values).digest()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return tuple(_plain(getattr(value, each.name)) for each in fields(value))
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if type(value) not in _PLAIN:  # what only looks like a number marshal would keep as bytes
        raise TypeError(f"{type(value).__name__} is not kept")
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
        each = _reader(arguments[0])  # its members are all alike
        return each and (lambda values: tuple(map(each, values)))
    hints = get_type_hints(kind)
    if is_dataclass(kind):
        names = [each.name for each in fields(kind)]
        return _written_out(kind, [(hints[name], f"{name}=") for name in names])
    if issubclass(kind, tuple):  # a NamedTuple
        if any(map(_reader, hints.values())):
            return _written_out(kind, [(hint, "") for hint in hints.values()])
        return partial(tuple.__new__, kind)
    return None


def _written_out(make: Any, members: list[tuple[Any, str]]) -> _Reader:
    """Just as many values into one thing; a member is its type and its keyword, if it has one.

    It is Python made for the purpose, as dataclasses make theirs: to go through the members at
    every value would take twice as long.
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
    code = f"def read(values):\n    {values}= values\n    return make({arguments})"
    exec(code, scope)  # noqa: S102 - of our own fields' names
    return cast("_Reader", scope["read"])
