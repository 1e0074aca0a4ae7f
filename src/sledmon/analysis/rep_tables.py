"""Tables about reps: one row a rep, and one row a place of a rep's velocity curve."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from sledmon.analysis.table import Cell, Column, Kind, Table, numbers
from sledmon.results import UNKNOWN, Measured, Rep, Session
from sledmon.samples import FloatArray
from sledmon.units import metres_to_yards


class _Reading(NamedTuple):
    """A column before its values: how a rep gives one."""

    name: str
    kind: Kind
    unit: str
    description: str
    of: Callable[[Rep], Cell]


def _measured(
    name: str, unit: str, suffix: str, description: str, of: Callable[[Rep], Measured]
) -> tuple[_Reading, _Reading]:
    """A value and its standard error."""
    return (
        _Reading(f"{name}{suffix}", "number", unit, description, lambda rep: of(rep).value),
        _Reading(
            f"{name}_sigma{suffix}",
            "number",
            unit,
            f"one standard error of {name}{suffix}",
            lambda rep: of(rep).sigma,
        ),
    )


_CONDITIONS: Final = (
    _Reading("rep", "integer", "", "number of the rep in its recording", lambda r: r.number),
    _Reading("athlete", "text", "", "name as recorded", lambda r: r.conditions.athlete),
    _Reading("set", "integer", "", "number of the set", lambda r: r.conditions.set_number),
    _Reading(
        "unresisted", "boolean", "", "run without any sled", lambda r: r.conditions.unresisted
    ),
    _Reading("load_kg", "number", "kg", "plates on the sled", lambda r: r.conditions.load_kg),
    _Reading("sled_kg", "number", "kg", "empty sled", lambda r: r.conditions.sled_kg),
    _Reading("surface", "text", "", "what was run on", lambda r: r.conditions.surface or None),
    _Reading(
        "distance_m", "number", "m", "programmed distance D", lambda r: r.conditions.distance_m
    ),
    _Reading("complete", "boolean", "", "D was reached", lambda r: r.estimates.complete),
    _Reading("excluded", "boolean", "", "excluded by the coach", lambda r: r.excluded),
    _Reading(
        "start_s", "number", "s", "first movement, session time", lambda r: r.estimates.start_s
    ),
    _Reading("end_s", "number", "s", "crossing D, session time", lambda r: r.estimates.end_s),
    _Reading("start_rule", "text", "", "how the start was found", lambda r: r.start_rule),
)
_VALUES: Final = (
    *_measured(
        "mean_velocity", "m/s", "_mps", "D / time from start to D",
        lambda r: r.estimates.mean_velocity_mps,
    ),
    *_measured(
        "window_velocity", "m/s", "_mps", "mean from max(D/2, D - 5 yd) to D: verdicts rest on it",
        lambda r: r.estimates.window.velocity_mps,
    ),
    *_measured(
        "peak_velocity", "m/s", "_mps", "highest moving average over one step period",
        lambda r: r.estimates.peak_velocity_mps,
    ),
    _Reading("steps", "integer", "", "ground contacts", lambda r: r.estimates.steps.count),
    *_measured(
        "step_frequency", "Hz", "_hz", "steps a second in the window of window_velocity",
        lambda r: r.estimates.steps.frequency_hz,
    ),
    *_measured(
        "lean", "rad", "_rad", "mean lean of the pelvis against standing, positive along the run",
        lambda r: Measured(r.estimates.lean.mean_rad, r.estimates.lean.sigma_rad),
    ),
    _Reading(
        "slack_s", "number", "s", "from the start until the strap carries load",
        lambda r: r.estimates.slack_s,
    ),
    *_measured(
        "velocity_decrement", "", "", "how much slower than unresisted, as a ratio",
        lambda r: r.verdict.velocity_decrement,
    ),
    _Reading("zone", "text", "", "zone of the point value", lambda r: r.verdict.zone),
    _Reading("certainty", "text", "", "how sure the zone is", lambda r: r.verdict.certainty),
    *_measured(
        "velocity_loss", "", "", "loss within the set at equal resistance, as a ratio",
        lambda r: r.verdict.velocity_loss,
    ),
    *_measured(
        "session_loss", "", "", "loss over the session at equal resistance, as a ratio",
        lambda r: r.verdict.session_loss,
    ),
    *_measured(
        "within_rep_drop", "", "", "what fell away in the last quarter of the rep, as a ratio",
        lambda r: r.verdict.within_rep_drop,
    ),
    _Reading("flag", "text", "", "most serious line crossed", lambda r: r.verdict.flag),
    _Reading("line", "text", "", "that line and its ratio", lambda r: r.verdict.line),
    _Reading(
        "probability", "number", "", "that the line is truly crossed; without a flag the largest"
        " over all lines", lambda r: r.verdict.probability,
    ),
    _Reading("cause", "text", "", "why", lambda r: r.verdict.cause),
    _Reading("advice", "text", "", "what to do", lambda r: r.verdict.advice),
    _Reading("rest_s", "number", "s", "since the athlete's last rep", lambda r: r.verdict.rest_s),
    _Reading("trust", "text", "", "good, fair or poor", lambda r: r.estimates.trust),
    _Reading(
        "notes", "text", "", "reasons and remarks",
        lambda r: "; ".join((*r.estimates.notes, *r.verdict.notes)) or None,
    ),
)  # fmt: skip


def reps_table(sessions: Iterable[tuple[str, Session]]) -> Table:
    """Reps of one or more sessions, each with the path it was asked for by."""
    rows = [(path, rep) for path, session in sessions for rep in session.reps]
    reps = [rep for _, rep in rows]
    # Gates differ with the distance; a column exists where any rep has it.
    gates = dict.fromkeys(_gate(split.distance_m) for rep in reps for split in rep.estimates.splits)
    readings = [*_CONDITIONS, *(part for gate in gates for part in _split(gate)), *_VALUES]
    recording = Column(
        name="recording",
        kind="text",
        unit="",
        description="file of the recording",
        values=[path for path, _ in rows],
    )
    return Table(
        name="reps",
        description="one row a rep",
        columns=(recording, *(_column(reading, reps) for reading in readings)),
    )


def curves_table(reps: Sequence[Rep]) -> Table:
    """Velocity by distance, averaged over about a step, at ten places of each rep."""
    points = [(rep, point) for rep in reps for point in rep.estimates.curve]
    velocity = [point.velocity_mps for _, point in points]
    return Table(
        name="curves",
        description="velocity by distance: one row a place, ten places D / 10 apart a rep",
        columns=(
            Column(
                name="rep",
                kind="integer",
                unit="",
                description="number of the rep",
                values=[rep.number for rep, _ in points],
            ),
            measured_column(
                "distance_m", "m", "from the start line", [p.distance_m for _, p in points]
            ),
            measured_column(
                "velocity_mps", "m/s", "averaged over about one step", [v.value for v in velocity]
            ),
            measured_column(
                "velocity_sigma_mps",
                "m/s",
                "one standard error of velocity_mps",
                [v.sigma for v in velocity],
            ),
        ),
    )


def measured_column(
    name: str, unit: str, description: str, values: Iterable[float] | FloatArray
) -> Column:
    """A column of numbers."""
    return Column(
        name=name, kind="number", unit=unit, description=description, values=numbers(values)
    )


def _column(reading: _Reading, reps: Sequence[Rep]) -> Column:
    values = [reading.of(rep) for rep in reps]
    name, kind, unit, description, _ = reading
    if kind == "number":
        unknown_as_nan = np.array(values, float)
        return measured_column(name, unit, description, unknown_as_nan)
    return Column(name=name, kind=kind, unit=unit, description=description, values=values)


@lru_cache(maxsize=64)
def _gate(distance_m: float) -> float:
    """Asked at every split of a season, and distances are few."""
    return round(metres_to_yards(distance_m), 2)


def _split(gate_yd: float) -> tuple[_Reading, _Reading]:
    def time_of(rep: Rep) -> Measured:
        splits = rep.estimates.splits
        return next((s.time_s for s in splits if _gate(s.distance_m) == gate_yd), UNKNOWN)

    return _measured(
        f"split_{gate_yd:g}yd", "s", "_s", f"time from the start to {gate_yd:g} yd", time_of
    )
