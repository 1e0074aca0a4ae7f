"""Reps as a table in the terminal: live on a screen, plain lines on a pipe."""

import math
import sys
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Final, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from sledmon.acquire.sensor import SensorStatus
from sledmon.judge.wording import CAVEAT, verdict_sentence
from sledmon.present.sensor_tables import sensor_line
from sledmon.results import UNKNOWN, AthleteSummary, Measured, Rep, Session
from sledmon.samples import Device
from sledmon.units import kilograms_to_pounds, metres_to_yards

_FLAGS = {"watch": "▼ watch", "strength-load": "▼▼ strength", "fatigue": "▼ fatigue"}
_WIDE = 110
_EVERY_REP = "encoder only"  # a note that every rep bears is said once, not a hundred times


HINT: Final = "> athlete NAME, load_lb N, unresisted 1, exclude_rep, undo ... and Enter"
_PIPE_WIDTH = 150  # a full table; there is no screen to fit


def console_for(file: TextIO | None = None) -> Console:
    """A console that prints names and paths as they are, and tables in full on a pipe."""
    width = None if file is None and sys.stdout.isatty() else _PIPE_WIDTH
    return Console(file=file, width=width, markup=False, highlight=False, emoji=False)


class LiveTable:
    """Shows reps as they come. Earlier rows may change when a baseline becomes known."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._lines: dict[int, int] = {}
        self._reps: dict[int, tuple[Rep, ...]] = {1: ()}
        self._sensors: dict[tuple[int, Device], SensorStatus] = {}
        self._note = ""
        self._typed: str | None = None

    @property
    def draws(self) -> bool:
        """Whether it stands on a screen; on a pipe it is lines."""
        return self._live is not None

    def __enter__(self) -> "LiveTable":
        if self._live:
            self._live.__enter__()
            self._draw(self._live)
        else:
            self._console.print(self._title, soft_wrap=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._typed = None
            self._live.update(self._group({lane: len(r) for lane, r in self._reps.items()}))
            self._live.__exit__(kind, error, trace)

    def show(self, reps: tuple[Rep, ...], lane: int = 1) -> None:
        """Show a lane's reps as they stand now."""
        self._reps[lane] = reps
        if self._live:
            self._draw(self._live)
            return
        shown = self._lines.get(lane, 0)
        for rep in reps[shown:]:
            self._console.print(self._of(lane) + _line(rep), soft_wrap=True, highlight=False)
        self._lines[lane] = max(shown, len(reps))

    def tell(self, lane: int, status: SensorStatus) -> None:
        """Show how a sensor stands now."""
        before = self._sensors.get((lane, status.device))
        self._sensors[lane, status.device] = status
        if self._live:
            self._draw(self._live)
        elif before is None or _told(before) != _told(status):
            line = self._of(lane) + sensor_line(status)
            self._console.print(line, soft_wrap=True, highlight=False)

    def note(self, sentence: str) -> None:
        """Say something about what was just entered."""
        self._note = sentence
        if self._live:
            self._draw(self._live)
        else:
            self._console.print(sentence, soft_wrap=True)

    def typing(self, text: str) -> None:
        """Show what is typed and not entered yet."""
        self._typed = text
        if self._live:
            self._draw(self._live)

    def _draw(self, live: Live) -> None:
        live.update(self._fitting(), refresh=True)

    def _fitting(self) -> Group:
        """Everything but the oldest reps, where the screen is too low for all of them."""
        rows = {lane: len(reps) for lane, reps in self._reps.items()}
        while True:
            group = self._group(rows)
            over = len(self._console.render_lines(group, pad=False)) - self._console.height
            longest = max(rows, key=rows.__getitem__)
            if over <= 0 or rows[longest] <= 1:
                return group
            rows[longest] = max(1, rows[longest] - over)

    def _group(self, rows: Mapping[int, int]) -> Group:
        """The last so many reps of each lane, its sensors, and what was said and is typed."""
        parts: list[Table | Text] = [Text(self._title)] if self._of(1) else []
        for lane, reps in sorted(self._reps.items()):
            title = self._of(lane).rstrip(": ") or self._title
            if rows[lane] < len(reps):
                title += f" (the last {rows[lane]} of {len(reps)} reps)"
            parts.append(reps_table(reps[-rows[lane] :], title, self._console.width))
            parts += [
                Text(sensor_line(status))
                for (of_lane, _), status in self._sensors.items()
                if of_lane == lane
            ]
        parts += [Text(self._note)] if self._note else []
        if self._typed is not None:
            parts.append(Text(f"> {self._typed}_") if self._typed else Text(HINT, style="dim"))
        return Group(*parts)

    def _of(self, lane: int) -> str:
        lanes = {*self._reps, *(number for number, _ in self._sensors)}
        return f"lane {lane}: " if len(lanes) > 1 else ""


def _told(status: SensorStatus) -> tuple[str, str, str]:
    """What a line on a pipe is worth."""
    return status.address, status.phase, status.trouble


def reps_table(reps: tuple[Rep, ...], title: str, width: int) -> Table:
    """A row a rep; a narrow terminal leaves out what matters least, and says which gates."""
    wide = width >= _WIDE
    every = sorted({_yards(split.distance_m) for rep in reps for split in rep.estimates.splits})
    every = every or [5.0, 10.0]
    boundless = Console(width=10 * _PIPE_WIDTH + 100 * len(every))
    for gates in _choices(every):
        table = _table(reps, title, gates, wide=wide)
        if boundless.measure(table).maximum <= width:
            break
    left_out = [f"{gate:g}" for gate in every if gate not in gates]
    if not reps:
        table.caption = "No rep found."
    elif left_out:
        table.caption = f"no room for {', '.join(left_out)} yd: --format csv has every gate"
    table.caption_justify = "left"
    return table


def _choices(gates: list[float]) -> Iterator[list[float]]:
    """All gates, then fewer and fewer; the last one, to the end of the rep, always stays."""
    yield gates
    every = 2
    while every <= len(gates):
        part = {*gates[every - 1 :: every], gates[-1]}
        yield sorted({gates[0], *part})
        yield sorted(part)
        every *= 2
    yield gates[-1:]


def _table(reps: tuple[Rep, ...], title: str, gates: list[float], *, wide: bool) -> Table:
    named = wide or len({rep.conditions.athlete for rep in reps}) > 1
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("rep", justify="right", no_wrap=True)
    if named:
        table.add_column("athlete", no_wrap=True)
    table.add_column("sled+load", justify="right", no_wrap=True)
    for gate in gates:
        table.add_column(f"{gate:g} yd s", justify="right", no_wrap=True)
    table.add_column("end m/s", justify="right", no_wrap=True)
    if wide:
        table.add_column("peak m/s", justify="right")
    table.add_column("drop %", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    if wide:
        table.add_column("trust", no_wrap=True)
    for rep in reps:
        values = rep.estimates
        splits = {_yards(split.distance_m): split.time_s for split in values.splits}
        cells = [str(rep.number)]
        cells += [rep.conditions.athlete] if named else []
        cells += [_load(rep)]
        cells += [value_text(splits.get(gate, UNKNOWN), 3) for gate in gates]
        cells += [value_text(values.window.velocity_mps, 2)]
        cells += [value_text(values.peak_velocity_mps, 2)] if wide else []
        cells += [_percent(rep.verdict.velocity_decrement), _verdict(rep)]
        cells += [values.trust] if wide else []
        table.add_row(*cells, style="dim" if rep.excluded else "")
    return table


def session_text(session: Session) -> Text:
    """What is to be said beneath the table: data quality and notes."""
    lines: list[str] = []
    for name, sensor in (("belt IMU", session.quality.imu), ("tether", session.quality.encoder)):
        if sensor is None:
            lines.append(f"{name}: not in this recording")
            continue
        total = sensor.samples + sensor.lost
        line = f"{name}: {sensor.rate_hz:.1f} Hz, {sensor.samples} samples"
        share = _share(sensor.lost, total)
        line += f", {sensor.lost} lost ({share} %)" if sensor.lost else ", none lost"
        lines.append(line)
        lines += [f"{name}: packet refused: {fault}" for fault in sensor.faults]
    if any(_EVERY_REP in rep.estimates.notes for rep in session.reps):
        lines.append("velocities are from the tether alone (encoder only)")
    if session.reps:
        lines.append(
            "end: mean velocity over the last 5 yd or the second half; ±: 1 standard error"
        )
    lines += [
        f"rep {rep.number}: {note}"
        for rep in session.reps
        for note in (*rep.estimates.notes, *rep.verdict.notes)
        if note != _EVERY_REP
    ]
    lines += [
        f"rep {rep.number}: {said}" for rep in session.reps if (said := verdict_sentence(rep))
    ]
    if any(rep.verdict.flag for rep in session.reps):
        lines.append(CAVEAT)
    lines += [line for summary in session.athletes for line in _summary(summary)]
    lines += session.notes
    return Text("\n".join(lines))


def _share(part: int, whole: int) -> str:
    """A percentage to two digits; neither all nor nothing unless it is."""
    percent = 100 * part / max(whole, 1)
    if part < whole and percent > 99:
        return ">99"
    if 0 < percent < 0.01:
        return "<0.01"
    return f"{percent:.0f}" if percent >= 10 else f"{percent:.2g}"


def _summary(summary: AthleteSummary) -> list[str]:
    """Baseline, variation and load of one athlete."""
    who = f"{summary.athlete}, {_yards(summary.distance_m):g} yd"
    line = summary.load_velocity
    parts = []
    if summary.baseline_mps.known:
        parts.append(f"free backpedal {value_text(summary.baseline_mps, 2)} m/s")
    parts.append(f"varies by {_percent(summary.rep_cv)} % from rep to rep")
    if not line.why_not:
        slope = Measured(1000 * line.slope_mps_per_kg.value, 1000 * line.slope_mps_per_kg.sigma)
        parts.append(f"loses {value_text(slope, 0)} mm/s a kilogram (r² {line.r_squared:.2f})")
    if summary.load_for_target_kg.known:
        load = summary.load_for_target_kg
        in_lb = Measured(*map(kilograms_to_pounds, load))
        parts.append(f"sled and plates to your line {value_text(in_lb, 0)} lb")
    said = [f"{who}: {', '.join(parts)}"]
    said += [f"{who}: {line.why_not}"] if line.why_not else []
    return said + [f"{who}: {note}" for note in summary.notes]


def _line(rep: Rep) -> str:
    values = rep.estimates
    parts = [f"rep {rep.number}", rep.conditions.athlete, _load(rep)]
    parts += [f"{_yards(s.distance_m):g} yd {value_text(s.time_s, 3)} s" for s in values.splits]
    parts.append(f"end {value_text(values.window.velocity_mps, 2)} m/s")
    parts.append(f"drop {_percent(rep.verdict.velocity_decrement)} %")
    parts.append(_verdict(rep))
    if rep.verdict.advice:
        parts.append(rep.verdict.advice)
    return "  ".join(parts)


def _yards(distance_m: float) -> float:
    return round(metres_to_yards(distance_m), 2)


def _load(rep: Rep) -> str:
    if rep.conditions.unresisted:
        return "no sled"
    sled_lb = kilograms_to_pounds(rep.conditions.sled_kg)
    return f"{sled_lb:.0f}+{kilograms_to_pounds(rep.conditions.load_kg):.0f} lb"


def value_text(measured: Measured, decimals: int) -> str:
    """A value and its standard error, the error rounded up: it is never shown as zero."""
    if not measured.known:
        return "-"
    if math.isnan(measured.sigma):
        return f"{measured.value:.{decimals}f}"
    unit = 10.0**-decimals
    sigma = max(1, math.ceil(measured.sigma / unit - 1e-9)) * unit
    shown = f"{sigma:.{decimals}f}".removeprefix("0")
    return f"{measured.value:.{decimals}f}±{shown}"


def _percent(measured: Measured) -> str:
    return value_text(Measured(100 * measured.value, 100 * measured.sigma), 1)


def _verdict(rep: Rep) -> str:
    verdict = rep.verdict
    if rep.excluded:
        return "excluded"
    if not rep.estimates.complete:
        return "incomplete"
    if verdict.flag:
        percent = 100 * verdict.probability
        return f"{_FLAGS[verdict.flag]} {'>99' if percent > 99 else f'{percent:.0f}'} %"
    if verdict.zone == "unknown":
        return "no baseline"
    if verdict.zone == "baseline":
        return "baseline"
    return verdict.zone if verdict.certainty != "within-error" else f"{verdict.zone}?"
