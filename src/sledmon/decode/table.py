"""Imported tables: rows are samples already on session time; nothing is fitted or rounded."""

from collections.abc import Sequence

import numpy as np

from sledmon.decode.sensor import Output
from sledmon.errors import WireError
from sledmon.results import UNKNOWN, Measured
from sledmon.samples import Device, EncoderBlock, Fault, FloatArray, Gap, ImuBlock, IntArray, Packet
from sledmon.units import NANOSECONDS_PER_SECOND
from sledmon.wire.limits import (
    COARSEST_STEP_M,
    FARTHEST_M,
    FASTEST_CORD_MPS,
    HELD_S,
    MOST_ACC_MPS2,
    MOST_GYR_RADPS,
    too_fast,
)
from sledmon.wire.table import (
    ENCODER_DISTANCE,
    IMU,
    TableDescriptor,
    unpack_rows,
    unpack_table_descriptor,
)

_GAP_PERIODS = 1.5
_SILENT_S = 1.0
_SPANNED_S = 1.0  # a packet holds 0.1 s of rows and arrives with its last


class TableDecoder:
    """Layout ``table-1``."""

    def __init__(self, device: Device, counts_per_m: float) -> None:
        """``counts_per_m`` is the rig's; a table does not say."""
        self._device: Device = device
        self._counts_per_m = counts_per_m
        self._descriptor: TableDescriptor | None = None
        self._last_s = float("nan")
        self._newest: FloatArray | None = None  # last row of this segment
        self._suspect: FloatArray | None = None  # refused; a second like it is another zero
        self._segment = -1

    @property
    def period_s(self) -> float:
        """The table's median sample period."""
        return self._descriptor.period_s if self._descriptor else float("nan")

    @property
    def drift(self) -> Measured:
        """Unknown: a table's times are the session's."""
        return UNKNOWN

    def connected(self, descriptor: bytes) -> None:
        """A table begins; it must be one for this device."""
        fresh = unpack_table_descriptor(descriptor)
        fits = (fresh.columns == IMU) == (self._device == "imu")
        if not fits:
            raise WireError(
                f"a table of {', '.join(fresh.columns)} is not one of the {self._device}"
            )
        self._descriptor = fresh
        self._begin_segment()

    def push(self, packets: Sequence[tuple[int, Packet]]) -> list[Output]:
        """One block for all rows that can be read; each step of more than 1.5 periods is a gap."""
        out: list[Output] = []
        descriptor = self._descriptor
        if descriptor is None:
            reason = "came before any descriptor was read"
            return [Fault(self._device, packet.received_ns, reason) for _, packet in packets]
        tables: list[FloatArray] = []
        ordinals: list[int] = []

        def emit() -> None:
            if tables:
                record = np.repeat(np.array(ordinals, np.int64), [len(rows) for rows in tables])
                out.append(self._block(np.concatenate(tables), record, descriptor))
                tables.clear()
                ordinals.clear()

        for ordinal, packet in packets:
            try:
                rows = unpack_rows(packet.payload, len(descriptor.columns))
                received_s = packet.received_ns / NANOSECONDS_PER_SECOND
                self._require_possible(rows, received_s, descriptor)
                if self._has_another_zero(rows, descriptor):
                    emit()
                    self._begin_segment()
            except WireError as error:
                out.append(Fault(self._device, packet.received_ns, str(error)))
                continue
            steps = np.diff(rows[:, 0], prepend=self._last_s)
            for i in np.flatnonzero(steps > _GAP_PERIODS * descriptor.period_s):
                end_s = float(rows[i, 0])
                start_s = end_s - float(steps[i]) + descriptor.period_s
                lost = max(1, round((end_s - start_s) / descriptor.period_s))
                out.append(Gap(self._device, start_s, end_s, 0, lost))
            self._last_s, self._newest = float(rows[-1, 0]), rows[-1]
            tables.append(rows)
            ordinals.append(ordinal)
        emit()
        return out

    def finish(self, received_ns: int) -> list[Output]:
        """A table that ends more than a second before the recording does left a gap."""
        end_s = received_ns / NANOSECONDS_PER_SECOND
        start_s = self._last_s + self.period_s
        if not end_s - start_s > _SILENT_S:
            return []
        return [Gap(self._device, start_s, end_s, 0, round((end_s - start_s) / self.period_s))]

    def _begin_segment(self) -> None:
        self._segment += 1
        self._newest = self._suspect = None

    def _require_possible(
        self, rows: FloatArray, received_s: float, descriptor: TableDescriptor
    ) -> None:
        if np.any(np.abs(rows[[0, -1], 0] - received_s) > _SPANNED_S):
            raise WireError("its rows are not of the time at which it arrived")
        if rows[0, 0] <= self._last_s:
            raise WireError("its rows lie before rows that already came")
        if descriptor.columns == IMU:
            if np.any(np.abs(rows[:, 1:4]) > MOST_ACC_MPS2):
                raise WireError(f"acceleration beyond {MOST_ACC_MPS2:g} m/s2")
            if np.any(np.abs(rows[:, 4:7]) > MOST_GYR_RADPS):
                raise WireError(f"angular rate beyond {MOST_GYR_RADPS:g} rad/s")
        elif np.any(np.abs(rows[:, 1]) > FARTHEST_M * self._per_m(descriptor)):
            raise WireError("a position that no cord reaches")
        elif self._jumps(rows, descriptor) or self._jumps(rows[[0, -1]], descriptor):
            raise WireError(f"cord faster than {FASTEST_CORD_MPS:g} m/s between two rows")

    def _has_another_zero(self, rows: FloatArray, descriptor: TableDescriptor) -> bool:
        """Whether two packets agree on a place that no cord can have come to; WireError at one."""
        if descriptor.columns == IMU or self._newest is None:
            return False
        suspect, self._suspect = self._suspect, None
        if not self._jumps(np.stack([self._newest, rows[0]]), descriptor):
            return False
        if suspect is not None and not self._jumps(np.stack([suspect, rows[0]]), descriptor):
            return True
        self._suspect = rows[-1]
        raise WireError(f"cord faster than {FASTEST_CORD_MPS:g} m/s since the last row")

    def _jumps(self, rows: FloatArray, descriptor: TableDescriptor) -> bool:
        # Wider than an import's own limit, which knows for how long each value was held.
        per_m = self._per_m(descriptor)
        step_m = COARSEST_STEP_M if descriptor.columns == ENCODER_DISTANCE else 1.0 / per_m
        least_s = np.maximum(np.diff(rows[:, 0]) + HELD_S, descriptor.period_s)
        return bool(np.any(too_fast(rows[:, 0], rows[:, 1] / per_m, least_s, step_m)))

    def _per_m(self, descriptor: TableDescriptor) -> float:
        return 1.0 if descriptor.columns == ENCODER_DISTANCE else self._counts_per_m

    def _block(
        self, rows: FloatArray, record: IntArray, descriptor: TableDescriptor
    ) -> EncoderBlock | ImuBlock:
        if descriptor.columns == IMU:
            return ImuBlock(
                segment=self._segment,
                time_s=rows[:, 0],
                acc_sensor_mps2=rows[:, 1:4],
                gyr_sensor_radps=rows[:, 4:7],
                clipped=np.zeros(len(rows), np.bool_),
                record=record,
            )
        metres = descriptor.columns == ENCODER_DISTANCE
        return EncoderBlock(
            segment=self._segment,
            time_s=rows[:, 0],
            count=rows[:, 1],
            record=record,
            counts_per_m=1.0 if metres else float("nan"),
            resolution_counts=0.0 if metres else 1.0,
            own_clock=True,
        )
