"""The control characteristic (commands, answers) and the clock characteristic (pings, pongs)."""

import struct
from enum import IntEnum
from typing import Final, NamedTuple

from sledmon.errors import WireError

ANSWER_BIT: Final = 0x80
_BARE: Final = struct.Struct("<B")
_RATE: Final = struct.Struct("<BH")
_RESEND: Final = struct.Struct("<BHH")
_ANSWER: Final = struct.Struct("<BBH")
_PING: Final = struct.Struct("<I")
_PONG: Final = struct.Struct("<III")


class Opcode(IntEnum):
    """Commands a host writes; an answer carries the same opcode with bit 7 set."""

    START = 0x01
    STOP = 0x02
    SET_RATE = 0x03
    ZERO = 0x04
    RESEND = 0x05
    IDENTIFY = 0x06


class Status(IntEnum):
    """How a command went."""

    OK = 0
    UNKNOWN_OPCODE = 1
    BAD_VALUE = 2
    NOT_NOW = 3


class Command(NamedTuple):
    """``argument``: Hz for SET_RATE, first sequence for RESEND; ``extent``: how many to resend."""

    opcode: Opcode
    argument: int = 0
    extent: int = 0


class Answer(NamedTuple):
    """``value``: the rate now in force, or how many notifications will be sent again.

    ``opcode`` is a plain int where the firmware says that it does not know it.
    """

    opcode: Opcode | int
    status: Status
    value: int


class Pong(NamedTuple):
    """A clock exchange: the host's token and the sensor's ticks at receipt and at sending."""

    token: int
    received_tick: int
    sent_tick: int


def pack_command(command: Command) -> bytes:
    """Bytes a host writes to the control characteristic."""
    if command.opcode is Opcode.SET_RATE:
        return _packed(_RATE, command.opcode, command.argument)
    if command.opcode is Opcode.RESEND:
        return _packed(_RESEND, *command)
    return _packed(_BARE, command.opcode)


def unpack_command(payload: bytes) -> Command:
    """Read a command, as the firmware does."""
    if not payload:
        raise WireError("an empty command")
    try:
        opcode = Opcode(payload[0])
    except ValueError:
        raise WireError(f"unknown opcode 0x{payload[0]:02x}") from None
    shape = {Opcode.SET_RATE: _RATE, Opcode.RESEND: _RESEND}.get(opcode, _BARE)
    if len(payload) != shape.size:
        raise WireError(f"command {opcode.name} has length {len(payload)}, not {shape.size}")
    return Command(opcode, *shape.unpack(payload)[1:])


def pack_answer(answer: Answer) -> bytes:
    """Bytes the firmware indicates after a command."""
    return _packed(_ANSWER, answer.opcode | ANSWER_BIT, answer.status, answer.value)


def unpack_answer(payload: bytes) -> Answer:
    """Read the answer to a command."""
    if len(payload) != _ANSWER.size:
        raise WireError(f"a control answer has {_ANSWER.size} bytes, not {len(payload)}")
    code, state, value = _ANSWER.unpack(payload)
    if not code & ANSWER_BIT:
        raise WireError(f"answer 0x{code:02x} lacks bit 7, which marks an answer")
    opcode = code & ~ANSWER_BIT
    try:
        status = Status(state)
    except ValueError:
        raise WireError(f"answer 0x{code:02x} has the unknown status {state}") from None
    try:
        return Answer(Opcode(opcode), status, value)
    except ValueError:
        if status is Status.UNKNOWN_OPCODE:
            return Answer(opcode, status, value)
        raise WireError(f"answer 0x{code:02x} answers no command of this version") from None


def pack_ping(token: int) -> bytes:
    """Bytes a host writes to the clock characteristic; the sensor echoes the token."""
    return _packed(_PING, token)


def unpack_ping(payload: bytes) -> int:
    """Read the token of a ping, as the firmware does."""
    if len(payload) != _PING.size:
        raise WireError(f"a ping has {_PING.size} bytes, not {len(payload)}")
    return int(_PING.unpack(payload)[0])


def pack_pong(pong: Pong) -> bytes:
    """Bytes the sensor notifies on the clock characteristic."""
    return _packed(_PONG, *pong)


def unpack_pong(payload: bytes) -> Pong:
    """Read the sensor's answer to a ping."""
    if len(payload) != _PONG.size:
        raise WireError(f"a pong has {_PONG.size} bytes, not {len(payload)}")
    return Pong._make(_PONG.unpack(payload))


def _packed(shape: struct.Struct, *values: int) -> bytes:
    try:
        return shape.pack(*values)
    except struct.error:
        raise WireError(f"{values} holds a number that its field cannot") from None
