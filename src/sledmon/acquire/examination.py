"""The questions that ``sledmon probe`` asks a sensor, and what firmware_notes wants for answers.

A conversation without I/O, so that the questions themselves are tested on the reference firmware.
"""

import contextlib
from collections.abc import Generator, Sequence
from typing import Final

from sledmon.acquire.conformance import (
    Arrival,
    Finding,
    Outcome,
    passed,
    stream_findings,
)
from sledmon.acquire.radio import LinkError
from sledmon.errors import WireError
from sledmon.wire import uuids
from sledmon.wire.control import (
    ANSWER_BIT,
    Answer,
    Command,
    Opcode,
    Status,
    pack_command,
    pack_ping,
    unpack_answer,
    unpack_pong,
)
from sledmon.wire.descriptor import Descriptor, Features, Kind, unpack_descriptor
from sledmon.wire.greeting import Ask, Begin, Conversation, Pause, Read, Step, Subscribe
from sledmon.wire.stream import SEQUENCE_MODULUS, Flags, Header, unpack_header

SETTLE_S: Final = 1.0
PINGS: Final = 5
AGAIN: Final = 5
_UNKNOWN_OPCODE: Final = 0x7F
_TEXTS: Final = {
    "Model Number": uuids.MODEL_NUMBER,
    "Serial Number": uuids.SERIAL_NUMBER,
    "Firmware Revision": uuids.FIRMWARE_REVISION,
    "Hardware Revision": uuids.HARDWARE_REVISION,
}

_Asking = Generator[Step, bytes, Answer | None]


def examine(seconds: float, arrivals: Sequence[Arrival], findings: list[Finding]) -> Conversation:
    """Ask everything; ``arrivals`` grows meanwhile with the stream, ``findings`` with answers."""
    payload = yield Read(uuids.DESCRIPTOR)
    try:
        descriptor = unpack_descriptor(payload)
    except WireError as error:
        findings.append(passed("descriptor", "as tabled", str(error), False))
        return
    findings.append(
        passed(
            "descriptor",
            "as tabled",
            f"version {descriptor.version_major}.{descriptor.version_minor},"
            f" {descriptor.kind.name} {descriptor.serial}",
            True,
        )
    )
    yield from _standard_services(descriptor, findings)
    yield Begin(payload)
    yield from _starting(descriptor, findings)
    yield Pause(seconds)
    findings += stream_findings(descriptor, tuple(arrivals))
    yield from _pinging(findings)
    yield from _refusals(descriptor, findings)
    yield from _resending(descriptor, arrivals, findings)
    yield from _stopping(arrivals, findings)


def _standard_services(descriptor: Descriptor, findings: list[Finding]) -> Conversation:
    battery = yield from _read(uuids.BATTERY_LEVEL)
    holds = battery is not None and len(battery) == 1 and battery[0] <= 100
    seen = f"{battery[0]} %" if battery else "cannot be read"
    findings.append(passed("Battery Level", "0 to 100 %", seen, holds))
    for name, characteristic in _TEXTS.items():
        text = yield from _read(characteristic)
        shown = "cannot be read" if text is None else repr(text.decode("utf-8", "replace"))
        holds = bool(text)
        if name == "Serial Number":
            holds = text is not None and text.decode("utf-8", "replace") == descriptor.serial
        demand = "the descriptor's" if name == "Serial Number" else "a text"
        findings.append(passed(name, demand, shown, holds))


def _starting(descriptor: Descriptor, findings: list[Finding]) -> Conversation:
    rate_hz = round(1e9 / descriptor.sample_period_ns)
    answer = yield from _command(Command(Opcode.START))
    findings.append(_answered("START before Stream is subscribed to", answer, Status.NOT_NOW))
    yield Subscribe()
    answer = yield from _command(Command(Opcode.START))
    edge_timed = bool(descriptor.features & Features.EDGE_TIMED)
    finding = _answered("START", answer, Status.OK)
    if answer is not None and answer.status is Status.OK and not edge_timed:
        holds = answer.value == rate_hz
        finding = passed("START", f"OK, {rate_hz} Hz", f"OK, {answer.value} Hz", holds)
    findings.append(finding)
    answer = yield from _command(Command(Opcode.START))
    findings.append(_answered("START while streaming", answer, Status.OK))


def _pinging(findings: list[Finding]) -> Conversation:
    pongs = []
    for token in range(0xF0000000, 0xF0000000 + PINGS):
        try:
            pong = unpack_pong((yield Ask(uuids.CLOCK, pack_ping(token), response=False)))
        except (LinkError, WireError) as error:
            findings.append(passed("clock pings", "answered by pongs", str(error), False))
            return
        pongs.append(pong)
        if pong.token != token:
            findings.append(passed("clock pings", "the ping's token", f"{pong.token:#x}", False))
            return
        yield Pause(0.2)
    held = [(pong.sent_tick - pong.received_tick) % (1 << 32) for pong in pongs]
    holds = max(held) < 1_000_000
    findings.append(
        passed("clock pings", "answered by pongs", f"held for up to {max(held)} us", holds)
    )


def _refusals(descriptor: Descriptor, findings: list[Finding]) -> Conversation:
    """Commands that must be refused, each with its reason."""
    resend = bool(descriptor.features & Features.RESEND)
    is_imu = descriptor.kind is Kind.IMU
    cases: list[tuple[str, bytes, Status]] = [
        ("an unknown command", bytes([_UNKNOWN_OPCODE]), Status.UNKNOWN_OPCODE),
        ("SET_RATE without a rate", bytes([Opcode.SET_RATE]), Status.BAD_VALUE),
        (
            "SET_RATE while streaming",
            pack_command(Command(Opcode.SET_RATE, round(1e9 / descriptor.sample_period_ns))),
            Status.NOT_NOW,
        ),
        (
            "ZERO to a belt IMU" if is_imu else "ZERO while streaming",
            pack_command(Command(Opcode.ZERO)),
            Status.UNKNOWN_OPCODE if is_imu else Status.NOT_NOW,
        ),
        (
            "RESEND of none" if resend else "RESEND, which it does not offer",
            pack_command(Command(Opcode.RESEND, 0, 0)),
            Status.BAD_VALUE if resend else Status.UNKNOWN_OPCODE,
        ),
        ("IDENTIFY", pack_command(Command(Opcode.IDENTIFY)), Status.OK),
    ]
    for name, payload, wanted in cases:
        answer = yield from _ask(payload)
        findings.append(_answered(name, answer, wanted))


def _resending(
    descriptor: Descriptor, arrivals: Sequence[Arrival], findings: list[Finding]
) -> Conversation:
    if not descriptor.features & Features.RESEND:
        findings.append(Finding("RESEND", "should be offered", "not offered", Outcome.SEEN))
        return
    first_sent = _unbroken(arrivals)
    begin = len(arrivals)
    first = next(iter(first_sent), 0)
    command = Command(Opcode.RESEND, first, len(first_sent))
    answer = yield from _command(command)
    findings.append(_answered("RESEND", answer, Status.OK))
    if answer is None or answer.status is not Status.OK:
        return
    yield Pause(SETTLE_S)
    yield from _command(command)  # the radio may have lost one of them
    yield Pause(SETTLE_S)
    again = {}
    for header, payload in _readable(arrivals[begin:]):
        if header.flags & Flags.RESENT:
            again[header.sequence] = payload
    same = [
        sequence
        for sequence, payload in again.items()
        if _but_for_flag(payload) == first_sent.get(sequence)
    ]
    demand = f"{answer.value} announced, as first sent"
    seen = f"{len(again)} came, " + ("all the same" if len(same) == len(again) else "not the same")
    holds = len(same) == len(again) == answer.value == len(first_sent)
    findings.append(passed("what is sent again", demand, seen, holds))


def _stopping(arrivals: Sequence[Arrival], findings: list[Finding]) -> Conversation:
    answer = yield from _command(Command(Opcode.STOP))
    findings.append(_answered("STOP", answer, Status.OK))
    yield Pause(SETTLE_S)
    stopped = len(arrivals)
    yield Pause(SETTLE_S)
    seen = f"{len(arrivals) - stopped} notifications after {SETTLE_S:g} s"
    findings.append(passed("after STOP", "silence", seen, len(arrivals) == stopped))
    answer = yield from _command(Command(Opcode.STOP))
    findings.append(_answered("STOP while stopped", answer, Status.OK))
    answer = yield from _command(Command(Opcode.START))
    findings.append(_answered("START again", answer, Status.OK))
    yield Pause(SETTLE_S)
    earlier, later = _readable(arrivals[:stopped]), _readable(arrivals[stopped:])
    if earlier and later:
        before, after = earlier[-1][0], later[0][0]
        ahead = (after.sequence - before.sequence) % SEQUENCE_MODULUS
        jump_s = ((after.tick - before.tick) % (1 << 32)) / 1e6
        findings.append(
            passed("sequence through STOP", "goes on", f"{ahead} further", 1 <= ahead <= 50)
        )
        holds = SETTLE_S <= jump_s <= 10.0 * SETTLE_S
        findings.append(passed("tick through STOP", "runs on", f"{jump_s:.2f} s further", holds))
    else:
        findings.append(passed("START again", "a stream", "nothing came", False))
    yield from _command(Command(Opcode.STOP))


def _unbroken(arrivals: Sequence[Arrival]) -> dict[int, bytes]:
    """The newest few notifications that follow each other, none lost among them."""
    run: dict[int, bytes] = {}
    for header, payload in reversed(_readable(arrivals)):
        if run and (header.sequence + 1) % SEQUENCE_MODULUS not in run:
            run = {}
        run[header.sequence] = payload
        if len(run) == AGAIN:
            break
    return dict(reversed(run.items()))


def _readable(arrivals: Sequence[Arrival]) -> list[tuple[Header, bytes]]:
    """Notifications whose header can be read; the others have been told."""
    out = []
    for _, payload in arrivals:
        with contextlib.suppress(WireError):
            out.append((unpack_header(payload), payload))
    return out


def _read(characteristic: str) -> Generator[Step, bytes, bytes | None]:
    try:
        return (yield Read(characteristic))
    except LinkError:
        return None


def _command(command: Command) -> _Asking:
    return (yield from _ask(pack_command(command)))


def _ask(payload: bytes) -> _Asking:
    try:
        answer = unpack_answer((yield Ask(uuids.CONTROL, payload)))
    except (LinkError, WireError):
        return None
    return answer if answer.opcode == payload[0] & ~ANSWER_BIT else None


def _answered(what: str, answer: Answer | None, wanted: Status) -> Finding:
    seen = "no answer to it" if answer is None else answer.status.name
    return passed(what, wanted.name, seen, answer is not None and answer.status is wanted)


def _but_for_flag(payload: bytes) -> bytes:
    return payload[:7] + bytes([payload[7] & ~Flags.RESENT]) + payload[8:]
