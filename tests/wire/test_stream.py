"""What a stream notification may hold, and what may not be written into one."""

import numpy as np
import pytest

from sledmon.errors import WireError
from sledmon.wire.stream import (
    VERSION,
    Flags,
    Header,
    pack_encoder,
    pack_imu,
    samples_that_fit,
    unpack_header,
    unpack_imu,
)

HEADER = Header(VERSION, 0, 0, 0)
EDGES = Header(VERSION, 0, 0, Flags.EDGE_TIMED)
ONE_SAMPLE = np.zeros((1, 6), np.int16)


@pytest.mark.parametrize("sequence", [0, 1, 0x7FFF, 0x8000, 0xFFFF])
@pytest.mark.parametrize("tick", [0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_headers_at_the_ends_of_their_fields(sequence: int, tick: int) -> None:
    header = Header(VERSION, sequence, tick, 0)
    assert unpack_header(pack_imu(header, ONE_SAMPLE)) == header


@pytest.mark.parametrize(
    "header",
    [
        HEADER._replace(sequence=0x10000),
        HEADER._replace(sequence=-1),
        HEADER._replace(tick=0x100000000),
        HEADER._replace(flags=0x100),
    ],
)
def test_a_header_that_its_fields_cannot_hold_is_not_written(header: Header) -> None:
    with pytest.raises(WireError, match="field cannot"):
        pack_imu(header, ONE_SAMPLE)


@pytest.mark.parametrize("shape", [(0, 6), (1, 5), (6,)])
def test_imu_samples_of_another_shape_are_not_written(shape: tuple[int, ...]) -> None:
    with pytest.raises(WireError, match="n x 6"):
        pack_imu(HEADER, np.zeros(shape, np.int16))


def test_what_does_not_fit_one_notification_is_not_written() -> None:
    assert len(pack_imu(HEADER, np.zeros((19, 6), np.int16))) == 236
    with pytest.raises(WireError, match="do not fit"):
        pack_imu(HEADER, np.zeros((20, 6), np.int16))
    assert len(pack_encoder(HEADER, np.zeros(117, np.int64))) == 244
    with pytest.raises(WireError, match="do not fit"):
        pack_encoder(HEADER, np.zeros(118, np.int64))


@pytest.mark.parametrize(
    ("counts", "ticks", "why"),
    [
        ([], None, "at least one count"),
        ([0, 40_000], None, "further apart"),
        ([0, -32_769], None, "further apart"),
        ([0, 1], [0, 8], "EDGE_TIMED flag"),
    ],
)
def test_impossible_encoder_samples_are_not_written(
    counts: list[int], ticks: list[int] | None, why: str
) -> None:
    offset = None if ticks is None else np.array(ticks, np.int64)
    with pytest.raises(WireError, match=why):
        pack_encoder(HEADER, np.array(counts, np.int64), offset)


@pytest.mark.parametrize(
    ("ticks", "why"),
    [
        (None, "EDGE_TIMED flag"),
        ([0], "1 edge times"),
        ([8, 16], "multiples of 8"),
        ([0, 7], "multiples of 8"),
        ([0, -8], "multiples of 8"),
        ([0, 8 * 65536], "multiples of 8"),
    ],
)
def test_impossible_edge_times_are_not_written(ticks: list[int] | None, why: str) -> None:
    offset = None if ticks is None else np.array(ticks, np.int64)
    with pytest.raises(WireError, match=why):
        pack_encoder(EDGES, np.array([0, 1], np.int64), offset)


def test_samples_that_fit_do_fit_and_one_more_does_not() -> None:
    for att_mtu in range(23, 300):
        room = min(att_mtu - 3, 244)
        imu = samples_that_fit(att_mtu, imu=True)
        assert 8 + 12 * imu <= room < 8 + 12 * (imu + 1)
        encoder = samples_that_fit(att_mtu, imu=False)
        assert 12 + 2 * (encoder - 1) <= room < 12 + 2 * encoder
        edges = samples_that_fit(att_mtu, imu=False, edge_timed=True)
        assert 12 + 4 * (edges - 1) <= room < 12 + 4 * edges


def test_raw_imu_samples_are_read_only() -> None:
    assert not unpack_imu(pack_imu(HEADER, ONE_SAMPLE)).raw.flags.writeable
