"""Table packets: rows of an imported table as float64, exactly as the file gave them."""

import json
from typing import Final, NamedTuple

import numpy as np

from sledmon.errors import WireError
from sledmon.samples import FloatArray
from sledmon.wire.limits import LEAST_PERIOD_S, MAX_TIME_S

ENCODER_DISTANCE: Final = ("time_s", "distance_m")
ENCODER_COUNT: Final = ("time_s", "count")
IMU: Final = (
    "time_s",
    "acc_x_mps2",
    "acc_y_mps2",
    "acc_z_mps2",
    "gyr_x_radps",
    "gyr_y_radps",
    "gyr_z_radps",
)


class TableDescriptor(NamedTuple):
    """Stands where a sensor's descriptor stands: column names and the median sample period."""

    columns: tuple[str, ...]
    period_s: float


def pack_table_descriptor(descriptor: TableDescriptor) -> bytes:
    """UTF-8 JSON, so that a recording explains itself."""
    return json.dumps(descriptor._asdict()).encode()


def unpack_table_descriptor(payload: bytes) -> TableDescriptor:
    """Read a table's descriptor; refuses columns that no table of contract.md has."""
    try:
        raw = json.loads(payload)
        descriptor = TableDescriptor(tuple(raw["columns"]), float(raw["period_s"]))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise WireError("the table's descriptor is not the JSON that FORMAT.md tables") from None
    if descriptor.columns not in (ENCODER_DISTANCE, ENCODER_COUNT, IMU):
        raise WireError(f"unknown table columns {', '.join(map(str, descriptor.columns))}")
    if not LEAST_PERIOD_S <= descriptor.period_s <= 2 * MAX_TIME_S:
        raise WireError("the table's sample period is not one of a sensor, in seconds")
    return descriptor


def pack_rows(rows: FloatArray) -> bytes:
    """Pack (n, columns) rows."""
    return np.ascontiguousarray(rows, "<f8").tobytes()


def unpack_rows(payload: bytes, columns: int) -> FloatArray:
    """Read (n, columns) rows; refuses what is not finite or runs backwards in time."""
    if not payload or len(payload) % (8 * columns):
        raise WireError(f"{len(payload)} bytes are not whole rows of {columns} float64 values")
    rows = np.frombuffer(payload, "<f8").reshape(-1, columns)
    if not np.all(np.isfinite(rows)):
        raise WireError("a table packet holds a value that is not a finite number")
    if np.any(rows[1:, 0] <= rows[:-1, 0]):
        raise WireError("the times of a table packet do not increase")
    return rows
