"""What a scientist changes, as events: nothing is ever edited, all of it can be undone."""

from collections.abc import Sequence
from typing import Final

from sledmon.errors import EventError
from sledmon.events import parse_event
from sledmon.present.quantities import Quantities, clock
from sledmon.present.replay.session import Replayed, ShownRep
from sledmon.recording import Said

_WORDS: Final = {
    "exclude_rep": "exclusion",
    "include_rep": "inclusion",
    "rep_edges": "edges",
    "recover_rep": "recovered rep",
    "load_kg": "load",
    "sled_kg": "sled",
    "distance_yd": "distance",
}


def excluded(shown: ShownRep, reason: str) -> tuple[Said, ...]:
    """Leave a rep out, and why."""
    moment_s = shown.moment_s
    return (
        Said("note", f"excluded: {reason}", moment_s),
        Said("exclude_rep", repr(moment_s), moment_s),
    )


def included(shown: ShownRep) -> tuple[Said, ...]:
    """Count a rep again."""
    return (Said("include_rep", repr(shown.moment_s), shown.moment_s),)


def noted(shown: ShownRep, text: str) -> tuple[Said, ...]:
    """Write something to a rep."""
    return (Said("note", text, shown.moment_s),)


def restated(
    reps: Sequence[ShownRep], place: int, kind: str, value: str, before: str
) -> tuple[Said, ...]:
    """Say a rep's athlete or load otherwise; the reps behind it keep what they had.

    ``before`` is what held for the next rep. It is said first, so that one undo is enough.
    """
    said = [Said(kind, value, reps[place].corrected.start_s)]
    if place + 1 < len(reps):
        said.insert(0, Said(kind, before, reps[place + 1].corrected.start_s))
    return tuple(said)


def renamed(reps: Sequence[ShownRep], place: int, athlete: str) -> tuple[Said, ...]:
    """Somebody else ran this rep."""
    following = reps[min(place + 1, len(reps) - 1)].rep.conditions
    return restated(reps, place, "athlete", athlete, following.athlete)


def reloaded(reps: Sequence[ShownRep], place: int, load_kg: float) -> tuple[Said, ...]:
    """Other plates were on the sled."""
    following = reps[min(place + 1, len(reps) - 1)].rep.conditions
    return restated(reps, place, "load_kg", repr(load_kg), repr(following.load_kg))


def mass_typed(text: str, quantities: Quantities) -> float | None:
    """Kilograms of what was typed in the user's unit; None where that is no load."""
    try:
        said = parse_event("load_kg", text)
    except EventError:
        return None
    return said / quantities.mass_value(1.0) if isinstance(said, float) else None


def undoing(replayed: Replayed) -> str:
    """What an undo would take back, in words; empty where nothing was said."""
    if replayed.newest is None:
        return ""
    kind, time_s = replayed.newest
    return f"{_WORDS.get(kind, kind)} at {clock(max(0.0, time_s))}"
