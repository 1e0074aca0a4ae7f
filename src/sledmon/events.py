"""What a coach may say: the event kinds of contract.md and the values that make sense."""

import difflib
import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sledmon.errors import EventError

EventValue = str | float | int | bool | tuple[float, float] | None

_MAX_TEXT: Final = 10_000


def parse_event(kind: str, value: str) -> EventValue:
    """The meaning of an event's value; EventError says what was found and what to write instead.

    Numbers have a decimal point or comma. Two numbers stand apart by a space or a semicolon. A
    correction names a session time inside the rep; without a value its own time does.

    >>> parse_event("load_kg", "4,54")
    4.54
    >>> parse_event("baseline", "4.51 0.03")
    (4.51, 0.03)
    >>> parse_event("laod_kg", "10")
    Traceback (most recent call last):
        ...
    sledmon.errors.EventError: unknown event 'laod_kg'; did you mean 'load_kg'?
    """
    reading = _READINGS.get(kind)
    if reading is None:
        close = difflib.get_close_matches(kind, _READINGS, n=1)
        advice = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(_READINGS)}"
        raise EventError(f"unknown event '{kind}'; {advice}")
    return reading(kind, value.strip())


def canonical_value(kind: str, value: str) -> str:
    """The value as recordings hold it: decimal points, one space between two numbers.

    >>> canonical_value("baseline", "4,51;0,03")
    '4.51 0.03'
    >>> canonical_value("unresisted", "true")
    '1'
    """
    parsed = parse_event(kind, value)
    if parsed is None:
        return ""
    if isinstance(parsed, bool):
        return "1" if parsed else "0"
    if isinstance(parsed, tuple):
        return f"{parsed[0]!r} {parsed[1]!r}"
    return parsed if isinstance(parsed, str) else repr(parsed)


def name_key(name: str) -> str:
    r"""What counts of a name: neither case, nor spelling of accents, nor spaces around it.

    >>> name_key("  ZOE\u0308  K ") == name_key("zo\u00eb k")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


@dataclass(frozen=True, slots=True)
class _Number:
    """One number within limits."""

    low: float
    high: float
    unit: str
    above: bool = False  # the lower limit itself makes no sense either

    def __call__(self, kind: str, value: str) -> float:
        number = _number(value)
        if number is None:
            raise EventError(f"{kind} is a number in {self.unit}, not {_shown(value)}")
        if not self.low <= number <= self.high or (self.above and number == self.low):
            least = f"more than {self.low:g}" if self.above else f"{self.low:g}"
            raise EventError(
                f"{kind} = {number:g} makes no sense; write {least} to {self.high:g} {self.unit}"
            )
        return number + 0.0  # -0 is 0


def _set(kind: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", value) or int(value) == 0:
        raise EventError(f"{kind} is a whole number from 1 on, not {_shown(value)}")
    return int(value)


def _yes_or_no(kind: str, value: str) -> bool:
    answer = {"1": True, "true": True, "0": False, "false": False}.get(value.lower())
    if answer is None:
        raise EventError(f"{kind} is 1 or 0, not {_shown(value)}")
    return answer


def _words(kind: str, value: str) -> str:
    if not value:
        raise EventError(f"{kind} needs a text; write it in the value column")
    if len(value) > _MAX_TEXT:
        raise EventError(f"{kind} has {len(value)} characters; write at most {_MAX_TEXT}")
    return value


def _nothing(kind: str, value: str) -> None:
    if value:
        raise EventError(f"{kind} takes no value but has {_shown(value)}; leave it empty")


def _moment(kind: str, value: str) -> float | None:
    """A session time inside the rep; None: the event's own time is meant."""
    if not value:
        return None
    moment_s = _number(value)
    if moment_s is None:
        raise EventError(
            f"{kind} names a session time in s inside the rep, or nothing where its own time_s"
            f" lies inside it; not {_shown(value)}"
        )
    return moment_s


def _pair(kind: str, value: str, meaning: str) -> tuple[float, float]:
    parts = [part.rstrip(",") for part in re.split(r"[;\s]+", value)]
    if len(parts) == 1 and value.count(",") == 1 and "." in value:
        parts = value.split(",")
    numbers = [_number(part) for part in parts]
    if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
        raise EventError(f"{kind} is {meaning}, with a space between, not {_shown(value)}")
    return numbers[0], numbers[1]


def _baseline(kind: str, value: str) -> tuple[float, float]:
    velocity, sigma = _pair(kind, value, "a velocity and its standard error in m/s")
    if not 0.5 <= velocity <= 12.0:
        raise EventError(f"{kind} velocity {velocity:g} makes no sense; write 0.5 to 12 m/s")
    if not 0.0 < sigma < velocity:
        raise EventError(
            f"{kind} standard error {sigma:g} makes no sense; write more than 0 and less than the"
            " velocity, for example 0.03"
        )
    return velocity, sigma


def _edges(kind: str, value: str) -> tuple[float, float]:
    start, end = _pair(kind, value, "the rep's start and end in s")
    if start >= end:
        raise EventError(f"{kind} ends at {end:g} s, which is not after its start at {start:g} s")
    return start, end


_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")


def _number(text: str) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text.replace(",", "."))
    return number if math.isfinite(number) else None


def _shown(value: str) -> str:
    if not value:
        return "nothing"
    return repr(value if len(value) <= 60 else value[:60] + "...")


_READINGS: Final[dict[str, Callable[[str, str], EventValue]]] = {
    "athlete": _words,
    "load_kg": _Number(0.0, 1000.0, "kg"),
    "sled_kg": _Number(0.0, 500.0, "kg"),
    "surface": _words,
    "set": _set,
    "unresisted": _yes_or_no,
    "distance_yd": _Number(0.0, 100.0, "yd", above=True),
    "plan": _words,
    "baseline": _baseline,
    "zero": _nothing,
    "exclude_rep": _moment,
    "include_rep": _moment,
    "recover_rep": _moment,
    "rep_edges": _edges,
    "undo": _nothing,
    "note": _words,
}
EVENT_KINDS: Final = tuple(_READINGS)
