"""Samples that say which they are, so that a test can tell every one of them again."""

from typing import NamedTuple

import numpy as np

from sledmon.samples import IntArray
from sledmon.twin.firmware import Firmware, Outgoing
from sledmon.wire import uuids
from sledmon.wire.control import Answer, Command, Opcode, pack_command, unpack_answer
from sledmon.wire.descriptor import Kind
from sledmon.wire.stream import TICKS_PER_SECOND, Flags, unpack_encoder, unpack_header, unpack_imu

ALL = (uuids.STREAM, uuids.CONTROL, uuids.CLOCK, uuids.BATTERY_LEVEL)


def imu_samples(k: IntArray) -> IntArray:
    """(n, 6) raw values of samples ``k``: the first two channels spell the number out."""
    low, high = k % 20_000, k // 20_000
    return np.stack([low, high, low - 7, -low, high + 3, 2 * low % 9973], axis=1)


def counts(k: IntArray) -> IntArray:
    """(n,) absolute counts of samples ``k``; every one tells its number."""
    return 50 * k


class Sampler:
    """Feeds a firmware evenly spaced samples and carries its notifications to a host."""

    def __init__(self, firmware: Firmware, now: int = 0) -> None:
        self.firmware = firmware
        self.now = now
        self.taken = 0
        """Samples given to the firmware so far."""
        self.room = 6
        """What a connection event carries; 0: the radio is deaf."""

    def run(self, duration_s: float, block: int = 5) -> list[Outgoing]:
        """Sample for a while in blocks; gives what the radio carried, asked after each block."""
        carried = []
        period = TICKS_PER_SECOND // self.firmware.rate_hz
        for _ in range(round(duration_s * self.firmware.rate_hz / block)):
            k = np.arange(self.taken, self.taken + block)
            tick = self.now + period * np.arange(1, block + 1)
            imu = self.firmware.params.kind is Kind.IMU
            self.firmware.take(tick, imu_samples(k) if imu else counts(k))
            self.taken += block
            self.now = int(tick[-1])
            carried += self.firmware.outgoing(self.now, self.room)
        return carried

    def drain(self) -> list[Outgoing]:
        """Everything that is still held or waits; looks ahead by up to the dither."""
        carried, now = [], self.now
        while (due := self.firmware.next_due(now)) is not None:
            now = due
            carried += self.firmware.outgoing(now)
        return carried

    def host_returns(self, att_mtu: int = 247) -> None:
        """Connect and subscribe to everything."""
        self.firmware.connect(self.now, att_mtu)
        for characteristic in ALL:
            self.firmware.subscribe(characteristic)

    def link_breaks(self) -> None:
        self.firmware.disconnect(self.now)

    def command(self, opcode: Opcode, argument: int = 0, extent: int = 0) -> Answer:
        """Write a command and take the answer out of the next connection event."""
        payload = pack_command(Command(opcode, argument, extent))
        self.firmware.write(uuids.CONTROL, payload, self.now)
        return answers(self.firmware.outgoing(self.now, room=1))[0]


def sensor(firmware: Firmware, att_mtu: int = 247) -> Sampler:
    """A sensor with a host that has subscribed to everything and started the stream."""
    sampler = Sampler(firmware)
    sampler.host_returns(att_mtu)
    sampler.command(Opcode.START)
    return sampler


def connected(firmware: Firmware, att_mtu: int = 247) -> Sampler:
    """A sensor with a host that has subscribed to everything."""
    sampler = Sampler(firmware)
    sampler.host_returns(att_mtu)
    return sampler


def stopped(sampler: Sampler) -> list[Outgoing]:
    """STOP, and what still comes."""
    sampler.command(Opcode.STOP)
    return sampler.drain()


class Received(NamedTuple):
    """One stream notification as a host reads it."""

    sequence: int
    tick: int
    flags: int
    samples: tuple[int, ...]
    """The numbers of the samples in it."""

    @property
    def resent(self) -> bool:
        return bool(self.flags & Flags.RESENT)


def answers(carried: list[Outgoing]) -> list[Answer]:
    return [unpack_answer(out.payload) for out in carried if out.characteristic == uuids.CONTROL]


def stream(carried: list[Outgoing], kind: Kind) -> list[Received]:
    """The stream notifications among what was carried."""
    payloads = [out.payload for out in carried if out.characteristic == uuids.STREAM]
    return [_received(payload, kind) for payload in payloads]


def _received(payload: bytes, kind: Kind) -> Received:
    header = unpack_header(payload)
    if kind is Kind.IMU:
        raw = unpack_imu(payload).raw.astype(np.int64)
        number = raw[:, 0] + 20_000 * raw[:, 1]
        assert np.array_equal(raw, imu_samples(number))
    else:
        number, rest = np.divmod(unpack_encoder(payload).counts, 50)
        assert not rest.any()
    return Received(header.sequence, header.tick, header.flags, tuple(number.tolist()))
