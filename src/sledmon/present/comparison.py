"""A comparison as tables for the terminal, as JSON and as one long CSV table."""

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from sledmon.batch.checks import SensorCheck
from sledmon.batch.compare import Cell, Comparison, Reliability
from sledmon.batch.metrics import unit_of
from sledmon.judge.agreement import Agreement
from sledmon.judge.reliability import Interval
from sledmon.results import Measured
from sledmon.version import VERSION

COLUMNS: Final = (
    "table", "recording", "athlete", "day", "condition", "metric", "quantity", "value", "low",
    "high", "n",
)  # fmt: skip
_SPARE: Final = (
    "step_frequency_hz", "mean_velocity_mps", "split_5yd_s", "split_2.5_5yd_s", "split_5_10yd_s",
    "peak_velocity_mps",
)  # fmt: skip
"""What a narrow terminal does without, in this order."""
LEAST_WIDTH: Final = 105
"""Of a terminal, for all tables without intervals."""
_WIDE: Final = 130  # intervals fit in
_DECIMALS: Final = {"s": 3, "m/s": 3, "Hz": 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """What is shown: the reps, and how the sensors worked."""

    recordings: tuple[str, ...]
    sensors: tuple[SensorCheck, ...]
    comparison: Comparison


def comparison_json(compared: Compared) -> str:
    """One object; SI, unknown is null."""
    document = {"sledmon": VERSION, **_plain(compared)}
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {key: _plain(each) for key, each in value._asdict().items()}
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return round(float(value), 9) if math.isfinite(value) else None
    return value


def comparison_csv(compared: Compared) -> str:
    """A row a number; empty where unknown."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_rows(compared))
    return text.getvalue()


def _rows(compared: Compared) -> Iterator[dict[str, str]]:
    for check in compared.sensors:
        about = {"table": "sensors", "recording": check.recording, "metric": check.device}
        for name in ("rate_hz", "samples", "lost", "gaps", "longest_gap_s", "refused", "clipped"):
            yield about | {"quantity": name} | _number(getattr(check, name))
        for name in ("drift_ppm", "sync_offset_s"):
            yield about | {"quantity": name} | _number(getattr(check, name).value)
            yield about | {"quantity": f"{name}_sigma"} | _number(getattr(check, name).sigma)
    for cell in compared.comparison.cells:
        about = {"table": "reps", "athlete": cell.athlete, "day": cell.day}
        about |= {"condition": cell.condition, "n": str(cell.reps)}
        for metric, spread in cell.metrics.items():
            for quantity, value in zip(("mean", "sd"), spread, strict=True):
                yield about | {"metric": metric, "quantity": quantity} | _number(value)
    for row in compared.comparison.reliability:
        about = {"table": "reliability", "metric": row.metric, "condition": row.condition}
        for when, seen in (("within_day", row.within_day), ("between_days", row.between_days)):
            counted = about | {"n": str(seen.values)}
            for name in ("typical_error", "cv"):
                yield counted | {"quantity": f"{when}_{name}"} | _interval(getattr(seen, name))
            yield counted | {"quantity": f"{when}_mdc95"} | _number(seen.mdc95)
        yield about | {"quantity": "device_sigma"} | _number(row.device)
        yield about | {"quantity": "swc"} | _number(row.swc)
    for metric, found in compared.comparison.agreement.items():
        about = {"table": "agreement", "metric": metric, "n": str(found.pairs)}
        yield about | {"quantity": "bias"} | _interval(found.bias)
        yield about | {"quantity": "sd"} | _number(found.sd)
        yield about | {"quantity": "lower_limit"} | _interval(found.lower)
        yield about | {"quantity": "upper_limit"} | _interval(found.upper)


def _interval(interval: Interval) -> dict[str, str]:
    return {name: _digits(value) for name, value in interval._asdict().items()}


def _number(value: float) -> dict[str, str]:
    return {"value": _digits(value)}


def _digits(value: float) -> str:
    return f"{value:.9f}".rstrip("0").rstrip(".") if math.isfinite(value) else ""


def comparison_tables(compared: Compared, width: int) -> Group:
    """Sensors, reps, scatter, agreement; then what is to be said."""
    wide = width >= _WIDE
    parts: list[Table | Text] = [_sensors(compared.sensors)]
    comparison = compared.comparison
    if comparison.cells:
        parts += [Text(), _cells(comparison.cells, width)]
    if comparison.reliability:
        parts += [Text(), _scatter(comparison.reliability, wide=wide)]
    if comparison.agreement:
        parts += [Text(), _agreements(comparison.agreement, wide=wide)]
    if not wide and (comparison.reliability or comparison.agreement):
        parts.append(Text("no room for intervals: --format csv has them"))
    parts += [Text(note) for note in ("", *comparison.notes)]
    return Group(*parts)


def _table(title: str, words: Sequence[str], numbers: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in words:
        # These may be folded, down to what tells one from another.
        table.add_column(column, overflow="fold", min_width=min(11, 2 * len(column)))
    for column in numbers:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _sensors(checks: Sequence[SensorCheck]) -> Table:
    table = _table(
        "Sensors",
        ("recording", "sensor"),
        ("Hz", "lost %", "gaps", "longest s", "drift ppm", "clipped %", "refused", "sync ms"),
    )
    for check in checks:
        sync = Measured(1000 * check.sync_offset_s.value, 1000 * check.sync_offset_s.sigma)
        table.add_row(
            Path(check.recording).stem,
            "belt" if check.device == "imu" else "tether",
            f"{check.rate_hz:.1f}",
            _fixed(100 * check.lost, 2),
            str(check.gaps),
            _fixed(check.longest_gap_s, 2),
            _with_error(check.drift_ppm, 0),
            _fixed(100 * check.clipped, 2),
            str(check.refused),
            _with_error(sync, 1) if check.device == "imu" else "",
        )
    return table


def _cells(cells: Sequence[Cell], width: int) -> Table:
    """What matters least is left out where there is no room."""
    metrics = list(cells[0].metrics)
    spare = [metric for metric in _SPARE if metric in metrics]
    boundless = Console(width=100 * (len(metrics) + 1))
    while True:
        table = _cell_table(cells, metrics)
        if boundless.measure(table).maximum <= width or not spare:
            break
        metrics.remove(spare.pop(0))
    if left_out := [label(metric) for metric in cells[0].metrics if metric not in metrics]:
        table.caption = f"no room for {', '.join(left_out)}: --format csv has all"
        table.caption_justify = "left"
    return table


def _cell_table(cells: Sequence[Cell], metrics: Sequence[str]) -> Table:
    table = _table(
        "Reps: mean (SD) of each day",
        ("athlete", "load", "day"),
        ("reps", *(label(metric) for metric in metrics)),
    )
    for cell in cells:
        shown = [_mean(*cell.metrics[metric], metric) for metric in metrics]
        table.add_row(cell.athlete, cell.condition, cell.day, str(cell.reps), *shown)
    return table


def _scatter(rows: Sequence[Reliability], *, wide: bool) -> Table:
    table = _table(
        "Scatter of one athlete: typical error (90 % interval) within a day, and of day means",
        ("quantity", "load"),
        ("reps", "within", "CV %", "MDC95", "days", "between", "CV %", "MDC95", "device", "SWC"),
    )
    for row in rows:
        cells = [label(row.metric), row.condition]
        for seen in (row.within_day, row.between_days):
            cells += [str(seen.values), _range(seen.typical_error, row.metric, wide=wide)]
            cells += [_fixed(100 * seen.cv.value, 1), _fixed(seen.mdc95, _decimals(row.metric))]
        cells += [_fixed(row.device, _decimals(row.metric))]
        cells += [_fixed(row.swc, _decimals(row.metric))]
        table.add_row(*cells)
    return table


def _agreements(found: Mapping[str, Agreement], *, wide: bool) -> Table:
    table = _table(
        "Agreement: sledmon less reference (95 % intervals)",
        ("quantity",),
        ("pairs", "athletes", "bias", "SD", "lower limit", "upper limit"),
    )
    for metric, seen in found.items():
        table.add_row(
            label(metric),
            str(seen.pairs),
            str(seen.athletes),
            _range(seen.bias, metric, wide=wide),
            _fixed(seen.sd, _decimals(metric)),
            _range(seen.lower, metric, wide=wide),
            _range(seen.upper, metric, wide=wide),
        )
    return table


def label(metric: str) -> str:
    """A quantity's name for people.

    >>> label("split_5_10yd_s"), label("peak_velocity_mps"), label("step_frequency_hz")
    ('5-10 yd s', 'peak m/s', 'steps Hz')
    """
    name = metric.rpartition("_")[0].removeprefix("split_")
    short = name.replace("_velocity", "").replace("step_frequency", "steps")
    return f"{short.replace('_', '-').replace('yd', ' yd')} {unit_of(metric)}"


def _decimals(metric: str) -> int:
    return _DECIMALS[unit_of(metric)]


def _fixed(value: float, decimals: int) -> str:
    # Plus 0: no minus before a zero.
    return f"{round(value, decimals) + 0.0:.{decimals}f}" if math.isfinite(value) else "-"


def _with_error(measured: Measured, decimals: int) -> str:
    if not measured.known:
        return "-"
    return f"{_fixed(measured.value, decimals)} ± {_fixed(measured.sigma, decimals)}"


def _mean(mean: float, sd: float, metric: str) -> str:
    decimals = _decimals(metric)
    if math.isnan(mean):
        return "-"
    spread = f" ({sd:.{decimals}f})" if math.isfinite(sd) else ""
    return _fixed(mean, decimals) + spread


def _range(interval: Interval, metric: str, *, wide: bool) -> str:
    decimals = _decimals(metric)
    if math.isnan(interval.value) or not wide:
        return _fixed(interval.value, decimals)
    ends = f"{_fixed(interval.low, decimals)} to {_fixed(interval.high, decimals)}"
    return f"{_fixed(interval.value, decimals)} ({ends})"
