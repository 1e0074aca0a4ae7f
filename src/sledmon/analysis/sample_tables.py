"""Tables of samples: the path of every rep, and what each sensor sent over the whole session."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sledmon.analysis.rep_tables import measured_column
from sledmon.analysis.table import Column, Table
from sledmon.estimate.find import counts_per_m
from sledmon.results import Rep
from sledmon.rig import Rig
from sledmon.samples import EncoderBlock, FloatArray, ImuBlock

_AXES = "xyz"


def path_table(reps: Iterable[Rep]) -> Table:
    """Distance and velocity of every rep at regular moments; reps must have been traced."""
    traced = [(rep, rep.estimates.moments) for rep in reps]
    parts = [(rep, moments) for rep, moments in traced if moments is not None]
    number = [rep.number for rep, moments in parts for _ in moments.time_s]

    def joined(read: Callable[[Any], Sequence[float]]) -> list[float]:
        return [value for _, moments in parts for value in read(moments)]

    since_start = [
        time_s - rep.estimates.start_s for rep, moments in parts for time_s in moments.time_s
    ]
    return Table(
        name="samples",
        description="the path of each rep, 100 rows a second, from 0.5 s before its start",
        columns=(
            _rep_column(number),
            measured_column("time_s", "s", "session time", joined(lambda t: t.time_s)),
            measured_column("since_start_s", "s", "time since the rep's start", since_start),
            measured_column(
                "distance_m",
                "m",
                "of the pelvis from the start line",
                joined(lambda t: t.distance_m),
            ),
            measured_column(
                "distance_sigma_m",
                "m",
                "one standard error of distance_m, on the rep's own clock",
                joined(lambda t: t.distance_sigma_m),
            ),
            measured_column(
                "velocity_mps",
                "m/s",
                "instantaneous, with the rhythm of the steps",
                joined(lambda t: t.velocity_mps),
            ),
            measured_column(
                "velocity_sigma_mps",
                "m/s",
                "one standard error of velocity_mps",
                joined(lambda t: t.velocity_sigma_mps),
            ),
        ),
    )


def encoder_table(blocks: Sequence[EncoderBlock], reps: Sequence[Rep], rig: Rig) -> Table:
    """What the tether sent."""
    payout = [block.count / counts_per_m(block, rig) for block in blocks]
    order, common = _common(blocks, reps)
    return Table(
        name="encoder",
        description="what the tether encoder sent, one row a sample",
        columns=(
            *common,
            measured_column(
                "payout_m", "m", "cord paid out; zero anywhere in each segment",
                _joined(payout)[order],
            ),
        ),
    )  # fmt: skip


def imu_table(blocks: Sequence[ImuBlock], reps: Sequence[Rep]) -> Table:
    """What the belt IMU sent."""
    order, common = _common(blocks, reps)
    acc = _joined([block.acc_sensor_mps2 for block in blocks]).reshape(-1, 3)[order]
    gyr = _joined([block.gyr_sensor_radps for block in blocks]).reshape(-1, 3)[order]
    clipped = _joined([block.clipped for block in blocks])[order]
    return Table(
        name="imu",
        description="what the belt IMU sent in its own axes, one row a sample",
        columns=(
            *common,
            _boolean("clipped", "a channel stood at the end of its range", clipped),
            *(
                measured_column(
                    f"acc_{axis}_mps2", "m/s^2", f"specific force along the sensor's {axis}",
                    acc[:, i],
                )
                for i, axis in enumerate(_AXES)
            ),
            *(
                measured_column(
                    f"gyr_{axis}_radps", "rad/s", f"angular rate about the sensor's {axis}",
                    gyr[:, i],
                )
                for i, axis in enumerate(_AXES)
            ),
        ),
    )  # fmt: skip


def _common(
    blocks: Sequence[EncoderBlock] | Sequence[ImuBlock], reps: Sequence[Rep]
) -> tuple[npt.NDArray[np.intp], tuple[Column, ...]]:
    """Order by time, and the columns that both sensors have."""
    time_s = _joined([block.time_s for block in blocks])
    order = np.argsort(time_s, kind="stable")
    time_s = time_s[order]
    late = _joined([np.full(len(block.time_s), block.late) for block in blocks])[order]
    segment = _joined([np.full(len(block.time_s), float(block.segment)) for block in blocks])[order]
    return order, (
        _rep_column(_rep_at(time_s, reps)),
        Column(
            name="segment",
            kind="integer",
            unit="",
            description="counted anew whenever the sensor restarts",
            values=[int(value) for value in segment],
        ),
        _boolean("late", "sent again after newer samples had come", late),
        measured_column("time_s", "s", "session time", time_s),
    )


def _rep_at(time_s: FloatArray, reps: Sequence[Rep]) -> list[int | None]:
    """In which rep each moment lies: from its start to its end, or to where its path ends."""
    numbers: list[int | None] = [None] * len(time_s)
    for rep in reps:
        values = rep.estimates
        last_s = values.end_s
        if not values.complete:
            seen = values.moments
            last_s = seen.time_s[-1] if seen and seen.time_s else last_s
        first, last = np.searchsorted(time_s, [values.start_s, last_s])
        numbers[first:last] = [rep.number] * max(int(last - first), 0)
    return numbers


def _rep_column(values: Sequence[int | None]) -> Column:
    return Column(
        name="rep", kind="integer", unit="", description="number of the rep", values=values
    )


def _boolean(name: str, description: str, values: FloatArray) -> Column:
    return Column(
        name=name,
        kind="boolean",
        unit="",
        description=description,
        values=[bool(value) for value in values],
    )


def _joined(parts: Sequence[npt.NDArray[Any]]) -> FloatArray:
    return np.concatenate(parts).astype(np.float64) if parts else np.empty(0)
