"""A session as the JSON of contract.md: SI throughout, unknown is null."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from sledmon.results import AthleteSummary, Lean, Measured, Rep, SensorQuality, Session, Verdict
from sledmon.units import METRES_PER_YARD

_DECIMALS = 9  # below any unit's meaning; keeps 0.1 + 0.2 readable


def session_document(session: Session, path: str) -> dict[str, Any]:
    """The JSON object of one session."""
    quality = session.quality
    return {
        "sledmon": session.software,
        "recording": {
            "path": path,
            "duration_s": _number(session.duration_s),
            "sha256": session.sha256,
            "events_sha256": session.events_sha256,
        },
        "quality": {
            "imu": _sensor(quality.imu),
            "encoder": _sensor(quality.encoder),
            "sync_offset_s": _measured(quality.sync_offset_s),
        },
        "reps": [rep_document(rep) for rep in session.reps],
        "athletes": [_athlete(athlete) for athlete in session.athletes],
        "notes": list(session.notes),
    }


def to_json(document: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    """Text of one document or a list of them, ending in a newline."""
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def rep_document(rep: Rep) -> dict[str, Any]:
    """The JSON object of one rep, as it stands in its session's."""
    conditions, values = rep.conditions, rep.estimates
    return {
        "number": rep.number,
        "athlete": conditions.athlete,
        "set": conditions.set_number,
        "unresisted": conditions.unresisted,
        "load_kg": _number(conditions.load_kg),
        "sled_kg": _number(conditions.sled_kg),
        "surface": conditions.surface,
        "distance_m": _number(conditions.distance_m),
        "complete": values.complete,
        "excluded": rep.excluded,
        "start_s": _number(values.start_s),
        "end_s": _number(values.end_s),
        "start_rule": rep.start_rule,
        "splits": [
            {
                "distance_yd": _number(split.distance_m / METRES_PER_YARD),
                "distance_m": _number(split.distance_m),
                "time_s": _measured(split.time_s),
            }
            for split in values.splits
        ],
        "mean_velocity_mps": _measured(values.mean_velocity_mps),
        "window_velocity_mps": {
            "from_m": _number(values.window.from_m),
            "to_m": _number(values.window.to_m),
            **_measured(values.window.velocity_mps),
        },
        "peak_velocity_mps": _measured(values.peak_velocity_mps),
        "curve": [
            {
                "distance_m": _number(point.distance_m),
                "velocity_mps": _measured(point.velocity_mps),
            }
            for point in values.curve
        ],
        "steps": {
            "count": values.steps.count,
            "frequency_hz": _measured(values.steps.frequency_hz),
        },
        "lean_rad": _lean(values.lean),
        "slack_s": _number(values.slack_s),
        "trust": values.trust,
        "notes": [*values.notes, *rep.verdict.notes],
        "verdict": _verdict(rep.verdict),
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "zone": verdict.zone,
        "certainty": verdict.certainty,
        "velocity_decrement": _measured(verdict.velocity_decrement),
        "velocity_loss": _measured(verdict.velocity_loss),
        "session_loss": _measured(verdict.session_loss),
        "flag": verdict.flag,
        "line": verdict.line,
        "probability": _number(verdict.probability),
        "cause": verdict.cause,
        "advice": verdict.advice,
        "within_rep_drop": _measured(verdict.within_rep_drop),
        "rest_s": _number(verdict.rest_s),
    }


def _athlete(summary: AthleteSummary) -> dict[str, Any]:
    line = summary.load_velocity
    return {
        "athlete": summary.athlete,
        "distance_m": _number(summary.distance_m),
        "baseline_mps": {**_measured(summary.baseline_mps), "reps": summary.baseline_reps},
        "rep_cv": _measured(summary.rep_cv),
        "load_velocity": {
            "surface": line.surface,
            "points": [
                {
                    "load_kg": _number(point.load_kg),
                    "velocity_mps": _measured(point.velocity_mps),
                    "reps": point.reps,
                }
                for point in line.points
            ],
            "v0_mps": _measured(line.v0_mps),
            "slope_mps_per_kg": _measured(line.slope_mps_per_kg),
            "r_squared": _number(line.r_squared),
            "residual_mps": _number(line.residual_mps),
            "why_not": line.why_not or None,
        },
        "load_for_target_kg": _measured(summary.load_for_target_kg),
        "notes": list(summary.notes),
    }


def _sensor(quality: SensorQuality | None) -> dict[str, Any] | None:
    if quality is None:
        return None
    return {
        "rate_hz": _number(quality.rate_hz),
        "samples": quality.samples,
        "lost": quality.lost,
        "late": quality.late,
        "gaps": [{"start_s": _number(a), "end_s": _number(b)} for a, b in quality.gaps],
        "faults": list(quality.faults),
    }


def _lean(lean: Lean) -> dict[str, float | None]:
    return {
        "mean": _number(lean.mean_rad),
        "min": _number(lean.min_rad),
        "max": _number(lean.max_rad),
        "sigma": _number(lean.sigma_rad),
    }


def _measured(measured: Measured) -> dict[str, float | None]:
    return {"value": _number(measured.value), "sigma": _number(measured.sigma)}


def _number(value: float) -> float | None:
    return round(float(value), _DECIMALS) if math.isfinite(value) else None
