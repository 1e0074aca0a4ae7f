"""Table packets of a recording made elsewhere: what no sensor can have measured is a fault."""

from collections.abc import Sequence

import numpy as np
import pytest

from sledmon.decode import Decoded, Decoder
from sledmon.rig import parse_rig
from sledmon.samples import Connected, Device, FloatArray, Packet, Record
from sledmon.wire import table

STEP_S = 0.01
ROWS = 10


def rows(column: FloatArray, start_s: float = 0.0) -> FloatArray:
    return np.column_stack([start_s + np.arange(len(column)) * STEP_S, column])


def connected(device: Device, columns: tuple[str, ...]) -> Connected:
    packed = table.pack_table_descriptor(table.TableDescriptor(columns, STEP_S))
    return Connected(0, device, "table-1", packed)


def packets(device: Device, values: FloatArray) -> list[Packet]:
    parts = [values[i : i + ROWS] for i in range(0, len(values), ROWS)]
    return [Packet(round(p[-1, 0] * 1e9), device, table.pack_rows(p)) for p in parts]


def decoded(device: Device, columns: tuple[str, ...], values: FloatArray, rig: str = "") -> Decoded:
    return run([connected(device, columns), *packets(device, values)], rig)


def run(records: Sequence[Record], rig: str = "") -> Decoded:
    decoder = Decoder()
    decoder.set_rig(parse_rig(rig))
    return decoder.push(records, 0)


def cord() -> FloatArray:
    """Half a second at rest, then 9 m/s."""
    return rows(9.0 * np.maximum(np.arange(200) * STEP_S - 0.5, 0.0))


@pytest.mark.parametrize("value", [1e300, -1e300, 1e18, 1e4, 60.0, -20.0])
@pytest.mark.parametrize("row", [0, 104, 109, 199])
def test_a_wild_position_costs_its_packet_and_is_told(row: int, value: float) -> None:
    values = cord()
    values[row, 1] = value
    out = decoded("encoder", table.ENCODER_DISTANCE, values)
    assert out.faults
    assert sum(len(block.time_s) for block in out.encoder) >= len(values) - 2 * ROWS
    if row:
        positions = np.concatenate([block.count for block in out.encoder])
        assert np.all(np.abs(positions) <= 14.0)


def test_counts_are_judged_by_the_rig() -> None:
    values = cord() * [1.0, 20_000.0]
    fits = "[encoder]\ncounts_per_m = 20000.0\n"
    assert not decoded("encoder", table.ENCODER_COUNT, values, fits).faults
    assert decoded("encoder", table.ENCODER_COUNT, values).faults


def test_two_packets_that_agree_on_another_zero_begin_a_segment() -> None:
    values = cord()
    values[120:, 1] -= 50.0
    out = decoded("encoder", table.ENCODER_DISTANCE, values)
    assert [fault.reason for fault in out.faults] == ["cord faster than 15 m/s since the last row"]
    assert [(block.segment, len(block.time_s)) for block in out.encoder] == [(0, 120), (1, 70)]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (1, 1e300, "acceleration beyond 320 m/s2"),
        (3, -321.0, "acceleration beyond 320 m/s2"),
        (4, 1e18, "angular rate beyond 70 rad/s"),
        (6, -71.0, "angular rate beyond 70 rad/s"),
    ],
)
def test_a_wild_imu_value_costs_its_packet_and_is_told(
    column: int, value: float, reason: str
) -> None:
    values = np.column_stack([np.arange(100) * STEP_S, np.full((100, 6), 5.0)])
    values[55, column] = value
    out = decoded("imu", table.IMU, values)
    assert [fault.reason for fault in out.faults] == [reason]
    assert sum(len(block.time_s) for block in out.imu) == 90


@pytest.mark.parametrize("time_s", [1e300, -1e300, 3e9, 12.0])
def test_rows_of_another_time_than_their_packets_are_a_fault(time_s: float) -> None:
    records: list[Record] = [connected("encoder", table.ENCODER_DISTANCE)]
    records += packets("encoder", cord())
    packet = records[3]
    assert isinstance(packet, Packet)
    moved = table.unpack_rows(packet.payload, 2).copy()
    moved[-1 if time_s > 0 else 0, 0] = time_s
    records[3] = packet._replace(payload=table.pack_rows(moved))
    out = run(records)
    assert [f.reason for f in out.faults] == ["its rows are not of the time at which it arrived"]
    assert len(out.gaps) == 1
