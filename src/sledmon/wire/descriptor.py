"""The read-only descriptor characteristic: what a sensor is and how to scale what it sends."""

import math
import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final

from sledmon.errors import WireError

VERSION_MAJOR: Final = 1
VERSION_MINOR: Final = 0
_LAYOUT: Final = struct.Struct("<BBBB 16s I I I B B H f f f f")
SERIAL_BYTES: Final = 16
SIZE: Final = _LAYOUT.size
"""52 bytes in version 1.0; a longer one comes from a newer minor version, its tail is ignored."""


class Kind(IntEnum):
    """What the sensor measures."""

    IMU = 1
    ENCODER = 2


class Features(IntFlag):
    """What the firmware offers beyond the mandatory."""

    RESEND = 1 << 0
    DITHER = 1 << 1
    EDGE_TIMED = 1 << 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Descriptor:
    """One sensor's descriptor; fields that do not concern its kind are 0."""

    kind: Kind
    serial: str
    sample_period_ns: int
    boot_id: int
    """Changes at every restart and ZERO, so that a host knows a new beginning from a wrap."""
    features: int = 0
    samples_per_notification: int = 10
    ring_notifications: int = 0
    """How many sent notifications the firmware keeps for "resend from sequence"."""
    acc_mps2_per_count: float = 0.0
    gyr_radps_per_count: float = 0.0
    counts_per_m: float = 0.0
    resolution_counts: float = 1.0
    """Counts between two values the encoder tells apart; 4 where only every fourth edge counts."""
    version_major: int = VERSION_MAJOR
    version_minor: int = VERSION_MINOR


def pack_descriptor(descriptor: Descriptor) -> bytes:
    """Pack a descriptor as the firmware answers a read."""
    if not _is_serial(descriptor.serial) or len(descriptor.serial) > SERIAL_BYTES:
        raise WireError(f"serial {descriptor.serial!r} is not up to 16 printable ASCII characters")
    values = (
        descriptor.version_major,
        descriptor.version_minor,
        descriptor.kind,
        descriptor.features,
        descriptor.serial.encode("ascii"),
        descriptor.sample_period_ns,
        descriptor.boot_id,
        descriptor.ring_notifications,
        descriptor.samples_per_notification,
        0,
        0,
        descriptor.acc_mps2_per_count,
        descriptor.gyr_radps_per_count,
        descriptor.counts_per_m,
        descriptor.resolution_counts,
    )
    try:
        return _LAYOUT.pack(*values)
    except (struct.error, OverflowError):
        raise WireError(f"{descriptor} holds a number that its field cannot") from None


def unpack_descriptor(payload: bytes) -> Descriptor:
    """Read a descriptor; refuses a newer major version and impossible values with a reason."""
    if len(payload) < 2:
        raise WireError(f"descriptor of {len(payload)} bytes holds no version")
    if payload[0] != VERSION_MAJOR:
        raise WireError(
            f"the sensor speaks protocol {payload[0]}.{payload[1]}, this software {VERSION_MAJOR}.x"
            + ("; update sledmon" if payload[0] > VERSION_MAJOR else "; update the firmware")
        )
    if len(payload) < SIZE:
        raise WireError(f"descriptor of {len(payload)} bytes is shorter than {SIZE}")
    (major, minor, kind, features, serial, period, boot, ring, samples, _, _, *scales) = (
        _LAYOUT.unpack_from(payload)
    )
    if kind not in (Kind.IMU, Kind.ENCODER):
        raise WireError(f"descriptor kind {kind} is neither a belt IMU (1) nor an encoder (2)")
    text = serial.rstrip(b"\0").decode("latin-1")
    if not _is_serial(text):
        raise WireError(f"descriptor serial {text!r} is not printable ASCII")
    descriptor = Descriptor(
        kind=Kind(kind),
        serial=text,
        sample_period_ns=period,
        boot_id=boot,
        features=features,
        samples_per_notification=samples,
        ring_notifications=ring,
        acc_mps2_per_count=scales[0],
        gyr_radps_per_count=scales[1],
        counts_per_m=scales[2],
        resolution_counts=scales[3],
        version_major=major,
        version_minor=minor,
    )
    _refuse_impossible(descriptor)
    return descriptor


def _is_serial(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _refuse_impossible(descriptor: Descriptor) -> None:
    needed = (
        {"acc_mps2_per_count": (1e-5, 1.0), "gyr_radps_per_count": (1e-6, 0.1)}
        if descriptor.kind is Kind.IMU
        else {"counts_per_m": (10.0, 1e6), "resolution_counts": (0.01, 1000.0)}
    )
    needed["sample_period_ns"] = (100_000, 1_000_000_000)
    needed["samples_per_notification"] = (1, 255)
    for name, (low, high) in needed.items():
        value = float(getattr(descriptor, name))
        if not (math.isfinite(value) and low <= value <= high):
            raise WireError(f"descriptor field {name} = {value:g} lies outside {low:g} to {high:g}")
