"""Table packets with values that no sensor measured: faults, and never a crash or a wild number."""

from dataclasses import fields
from functools import cache

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sledmon.decode import Decoder
from sledmon.pipeline import Pipeline
from sledmon.results import Measured, Rep
from sledmon.samples import Connected, Device, FloatArray, Opened, Packet, Record
from sledmon.twin import SessionParams, simulate
from sledmon.wire import table

PACKET_ROWS = 12
PEAK_MPS = 20.0
SECONDS = 14.0

WILD = st.one_of(
    st.sampled_from([1e300, -1e300, 1e18, -1e18, 1.7e308, -1.7e308, 5e-324, 0.0, 1e9, -1e9]),
    st.floats(-1e4, 1e4),
    st.floats(allow_nan=False, allow_infinity=False),
)


@cache
def tables() -> dict[Device, FloatArray]:
    """One simulated run as the rows of two tables."""
    records = simulate(SessionParams(seed=5, reps=1, unresisted=1, rest_s=0.0)).records
    decoded = Decoder().push(records, 0)
    tether = np.concatenate(
        [np.column_stack([b.time_s, b.count / b.counts_per_m]) for b in decoded.encoder]
    )
    belt = np.concatenate(
        [np.column_stack([b.time_s, b.acc_sensor_mps2, b.gyr_sensor_radps]) for b in decoded.imu]
    )
    return {"imu": belt[belt[:, 0] < SECONDS], "encoder": tether[tether[:, 0] < SECONDS]}


@cache
def arrivals(device: Device) -> tuple[int, ...]:
    """When each packet arrives, whatever will be written into it."""
    time_s = tables()[device][:, 0]
    ends = [*range(PACKET_ROWS - 1, len(time_s) - 1, PACKET_ROWS), len(time_s) - 1]
    return tuple(round(time_s[end] * 1e9) for end in ends)


def recording(imu: FloatArray, encoder: FloatArray, columns: tuple[str, ...]) -> list[Record]:
    records: list[Record] = [Opened(0, "import", "", "")]
    packets: list[Packet] = []
    named: list[tuple[Device, FloatArray, tuple[str, ...], float]] = [
        ("imu", imu, table.IMU, 0.005),
        ("encoder", encoder, columns, 0.01),
    ]
    for device, values, names, period_s in named:
        descriptor = table.pack_table_descriptor(table.TableDescriptor(names, period_s))
        records.append(Connected(0, device, "table-1", descriptor))
        for k, received_ns in enumerate(arrivals(device)):
            rows = values[k * PACKET_ROWS : (k + 1) * PACKET_ROWS]
            packets.append(Packet(received_ns, device, table.pack_rows(rows)))
    return records + sorted(packets, key=lambda packet: packet.received_ns)


def values_of(rep: Rep) -> list[Measured]:
    found = rep.estimates
    return [
        found.peak_velocity_mps, found.mean_velocity_mps, found.window.velocity_mps,
        *(getattr(found.steps, f.name) for f in fields(found.steps) if f.name != "count"),
    ]  # fmt: skip


PLACES = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 5), st.integers(1, 40), WILD)


@settings(max_examples=120, deadline=None)
@given(belt=st.lists(PLACES, max_size=3), cord=st.lists(PLACES, max_size=3), counts=st.booleans())
@example(belt=[], cord=[(0.5, 0, 1, 1e300)], counts=False)
@example(belt=[], cord=[(0.5, 0, 400, 1e300)], counts=True)
@example(belt=[(0.5, 2, 1, 1e300), (0.4, 5, 3, -1e18)], cord=[], counts=False)
@example(belt=[(0.0, k, 4000, -1e300) for k in range(6)], cord=[], counts=False)
def test_wild_values_in_table_packets_give_faults_and_no_wild_number(
    belt: list[tuple[float, int, int, float]],
    cord: list[tuple[float, int, int, float]],
    counts: bool,
) -> None:
    imu, encoder = tables()["imu"].copy(), tables()["encoder"].copy()
    if counts:
        encoder[:, 1] *= 5000.0
    for where, column, length, value in belt:
        first = int(where * len(imu))
        imu[first : first + length, 1 + column] = value
    for where, _, length, value in cord:
        first = int(where * len(encoder))
        encoder[first : first + length, 1] = value
    columns = table.ENCODER_COUNT if counts else table.ENCODER_DISTANCE
    pipeline = Pipeline(watch=lambda block: None)
    pipeline.push(recording(imu, encoder, columns))
    session = pipeline.finish()
    assert len(session.reps) <= 3
    for rep in session.reps:
        for measured in values_of(rep):
            assert not measured.known or abs(measured.value) < PEAK_MPS


@settings(max_examples=60, deadline=None)
@given(moved=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), WILD), min_size=1, max_size=4))
@example(moved=[(0.5, 1e300)])
@example(moved=[(0.5, 3e9)])
def test_wild_times_in_table_packets_give_faults_and_no_wild_number(
    moved: list[tuple[float, float]],
) -> None:
    imu, encoder = tables()["imu"].copy(), tables()["encoder"].copy()
    for where, value in moved:
        encoder[int(where * len(encoder)), 0] = value
        imu[int(where * len(imu)), 0] = value
    pipeline = Pipeline(watch=lambda block: None)
    pipeline.push(recording(imu, encoder, table.ENCODER_DISTANCE))
    session = pipeline.finish()
    assert len(session.reps) <= 3
    for rep in session.reps:
        for measured in values_of(rep):
            assert not measured.known or abs(measured.value) < PEAK_MPS
