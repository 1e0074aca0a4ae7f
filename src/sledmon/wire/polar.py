"""Polar's measurement service (PMD): what is written to its control point, and what it answers.

Tabled, with sources, in firmware_notes/polar.md. Numbers are little-endian. A request is an opcode,
a measurement and, to start one, the settings chosen; an answer is 0xF0, both of them, a status and
more settings. What is asked, and when, stands in ``polar_greeting``; samples are read by
``polar_frames``.
"""

import struct
from collections.abc import Mapping
from enum import IntEnum
from typing import Final, NamedTuple

from sledmon.errors import WireError

SERVICE: Final = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL: Final = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
"""Written with response; indicates answers."""
FRAMES: Final = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
"""Notifies frames of every measurement that runs."""
H10_NAME: Final = "Polar H10 "
VERITY_SENSE_NAME: Final = "Polar Sense "
"""How advertised names begin; the device's number follows."""

ANSWER: Final = 0xF0


class Measurement(IntEnum):
    """What the service measures; SDK_MODE is started and stopped like a measurement."""

    ECG = 0
    PPG = 1
    ACC = 2
    PPI = 3
    GYRO = 5
    MAGNETOMETER = 6
    SDK_MODE = 9


class Opcode(IntEnum):
    """Requests."""

    GET_SETTINGS = 1
    START = 2
    STOP = 3
    GET_SDK_MODE_SETTINGS = 4
    GET_SDK_MODE_STATUS = 6


class Status(IntEnum):
    """How a request went."""

    SUCCESS = 0
    INVALID_OP_CODE = 1
    INVALID_MEASUREMENT_TYPE = 2
    NOT_SUPPORTED = 3
    INVALID_LENGTH = 4
    INVALID_PARAMETER = 5
    ALREADY_IN_STATE = 6
    INVALID_RESOLUTION = 7
    INVALID_SAMPLE_RATE = 8
    INVALID_RANGE = 9
    INVALID_MTU = 10
    INVALID_NUMBER_OF_CHANNELS = 11
    INVALID_STATE = 12
    DEVICE_IN_CHARGER = 13
    DISK_FULL = 14


class Setting(IntEnum):
    """Of a measurement: what may be chosen, or what was."""

    SAMPLE_RATE = 0
    RESOLUTION = 1
    RANGE = 2
    RANGE_MILLI_UNIT = 3
    CHANNELS = 4
    FACTOR = 5
    """Only in the answer to START: a count's worth, as float32."""


_SHAPES: Final = {
    Setting.SAMPLE_RATE: struct.Struct("<H"),
    Setting.RESOLUTION: struct.Struct("<H"),
    Setting.RANGE: struct.Struct("<H"),
    Setting.RANGE_MILLI_UNIT: struct.Struct("<I"),
    Setting.CHANNELS: struct.Struct("<B"),
    Setting.FACTOR: struct.Struct("<f"),
}

Settings = Mapping[Setting, tuple[float, ...]]
"""Each setting with every value that may be chosen, or with the one that is."""


class Request(NamedTuple):
    """What a host writes to the control point."""

    opcode: Opcode
    measurement: Measurement
    settings: Settings


class Answer(NamedTuple):
    """What the control point indicates; ``more``: the settings go on in another indication."""

    opcode: Opcode
    measurement: Measurement
    status: Status
    more: bool
    settings: Settings


def pack_request(request: Request) -> bytes:
    """Bytes that a host writes.

    >>> pack_request(Request(Opcode.STOP, Measurement.ACC, {})).hex(" ")
    '03 02'
    """
    return bytes([request.opcode, request.measurement]) + _pack_settings(request.settings)


def unpack_request(payload: bytes) -> Request:
    """Read a request, as the sensor does."""
    if len(payload) < 2:
        raise WireError(f"a Polar request has at least 2 bytes, not {len(payload)}")
    opcode, measurement = _asked(payload[0], payload[1])
    if len(payload) > 2 and opcode is not Opcode.START:
        raise WireError(f"a Polar request {opcode.name} has 2 bytes, not {len(payload)}")
    return Request(opcode, measurement, _unpack_settings(payload[2:]))


def pack_answer(answer: Answer) -> bytes:
    """Bytes that the sensor indicates; settings and ``more`` only where it went well."""
    head = bytes([ANSWER, answer.opcode, answer.measurement, answer.status])
    if answer.status is not Status.SUCCESS:
        return head + b"\0"
    return head + bytes([answer.more]) + _pack_settings(answer.settings)


def unpack_answer(payload: bytes) -> Answer:
    """Read an answer; one of four bytes is whole."""
    if len(payload) < 4:
        raise WireError(f"a Polar answer has at least 4 bytes, not {len(payload)}")
    if payload[0] != ANSWER:
        raise WireError(f"a Polar answer begins with 0xf0, not with 0x{payload[0]:02x}")
    opcode, measurement = _asked(payload[1], payload[2])
    try:
        status = Status(payload[3])
    except ValueError:
        raise WireError(f"a Polar answer has the unknown status {payload[3]}") from None
    if status is not Status.SUCCESS:
        return Answer(opcode, measurement, status, False, {})
    more = len(payload) > 4 and payload[4] != 0
    return Answer(opcode, measurement, status, more, _unpack_settings(payload[5:]))


def _asked(opcode: int, measurement: int) -> tuple[Opcode, Measurement]:
    try:
        return Opcode(opcode), Measurement(measurement)
    except ValueError:
        raise WireError(
            f"no Polar request known has opcode {opcode} and measurement {measurement}"
        ) from None


def _pack_settings(settings: Settings) -> bytes:
    out = bytearray()
    for kind, values in settings.items():
        try:
            out += bytes([kind, len(values)])
            out += b"".join(_SHAPES[kind].pack(value) for value in values)
        except (struct.error, ValueError, OverflowError):
            raise WireError(f"{kind.name} {values} holds a number that its field cannot") from None
    return bytes(out)


def _unpack_settings(payload: bytes) -> Settings:
    settings: dict[Setting, tuple[float, ...]] = {}
    at = 0
    while at < len(payload):
        if payload[at] >= len(Setting):
            raise WireError(f"unknown Polar setting {payload[at]}")
        kind = Setting(payload[at])
        shape = _SHAPES[kind]
        end = at + 2 + shape.size * (payload[at + 1] if at + 1 < len(payload) else 1)
        if end > len(payload):
            raise WireError(f"Polar setting {kind.name} is cut short")
        settings[kind] = tuple(value for (value,) in shape.iter_unpack(payload[at + 2 : end]))
        at = end
    return settings
