"""Stream notifications: an 8-byte header and several samples.

Little-endian throughout. Header: version u8, sequence u16, tick u32, flags u8. An IMU body is
n x 6 x i16. An encoder body is the absolute count of the first sample as i32, then one i16 delta
for each further sample, or, with ``EDGE_TIMED`` set, (interval u16, delta i16) for each.
"""

import struct
from collections.abc import Sequence
from enum import IntFlag
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sledmon.errors import WireError

VERSION: Final = 1
HEADER: Final = struct.Struct("<BHIB")
SEQUENCE_MODULUS: Final = 1 << 16
TICK_MODULUS: Final = 1 << 32
TICKS_PER_SECOND: Final = 1_000_000
EDGE_INTERVAL_TICKS: Final = 8
"""Unit of an edge-timed interval: 8 us, so that a u16 spans 0.524 s."""

IMU_SAMPLE_BYTES: Final = 12
ENCODER_FIRST_BYTES: Final = 4
ENCODER_DELTA_BYTES: Final = 2
EDGE_BYTES: Final = 4
ATT_OVERHEAD_BYTES: Final = 3
MAX_PAYLOAD_BYTES: Final = 244
"""What an ATT MTU of 247 carries; longer notifications are refused."""

_COUNT = struct.Struct("<i")
_HEADER_FIELDS = [("version", "u1"), ("sequence", "<u2"), ("tick", "<u4"), ("flags", "u1")]


class Flags(IntFlag):
    """Header flags; a host ignores bits that it does not know."""

    CLIPPED = 1 << 0  # a sample in this notification stood at the end of its range
    OVERFLOW = 1 << 1  # the sensor itself dropped samples before this notification
    RESENT = 1 << 2  # an answer to "resend from sequence"
    EDGE_TIMED = 1 << 3  # encoder only: the body holds edges with their times


class Header(NamedTuple):
    """The first eight bytes of every stream notification."""

    version: int
    sequence: int
    tick: int
    flags: int


class ImuNotification(NamedTuple):
    """Raw counts, (n, 6): acceleration x y z, then angular rate x y z."""

    header: Header
    raw: npt.NDArray[np.int16]


class EncoderNotification(NamedTuple):
    """The count of each sample, and each sample's ticks after the first.

    Counts run on past the ends of i32 inside a notification; the next one begins wrapped.
    ``offset_ticks`` is None unless the encoder is edge-timed: then the descriptor's period tells.
    """

    header: Header
    counts: npt.NDArray[np.int64]
    offset_ticks: npt.NDArray[np.int64] | None


def unpack_header(payload: bytes) -> Header:
    """Read the header of any stream notification.

    >>> unpack_header(bytes.fromhex("01 2a00 40420f00 00 ff"))
    Header(version=1, sequence=42, tick=1000000, flags=0)
    """
    if len(payload) < HEADER.size:
        raise WireError(f"notification of {len(payload)} bytes is shorter than its 8-byte header")
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise WireError(f"notification of {len(payload)} bytes is longer than {MAX_PAYLOAD_BYTES}")
    header = Header._make(HEADER.unpack_from(payload))
    if header.version != VERSION:
        raise WireError(
            f"packet version {header.version} where this software reads version {VERSION}"
            + ("; update sledmon" if header.version > VERSION else "; update the sensor's firmware")
        )
    return header


def pack_imu(header: Header, raw: npt.NDArray[np.int16]) -> bytes:
    """Pack (n, 6) raw IMU samples into one notification."""
    if raw.ndim != 2 or raw.shape[1] != 6 or not len(raw):
        raise WireError(f"an IMU notification holds n x 6 values with n >= 1, not {raw.shape}")
    return _bounded(_packed_header(header) + np.ascontiguousarray(raw, "<i2").tobytes())


def unpack_imu(payload: bytes) -> ImuNotification:
    """Read one IMU notification; the number of samples follows from its length."""
    header = unpack_header(payload)
    body = len(payload) - HEADER.size
    if body == 0 or body % IMU_SAMPLE_BYTES:
        raise WireError(f"IMU body of {body} bytes is not a whole number of 12-byte samples")
    raw = np.frombuffer(payload, "<i2", offset=HEADER.size).reshape(-1, 6)
    return ImuNotification(header, raw)


def pack_encoder(
    header: Header,
    counts: npt.NDArray[np.int64],
    offset_ticks: npt.NDArray[np.int64] | None = None,
) -> bytes:
    """Pack absolute counts; with ``offset_ticks``, the ticks of each edge after the first."""
    if counts.ndim != 1 or not len(counts):
        raise WireError("an encoder notification holds at least one count")
    edge_timed = bool(header.flags & Flags.EDGE_TIMED)
    if edge_timed != (offset_ticks is not None):
        raise WireError("edge times go with the EDGE_TIMED flag and only with it")
    delta = np.diff(counts)
    if np.any((delta < -32768) | (delta > 32767)):
        raise WireError(
            "two samples lie further apart than an i16 reaches: begin a new notification"
        )
    first = (int(counts[0]) + (1 << 31)) % TICK_MODULUS - (1 << 31)
    head = _packed_header(header) + _COUNT.pack(first)
    if offset_ticks is None:
        return _bounded(head + delta.astype("<i2").tobytes())
    if offset_ticks.shape != counts.shape:
        raise WireError(f"{len(counts)} counts with {len(offset_ticks)} edge times")
    interval, remainder = np.divmod(np.diff(offset_ticks), EDGE_INTERVAL_TICKS)
    if offset_ticks[0] != 0 or np.any(remainder) or np.any((interval < 0) | (interval > 65535)):
        raise WireError("edge intervals are whole multiples of 8 us, at most 65535 of them")
    pairs = np.empty((len(delta), 2), "<u2")
    pairs[:, 0] = interval
    pairs[:, 1] = delta.astype("<i2").view("<u2")
    return _bounded(head + pairs.tobytes())


def unpack_encoder(payload: bytes) -> EncoderNotification:
    """Read one encoder notification."""
    header = unpack_header(payload)
    body = len(payload) - HEADER.size - ENCODER_FIRST_BYTES
    edge_timed = bool(header.flags & Flags.EDGE_TIMED)
    size = EDGE_BYTES if edge_timed else ENCODER_DELTA_BYTES
    if body < 0 or body % size:
        raise WireError(
            f"encoder body of {body + ENCODER_FIRST_BYTES} bytes is not a count and whole samples"
        )
    start = HEADER.size + ENCODER_FIRST_BYTES
    (first,) = _COUNT.unpack_from(payload, HEADER.size)
    counts = np.empty(body // size + 1, np.int64)
    counts[0] = first
    offset: npt.NDArray[np.int64] | None = None
    if edge_timed:
        pairs = np.frombuffer(payload, "<u2", offset=start).reshape(-1, 2)
        counts[1:] = pairs[:, 1].copy().view("<i2")
        offset = np.zeros(len(counts), np.int64)
        offset[1:] = np.cumsum(pairs[:, 0].astype(np.int64)) * EDGE_INTERVAL_TICKS
    else:
        counts[1:] = np.frombuffer(payload, "<i2", offset=start)
    return EncoderNotification(header, np.cumsum(counts), offset)


class NotificationRun(NamedTuple):
    """Notifications of one length, read at once; each list has an entry for every one."""

    version: list[int]
    sequence: list[int]
    tick: list[int]
    flags: list[int]
    body: npt.NDArray[np.generic]
    """(m, n, 6) raw values of an IMU, or (m, n) counts of an encoder that is not edge-timed."""


def unpack_run(payloads: Sequence[bytes], *, imu: bool) -> NotificationRun | None:
    """Read many notifications of one length; None if that length is no whole notification.

    Nothing else is checked: a reader that finds anything unusual takes the payload by itself.
    """
    body_bytes = len(payloads[0]) - HEADER.size
    further = body_bytes if imu else body_bytes - ENCODER_FIRST_BYTES
    size = IMU_SAMPLE_BYTES if imu else ENCODER_DELTA_BYTES
    if further < (size if imu else 0) or further % size or len(payloads[0]) > MAX_PAYLOAD_BYTES:
        return None
    body = (
        [("raw", "<i2", (further // size, 6))]
        if imu
        else [("first", "<i4"), ("delta", "<i2", (further // size,))]
    )
    rows = np.frombuffer(b"".join(payloads), np.dtype([*_HEADER_FIELDS, *body]))
    if imu:
        values: npt.NDArray[np.generic] = rows["raw"]
    else:
        values = np.cumsum(np.column_stack([rows["first"].astype(np.int64), rows["delta"]]), axis=1)
    version, sequence, tick, flags = (rows[name].tolist() for name, _ in _HEADER_FIELDS)
    return NotificationRun(version, sequence, tick, flags, values)


def samples_that_fit(att_mtu: int, *, imu: bool, edge_timed: bool = False) -> int:
    """How many samples one notification holds at an ATT MTU.

    >>> samples_that_fit(23, imu=True), samples_that_fit(247, imu=True)
    (1, 19)
    >>> samples_that_fit(23, imu=False), samples_that_fit(247, imu=False)
    (5, 117)
    >>> samples_that_fit(23, imu=False, edge_timed=True)
    3
    """
    room = min(att_mtu - ATT_OVERHEAD_BYTES, MAX_PAYLOAD_BYTES) - HEADER.size
    if imu:
        return room // IMU_SAMPLE_BYTES
    further = EDGE_BYTES if edge_timed else ENCODER_DELTA_BYTES
    return 1 + (room - ENCODER_FIRST_BYTES) // further


def _packed_header(header: Header) -> bytes:
    try:
        return HEADER.pack(*header)
    except struct.error:
        raise WireError(f"{header} holds a number that its field cannot") from None


def _bounded(payload: bytes) -> bytes:
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise WireError(f"{len(payload)} bytes do not fit one notification of {MAX_PAYLOAD_BYTES}")
    return payload
