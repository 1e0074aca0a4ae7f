"""An athlete over several sessions as a page: what changed, and whether by more than its error."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sledmon.analysis import Session
from sledmon.errors import SledmonError, counted
from sledmon.present.report.athlete_charts import (
    LOOKS,
    Visit,
    curve_charts,
    fastest,
    free_chart,
    lines_chart,
    loads_chart,
    pulled_reps,
)
from sledmon.present.report.page import (
    NORMAL_95,
    Block,
    Cell,
    Figure,
    Grid,
    Page,
    Section,
    Sentences,
    Tone,
)
from sledmon.present.report.session_page import no_such_athlete
from sledmon.present.report.words import UNITS, day_of, measured, percent
from sledmon.results import UNKNOWN as NOT_KNOWN
from sledmon.results import Measured

_DAY_S: Final = 86400.0
READING: Final = (
    "±: one standard error; bars and bands: 95 % intervals; dashed: the first session. Pulled: the"
    " fastest rep with a sled; loss: the largest. The free backpedal's error holds measurement"
    " and the athlete's variation from rep to rep; a fastest rep's holds measurement alone."
)


def athlete_page(sessions: Sequence[Session], athlete: str | None = None) -> Page:
    """A page of one athlete; who need not be named where the recordings hold nobody else."""
    names = list(dict.fromkeys(rep.conditions.athlete for s in sessions for rep in s.reps))
    if not names:
        raise SledmonError("these recordings hold no rep; choose others")
    if athlete is None and len(names) > 1:
        raise SledmonError(
            f"the recordings hold reps of {', '.join(names)}; name one of them with --athlete"
        )
    who = athlete or (names[0])
    if who not in names:
        raise SledmonError(no_such_athlete(who, names, "these recordings together"))
    ordered = sorted(
        sessions, key=lambda s: (s.recording.opened.started_utc, s.recording.path.name)
    )
    distances = sorted(
        {s.distance_m for each in ordered for s in each.athletes if s.athlete == who}
    )
    sections = [_section(_visits(ordered, who, distance_m), distance_m) for distance_m in distances]
    return Page(
        title=who,
        subtitle=f"sled backpedal over {counted(len(ordered), 'sessions')}",
        sections=(*sections, _made_section(ordered)),
        footer=f"sledmon {ordered[0].provenance.software} · {counted(len(ordered), 'recordings')}",
        made_utc=ordered[-1].recording.opened.started_utc,
    )


def _visits(sessions: Sequence[Session], who: str, distance_m: float) -> list[Visit]:
    days = [_days(s.recording.opened.started_utc) for s in sessions]
    dated = all(math.isfinite(day) for day in days) and len(set(days)) == len(days)
    visits = []
    for i, (session, day) in enumerate(zip(sessions, days, strict=True)):
        for summary in session.athletes:
            if summary.athlete != who or abs(summary.distance_m - distance_m) > 1e-6:
                continue
            mine = tuple(
                rep
                for rep in session.reps
                if rep.conditions.athlete == who
                and abs(rep.conditions.distance_m - distance_m) < 1e-6
                and rep.estimates.window.velocity_mps.known
                and not rep.excluded
            )
            name = day_of(session.recording.opened.started_utc) if dated else f"session {i + 1}"
            visits.append(Visit(session, summary, mine, name, day if dated else i + 1.0))
    return visits


def _days(started_utc: str) -> float:
    try:
        return datetime.fromisoformat(started_utc).timestamp() / _DAY_S
    except ValueError:
        return math.nan


def _section(visits: Sequence[Visit], distance_m: float) -> Section:
    blocks: list[Block] = []
    change = _change(visits)
    if change:
        blocks.append(Sentences(change))
    blocks += [
        _grid(visits),
        Sentences((Cell(READING),)),
        Figure((free_chart(visits), loads_chart(visits), lines_chart(visits))),
    ]
    looks = zip(LOOKS, pulled_reps(visits), strict=False)
    named = "; ".join(f"{look}, {load}" for (look, *_), load in looks)
    if named:
        blocks.append(Sentences((Cell(f"Fastest rep by load: {named}."),)))
    blocks.append(Figure(curve_charts(visits)))
    return Section(title=f"Over {UNITS.distance(distance_m)}", blocks=tuple(blocks))


def _change(visits: Sequence[Visit]) -> tuple[Cell, ...]:
    """From the first session to the last, in a sentence."""
    known = [visit for visit in visits if visit.summary.baseline_mps.known]
    if len(known) < 2:
        return (Cell("A change of the free backpedal needs two sessions that know it."),)
    first, last = known[0], known[-1]
    was, now = first.summary.baseline_mps, last.summary.baseline_mps
    moved = Measured(now.value - was.value, math.hypot(now.sigma, was.sigma))
    sure = abs(moved.value) > NORMAL_95 * moved.sigma
    direction = "faster" if moved.value > 0 else "slower"
    said = "more than its 95 % error" if sure else "within its 95 % error: no change is shown"
    shown = measured(Measured(abs(moved.value), moved.sigma), 2)
    return (
        Cell(
            f"Free backpedal from {measured(was, 2)} ({first.name}) to {measured(now, 2)} m/s"
            f" ({last.name}): {shown} m/s {direction}, {said}."
        ),
    )


def _grid(visits: Sequence[Visit]) -> Grid:
    gate = UNITS.distance(visits[0].summary.distance_m)
    columns = ("session", "reps", "free m/s", f"free {gate} s", "varies %", "pulled m/s")
    last = ("loss %", "mm/s per kg", "flags", "samples lost %")
    return Grid(columns=(*columns, *last), rows=tuple(_row(visit) for visit in visits))


def _row(visit: Visit) -> tuple[Cell, ...]:
    summary = visit.summary
    pulled = [rep for rep in visit.reps if not rep.conditions.unresisted]
    losses = [rep.verdict.session_loss for rep in visit.reps if rep.verdict.session_loss.known]
    free = [rep for rep in visit.reps if rep.conditions.unresisted]
    splits = [rep.estimates.splits[-1].time_s for rep in free]
    return (
        Cell(visit.name),
        Cell(str(len(visit.reps))),
        Cell(measured(summary.baseline_mps, 2)),
        Cell(measured(min(splits, default=NOT_KNOWN), 3)),
        Cell(percent(summary.rep_cv)),
        Cell(measured(fastest(pulled), 2)),
        Cell(percent(max(losses, default=NOT_KNOWN))),
        Cell(measured(summary.load_velocity.slope_mps_per_kg, 0, 1000.0)),
        _flags_cell(visit),
        Cell(_lost(visit)),
    )


def _flags_cell(visit: Visit) -> Cell:
    """How many reps were flagged, by their causes."""
    causes = Counter(rep.verdict.cause for rep in visit.reps if rep.verdict.flag)
    if not causes:
        return Cell("none")
    return Cell(", ".join(f"{count} {cause}" for cause, count in causes.most_common()), Tone.PAST)


def _lost(visit: Visit) -> str:
    """Of the sensor that lost most."""
    quality = visit.session.quality
    sensors = [each for each in (quality.imu, quality.encoder) if each and each.samples]
    lost = max((each.lost / (each.samples + each.lost) for each in sensors), default=0.0)
    return f"{100 * lost:.2g}"


def _made_section(sessions: Sequence[Session]) -> Section:
    rows = []
    for session in sessions:
        made = session.provenance
        rows.append(
            (
                Cell(made.recording),
                Cell(day_of(made.started_utc) or "day unknown"),
                Cell(f"{made.software}, {made.start_rule}"),
                Cell(made.packets_sha256),
            )
        )
    columns = ("recording", "day", "sledmon, start rule", "device packets, SHA-256")
    return Section(
        title="How these numbers were made",
        blocks=(Grid(columns=columns, rows=tuple(rows), left=4),),
    )
