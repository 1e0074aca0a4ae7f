"""contract.md's JSON of a session and its reps, turned into rows; pure.

Whatever a later version adds to the JSON is kept with it: columns are only what is asked for often.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from sledmon.library.ids import LONGEST_KEY, mentions, name_key, plain_text
from sledmon.library.rows import Row
from sledmon.units import METRES_PER_YARD

Document = Mapping[str, Any]

_GATES: Final = (("split_5yd", 5.0), ("split_10yd", 10.0))
_NEAR_M: Final = 1e-6


def as_json(value: Any) -> Any:
    """A value as it comes back from a JSON column: lists for tuples, null for what is no number.

    >>> as_json({"lines": (0.1, float("nan"))})
    {'lines': [0.1, None]}
    """
    if isinstance(value, Mapping):
        return {str(key): as_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def athletes_of(reps: Iterable[Document]) -> list[str]:
    """The names in a session's reps, or in its summaries, each once, in order."""
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


def document_row(document: Document, session_id: UUID) -> Row:
    """All of one rep."""
    number = document["number"]
    return {"session_id": session_id, "number": number, "document": dict(document)}


def verdict_row(document: Document, session_id: UUID) -> Row:
    """The columns of one rep's verdict."""
    verdict = document["verdict"]
    row: Row = {"session_id": session_id, "number": document["number"]}
    for name in ("zone", "certainty", "flag", "line", "probability", "cause", "advice"):
        row[name] = verdict[name]
    for name in ("velocity_decrement", "velocity_loss", "session_loss"):
        row |= _measured(name, "", verdict[name])
    return row


def baseline_rows(document: Document, session_id: UUID, athletes: Mapping[str, UUID]) -> list[Row]:
    """What a session found of its athletes' unresisted velocity; not what was brought to it."""
    return [
        _of_session(summary, session_id, athletes)
        | _measured("rep_cv", "", summary["rep_cv"])
        | {"reps": summary["baseline_mps"]["reps"]}
        | _measured("velocity", "_mps", summary["baseline_mps"])
        for summary in document.get("athletes", ())
        if summary["baseline_mps"]["reps"]
    ]


def load_velocity_rows(
    document: Document, session_id: UUID, athletes: Mapping[str, UUID]
) -> list[Row]:
    """The points through which a session's load-velocity lines went."""
    return [
        _of_session(summary, session_id, athletes)
        | {"resistance_kg": point["load_kg"], "reps": point["reps"]}
        | _measured("velocity", "_mps", point["velocity_mps"])
        for summary in document.get("athletes", ())
        for point in summary["load_velocity"]["points"]
        if point["reps"]
    ]


def without_athlete(document: Document, nickname: str) -> dict[str, Any]:
    """A session's JSON, its reps apart, without what is said of one athlete."""
    key = name_key(nickname)
    kept = dict(document)
    if "athletes" in kept:
        kept["athletes"] = [a for a in kept["athletes"] if name_key(a["athlete"]) != key]
    kept["notes"] = [note for note in document["notes"] if not mentions(note, key)]
    return kept


def _of_session(summary: Document, session_id: UUID, athletes: Mapping[str, UUID]) -> Row:
    return {
        "session_id": session_id,
        "athlete_id": athletes[summary["athlete"]],
        "distance_m": summary["distance_m"],
        "surface": plain_text(summary["load_velocity"]["surface"])[:LONGEST_KEY],
    }


def _counted(rep: Document) -> bool:
    return bool(rep["complete"]) and not rep["excluded"] and rep["trust"] != "poor"


def _split_at(document: Document, distance_m: float) -> Document:
    for split in document["splits"]:
        if abs(split["distance_m"] - distance_m) < _NEAR_M:
            return dict(split["time_s"])
    return {"value": None, "sigma": None}


def _measured(name: str, unit: str, measured: Document) -> Row:
    return {f"{name}{unit}": measured["value"], f"{name}_sigma{unit}": measured["sigma"]}
