"""WitMotion's Bluetooth protocol (WT901BLE, BWT901BLE5.0, WT9011DCL): frames and registers.

Tabled, with sources, in firmware_notes/witmotion.md. A frame is 20 bytes: 0x55, 0x61 and nine i16
(acceleration, angular rate, angles), or 0x55, 0x71, a register u16 and eight registers from it on.
There is no time, no number and no checksum, and one notification may hold several frames or parts
of them. A command is 0xFF, 0xAA, a register u8 and its value u16. Numbers are little-endian.
"""

import struct
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sledmon.errors import WireError
from sledmon.wire.exchange import Exchange, pack_exchanges, unpack_exchanges
from sledmon.wire.greeting import Begin, Conversation, Pause, Subscribe, Write

# Not the Bluetooth base UUID: 9a34fb, where that has 9b34fb.
SERVICE: Final = "0000ffe5-0000-1000-8000-00805f9a34fb"
NOTIFY: Final = "0000ffe4-0000-1000-8000-00805f9a34fb"
WRITE: Final = "0000ffe9-0000-1000-8000-00805f9a34fb"
NAME: Final = "WT"
"""How advertised names begin, such as ``WT901BLE68``."""

FRAME_BYTES: Final = 20
SAMPLE: Final = b"\x55\x61"
REGISTERS: Final = b"\x55\x71"
_HEADS: Final = (SAMPLE, REGISTERS)
_SAMPLE: Final = struct.Struct("<2s9h")
_REGISTERS: Final = struct.Struct("<2sH8H")
_COMMAND: Final = struct.Struct("<2sBH")
_COMMAND_HEAD: Final = b"\xff\xaa"

ACC_G_PER_COUNT: Final = 16.0 / 32768
GYR_DPS_PER_COUNT: Final = 2000.0 / 32768
"""Fixed full scales, in the maker's own software too."""

SAVE_REGISTER: Final = 0x00
RATE_REGISTER: Final = 0x03
READ_REGISTER: Final = 0x27
KEY_REGISTER: Final = 0x69
KEY: Final = 0xB588
RATES_HZ: Final = {
    0x01: 0.2,
    0x02: 0.5,
    0x03: 1.0,
    0x04: 2.0,
    0x05: 5.0,
    0x06: 10.0,
    0x07: 20.0,
    0x08: 50.0,
    0x09: 100.0,
    0x0B: 200.0,
}
"""Values of the rate register; 0x0A, 125 Hz of one other model, is left out."""
_FASTEST: Final = 0x0B
_LEAST_HZ: Final = 10.0
PAUSE_S: Final = 0.1
"""Between two writes, as in the maker's own software."""


class Command(NamedTuple):
    """A value for a register; reading one is writing its number to READ_REGISTER."""

    register: int
    value: int


class Registers(NamedTuple):
    """Eight registers, the first of them and their values."""

    first: int
    values: tuple[int, ...]


class Split(NamedTuple):
    """What a notification completed."""

    frames: tuple[bytes, ...]
    rest: bytes
    """The beginning of a frame that is still to come."""
    skipped: int
    """Bytes that belong to no frame."""


def pack_command(command: Command) -> bytes:
    """Bytes that a host writes.

    >>> pack_command(Command(RATE_REGISTER, 0x0B)).hex(" ")
    'ff aa 03 0b 00'
    """
    try:
        return _COMMAND.pack(_COMMAND_HEAD, *command)
    except struct.error:
        raise WireError(f"{command} holds a number that its field cannot") from None


def unpack_command(payload: bytes) -> Command:
    """Read a command, as the sensor does."""
    if len(payload) != _COMMAND.size or payload[:2] != _COMMAND_HEAD:
        raise WireError("a WitMotion command is ff aa, a register and a value: 5 bytes")
    return Command(*_COMMAND.unpack(payload)[1:])


def pack_sample(raw: npt.NDArray[np.int16]) -> bytes:
    """Pack nine counts: acceleration, angular rate and angles, each x y z."""
    if raw.shape != (9,):
        raise WireError(f"a WitMotion sample holds 9 counts, not {raw.shape}")
    return _SAMPLE.pack(SAMPLE, *raw.tolist())


def unpack_sample(frame: bytes) -> npt.NDArray[np.int16]:
    """(9,) counts of one frame."""
    _refuse_other(frame, SAMPLE)
    return np.frombuffer(frame, "<i2", offset=2)


def pack_registers(registers: Registers) -> bytes:
    """Pack the answer to a read."""
    try:
        return _REGISTERS.pack(REGISTERS, registers.first, *registers.values)
    except struct.error:
        raise WireError(f"{registers} is not a register and eight values of 16 bits") from None


def unpack_registers(frame: bytes) -> Registers:
    """Read the answer to a read."""
    _refuse_other(frame, REGISTERS)
    _, first, *values = _REGISTERS.unpack(frame)
    return Registers(first, tuple(values))


def split_frames(rest: bytes, payload: bytes) -> Split:
    """Cut a notification into frames, going on from what the last one left over.

    A frame that began in an earlier notification may have lost its middle: it counts only if the
    next one begins where it ends. However a stream is cut into notifications, as long as none is
    lost the frames are the same.

    >>> frame = pack_sample(np.arange(9, dtype=np.int16))
    >>> first = split_frames(b"", frame + frame[:5])
    >>> second = split_frames(first.rest, frame[5:] + frame)
    >>> len(first.frames), len(second.frames), second.rest
    (1, 2, b'')
    """
    buffer = rest + payload
    frames: list[bytes] = []
    at = skipped = 0
    in_step = True
    while len(buffer) - at >= 2:
        begins = buffer[at : at + 2] in _HEADS
        end = at + FRAME_BYTES
        if begins and end > len(buffer):
            break
        surely = in_step and at >= len(rest)
        if begins and (surely or _may_begin(buffer[end : end + 2])):
            frames.append(buffer[at:end])
            at, in_step = end, True
        else:
            at, skipped, in_step = at + 1, skipped + 1, False
    if len(buffer) - at == 1 and not _may_begin(buffer[at:]):
        at, skipped = at + 1, skipped + 1
    return Split(tuple(frames), buffer[at:], skipped)


def greet_witmotion() -> Conversation:
    """Set 200 Hz, subscribe, and ask what rate is in force: the answer comes among the samples."""
    writes = (
        Command(KEY_REGISTER, KEY),
        Command(RATE_REGISTER, _FASTEST),
        Command(SAVE_REGISTER, 0),
    )
    for write in writes:
        yield Write(WRITE, pack_command(write))
        yield Pause(PAUSE_S)
    yield Begin(pack_exchanges("WitMotion", [Exchange(pack_command(write)) for write in writes]))
    yield Subscribe()
    yield Write(WRITE, pack_command(Command(READ_REGISTER, RATE_REGISTER)))


def part_witmotion() -> Conversation:
    """It streams as long as it is on: there is nothing to say."""
    yield from ()


def unpack_rate(descriptor: bytes) -> float:
    """Samples a second that were asked for, in Hz."""
    _, exchanges = unpack_exchanges(descriptor)
    commands = [unpack_command(exchange.request) for exchange in exchanges]
    codes = [command.value for command in commands if command.register == RATE_REGISTER]
    if not codes:
        raise WireError("no rate was set in the WitMotion sensor: connect it again")
    return rate_of(codes[-1])


def rate_of(code: int) -> float:
    """Samples a second by a value of the rate register, in Hz.

    >>> rate_of(0x0B)
    200.0
    """
    rate_hz = RATES_HZ.get(code, 0.0)
    if rate_hz < _LEAST_HZ:
        raise WireError(f"the WitMotion sensor has rate 0x{code:02x}; set 200 Hz: 0x{_FASTEST:02x}")
    return rate_hz


def _may_begin(piece: bytes) -> bool:
    """Whether so many of a frame's first two bytes can be these; nothing there can be anything."""
    return any(head.startswith(piece) for head in _HEADS)


def _refuse_other(frame: bytes, head: bytes) -> None:
    if len(frame) != FRAME_BYTES or frame[:2] != head:
        raise WireError(f"a WitMotion frame is {head.hex(' ')} and 18 bytes more")
