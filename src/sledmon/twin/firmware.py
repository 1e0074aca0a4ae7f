"""The reference behaviour of a sensor's firmware: firmware_notes/profile.md as a state machine.

No clock and no radio: every call is told the time, and whoever carries the link asks what there is
to send. Time is the sensor's own: microseconds of its crystal since anywhere, unwrapped. Samples
are the caller's too, so that a fake sensor can stream any motion.
"""

import random
from collections import deque
from typing import Final, NamedTuple

import numpy as np

from sledmon.samples import IntArray
from sledmon.twin.commands import obey, refused
from sledmon.twin.firmware_params import FirmwareParams
from sledmon.twin.outbox import Outbox
from sledmon.twin.packing import Numbered, Packer
from sledmon.twin.pings import Pings
from sledmon.wire import uuids
from sledmon.wire.control import Answer, Status, pack_answer
from sledmon.wire.descriptor import Descriptor, Kind, pack_descriptor
from sledmon.wire.stream import TICKS_PER_SECOND, samples_that_fit

LEAST_ATT_MTU: Final = 23
MOST_ATT_MTU: Final = 247
SAMPLES_ON_S: Final = 60
"""How long a sensor goes on sampling without a link."""
FAST_ADVERTISING_S: Final = 60
BLINK_S: Final = 5
BATTERY_NEWS_S: Final = 60
BATTERY_EMPTY_PERCENT: Final = 3
READ_NOT_PERMITTED: Final = 0x02
WRITE_NOT_PERMITTED: Final = 0x03
INVALID_LENGTH: Final = 0x0D
CCCD_IMPROPERLY_CONFIGURED: Final = 0xFD


class AttError(Exception):
    """A write that the attribute protocol itself refuses."""

    def __init__(self, code: int) -> None:
        super().__init__(f"ATT error 0x{code:02X}")
        self.code = code


class Outgoing(NamedTuple):
    """What the radio is to carry: an indication on Control, else a notification."""

    characteristic: str
    payload: bytes


class Firmware:
    """One sensor; ``now`` is always its own unwrapped tick."""

    def __init__(self, params: FirmwareParams, now: int = 0) -> None:
        self.params = params
        self.boot_id = params.boot_id
        self.rate_hz = params.rate_hz
        self.att_mtu = LEAST_ATT_MTU
        self.connected = False
        self.streaming = False
        self.battery_percent = 100
        self.subscribed: set[str] = set()
        """Characteristics whose notifications or indications the host has asked for."""
        self._is_imu = params.kind is Kind.IMU
        self._rng = random.Random(params.seed)
        self._packer = Packer(params.kind, params.first_sequence)
        self._outbox = Outbox(params, self._rng)
        self._answers: deque[Answer] = deque()
        self._pings = Pings()
        self._tick_zero = 0
        self._count = 0
        self._count_zero = 0
        self._lost_at: int | None = None
        self._fast_until = now + FAST_ADVERTISING_S * TICKS_PER_SECOND
        self._blink_until = now
        self._battery_told = (100, now - BATTERY_NEWS_S * TICKS_PER_SECOND)

    def connect(self, now: int, att_mtu: int = LEAST_ATT_MTU) -> None:
        """A host has connected; nothing is subscribed yet."""
        self._expire(now)
        self.connected = True
        self._lost_at = None
        self.exchange_mtu(att_mtu)

    def exchange_mtu(self, att_mtu: int) -> None:
        """Host and sensor have agreed on an MTU."""
        self.att_mtu = max(LEAST_ATT_MTU, min(att_mtu, MOST_ATT_MTU))

    def disconnect(self, now: int) -> None:
        """The link has ended, whoever ended it; what was not sent is kept for RESEND."""
        self.connected = False
        self.subscribed.clear()
        self._outbox.close()
        self._answers.clear()
        self._pings.close()
        self._lost_at = now
        self._fast_until = now + FAST_ADVERTISING_S * TICKS_PER_SECOND

    def restart(self, now: int, first_tick: int = 0, first_sequence: int = 0) -> None:
        """Power off and on: a new boot id; ticks, sequence and count begin anew."""
        self.disconnect(now)
        self._renew_boot_id()
        self._outbox = Outbox(self.params, self._rng)
        self._tick_zero = now - first_tick
        self._count_zero = self._count
        self._packer = Packer(self.params.kind, first_sequence, self._tick_zero)
        self._pings = Pings(self._tick_zero)
        self.streaming = False
        self.rate_hz = self.params.rate_hz
        self._lost_at = None

    def advertising_interval_s(self, now: int) -> float | None:
        """How often it advertises; None while it is connected."""
        if self.connected:
            return None
        return 0.1 if now < self._fast_until else 1.0

    # --- what is sampled --------------------------------------------------------------------------

    @property
    def next_sequence(self) -> int:
        """The number that the next notification will have."""
        return self._packer.sequence

    @property
    def samples_per_notification(self) -> int:
        """Usual number at the present MTU and rate."""
        wanted = round(self.rate_hz * self.params.notification_s)
        return max(1, min(wanted, samples_that_fit(self.att_mtu, imu=self._is_imu)))

    def take(self, tick: IntArray, sample: IntArray) -> None:
        """Samples just taken: unwrapped ticks (n,), and (n, 6) raw values or (n,) absolute counts.

        Given whether or not it streams: the count goes on without. Evenly spaced by the rate in
        force; say ``drop_samples`` where some are missing. What is beyond 16 bits is clipped.
        """
        if not len(tick):
            return
        if not self._is_imu:
            self._count = int(sample[-1])
            sample = sample - self._count_zero
        if self.streaming:
            n = len(tick) if self._lost_at is None else int(np.searchsorted(tick, self._ends_at))
            size = self.samples_per_notification
            for numbered in self._packer.push(tick[:n], sample[:n], size):
                self._queue(numbered)
        self._expire(int(tick[-1]))

    def drop_samples(self) -> None:
        """The sensor itself missed samples here: the next notification has OVERFLOW."""
        for numbered in self._packer.drop():
            self._queue(numbered)

    def set_battery(self, percent: int) -> None:
        """The battery has this much left; at 3 % the sensor finishes and closes the link."""
        self.battery_percent = percent
        if percent <= BATTERY_EMPTY_PERCENT:
            self.stop()

    # --- what the host reads and writes -----------------------------------------------------------

    def subscribe(self, characteristic: str, on: bool = True) -> None:
        """The host has written the characteristic's configuration descriptor."""
        if on:
            fresh = characteristic not in self.subscribed  # bluetoothd writes it twice
            self.subscribed.add(characteristic)
            if fresh and characteristic == uuids.BATTERY_LEVEL:
                self._battery_told = (self.battery_percent, self._battery_told[1])
        else:
            self.subscribed.discard(characteristic)

    def read(self, characteristic: str) -> bytes:
        """The value of a readable characteristic."""
        if characteristic == uuids.DESCRIPTOR:
            return pack_descriptor(self.descriptor)
        if characteristic == uuids.BATTERY_LEVEL:
            return bytes([self.battery_percent])
        if characteristic not in self.params.texts:
            raise AttError(READ_NOT_PERMITTED)
        return self.params.texts[characteristic].encode()

    @property
    def descriptor(self) -> Descriptor:
        """As it is read now."""
        return self.params.descriptor(self.boot_id, self.rate_hz, self.samples_per_notification)

    def write(self, characteristic: str, payload: bytes, now: int) -> None:
        """A command on Control or a ping on Clock; the answer comes by ``outgoing``."""
        self._expire(now)
        if characteristic == uuids.CONTROL:
            if not payload:
                raise AttError(INVALID_LENGTH)
            if uuids.CONTROL not in self.subscribed:
                raise AttError(CCCD_IMPROPERLY_CONFIGURED)
            if self._answers:
                self._answers.append(refused(self, payload[0], Status.NOT_NOW))
            else:
                self._answers.append(obey(self, payload, now))
        elif characteristic == uuids.CLOCK:
            if uuids.CLOCK in self.subscribed:
                self._pings.receive(payload, now)
        else:
            raise AttError(WRITE_NOT_PERMITTED)

    def is_blinking(self, now: int) -> bool:
        """Whether IDENTIFY is being obeyed."""
        return now < self._blink_until

    # --- what the radio is to carry ---------------------------------------------------------------

    def outgoing(self, now: int, room: int = 6) -> list[Outgoing]:
        """What one connection event carries: new ones before those sent again, ``room`` at most."""
        if not self.connected:
            return []
        out = []
        if self._answers:  # one indication at a time: the next waits for its confirmation
            out.append(Outgoing(uuids.CONTROL, pack_answer(self._answers.popleft())))
        out += [Outgoing(uuids.CLOCK, pong) for pong in self._pings.answer(now)]
        if self._has_battery_news(now):
            self._battery_told = (self.battery_percent, now)
            out.append(Outgoing(uuids.BATTERY_LEVEL, bytes([self.battery_percent])))
        stream = self._outbox.send(now, room - len(out), self.att_mtu, self.hears_stream)
        out += [Outgoing(uuids.STREAM, payload) for payload in stream]
        return out

    def next_due(self, now: int) -> int | None:
        """When ``outgoing`` will next have something; None: nothing is under way."""
        if not self.connected:
            return None
        if self._answers or self._pings or self._has_battery_news(now):
            return now
        return self._outbox.next_due(now)

    @property
    def closes_link(self) -> bool:
        """Whether the sensor now ends the connection: its battery is empty and all is sent."""
        return self.connected and self.battery_percent <= BATTERY_EMPTY_PERCENT and not self._outbox

    # --- what commands ask for --------------------------------------------------------------------

    @property
    def hears_stream(self) -> bool:
        """Whether the host has subscribed to Stream."""
        return uuids.STREAM in self.subscribed

    def start(self) -> None:
        """Begin to stream."""
        self.streaming = True

    def stop(self) -> None:
        """End the stream with what is in hand."""
        for numbered in self._packer.finish():
            self._queue(numbered)
        self.streaming = False

    def zero(self) -> None:
        """Let the present count be 0."""
        self._count_zero = self._count
        self._renew_boot_id()

    def resend(self, first: int, extent: int) -> int:
        """Send again what the ring still has; gives how many will come."""
        return self._outbox.resend(first, extent, self.att_mtu)

    def blink(self, now: int) -> None:
        """Show which sensor this is."""
        self._blink_until = now + BLINK_S * TICKS_PER_SECOND

    def _queue(self, numbered: Numbered) -> None:
        if self.connected and self.hears_stream:
            self._outbox.queue(numbered)
        else:
            self._outbox.keep(numbered)

    @property
    def _ends_at(self) -> int:
        """When it stops sampling for want of a link."""
        return (self._lost_at or 0) + SAMPLES_ON_S * TICKS_PER_SECOND

    def _expire(self, now: int) -> None:
        if self._lost_at is not None and self.streaming and now >= self._ends_at:
            self.stop()

    def _has_battery_news(self, now: int) -> bool:
        percent, told_at = self._battery_told
        return (
            uuids.BATTERY_LEVEL in self.subscribed
            and percent != self.battery_percent
            and now - told_at >= BATTERY_NEWS_S * TICKS_PER_SECOND
        )

    def _renew_boot_id(self) -> None:
        before = self.boot_id
        while self.boot_id == before:
            self.boot_id = self._rng.getrandbits(32)
