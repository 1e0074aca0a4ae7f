"""A coach's inputs as lines of text: an event's kind and its value."""

import os
import sys
from collections.abc import Iterator
from typing import Final

from sledmon.errors import EventError
from sledmon.events import canonical_value
from sledmon.units import pounds_to_kilograms

_WITH_A_TEXT: Final = {"athlete": "Ana", "surface": "turf", "note": "wet", "plan": "first-week"}


def coach_input(line: str, lanes: int) -> tuple[int, str, str]:
    """Lane, event kind and value of a line like ``load_lb 10``, or ``2 load_lb 10`` for lane 2."""
    words = line.split(maxsplit=1)
    lane = 1
    if lanes > 1 and words[0].isdecimal():
        lane = int(words[0])
        if not 1 <= lane <= lanes or len(words) < 2:
            raise EventError(f"{line!r} names no lane of 1 to {lanes} and an event for it")
        words = words[1].split(maxsplit=1)
    kind, value = words[0], words[1] if len(words) > 1 else ""
    if kind == "load_lb":
        try:
            pounds = float(value.replace(",", "."))
        except ValueError:
            raise EventError(f"load_lb is a number in pounds, not {value or 'nothing'}") from None
        kind, value = "load_kg", f"{pounds_to_kilograms(pounds):.4f}"
    if not value and kind in _WITH_A_TEXT:
        raise EventError(f"{kind} needs a text, as in: {kind} {_WITH_A_TEXT[kind]}")
    return lane, kind, canonical_value(kind, value)


def lines_of_stdin() -> Iterator[str]:
    """Lines that are not blank; read without a lock that would outlive the program."""
    pending = b""
    try:
        descriptor = sys.stdin.fileno()
        while read := os.read(descriptor, 4096):
            *lines, pending = (pending + read).split(b"\n")
            yield from (text for line in lines if (text := line.decode("utf-8", "replace").strip()))
    except (OSError, ValueError, AttributeError):
        return  # no standard input, as under a launcher
