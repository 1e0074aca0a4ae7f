"""Imported tables: rows are samples already on session time; nothing is fitted or rounded."""

from collections.abc import Sequence

import numpy as np

from sledmon.decode.sensor import Output
from sledmon.errors import WireError
from sledmon.samples import Device, EncoderBlock, Fault, FloatArray, Gap, ImuBlock, IntArray, Packet
from sledmon.units import NANOSECONDS_PER_SECOND
from sledmon.wire.table import (
    ENCODER_DISTANCE,
    IMU,
    TableDescriptor,
    unpack_rows,
    unpack_table_descriptor,
)

_GAP_PERIODS = 1.5
_SILENT_S = 1.0


class TableDecoder:
    """Layout ``table-1``."""

    def __init__(self, device: Device) -> None:
        self._device: Device = device
        self._descriptor: TableDescriptor | None = None
        self._last_s = float("nan")
        self._segment = -1

    @property
    def period_s(self) -> float:
        """The table's median sample period."""
        return self._descriptor.period_s if self._descriptor else float("nan")

    def connected(self, descriptor: bytes) -> None:
        """A table begins; it must be one for this device."""
        fresh = unpack_table_descriptor(descriptor)
        fits = (fresh.columns == IMU) == (self._device == "imu")
        if not fits:
            raise WireError(
                f"a table of {', '.join(fresh.columns)} is not one of the {self._device}"
            )
        self._descriptor = fresh
        self._segment += 1

    def push(self, packets: Sequence[tuple[int, Packet]]) -> list[Output]:
        """One block for all rows that can be read; each step of more than 1.5 periods is a gap."""
        out: list[Output] = []
        descriptor = self._descriptor
        if descriptor is None:
            reason = "came before any descriptor was read"
            return [Fault(self._device, packet.received_ns, reason) for _, packet in packets]
        tables: list[FloatArray] = []
        ordinals: list[int] = []
        for ordinal, packet in packets:
            try:
                rows = unpack_rows(packet.payload, len(descriptor.columns))
                if rows[0, 0] <= self._last_s:
                    raise WireError("its rows lie before rows that already came")
            except WireError as error:
                out.append(Fault(self._device, packet.received_ns, str(error)))
                continue
            steps = np.diff(rows[:, 0], prepend=self._last_s)
            for i in np.flatnonzero(steps > _GAP_PERIODS * descriptor.period_s):
                end_s = float(rows[i, 0])
                start_s = end_s - float(steps[i]) + descriptor.period_s
                lost = max(1, round((end_s - start_s) / descriptor.period_s))
                out.append(Gap(self._device, start_s, end_s, 0, lost))
            self._last_s = float(rows[-1, 0])
            tables.append(rows)
            ordinals.append(ordinal)
        if tables:
            record = np.repeat(np.array(ordinals, np.int64), [len(rows) for rows in tables])
            out.append(self._block(np.concatenate(tables), record, descriptor))
        return out

    def finish(self, received_ns: int) -> list[Output]:
        """A table that ends more than a second before the recording does left a gap."""
        end_s = received_ns / NANOSECONDS_PER_SECOND
        start_s = self._last_s + self.period_s
        if not end_s - start_s > _SILENT_S:
            return []
        return [Gap(self._device, start_s, end_s, 0, round((end_s - start_s) / self.period_s))]

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
