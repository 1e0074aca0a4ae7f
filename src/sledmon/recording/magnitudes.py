"""Whether a table's numbers can be what its columns say; slipped digits and wrong units cannot."""

from itertools import islice
from typing import Final

import numpy as np

from sledmon.errors import ImportTableError
from sledmon.recording.csv_rows import CsvFile, text_rows
from sledmon.rig import Rig
from sledmon.samples import FloatArray
from sledmon.units import STANDARD_GRAVITY_MPS2
from sledmon.wire import limits, table

_MANY: Final = 5  # wrong rows: one slipped digit makes two
_LIKE_G: Final = (0.8, 1.25)


def require_cord(file: CsvFile, columns: tuple[str, ...], rows: FloatArray, rig: Rig) -> None:
    """Refuse a place that no cord reaches, or not so soon."""
    column, given = columns[1], rows[:, 1]
    counts = tuple(columns) == table.ENCODER_COUNT
    per_m = rig.encoder.counts_per_m if counts else 1.0
    time_s, position_m = rows[:, 0], given / per_m
    far = np.flatnonzero(np.abs(position_m) > limits.FARTHEST_M)
    if len(far):
        row = int(far[0])
        raise ImportTableError(
            f"{_where(file, row, column)}: {given[row]:g} is no length of cord; correct it or"
            " delete the row"
        )
    # A slow sensor's value is repeated until the next one comes: its step took that long.
    changed = np.concatenate([[True], np.diff(given) != 0])
    since_s = time_s[np.maximum.accumulate(np.where(changed, np.arange(len(rows)), 0))]
    held_s = np.minimum(time_s[1:] - since_s[:-1], limits.HELD_S)
    least_s = np.maximum(held_s, np.median(np.diff(time_s)))
    step_m = 1.0 / per_m if counts else limits.COARSEST_STEP_M
    fast = np.flatnonzero(limits.too_fast(time_s, position_m, least_s, step_m)) + 1
    if not len(fast):
        return
    row = int(fast[0])
    took_s = float(time_s[row] - time_s[row - 1])
    speed_mps = abs(float(position_m[row] - position_m[row - 1])) / took_s
    raise ImportTableError(
        f"{_where(file, row, column)}: {given[row]:.10g} comes {took_s:.3g} s after"
        f" {given[row - 1]:.10g}, {speed_mps:.3g} m/s where cord moves at"
        f" {limits.FASTEST_CORD_MPS:g} m/s at most"
        + _cord_advice(len(fast), float(np.ptp(position_m)), rig, counts=counts)
    )


def _cord_advice(wrong_rows: int, extent_m: float, rig: Rig, *, counts: bool) -> str:
    if wrong_rows < _MANY:
        return (
            "; correct this row or the one before, or import two tables if the reel was zeroed"
            " between them"
        )
    many = f"; {wrong_rows} rows are like it: "
    if counts:
        known = "encoder.counts_per_m" in rig.given
        return (
            f"{many}the rig {'says' if known else 'does not say, so'} {rig.encoder.counts_per_m:g}"
            f" counts per metre{'' if known else ' are assumed'}; write the true counts_per_m in"
            " the rig file"
        )
    if extent_m > limits.LONGEST_CORD_M:
        return many + "if the column is in mm, divide it by 1000, if in cm, by 100"
    return many + "check that time_s is in seconds and says when each row was measured"


def require_belt(file: CsvFile, columns: tuple[str, ...], rows: FloatArray) -> list[str]:
    """Refuse what no belt IMU measures; sentences on what is only odd."""
    most = np.array([limits.MOST_ACC_MPS2] * 3 + [limits.MOST_GYR_RADPS] * 3)
    wild = np.argwhere(np.abs(rows[:, 1:]) > most)
    if len(wild):
        row, axis = (int(place) for place in wild[0])
        unit, other = (
            ("m/s2", "mg, multiply it by 0.00980665")
            if axis < 3
            else ("rad/s", "deg/s, multiply it by 0.0174533")
        )
        raise ImportTableError(
            f"{_where(file, row, columns[1 + axis])}: {rows[row, 1 + axis]:g} {unit} is more than"
            f" any belt IMU measures, {most[axis]:g} {unit}; correct the row, or if the column is"
            f" in {other}"
        )
    usual = float(np.median(np.linalg.norm(rows[:, 1:4], axis=1)))
    if _LIKE_G[0] < usual < _LIKE_G[1]:
        raise ImportTableError(
            f"{_where(file, 0, columns[1])}: the three columns of acceleration are {usual:.2f} m/s2"
            " together in the table's middle, as if in g; multiply them by 9.80665"
        )
    if 0.5 < usual / STANDARD_GRAVITY_MPS2 < 2.0:
        return []
    return [
        f"{file.path.name}: acceleration is {usual:.2g} m/s2 in the table's middle; check that it"
        " is in m/s2 and holds gravity, which alone is 9.8."
    ]


def _where(file: CsvFile, row: int, column: str) -> str:
    line = next(islice(text_rows(file), row, None)).line
    return f"{file.path}, line {line}, column {column}"
