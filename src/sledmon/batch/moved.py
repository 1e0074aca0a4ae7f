"""Which numbers of a season moved between two versions of the software, and by how much."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Document = Mapping[str, Any]

SAME_REP_S: Final = 1.0
"""Starts this close are one rep's; reps lie many seconds apart. Numbers may have shifted."""
LEAST: Final = 1e-9
"""What is smaller is the rounding of the document itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What became of one quantity."""

    quantity: str
    compared: int
    """Reps that both hold."""
    moved: int
    mean: float = math.nan
    """Of new minus old, over the reps compared whose values are known in both."""
    largest: float = math.nan
    """The one of the largest size, with its sign."""
    where: str = ""
    """Recording and rep of the largest, or of the first where there is none."""
    example: str = ""
    """For words, or what was or became unknown: that one, old and new."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """The whole comparison."""

    sessions: int
    """Recordings that both hold."""
    reps: int
    """Reps that both hold."""
    changes: tuple[Change, ...]
    only_old: tuple[str, ...]
    """Reps and recordings that only the older results hold."""
    only_new: tuple[str, ...]


def moved(old: Sequence[Document], new: Sequence[Document]) -> Moved:
    """Compare documents of ``analyze --format json``, recordings by their packets and events."""
    before = {_identity(each): each for each in old}
    after = {_identity(each): each for each in new}
    both = [key for key in after if key in before]
    pairs: list[tuple[str, Document, Document]] = []
    only_old = [_path(before[key]) for key in before if key not in after]
    only_new = [_path(after[key]) for key in after if key not in before]
    for key in both:
        path, fresh = _path(after[key]), list(after[key]["reps"])
        for rep in before[key]["reps"]:
            near = [each for each in fresh if _near(each, rep)]
            if not near:
                only_old.append(f"{path} rep {rep['number']}")
                continue
            fresh.remove(near[0])
            pairs.append((f"{path} rep {near[0]['number']}", rep, near[0]))
        only_new += [f"{path} rep {rep['number']}" for rep in fresh]
    return Moved(
        sessions=len(both),
        reps=len(pairs),
        changes=_changes(pairs),
        only_old=tuple(only_old),
        only_new=tuple(only_new),
    )


def _identity(document: Document) -> tuple[str, str]:
    recording = document["recording"]
    return recording["sha256"], recording["events_sha256"]


def _path(document: Document) -> str:
    return str(document["recording"]["path"])


def _near(one: Document, other: Document) -> bool:
    return bool(abs(one["start_s"] - other["start_s"]) < SAME_REP_S)


def _changes(pairs: Sequence[tuple[str, Document, Document]]) -> tuple[Change, ...]:
    seen: dict[str, list[tuple[str, Any, Any]]] = {}
    for where, old, new in pairs:
        was, now = dict(_leaves(old)), dict(_leaves(new))
        for name in {**was, **now}:
            seen.setdefault(name, []).append((where, was.get(name), now.get(name)))
    changes = (_change(name, values) for name, values in seen.items() if name != "number")
    return tuple(change for change in changes if change.moved)


def _change(name: str, values: list[tuple[str, Any, Any]]) -> Change:
    numbers = [(where, now - was) for where, was, now in values if _both_numbers(was, now)]
    others = [each for each in values if not _both_numbers(each[1], each[2]) and each[1] != each[2]]
    shifted = [each for each in numbers if abs(each[1]) > LEAST]
    largest = max(shifted, key=lambda each: abs(each[1]), default=("", math.nan))
    return Change(
        quantity=name,
        compared=len(values),
        moved=len(shifted) + len(others),
        mean=sum(shift for _, shift in numbers) / len(numbers) if shifted else math.nan,
        largest=largest[1],
        where=largest[0] or (others[0][0] if others else ""),
        example=f"{_said(others[0][1])} -> {_said(others[0][2])}" if others else "",
    )


def _both_numbers(was: Any, now: Any) -> bool:
    return all(isinstance(each, int | float) and not isinstance(each, bool) for each in (was, now))


def _said(value: Any) -> str:
    if value is None:
        return "unknown"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Each number or word with its place in the document; splits and curve by their distance."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name}.{key}" if name else key)
    elif name == "splits":
        for split in value:
            yield from _leaves(split["time_s"], f"split_{split['distance_yd']:g}yd_s")
    elif name == "curve":
        for point in value:
            yield from _leaves(point["velocity_mps"], f"curve_{point['distance_m']:g}m_mps")
    elif isinstance(value, list):
        yield name, "; ".join(map(str, value))
    else:
        yield name.removesuffix(".value"), value
