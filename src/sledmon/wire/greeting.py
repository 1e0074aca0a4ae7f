"""The first and last words with a sensor, without any I/O: steps come out, answers go in.

A conversation is a generator. Whoever owns the link carries out each step that it yields and sends
back the bytes that the step asks for, or empty bytes where it asks for none; a step that failed is
told by throwing its error in. So the words to any sensor are told, and tested, without a radio.
"""

from collections.abc import Callable, Generator
from typing import NamedTuple

from sledmon.errors import WireError
from sledmon.wire import uuids
from sledmon.wire.control import Command, Opcode, Status, pack_command, unpack_answer


class Read(NamedTuple):
    """Read a characteristic; its value is sent back."""

    characteristic: str


class Write(NamedTuple):
    """Write a characteristic."""

    characteristic: str
    payload: bytes
    response: bool = True


class Ask(NamedTuple):
    """Write a characteristic; what the same or another one then indicates is sent back."""

    characteristic: str
    payload: bytes
    answers_on: str = ""
    response: bool = True


class Pause(NamedTuple):
    """Give the sensor time."""

    seconds: float


class Subscribe(NamedTuple):
    """Subscribe to the sensor's stream. What comes before ``Begin`` is not used."""


class Begin(NamedTuple):
    """The sensor is known: keep this as its descriptor, and its stream from now on."""

    descriptor: bytes


Step = Read | Write | Ask | Pause | Subscribe | Begin
Conversation = Generator[Step, bytes, None]
Words = Callable[[], Conversation]


def greet_sledmon() -> Conversation:
    """Read the descriptor, subscribe, START."""
    descriptor = yield Read(uuids.DESCRIPTOR)
    yield Begin(descriptor)
    yield Subscribe()
    yield from command_sledmon(Command(Opcode.START))


def part_sledmon() -> Conversation:
    """STOP, so that the sensor need not notice a lost link."""
    yield Write(uuids.CONTROL, pack_command(Command(Opcode.STOP)))


def command_sledmon(command: Command) -> Generator[Step, bytes, int]:
    """Send one command and return the value of its answer; a refusal is an error."""
    answer = unpack_answer((yield Ask(uuids.CONTROL, pack_command(command))))
    if answer.opcode != command.opcode or answer.status is not Status.OK:
        raise WireError(
            f"the sensor answers {command.opcode.name} with {answer.status.name}"
            "; switch it off and on"
        )
    return answer.value
