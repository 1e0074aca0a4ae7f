"""Reps as a tidy table: one row a rep, units in the column names, empty where unknown."""

import csv
import io
import math
from collections.abc import Iterable

from sledmon.results import Measured, Rep, Session
from sledmon.units import METRES_PER_YARD


def reps_csv(sessions: Iterable[tuple[str, Session]]) -> str:
    """CSV text for the reps of one or more sessions, each with the path it was asked for by."""
    rows = [_row(path, rep) for path, session in sessions for rep in session.reps]
    # Gates differ with the distance; a column exists where any rep has it.
    columns: dict[str, None] = dict.fromkeys(key for row in rows for key in row)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _row(path: str, rep: Rep) -> dict[str, str]:
    conditions, values, verdict = rep.conditions, rep.estimates, rep.verdict
    row: dict[str, str] = {
        "recording": path,
        "rep": str(rep.number),
        "athlete": conditions.athlete,
        "set": str(conditions.set_number),
        "unresisted": str(int(conditions.unresisted)),
        "load_kg": _number(conditions.load_kg),
        "sled_kg": _number(conditions.sled_kg),
        "surface": conditions.surface,
        "distance_m": _number(conditions.distance_m),
        "complete": str(int(values.complete)),
        "excluded": str(int(rep.excluded)),
        "start_s": _number(values.start_s),
        "end_s": _number(values.end_s),
        "start_rule": rep.start_rule,
    }
    for split in values.splits:
        yards = split.distance_m / METRES_PER_YARD
        _put(row, f"split_{round(yards, 2):g}yd", "_s", split.time_s)
    _put(row, "mean_velocity", "_mps", values.mean_velocity_mps)
    _put(row, "window_velocity", "_mps", values.window.velocity_mps)
    _put(row, "peak_velocity", "_mps", values.peak_velocity_mps)
    row["steps"] = "" if values.steps.count is None else str(values.steps.count)
    _put(row, "step_frequency", "_hz", values.steps.frequency_hz)
    row["slack_s"] = _number(values.slack_s)
    _put(row, "velocity_decrement", "", verdict.velocity_decrement)
    row["zone"] = verdict.zone
    row["certainty"] = verdict.certainty
    _put(row, "velocity_loss", "", verdict.velocity_loss)
    _put(row, "session_loss", "", verdict.session_loss)
    _put(row, "within_rep_drop", "", verdict.within_rep_drop)
    row["flag"] = verdict.flag or ""
    row["line"] = verdict.line or ""
    row["probability"] = _number(verdict.probability)
    row["cause"] = verdict.cause or ""
    row["advice"] = verdict.advice or ""
    row["rest_s"] = _number(verdict.rest_s)
    row["trust"] = values.trust
    row["notes"] = "; ".join((*values.notes, *verdict.notes))
    return row


def _put(row: dict[str, str], name: str, unit: str, measured: Measured) -> None:
    row[f"{name}{unit}"] = _number(measured.value)
    row[f"{name}_sigma{unit}"] = _number(measured.sigma)


def _number(value: float) -> str:
    return f"{value:.9f}".rstrip("0").rstrip(".") if math.isfinite(value) else ""
