"""Polar's frames of acceleration and angular rate: raw ones and delta-compressed ones.

A frame is a measurement u8, the instant of its *last* sample as u64 nanoseconds since 2000, a form
u8 and the samples of three channels. Raw samples are signed integers of 8, 16 or 24 bits. With bit
7 of the form set, the first sample is whole and the others follow in blocks: bits u8, samples u8,
and for each sample three differences of so many bits, least significant bit first, each block
filled up to whole bytes. Tabled, with sources, in firmware_notes/polar.md.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sledmon.errors import WireError
from sledmon.samples import IntArray
from sledmon.wire.polar import Measurement

HEADER: Final = struct.Struct("<BQB")
COMPRESSED: Final = 0x80
MAX_PAYLOAD_BYTES: Final = 512
"""No notification is longer than an attribute can be."""
_CHANNELS: Final = 3
_RAW_BYTES: Final = {0x00: 1, 0x01: 2, 0x02: 3}
_FLOATS: Final = (Measurement.GYRO, 0x81)
"""Differences are those of the float32 patterns, modulo 2^32."""
_FORMS: Final = {
    Measurement.ACC: (0x00, 0x01, 0x02, 0x80, 0x81),
    Measurement.GYRO: (0x80, 0x81),
}
_BLOCK_SAMPLES: Final = 12

Blocks = tuple[tuple[int, int], ...]


class PolarFrame(NamedTuple):
    """One frame; ``raw`` is (n, 3), whole numbers unless it is angular rate of form 0x81."""

    measurement: Measurement
    stamp_ns: int
    """Device time of the last sample."""
    form: int
    raw: IntArray | npt.NDArray[np.float32]
    blocks: Blocks = ()
    """(bits, samples) of each block of a compressed frame."""


def unpack_frame(payload: bytes) -> PolarFrame:
    """Read one frame; other measurements and forms are refused by name."""
    if len(payload) < HEADER.size:
        raise WireError(f"a Polar frame of {len(payload)} bytes is shorter than its 10-byte header")
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise WireError(f"a Polar frame of {len(payload)} bytes is longer than {MAX_PAYLOAD_BYTES}")
    kind, stamp_ns, form = HEADER.unpack_from(payload)
    measurement = _measured(kind, form)
    body = payload[HEADER.size :]
    if not form & COMPRESSED:
        return PolarFrame(measurement, stamp_ns, form, _unpack_raw(body, _RAW_BYTES[form]))
    floats = (measurement, form) == _FLOATS
    values, blocks = _unpack_deltas(body, "<i4" if floats else "<i2")
    if floats:
        raw = (values & 0xFFFFFFFF).astype("<u4").view("<f4")
        if not np.all(np.isfinite(raw)):
            raise WireError("a Polar frame holds a value that is not a finite number")
        return PolarFrame(measurement, stamp_ns, form, raw, blocks)
    if np.any(values != values.astype(np.int16)):
        raise WireError("the differences of a Polar frame lead out of 16 bits")
    return PolarFrame(measurement, stamp_ns, form, values, blocks)


def pack_frame(frame: PolarFrame) -> bytes:
    """Pack a frame; without ``blocks``, each of 12 samples in as few bits as they need."""
    if frame.raw.ndim != 2 or frame.raw.shape[1] != _CHANNELS or not len(frame.raw):
        raise WireError(f"a Polar frame holds n x 3 values with n >= 1, not {frame.raw.shape}")
    measurement = _measured(frame.measurement, frame.form)
    try:
        head = HEADER.pack(measurement, frame.stamp_ns, frame.form)
    except struct.error:
        raise WireError(f"{frame.stamp_ns} ns is no device time") from None
    if not frame.form & COMPRESSED:
        return _bounded(head + _pack_raw(frame.raw, _RAW_BYTES[frame.form]))
    if (measurement, frame.form) == _FLOATS:
        whole: IntArray = np.ascontiguousarray(frame.raw, "<f4").view("<i4").astype(np.int64)
        deltas = (whole[1:] - whole[:-1] + (1 << 31)) % (1 << 32) - (1 << 31)
        first = whole[0].astype("<i4").tobytes()
    else:
        _refuse_beyond(frame.raw, 16)
        whole = frame.raw.astype(np.int64)
        deltas = whole[1:] - whole[:-1]
        first = whole[0].astype("<i2").tobytes()
    blocks = frame.blocks or _usual_blocks(deltas)
    return _bounded(head + first + b"".join(_packed_blocks(deltas, blocks)))


def _measured(kind: int, form: int) -> Measurement:
    known = next((m for m in _FORMS if m == kind), None)
    if known is None:
        raise WireError(f"a Polar frame of measurement {kind} is neither acceleration nor gyro")
    if form not in _FORMS[known]:
        raise WireError(f"Polar frames of {known.name} of form 0x{form:02x} are not known")
    return known


def _unpack_raw(body: bytes, size: int) -> IntArray:
    if not body or len(body) % (_CHANNELS * size):
        raise WireError(
            f"a Polar body of {len(body)} bytes is not a whole number of"
            f" {_CHANNELS * size}-byte samples"
        )
    octets = np.frombuffer(body, np.uint8).reshape(-1, _CHANNELS, size).astype(np.int64)
    return _signed(octets @ (1 << 8 * np.arange(size)), 8 * size)


def _pack_raw(raw: npt.NDArray[np.generic], size: int) -> bytes:
    _refuse_beyond(raw, 8 * size)
    octets = raw.astype(np.int64)[..., None] >> 8 * np.arange(size)
    return (octets & 0xFF).astype(np.uint8).tobytes()


def _unpack_deltas(body: bytes, first: str) -> tuple[IntArray, Blocks]:
    size = _CHANNELS * np.dtype(first).itemsize
    if len(body) < size:
        raise WireError(f"a Polar body of {len(body)} bytes holds no first sample of {size}")
    parts = [np.frombuffer(body[:size], first).astype(np.int64)[None, :]]
    blocks = []
    at = size
    while at < len(body):
        if len(body) - at < 2:
            raise WireError("a Polar frame ends within the head of a block")
        bits, samples = body[at], body[at + 1]
        end = at + 2 + (_CHANNELS * bits * samples + 7) // 8
        if bits > 32:
            raise WireError(f"a Polar frame with differences of {bits} bits")
        if end > len(body):
            raise WireError("a Polar frame ends within a block")
        parts.append(_unpack_bits(body[at + 2 : end], bits, samples))
        blocks.append((bits, samples))
        at = end
    return np.cumsum(np.concatenate(parts), axis=0), tuple(blocks)


def _unpack_bits(packed: bytes, bits: int, samples: int) -> IntArray:
    if not bits:
        return np.zeros((samples, _CHANNELS), np.int64)
    each = np.unpackbits(np.frombuffer(packed, np.uint8), bitorder="little")
    values = each[: _CHANNELS * samples * bits].reshape(-1, bits).astype(np.int64)
    return _signed(values @ (1 << np.arange(bits)), bits).reshape(-1, _CHANNELS)


def _packed_blocks(deltas: IntArray, blocks: Blocks) -> Iterator[bytes]:
    if sum(samples for _, samples in blocks) != len(deltas):
        raise WireError(f"the blocks of a Polar frame do not hold its {len(deltas)} differences")
    at = 0
    for bits, samples in blocks:
        part = deltas[at : at + samples]
        at += samples
        if not (0 <= bits <= 32 and samples <= 255):
            raise WireError(f"a block of {samples} differences of {bits} bits cannot be sent")
        _refuse_beyond(part, bits)
        each = (part[..., None] >> np.arange(bits)) & 1
        yield bytes([bits, samples])
        yield np.packbits(each.astype(np.uint8), bitorder="little").tobytes()


def _usual_blocks(deltas: IntArray) -> Blocks:
    parts: Sequence[IntArray] = [
        deltas[at : at + _BLOCK_SAMPLES] for at in range(0, len(deltas), _BLOCK_SAMPLES)
    ]
    widest = [int(np.max(np.where(part < 0, ~part, part))) for part in parts]
    return tuple(
        (1 + value.bit_length(), len(part)) for value, part in zip(widest, parts, strict=True)
    )


def _signed(values: IntArray, bits: int) -> IntArray:
    return values - ((values >> (bits - 1)) << bits)


def _refuse_beyond(values: npt.NDArray[np.generic], bits: int) -> None:
    half = 1 << bits >> 1
    if np.any((values < -half) | (values > max(half - 1, 0))):  # type: ignore[operator]
        raise WireError(f"a Polar frame with a value that {bits} bits do not hold")


def _bounded(payload: bytes) -> bytes:
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise WireError(f"{len(payload)} bytes do not fit one Polar frame of {MAX_PAYLOAD_BYTES}")
    return payload
