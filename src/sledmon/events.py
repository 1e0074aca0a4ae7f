"""The coach's events: their names, and what each may say."""

import difflib
import math
from typing import Final

from sledmon.errors import EventError

_NUMBERS: Final[dict[str, tuple[tuple[float, float], ...]]] = {
    "load_kg": ((0.0, 500.0),),
    "sled_kg": ((0.0, 500.0),),
    "distance_yd": ((2.5, 100.0),),
    "baseline": ((0.5, 15.0), (0.0, 5.0)),
    "rep_edges": ((-math.inf, math.inf), (-math.inf, math.inf)),
}
_TEXT: Final = frozenset({"athlete", "surface", "plan", "note"})
_BARE: Final = frozenset({"zero", "exclude_rep", "include_rep", "recover_rep", "undo"})
KINDS: Final = frozenset(_NUMBERS) | _TEXT | _BARE | {"set", "unresisted"}


def parse_event(kind: str, value: str) -> tuple[float, ...]:
    """Check an event and return the numbers it holds; EventError says what is wrong.

    Two numbers are written with a space or a semicolon between them.

    >>> parse_event("baseline", "4.51 0.03")
    (4.51, 0.03)
    >>> parse_event("load_kg", "-1")
    Traceback (most recent call last):
        ...
    sledmon.errors.EventError: load_kg = -1 lies outside 0 to 500
    """
    if kind not in KINDS:
        close = difflib.get_close_matches(kind, KINDS, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(sorted(KINDS))}"
        raise EventError(f"unknown event '{kind}'; {hint}")
    if kind in _BARE:
        return ()
    if kind in _TEXT:
        if not value.strip():
            raise EventError(f"event {kind} needs a value")
        return ()
    if kind == "unresisted":
        if value not in ("0", "1"):
            raise EventError(f"unresisted = {value!r} is neither 1 nor 0")
        return (float(value),)
    if kind == "set":
        if not (value.isdecimal() and 1 <= int(value) <= 1000):
            raise EventError(f"set = {value!r} is not a whole number from 1")
        return (float(value),)
    limits = _NUMBERS[kind]
    parts = value.replace(";", " ").split()
    if len(parts) != len(limits):
        raise EventError(f"{kind} = {value!r} needs {len(limits)} number(s)")
    numbers: list[float] = []
    for part, (low, high) in zip(parts, limits, strict=True):
        try:
            number = float(part)
        except ValueError:
            raise EventError(f"{kind} = {value!r} is not a number") from None
        if math.isnan(number) or math.isinf(number):
            raise EventError(f"{kind} = {value!r} is not a finite number")
        if not low <= number <= high:
            raise EventError(f"{kind} = {part} lies outside {low:g} to {high:g}")
        numbers.append(number)
    if kind == "rep_edges" and numbers[1] <= numbers[0]:
        raise EventError(f"rep_edges = {value!r} does not end after it starts")
    return tuple(numbers)
