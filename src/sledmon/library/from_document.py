"""contract.md's JSON of a session and its reps, turned into rows; pure.

Whatever a later version adds to the JSON is kept with it: columns are only what is asked for often.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import stdev
from typing import Any, Final, NamedTuple
from uuid import UUID

from sledmon.library.ids import LONGEST_KEY, plain_text
from sledmon.library.rows import Row
from sledmon.units import METRES_PER_YARD

Document = Mapping[str, Any]

_GATES: Final = (("split_5yd", 5.0), ("split_10yd", 10.0))
_NEAR_M: Final = 1e-6
_LEAST_BASELINE_REPS: Final = 3  # contract.md, *Baseline*


def athletes_of(reps: Iterable[Document]) -> list[str]:
    """The names in a session's reps, each once, in order."""
    return list(dict.fromkeys(str(rep["athlete"]) for rep in reps))


def rep_row(document: Document, session_id: UUID, athlete_id: UUID, recorded_utc: str) -> Row:
    """The columns of one rep."""
    window, lean, steps = (
        document["window_velocity_mps"],
        document["lean_rad"],
        document["steps"],
    )
    row: Row = {
        "session_id": session_id,
        "number": document["number"],
        "athlete_id": athlete_id,
        "recorded_utc": recorded_utc,
        "set_number": document["set"],
        "surface": plain_text(document.get("surface", "")),
        "counted": _counted(document),
        "steps": steps["count"],
        "lean_rad": lean["mean"],
        "lean_sigma_rad": lean["sigma"],
        "document": dict(document),
    }
    for name in ("unresisted", "load_kg", "sled_kg", "distance_m", "complete", "excluded"):
        row[name] = document[name]
    for name in ("start_s", "end_s", "slack_s", "trust"):
        row[name] = document[name]
    for name, yards in _GATES:
        row |= _measured(name, "_s", _split_at(document, yards * METRES_PER_YARD))
    row |= _measured("mean_velocity", "_mps", document["mean_velocity_mps"])
    row |= _measured("window_velocity", "_mps", window)
    row |= _measured("peak_velocity", "_mps", document["peak_velocity_mps"])
    row |= _measured("step_frequency", "_hz", steps["frequency_hz"])
    return row


def verdict_row(document: Document, session_id: UUID) -> Row:
    """The columns of one rep's verdict."""
    verdict = document["verdict"]
    row: Row = {"session_id": session_id, "number": document["number"]}
    for name in ("zone", "certainty", "flag", "line", "probability", "cause", "advice"):
        row[name] = verdict[name]
    for name in ("velocity_decrement", "velocity_loss", "session_loss"):
        row |= _measured(name, "", verdict[name])
    return row


def baseline_rows(
    reps: Iterable[Document], session_id: UUID, athletes: Mapping[str, UUID]
) -> list[Row]:
    """The two fastest of at least three unresisted reps, by athlete, distance and surface."""
    rows = []
    for key, velocities in _grouped(reps, athletes).items():
        if key.resistance_kg == 0.0 and len(velocities) >= _LEAST_BASELINE_REPS:
            best = sorted(velocities, key=lambda velocity: velocity["value"])[-2:]
            rows.append(
                _of_session(key, session_id, velocities)
                | {
                    "best_two_mps": math.fsum(v["value"] for v in best) / 2,
                    "best_two_sigma_mps": math.hypot(*(v["sigma"] or 0.0 for v in best)) / 2,
                }
            )
    return rows


def load_velocity_rows(
    reps: Iterable[Document], session_id: UUID, athletes: Mapping[str, UUID]
) -> list[Row]:
    """Mean window velocity at each resistance, by athlete, distance and surface.

    The standard error holds the reps' scatter, and never less than their measurement errors; of a
    single rep only the latter are known.
    """
    return [
        _of_session(key, session_id, velocities)
        | {
            "resistance_kg": key.resistance_kg,
            "velocity_mps": math.fsum(v["value"] for v in velocities) / len(velocities),
            "velocity_sigma_mps": _error_of_mean(velocities),
        }
        for key, velocities in _grouped(reps, athletes).items()
    ]


class _Work(NamedTuple):
    athlete_id: UUID
    distance_m: float
    surface: str
    resistance_kg: float


def _grouped(reps: Iterable[Document], athletes: Mapping[str, UUID]) -> dict[_Work, list[Document]]:
    """Window velocities of the counted reps by the work done."""
    groups: dict[_Work, list[Document]] = {}
    for rep in reps:
        if _counted(rep) and rep["window_velocity_mps"]["value"] is not None:
            work = _Work(
                athletes[rep["athlete"]],
                rep["distance_m"],
                plain_text(rep.get("surface", ""))[:LONGEST_KEY],
                0.0 if rep["unresisted"] else round(rep["load_kg"] + rep["sled_kg"], 6),
            )
            groups.setdefault(work, []).append(rep["window_velocity_mps"])
    return groups


def _of_session(work: _Work, session_id: UUID, velocities: Sequence[Document]) -> Row:
    return {
        "session_id": session_id,
        "athlete_id": work.athlete_id,
        "distance_m": work.distance_m,
        "surface": work.surface,
        "reps": len(velocities),
    }


def _counted(rep: Document) -> bool:
    return bool(rep["complete"]) and not rep["excluded"] and rep["trust"] != "poor"


def _error_of_mean(velocities: Sequence[Document]) -> float:
    number = len(velocities)
    measured = math.hypot(*(v["sigma"] or 0.0 for v in velocities)) / number
    if number == 1:
        return measured
    return max(measured, float(stdev(v["value"] for v in velocities)) / math.sqrt(number))


def _split_at(document: Document, distance_m: float) -> Document:
    for split in document["splits"]:
        if abs(split["distance_m"] - distance_m) < _NEAR_M:
            return dict(split["time_s"])
    return {"value": None, "sigma": None}


def _measured(name: str, unit: str, measured: Document) -> Row:
    return {f"{name}{unit}": measured["value"], f"{name}_sigma{unit}": measured["sigma"]}
