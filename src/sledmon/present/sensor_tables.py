"""Sensors in the terminal: those in range, how each stands, what a probe and a doctor found."""

from collections.abc import Iterable
from typing import Final

from rich.table import Table
from rich.text import Text

from sledmon.acquire.choose import KINDS, Heard
from sledmon.acquire.computer import Diagnosis, State
from sledmon.acquire.conformance import Finding, Outcome
from sledmon.acquire.sensor import LOW_BATTERY_PERCENT, Phase, SensorStatus
from sledmon.wire.stream import ATT_OVERHEAD_BYTES

MUCH_LOST_PERCENT: Final = 10
_MARKS: Final = {State.GOOD: "ok", State.DOUBTFUL: "look", State.BAD: "MEND"}


def sensor_line(status: SensorStatus) -> str:
    """One sensor's state in words."""
    words = {
        Phase.LOOKING: "looking for it",
        Phase.GREETING: "connecting",
        Phase.STREAMING: "streaming",
        Phase.STOPPED: "stopped",
    }[status.phase]
    line = f"{KINDS[status.device]} {status.name}: {words}"
    if status.trouble:
        line += f" ({status.trouble})"
    if status.battery_percent is not None and status.phase is Phase.STREAMING:
        line += f", battery {status.battery_percent} %"
        line += ", charge it" if status.battery_percent <= LOW_BATTERY_PERCENT else ""
    return line + (_link(status) if status.phase is Phase.STREAMING else "")


def _link(status: SensorStatus) -> str:
    """The figures of a link, as far as they are known."""
    said = ""
    if status.signal_dbm is not None:
        said += f", {status.signal_dbm} dBm"
    if status.payload_bytes:
        said += f", MTU {status.payload_bytes + ATT_OVERHEAD_BYTES}"
    if status.missed_percent:
        said += f", {status.missed_percent} % lost"
        said += ": come nearer" if status.missed_percent >= MUCH_LOST_PERCENT else ""
    return said


def sensors_table(sensors: Iterable[Heard]) -> Table:
    """A row a sensor in range."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("name", "kind", "address"):
        table.add_column(title, no_wrap=True)
    for title in ("signal", "battery"):
        table.add_column(title, no_wrap=True, justify="right")
    for heard in sensors:
        seen = heard.sighting
        table.add_row(
            seen.name or "-",
            f"{KINDS[heard.model.device]} ({heard.model.name})",
            seen.address,
            "-" if seen.signal_dbm is None else f"{seen.signal_dbm} dBm",
            "-" if seen.battery_percent is None else f"{seen.battery_percent} %",
        )
    return table


def findings_table(findings: Iterable[Finding]) -> Table:
    """A row a requirement."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    for title in ("requirement", "wanted", "seen"):
        table.add_column(title, overflow="fold")
    for finding in findings:
        style = "bold" if finding.outcome is Outcome.FAIL else ""
        mark = {Outcome.PASS: "ok", Outcome.FAIL: "FAIL", Outcome.SEEN: ""}[finding.outcome]
        table.add_row(mark, finding.requirement, finding.demand, finding.seen, style=style)
    return table


def diagnoses_text(diagnoses: Iterable[Diagnosis]) -> Text:
    """A line a check, and one beneath it for how to mend what is wrong."""
    lines = []
    for diagnosis in diagnoses:
        lines.append(f"{_MARKS[diagnosis.state]:<5} {diagnosis.what}: {diagnosis.seen}")
        lines += [f"      {diagnosis.mend}"] if diagnosis.mend else []
    return Text("\n".join(lines))
