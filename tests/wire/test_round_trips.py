"""Whatever can be written is read back as it was; whatever is read never fails but by WireError."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sledmon.errors import WireError
from sledmon.wire import control, descriptor, stream, table

u8 = st.integers(0, 0xFF)
u16 = st.integers(0, 0xFFFF)
u32 = st.integers(0, 0xFFFFFFFF)
i16 = st.integers(-0x8000, 0x7FFF)
PLAIN = 0xFF & ~stream.Flags.EDGE_TIMED

plain_headers = st.builds(
    stream.Header, st.just(stream.VERSION), u16, u32, st.integers(0, 0xFF).map(lambda f: f & PLAIN)
)
edge_headers = st.builds(
    stream.Header, st.just(stream.VERSION), u16, u32, u8.map(lambda f: f | stream.Flags.EDGE_TIMED)
)


@given(plain_headers, hnp.arrays(np.int16, st.tuples(st.integers(1, 19), st.just(6))))
def test_imu_notifications(header: stream.Header, raw: Any) -> None:
    read = stream.unpack_imu(stream.pack_imu(header, raw))
    assert read.header == header
    np.testing.assert_array_equal(read.raw, raw)


@given(plain_headers, st.integers(-(2**31), 2**31 - 1), st.lists(i16, max_size=116))
def test_encoder_notifications(header: stream.Header, first: int, deltas: list[int]) -> None:
    counts = np.cumsum([first, *deltas], dtype=np.int64)
    read = stream.unpack_encoder(stream.pack_encoder(header, counts))
    assert read.header == header
    assert read.offset_ticks is None
    np.testing.assert_array_equal(read.counts, counts)


@given(
    edge_headers,
    st.integers(-(2**31), 2**31 - 1),
    st.lists(st.tuples(u16, i16), max_size=58),
)
def test_edge_timed_notifications(
    header: stream.Header, first: int, edges: list[tuple[int, int]]
) -> None:
    counts = np.cumsum([first, *(delta for _, delta in edges)], dtype=np.int64)
    ticks = np.cumsum([0, *(8 * interval for interval, _ in edges)], dtype=np.int64)
    read = stream.unpack_encoder(stream.pack_encoder(header, counts, ticks))
    assert read.header == header
    np.testing.assert_array_equal(read.counts, counts)
    assert read.offset_ticks is not None
    np.testing.assert_array_equal(read.offset_ticks, ticks)


@given(st.integers(-(2**40), 2**40))
def test_a_count_beyond_i32_travels_modulo_its_width(count: int) -> None:
    header = stream.Header(stream.VERSION, 0, 0, 0)
    read = stream.unpack_encoder(stream.pack_encoder(header, np.array([count], np.int64)))
    assert (int(read.counts[0]) - count) % 2**32 == 0
    assert -(2**31) <= read.counts[0] < 2**31


serials = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=16)
counts_per_m = st.floats(10.0, 1e6, width=32)


@given(serials, st.integers(100_000, 1_000_000_000), u32, u8, st.integers(1, 255), u32)
def test_imu_descriptors(
    serial: str, period: int, boot: int, features: int, samples: int, ring: int
) -> None:
    written = descriptor.Descriptor(
        kind=descriptor.Kind.IMU,
        serial=serial,
        sample_period_ns=period,
        boot_id=boot,
        features=features,
        samples_per_notification=samples,
        ring_notifications=ring,
        acc_mps2_per_count=2.0**-8,
        gyr_radps_per_count=2.0**-10,
        resolution_counts=0.0,
    )
    assert descriptor.unpack_descriptor(descriptor.pack_descriptor(written)) == written


@given(counts_per_m, st.floats(0.01171875, 1000.0, width=32), st.binary(max_size=20))
def test_encoder_descriptors_of_this_and_newer_minor_versions(
    scale: float, resolution: float, tail: bytes
) -> None:
    written = descriptor.Descriptor(
        kind=descriptor.Kind.ENCODER,
        serial="A",
        sample_period_ns=10_000_000,
        boot_id=1,
        counts_per_m=scale,
        resolution_counts=resolution,
    )
    assert descriptor.unpack_descriptor(descriptor.pack_descriptor(written) + tail) == written


@given(st.sampled_from(control.Opcode), u16, u16)
def test_commands(opcode: control.Opcode, argument: int, extent: int) -> None:
    takes = {control.Opcode.SET_RATE: 1, control.Opcode.RESEND: 2}.get(opcode, 0)
    written = control.Command(opcode, *(argument, extent)[:takes])
    assert control.unpack_command(control.pack_command(written)) == written


@given(st.sampled_from(control.Opcode), st.sampled_from(control.Status), u16)
def test_answers(opcode: control.Opcode, status: control.Status, value: int) -> None:
    written = control.Answer(opcode, status, value)
    assert control.unpack_answer(control.pack_answer(written)) == written


@given(u32, u32, u32)
def test_pings_and_pongs(token: int, received: int, sent: int) -> None:
    assert control.unpack_ping(control.pack_ping(token)) == token
    pong = control.Pong(token, received, sent)
    assert control.unpack_pong(control.pack_pong(pong)) == pong


@given(
    st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=30, unique=True),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_table_rows(times: list[float], value: float) -> None:
    rows = np.array([[time, value] for time in sorted(times)])
    assert all(a < b for a, b in pairwise(rows[:, 0]))
    np.testing.assert_array_equal(table.unpack_rows(table.pack_rows(rows), 2), rows)


READERS: list[Callable[[bytes], object]] = [
    stream.unpack_header,
    stream.unpack_imu,
    stream.unpack_encoder,
    descriptor.unpack_descriptor,
    control.unpack_command,
    control.unpack_answer,
    control.unpack_ping,
    control.unpack_pong,
    table.unpack_table_descriptor,
    lambda payload: table.unpack_rows(payload, 7),
]


@pytest.mark.parametrize("read", READERS)
@given(payload=st.binary(max_size=260))
def test_any_bytes_are_read_or_refused(read: Callable[[bytes], object], payload: bytes) -> None:
    try:
        read(payload)
    except WireError as refusal:
        assert str(refusal)


@given(
    body=st.binary(max_size=252),
    versioned=st.sampled_from([stream.unpack_imu, stream.unpack_encoder]),
)
def test_any_body_behind_a_right_version_is_read_or_refused(
    body: bytes, versioned: Callable[[bytes], object]
) -> None:
    try:
        versioned(bytes([stream.VERSION]) + body)
    except WireError as refusal:
        assert str(refusal)
