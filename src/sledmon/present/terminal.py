"""Reps as a table in the terminal: live on a screen, plain lines on a pipe."""

import math
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from sledmon.results import Measured, Rep, Session, Split
from sledmon.units import kilograms_to_pounds, metres_to_yards

_MARKS = {"watch": "▼ watch", "strength-load": "▼▼ strength load", "fatigue": "▼ fatigue"}


class LiveTable:
    """Shows reps as they come. Earlier rows may change when a baseline becomes known."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._lines = 0

    def __enter__(self) -> "LiveTable":
        if self._live:
            self._live.__enter__()
            self.show(())
        else:
            self._console.print(self._title)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.__exit__(kind, error, trace)

    def show(self, reps: tuple[Rep, ...]) -> None:
        """Show the reps as they stand now."""
        if self._live:
            self._live.update(reps_table(reps, self._title), refresh=True)
            return
        for rep in reps[self._lines :]:
            self._console.print(_line(rep))
        self._lines = max(self._lines, len(reps))


def reps_table(reps: tuple[Rep, ...], title: str) -> Table:
    """A row a rep."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    gates = sorted({_yards(split) for rep in reps for split in rep.estimates.splits})
    table.add_column("rep", justify="right")
    table.add_column("athlete")
    table.add_column("sled+plates", justify="right")
    for gate in gates or ["5 yd", "10 yd"]:
        table.add_column(f"{gate} s", justify="right", no_wrap=True)
    table.add_column("last 5 yd m/s", justify="right", no_wrap=True)
    table.add_column("peak m/s", justify="right", no_wrap=True)
    table.add_column("decrement", justify="right", no_wrap=True)
    table.add_column("verdict")
    table.add_column("trust")
    for rep in reps:
        values = rep.estimates
        splits = {_yards(split): split.time_s for split in values.splits}
        table.add_row(
            str(rep.number),
            rep.conditions.athlete,
            _load(rep),
            *(_value(splits.get(gate, Measured()), 3) for gate in gates),
            _value(values.window.velocity_mps, 2),
            _value(values.peak_velocity_mps, 2),
            _percent(rep.verdict.velocity_decrement),
            _verdict(rep),
            values.trust,
            style="dim" if rep.excluded else "",
        )
    if not reps:
        table.caption = "no rep yet"
        table.caption_justify = "left"
    return table


def session_text(session: Session) -> Text:
    """What is to be said beneath the table: data quality and notes."""
    lines: list[str] = []
    for name, sensor in (("belt IMU", session.quality.imu), ("tether", session.quality.encoder)):
        if sensor is None:
            lines.append(f"{name}: not in this recording")
            continue
        total = sensor.samples + sensor.lost
        share = 100 * sensor.lost / total if total else 0.0
        line = f"{name}: {sensor.rate_hz:.1f} Hz, {sensor.samples} samples"
        line += f", {sensor.lost} lost ({share:.2g} %)" if sensor.lost else ", none lost"
        lines.append(line)
        lines += [f"{name}: refused: {fault}" for fault in sensor.faults]
    lines += [
        f"rep {rep.number}: {note}"
        for rep in session.reps
        for note in rep.estimates.notes
        if note != "encoder only"
    ]
    lines += session.notes
    return Text("\n".join(lines))


def _line(rep: Rep) -> str:
    values = rep.estimates
    parts = [f"rep {rep.number:>2}", rep.conditions.athlete, _load(rep)]
    parts += [f"{_yards(split)} {_value(split.time_s, 3)} s" for split in values.splits]
    parts.append(f"last 5 yd {_value(values.window.velocity_mps, 2)} m/s")
    parts.append(f"decrement {_percent(rep.verdict.velocity_decrement)}")
    parts.append(_verdict(rep))
    return "  ".join(parts)


def _yards(split: Split) -> str:
    return f"{round(metres_to_yards(split.distance_m), 2):g} yd"


def _load(rep: Rep) -> str:
    if rep.conditions.unresisted:
        return "no sled"
    sled_lb = kilograms_to_pounds(rep.conditions.sled_kg)
    return f"{sled_lb:.0f}+{kilograms_to_pounds(rep.conditions.load_kg):.0f} lb"


def _value(measured: Measured, decimals: int) -> str:
    if not measured.known:
        return "-"
    if math.isnan(measured.sigma):
        return f"{measured.value:.{decimals}f}"
    return f"{measured.value:.{decimals}f} ±{measured.sigma:.{decimals}f}"


def _percent(measured: Measured) -> str:
    if not measured.known:
        return "-"
    return f"{100 * measured.value:.1f} ±{100 * measured.sigma:.1f} %"


def _verdict(rep: Rep) -> str:
    verdict = rep.verdict
    if rep.excluded:
        return "excluded"
    if not rep.estimates.complete:
        return "stopped short"
    if verdict.flag:
        return f"{_MARKS[verdict.flag]} (P {verdict.probability:.2f})"
    if verdict.zone == "unknown":
        return "no baseline yet"
    if verdict.zone == "baseline":
        return "baseline"
    return verdict.zone if verdict.certainty != "within-error" else f"{verdict.zone}, within error"
