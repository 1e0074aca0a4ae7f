"""Whatever can be written for a bought sensor is read back, however a stream is cut."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sledmon.errors import WireError
from sledmon.wire import exchange, polar, polar_frames, witmotion
from sledmon.wire.polar import Measurement, Opcode, Setting, Status
from sledmon.wire.polar_frames import PolarFrame
from tests.wire.bought_examples import READ

u16 = st.integers(0, 0xFFFF)
stamps = st.integers(0, 2**64 - 1)
settings_of = st.fixed_dictionaries(
    {},
    optional={
        Setting.SAMPLE_RATE: st.lists(u16, max_size=8).map(tuple),
        Setting.RESOLUTION: st.lists(u16, max_size=3).map(tuple),
        Setting.RANGE: st.lists(u16, max_size=8).map(tuple),
        Setting.RANGE_MILLI_UNIT: st.lists(st.integers(0, 2**32 - 1), max_size=3).map(tuple),
        Setting.CHANNELS: st.lists(st.integers(0, 255), max_size=3).map(tuple),
        Setting.FACTOR: st.lists(st.floats(0, 1, width=32), max_size=1).map(tuple),
    },
)


@given(st.sampled_from(Opcode), st.sampled_from(Measurement), settings_of)
def test_polar_requests(opcode: Opcode, measurement: Measurement, settings: Any) -> None:
    request = polar.Request(opcode, measurement, settings if opcode is Opcode.START else {})
    assert polar.unpack_request(polar.pack_request(request)) == request


@given(
    st.sampled_from(Opcode),
    st.sampled_from(Measurement),
    st.sampled_from(Status),
    st.booleans(),
    settings_of,
)
def test_polar_answers(
    opcode: Opcode, measurement: Measurement, status: Status, more: bool, settings: Any
) -> None:
    well = status is Status.SUCCESS
    answer = polar.Answer(opcode, measurement, status, more and well, settings if well else {})
    assert polar.unpack_answer(polar.pack_answer(answer)) == answer


@pytest.mark.parametrize(("form", "bits"), [(0x00, 8), (0x01, 16), (0x02, 24), (0x80, 16)])
@given(draw=st.data())
def test_polar_frames_of_whole_numbers(form: int, bits: int, draw: Any) -> None:
    half = 1 << bits - 1
    shape = st.tuples(st.integers(1, 50), st.just(3))
    raw = draw.draw(hnp.arrays(np.int64, shape, elements=st.integers(-half, half - 1)))
    frame = PolarFrame(Measurement.ACC, draw.draw(stamps), form, raw)
    read = polar_frames.unpack_frame(polar_frames.pack_frame(frame))
    assert read[:3] == frame[:3]
    np.testing.assert_array_equal(read.raw, raw)


@given(
    hnp.arrays(
        np.float32, st.tuples(st.integers(1, 30), st.just(3)), elements=st.floats(width=32)
    ).filter(lambda raw: bool(np.all(np.isfinite(raw)))),
    stamps,
)
def test_polar_frames_of_floats(raw: Any, stamp_ns: int) -> None:
    frame = PolarFrame(Measurement.GYRO, stamp_ns, 0x81, raw)
    read = polar_frames.unpack_frame(polar_frames.pack_frame(frame))
    assert read.raw.tobytes() == raw.tobytes()


@given(
    hnp.arrays(
        np.int64, st.tuples(st.integers(1, 40), st.just(3)), elements=st.integers(-999, 999)
    ),
    st.lists(st.integers(0, 40), max_size=4),
    st.integers(12, 32),
)
def test_a_frame_may_be_cut_into_any_blocks(raw: Any, cuts: list[int], bits: int) -> None:
    further = len(raw) - 1
    edges = sorted({0, *(min(cut, further) for cut in cuts), further})
    blocks = tuple((bits, b - a) for a, b in pairwise(edges))
    frame = PolarFrame(Measurement.ACC, 5, 0x81, raw, blocks)
    if polar_frames.HEADER.size + 6 + sum(2 + 12 * n for _, n in blocks) > 512:
        return
    read = polar_frames.unpack_frame(polar_frames.pack_frame(frame))
    assert read.blocks == blocks
    np.testing.assert_array_equal(read.raw, raw)


@given(hnp.arrays(np.int16, (9,)))
def test_witmotion_samples(raw: Any) -> None:
    np.testing.assert_array_equal(witmotion.unpack_sample(witmotion.pack_sample(raw)), raw)


@given(u16, st.tuples(*[u16] * 8))
def test_witmotion_registers(first: int, values: tuple[int, ...]) -> None:
    registers = witmotion.Registers(first, values)
    assert witmotion.unpack_registers(witmotion.pack_registers(registers)) == registers


@given(st.integers(0, 255), u16)
def test_witmotion_commands(register: int, value: int) -> None:
    command = witmotion.Command(register, value)
    assert witmotion.unpack_command(witmotion.pack_command(command)) == command


# Counts that look like the beginning of a frame, often.
tricky = st.one_of(st.sampled_from([0x6155, 0x7155, 0x5555, -1]), st.integers(-0x8000, 0x7FFF))
frames_of = st.lists(
    st.one_of(
        hnp.arrays(np.int16, (9,), elements=tricky).map(witmotion.pack_sample),
        st.tuples(st.just(0x6155), st.tuples(*[st.just(0x7155)] * 8)).map(
            lambda r: witmotion.pack_registers(witmotion.Registers(*r))
        ),
    ),
    max_size=12,
)


def _split(pieces: list[bytes]) -> tuple[list[bytes], int]:
    frames: list[bytes] = []
    rest, skipped = b"", 0
    for piece in pieces:
        split = witmotion.split_frames(rest, piece)
        frames += split.frames
        rest, skipped = split.rest, skipped + split.skipped
    return frames, skipped


def _cut(stream: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(c % (len(stream) + 1) for c in cuts), len(stream)]
    return [stream[a:b] for a, b in pairwise(edges)]


@given(frames_of, st.lists(st.integers(0, 10_000), max_size=30))
def test_however_a_witmotion_stream_is_cut_its_frames_are_the_same(
    frames: list[bytes], cuts: list[int]
) -> None:
    assert _split(_cut(b"".join(frames), cuts)) == (frames, 0)


@given(
    st.lists(hnp.arrays(np.int16, (9,), elements=st.integers(0, 80)), min_size=8, max_size=20),
    st.lists(st.integers(0, 10_000), min_size=1, max_size=12),
    st.data(),
)
def test_after_a_lost_notification_at_most_the_next_frame_is_lost_too(
    raws: list[Any], cuts: list[int], data: Any
) -> None:
    frames = [witmotion.pack_sample(raw) for raw in raws]
    pieces = _cut(b"".join(frames), cuts)
    gone = data.draw(st.integers(0, len(pieces) - 1))
    begin = sum(map(len, pieces[:gone]))
    end = begin + len(pieces[gone])
    read, _ = _split(pieces[:gone] + pieces[gone + 1 :])
    before = frames[: begin // 20]
    # Two halves of other frames, if they happen to fit, hide the beginning of the next.
    after = frames[-(-end // 20) + 1 :]
    assert read[: len(before)] == before
    assert read[len(read) - len(after) :] == after
    assert len(read) <= len(before) + len(after) + 2


@given(st.binary(max_size=50), st.binary(max_size=250))
def test_any_bytes_are_split(rest: bytes, payload: bytes) -> None:
    split = witmotion.split_frames(rest, payload)
    assert 20 * len(split.frames) + len(split.rest) + split.skipped == len(rest) + len(payload)
    assert len(split.rest) < 20 or len(split.rest) < len(rest)


@pytest.mark.parametrize("kind", sorted(READ))
@given(payload=st.binary(max_size=260))
def test_any_bytes_are_read_or_refused(kind: str, payload: bytes) -> None:
    try:
        READ[kind](payload)
    except WireError as refusal:
        assert str(refusal)


@given(st.sampled_from([2, 5]), st.sampled_from([0, 1, 2, 0x80, 0x81]), st.binary(max_size=240))
def test_any_body_of_a_polar_frame_is_read_or_refused(kind: int, form: int, body: bytes) -> None:
    payload = polar_frames.HEADER.pack(kind, 1, form) + body
    try:
        read = polar_frames.unpack_frame(payload)
    except WireError as refusal:
        assert str(refusal)
    else:
        assert read.raw.shape[1] == 3
        assert np.all(np.isfinite(read.raw))


@given(st.text(max_size=20), st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=20))))
def test_exchanges(model: str, said: list[tuple[bytes, bytes]]) -> None:
    exchanges = tuple(exchange.Exchange(*one) for one in said)
    packed = exchange.pack_exchanges(model, exchanges)
    assert exchange.unpack_exchanges(packed) == (model, exchanges)
