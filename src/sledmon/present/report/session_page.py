"""One session as a page: each athlete's reps, charts and flags, then quality and provenance."""

from collections.abc import Sequence
from typing import Final

from sledmon.analysis import Session
from sledmon.errors import SledmonError, counted
from sledmon.judge.wording import CAVEAT, verdict_sentence
from sledmon.present.export.methods import made_of
from sledmon.present.quantities import UNKNOWN
from sledmon.present.report.charts import curve_charts, load_chart, loss_chart, velocity_chart
from sledmon.present.report.page import Block, Cell, Figure, Grid, Page, Section, Sentences, Tone
from sledmon.present.report.svg import lines_of, reps_of
from sledmon.present.report.words import UNITS, day_of, load_of, measured, percent, verdict_cell
from sledmon.results import AthleteSummary, Measured, Rep, SensorQuality, Split

_MOST_GATES: Final = 3
READING: Final = (
    "±: one standard error. Bands and bars: 95 % intervals of the measurement, without the"
    " athlete's own variation. End: mean over the last 5 yd or the second half; verdicts rest on"
    " it."
)


def session_page(session: Session, athlete: str | None = None) -> Page:
    """A page of one recording; of one athlete in it, where one is named."""
    names = list(dict.fromkeys(rep.conditions.athlete for rep in session.reps))
    if athlete is not None and athlete not in names:
        raise SledmonError(no_such_athlete(athlete, names, session.recording.path.name))
    summaries = [s for s in session.athletes if athlete in (None, s.athlete)]
    sections = [_athlete_section(session, summary) for summary in summaries]
    if not sections:
        nothing = Sentences((Cell("No rep was found in this recording."),))
        sections = [Section(title="Reps", blocks=(nothing,))]
    opened = session.recording.opened
    facts = [
        day_of(opened.started_utc),
        counted(len(session.reps), "reps"),
        f"{session.results.duration_s / 60:.0f} min",
        "simulated, no athlete was involved" if opened.source == "simulated" else "",
    ]
    return Page(
        title=opened.title or session.recording.path.stem,
        subtitle=" · ".join(fact for fact in facts if fact),
        sections=(*sections, _quality_section(session), made_section(session)),
        footer=f"sledmon {session.provenance.software} · {session.recording.path.name}",
        made_utc=opened.started_utc,
    )


def no_such_athlete(athlete: str, names: Sequence[str], where: str) -> str:
    """A refusal that names who is there."""
    known = ", ".join(names) if names else "nobody"
    return f"{where} has no reps of '{athlete}'; it has {known}"


def _athlete_section(session: Session, summary: AthleteSummary) -> Section:
    reps = reps_of(session, summary)
    lines = lines_of(session, reps)
    blocks: list[Block] = [
        Sentences(tuple(Cell(line) for line in _summary(summary))),
        _reps_grid(reps),
        Sentences((Cell(READING),)),
    ]
    said = _said(reps)
    if said:
        blocks.append(Sentences(said))
    curves = curve_charts(reps)
    blocks.append(Figure(curves))
    if not curves[0].why_not:
        blocks.append(Sentences((Cell(_legend(reps)),)))
    blocks.append(
        Figure(
            (
                velocity_chart(reps, summary.baseline_mps, lines),
                loss_chart(reps, lines),
                load_chart(summary),
            )
        )
    )
    title = f"{summary.athlete}, {UNITS.distance(summary.distance_m)}"
    return Section(title=title, blocks=tuple(blocks))


def _summary(summary: AthleteSummary) -> list[str]:
    parts = []
    if summary.baseline_mps.known:
        of = f"best two of {counted(summary.baseline_reps, 'reps')}"
        brought = "brought in" if not summary.baseline_reps else of
        parts.append(f"Free backpedal {measured(summary.baseline_mps, 2)} m/s ({brought}).")
    else:
        parts.append("Free backpedal not known: decrement and zones are not either.")
    parts.append(f"Varies by {percent(summary.rep_cv)} % from rep to rep.")
    line = summary.load_velocity
    if not line.why_not:
        slope = measured(line.slope_mps_per_kg, 0, 1000.0)
        parts.append(f"Loses {slope} mm/s with every kilogram (r² {line.r_squared:.2f}).")
    if summary.load_for_target_kg.known:
        load = Measured(*map(UNITS.mass_value, summary.load_for_target_kg))
        unit = UNITS.settings.mass
        parts.append(f"Sled and plates to the line: {measured(load, 0)} {unit}.")
    return [" ".join(parts), *summary.notes]


def _reps_grid(reps: Sequence[Rep]) -> Grid:
    gates = sorted({round(split.distance_m, 6) for rep in reps for split in rep.estimates.splits})
    gates = _few(gates)
    columns = ("rep", "set", "pulled", *(f"{UNITS.distance(gate)} s" for gate in gates))
    columns += ("end m/s", "peak m/s", "steps", "drop %", "loss %", "verdict", "trust")
    return Grid(columns=columns, rows=tuple(_rep_row(rep, gates) for rep in reps), left=3)


def _rep_row(rep: Rep, gates: Sequence[float]) -> tuple[Cell, ...]:
    values, verdict = rep.estimates, rep.verdict
    steps = values.steps.count
    return (
        Cell(str(rep.number)),
        Cell(str(rep.conditions.set_number)),
        Cell(load_of(rep)),
        *(Cell(measured(_split(values.splits, gate), 3)) for gate in gates),
        Cell(measured(values.window.velocity_mps, 2)),
        Cell(measured(values.peak_velocity_mps, 2)),
        Cell(UNKNOWN if steps is None else str(steps)),
        Cell(UNKNOWN if rep.conditions.unresisted else percent(verdict.velocity_decrement)),
        Cell(percent(verdict.velocity_loss)),
        verdict_cell(rep),
        Cell(values.trust),
    )


def _split(splits: Sequence[Split], gate_m: float) -> Measured:
    return next((s.time_s for s in splits if abs(s.distance_m - gate_m) < 1e-5), Measured())


def _few(gates: list[float]) -> list[float]:
    """The first gates and the last one."""
    return gates if len(gates) <= _MOST_GATES else [*gates[: _MOST_GATES - 1], gates[-1]]


def _said(reps: Sequence[Rep]) -> tuple[Cell, ...]:
    """Flags with their reasons, then remarks."""
    flags = [
        Cell(f"Rep {rep.number}: {said}", Tone.PAST if rep.verdict.flag else Tone.PLAIN)
        for rep in reps
        if (said := verdict_sentence(rep))
    ]
    notes = [
        Cell(f"Rep {rep.number}: {note}.")
        for rep in reps
        for note in (*rep.estimates.notes, *rep.verdict.notes)
    ]
    caveat = [Cell(CAVEAT)] if any(rep.verdict.flag for rep in reps) else []
    return (*flags, *caveat, *notes)


def _legend(reps: Sequence[Rep]) -> str:
    parts = ["Velocity by distance, averaged over about one step: blue, each rep"]
    if any(rep.verdict.flag for rep in reps):
        parts.append("orange and thicker, past a line")
    if any(rep.conditions.unresisted for rep in reps):
        parts.append("dashed, mean of the free reps")
    return "; ".join(parts) + "."


def _quality_section(session: Session) -> Section:
    quality = session.quality
    rows = tuple(
        _sensor_row(name, sensor)
        for name, sensor in (("belt IMU", quality.imu), ("tether encoder", quality.encoder))
    )
    columns = ("sensor", "rate Hz", "samples", "lost", "lost %", "sent late", "longest gap s")
    lines = [Cell(note) for note in session.results.notes]
    if quality.sync_offset_s.known:
        offset = measured(quality.sync_offset_s, 1, 1000.0)
        lines.insert(0, Cell(f"The clocks of belt and tether differed by {offset} ms."))
    faults = [
        Cell(f"{name}: packet refused: {fault}", Tone.PAST)
        for name, sensor in (("belt IMU", quality.imu), ("tether", quality.encoder))
        if sensor
        for fault in sensor.faults
    ]
    blocks: list[Block] = [Grid(columns=columns, rows=rows)]
    if lines or faults:
        blocks.append(Sentences((*faults, *lines)))
    return Section(title="Quality of the data", blocks=tuple(blocks))


def _sensor_row(name: str, sensor: SensorQuality | None) -> tuple[Cell, ...]:
    if sensor is None:
        return (Cell(name), Cell("not in this recording"), *(Cell(UNKNOWN) for _ in range(5)))
    total = max(sensor.samples + sensor.lost, 1)
    longest = max((end - begin for begin, end in sensor.gaps), default=0.0)
    return (
        Cell(name),
        Cell(f"{sensor.rate_hz:.1f}"),
        Cell(str(sensor.samples)),
        Cell(str(sensor.lost)),
        Cell(f"{100 * sensor.lost / total:.2g}"),
        Cell(str(sensor.late)),
        Cell(f"{longest:.2f}" if sensor.gaps else "none"),
    )


def made_section(session: Session) -> Section:
    """How the numbers were made."""
    rows = tuple((Cell(name), Cell(value)) for name, value in made_of(session))
    return Section(
        title="How these numbers were made",
        blocks=(Grid(columns=("what", "value"), rows=rows, left=2),),
    )
