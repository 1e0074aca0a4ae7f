"""The table of commands and answers in firmware_notes/profile.md, as the firmware obeys it."""

from typing import Final, Protocol

from sledmon.errors import WireError
from sledmon.twin.firmware_params import FirmwareParams
from sledmon.wire.control import ANSWER_BIT, Answer, Command, Opcode, Status, unpack_command
from sledmon.wire.descriptor import Kind
from sledmon.wire.stream import samples_that_fit

MOST_RESENT: Final = 1000
MOST_NOTIFICATIONS_PER_S: Final = 250
_TELLS_RATE: Final = (Opcode.START, Opcode.STOP, Opcode.SET_RATE)


class Obeying(Protocol):
    """What a command may ask of the firmware."""

    params: FirmwareParams
    rate_hz: int
    att_mtu: int
    streaming: bool

    @property
    def hears_stream(self) -> bool:
        """Whether the host has subscribed to Stream."""

    def start(self) -> None:
        """Begin to stream."""

    def stop(self) -> None:
        """End the stream."""

    def zero(self) -> None:
        """Let the present count be 0."""

    def resend(self, first: int, extent: int) -> int:
        """Send again; gives how many will come."""

    def blink(self, now: int) -> None:
        """Show which sensor this is."""


def obey(firmware: Obeying, payload: bytes, now: int) -> Answer:
    """Carry a command out, or say why not."""
    opcode = payload[0]
    if opcode not in offered(firmware.params):
        return Answer(opcode & ~ANSWER_BIT, Status.UNKNOWN_OPCODE, 0)
    try:
        command = unpack_command(payload)
    except WireError:
        return refused(firmware, opcode, Status.BAD_VALUE)
    status, value = _outcome(firmware, command, now)
    if status is not Status.OK:
        return refused(firmware, opcode, status)
    return Answer(command.opcode, status, firmware.rate_hz if opcode in _TELLS_RATE else value)


def refused(firmware: Obeying, opcode: int, status: Status) -> Answer:
    """The answer to a command that was not carried out."""
    value = firmware.rate_hz if opcode in _TELLS_RATE else 0
    return Answer(opcode & ~ANSWER_BIT, status, value)


def offered(params: FirmwareParams) -> tuple[Opcode, ...]:
    """The commands that this kind of sensor has."""
    lacking = {Opcode.ZERO} if params.kind is Kind.IMU else set()
    if not params.ring_notifications:
        lacking.add(Opcode.RESEND)
    return tuple(opcode for opcode in Opcode if opcode not in lacking)


def _outcome(firmware: Obeying, command: Command, now: int) -> tuple[Status, int]:
    match command.opcode:
        case Opcode.START:
            if firmware.streaming:
                return Status.OK, 0
            if not firmware.hears_stream or _is_too_fast(firmware, firmware.rate_hz):
                return Status.NOT_NOW, 0
            firmware.start()
        case Opcode.STOP:
            firmware.stop()
        case Opcode.SET_RATE:
            if command.argument not in firmware.params.rates_hz:
                return Status.BAD_VALUE, 0
            if firmware.streaming or _is_too_fast(firmware, command.argument):
                return Status.NOT_NOW, 0
            firmware.rate_hz = command.argument
        case Opcode.ZERO:
            if firmware.streaming:
                return Status.NOT_NOW, 0
            firmware.zero()
        case Opcode.RESEND:
            if not 1 <= command.extent <= MOST_RESENT:
                return Status.BAD_VALUE, 0
            return Status.OK, firmware.resend(command.argument, command.extent)
        case Opcode.IDENTIFY:
            firmware.blink(now)
    return Status.OK, 0


def _is_too_fast(firmware: Obeying, rate_hz: int) -> bool:
    imu = firmware.params.kind is Kind.IMU
    return rate_hz > MOST_NOTIFICATIONS_PER_S * samples_that_fit(firmware.att_mtu, imu=imu)
