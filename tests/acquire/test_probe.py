"""The probe passes the reference firmware and names what a worse one does wrong."""

import asyncio
import struct
from collections.abc import Callable

import pytest

from sledmon.acquire.conformance import Arrival, Finding, Outcome
from sledmon.acquire.examination import examine
from sledmon.acquire.radio import Link, LinkError, Received
from sledmon.acquire.talk import Talk
from sledmon.acquire.virtual import ADDRESSES, VirtualRadio
from sledmon.acquire.warp import WarpedLoop
from sledmon.samples import Device
from sledmon.twin import SessionParams, simulate
from sledmon.wire import uuids
from sledmon.wire.control import Opcode
from sledmon.wire.stream import HEADER, Flags

SESSION = simulate(SessionParams(seed=4, reps=8, unresisted=0, faults="none"))

Twist = Callable[[bytes], bytes | None]


class TwistedLink:
    """A sensor whose values and notifications are other than the firmware's."""

    def __init__(
        self, link: Link, twists: dict[str, Twist] | None = None, deaf_to: Opcode | None = None
    ) -> None:
        self._link = link
        self._twists = twists or {}
        self._deaf_to = deaf_to

    @property
    def signal_dbm(self) -> int | None:
        return self._link.signal_dbm

    @property
    def payload_bytes(self) -> int:
        return self._link.payload_bytes

    def has(self, characteristic: str) -> bool:
        return self._link.has(characteristic)

    async def read(self, characteristic: str) -> bytes:
        value = self._twisted(characteristic, await self._link.read(characteristic))
        if value is None:
            raise LinkError("cannot read from it: not permitted")
        return value

    async def write(self, characteristic: str, payload: bytes, *, response: bool) -> None:
        if characteristic == uuids.CONTROL and payload[:1] == bytes([self._deaf_to or 0xFF]):
            return
        await self._link.write(characteristic, payload, response=response)

    async def subscribe(self, characteristic: str, received: Received) -> None:
        def take(payload: bytes) -> None:
            twisted = self._twisted(characteristic, payload)
            if twisted is not None:
                received(twisted)

        await self._link.subscribe(characteristic, take)

    async def gone(self) -> str:
        return await self._link.gone()

    async def close(self) -> None:
        await self._link.close()

    def _twisted(self, characteristic: str, payload: bytes) -> bytes | None:
        twist = self._twists.get(characteristic)
        return payload if twist is None else twist(payload)


class _Watcher:
    def __init__(self, link: Link, arrivals: list[Arrival]) -> None:
        self._link = link
        self._arrivals = arrivals

    async def subscribe(self) -> None:
        await self._link.subscribe(uuids.STREAM, self._received)

    def begin(self, descriptor: bytes) -> None:
        pass

    def _received(self, payload: bytes) -> None:
        now_ns = round(asyncio.get_running_loop().time() * 1e9)
        self._arrivals.append(Arrival(now_ns, payload))


def probed(
    device: Device,
    twists: dict[str, Twist] | None = None,
    deaf_to: Opcode | None = None,
    seconds: float = 30.0,
) -> list[Finding]:
    async def probe() -> list[Finding]:
        link = TwistedLink(await VirtualRadio(SESSION).connect(ADDRESSES[device]), twists, deaf_to)
        arrivals: list[Arrival] = []
        findings: list[Finding] = []
        talk = Talk(link, _Watcher(link, arrivals))
        await talk.hold(examine(seconds, arrivals, findings))
        await link.close()
        return findings

    with asyncio.Runner(loop_factory=lambda: WarpedLoop(None)) as runner:
        return runner.run(probe())


def failed(findings: list[Finding]) -> set[str]:
    return {finding.requirement for finding in findings if finding.outcome is Outcome.FAIL}


@pytest.mark.parametrize("device", ["imu", "encoder"])
def test_the_reference_firmware_keeps_to_every_demand(device: Device) -> None:
    findings = probed(device, seconds=150.0)
    assert not failed(findings)
    seen = {finding.requirement: finding for finding in findings}
    assert len(seen) == len(findings) >= 35
    assert "15.00 ms" in seen["connection interval"].seen
    crystal = seen["crystal against this computer's"]
    assert crystal.outcome is Outcome.PASS
    drift_ppm, doubt_ppm = (float(text.split()[0]) for text in crystal.seen.split("+-"))
    assert abs(drift_ppm - SESSION.clocks[device].error_ppm) < 3.0 * doubt_ppm
    assert doubt_ppm < 25.0


def _header(payload: bytes) -> list[int]:
    return list(HEADER.unpack_from(payload))


def _with_header(payload: bytes, *, at: int, value: int) -> bytes:
    fields = _header(payload)
    fields[at] = value
    return HEADER.pack(*fields) + payload[HEADER.size :]


def _fast_tick(payload: bytes) -> bytes:
    return _with_header(payload, at=2, value=round(_header(payload)[2] * 0.95) % (1 << 32))


def _rough_tick(payload: bytes) -> bytes:
    sequence, tick = _header(payload)[1:3]
    return _with_header(payload, at=2, value=(tick + (sequence * 7919 % 400)) % (1 << 32))


def _reserved_flag(payload: bytes) -> bytes:
    return _with_header(payload, at=3, value=_header(payload)[3] | 0x40)


def _stuck_sequence(payload: bytes) -> bytes:
    return _with_header(payload, at=1, value=_header(payload)[1] & 0xFFF0)


def _other_samples_again(payload: bytes) -> bytes:
    if not payload[7] & Flags.RESENT:
        return payload
    return payload[:-1] + bytes([payload[-1] ^ 1])


def _one_in_fifty_short(payload: bytes) -> bytes:
    return payload[:-1] if _header(payload)[1] % 50 == 0 else payload


@pytest.mark.parametrize(
    ("twists", "requirement"),
    [
        ({uuids.STREAM: _fast_tick}, "sampling rate"),
        ({uuids.STREAM: _rough_tick}, "spacing of samples"),
        ({uuids.STREAM: _reserved_flag}, "reserved flags"),
        ({uuids.STREAM: _stuck_sequence}, "sequence"),
        ({uuids.STREAM: _other_samples_again}, "what is sent again"),
        ({uuids.STREAM: _one_in_fifty_short}, "notifications are readable"),
        ({uuids.STREAM: lambda payload: None}, "notifications are readable"),
        ({uuids.BATTERY_LEVEL: lambda payload: None}, "Battery Level"),
        ({uuids.BATTERY_LEVEL: lambda payload: b"\x65"}, "Battery Level"),
        ({uuids.SERIAL_NUMBER: lambda payload: b"another"}, "Serial Number"),
        ({uuids.DESCRIPTOR: lambda payload: payload[:40]}, "descriptor"),
        ({uuids.DESCRIPTOR: lambda payload: b"\x02" + payload[1:]}, "descriptor"),
        (
            {uuids.DESCRIPTOR: lambda p: p[:20] + struct.pack("<I", 20_000_000) + p[24:]},
            "samples held in a notification",
        ),
        ({uuids.CLOCK: lambda payload: b"\0" + payload[1:]}, "clock pings"),
        ({uuids.CLOCK: lambda payload: None}, "clock pings"),
    ],
)
def test_a_worse_firmware_is_told_what_it_does_wrong(
    twists: dict[str, Twist], requirement: str
) -> None:
    assert requirement in failed(probed("imu", twists, seconds=15.0))


@pytest.mark.parametrize(
    ("deaf_to", "requirement"),
    [
        (Opcode.START, "START"),
        (Opcode.STOP, "STOP"),
        (Opcode.SET_RATE, "SET_RATE while streaming"),
        (Opcode.RESEND, "RESEND"),
        (Opcode.IDENTIFY, "IDENTIFY"),
    ],
)
def test_a_command_without_an_answer_is_a_failure_and_does_not_end_the_probe(
    deaf_to: Opcode, requirement: str
) -> None:
    findings = probed("encoder", deaf_to=deaf_to, seconds=5.0)
    assert requirement in failed(findings)
    assert "STOP while stopped" in {finding.requirement for finding in findings}
