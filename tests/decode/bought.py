"""Hand-made Polar and WitMotion sensors whose every sample is known."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sledmon.decode.device_clock import DeviceClockParams
from sledmon.samples import Connected, FloatArray, Packet, Record
from sledmon.units import STANDARD_GRAVITY_MPS2
from sledmon.wire.exchange import Exchange, pack_exchanges
from sledmon.wire.polar import (
    Answer,
    Measurement,
    Opcode,
    Request,
    Setting,
    Settings,
    Status,
    pack_answer,
    pack_request,
)
from sledmon.wire.polar_frames import PolarFrame, pack_frame
from sledmon.wire.witmotion import Command, pack_command, pack_sample

DELAY_S = 0.004
UNSEEN_S = DELAY_S - DeviceClockParams().least_delay_s
DPS_PER_COUNT = 0.07
ACC, GYRO = Measurement.ACC, Measurement.GYRO


def milli_g(time_s: FloatArray) -> FloatArray:
    """(n, 3) what the accelerometer feels: slow enough to tell one sample from the next."""
    waves = [np.sin(0.7 * time_s), np.cos(0.9 * time_s), np.sin(1.3 * time_s)]
    return np.stack([2000.0 * wave for wave in waves], axis=1)


def dps(time_s: FloatArray) -> FloatArray:
    """(n, 3) how the gyro turns: 2 Hz and less."""
    return np.stack([300.0 * np.sin(2 * np.pi * f * time_s) for f in (0.5, 1.0, 2.0)], axis=1)


@dataclass(frozen=True, kw_only=True)
class PolarSensor:
    """Its k-th frame of a measurement ends ``(k + 1) * samples`` samples after ``first_s``."""

    asked_hz: float = 208.0
    rate: float = 1.0
    """True sample rate over the one asked for."""
    samples: int = 36
    first_s: float = 1.0
    gyro: bool = True
    gyro_late: float = 0.37
    """Gyro samples lie this share of a period after acceleration samples."""
    zero_ns: int = 599_616_000_000_000_000
    """Device time at session time 0."""
    ppm: float = 0.0
    range_g: int = 16
    factor: float = DPS_PER_COUNT

    @property
    def period_s(self) -> float:
        return 1.0 / (self.asked_hz * self.rate)

    def times(self, k: int, kind: Measurement = ACC) -> FloatArray:
        place = np.arange(k * self.samples, (k + 1) * self.samples, dtype=np.float64)
        late = self.gyro_late if kind is GYRO else 0.0
        return self.first_s + (place + late) * self.period_s

    def settings(self, full_scale: int) -> Settings:
        return {Setting.SAMPLE_RATE: (round(self.asked_hz),), Setting.RANGE: (full_scale,)}

    def descriptor(self) -> bytes:
        said = [_started(ACC, self.settings(self.range_g), {})]
        if self.gyro:
            given = {} if math.isnan(self.factor) else {Setting.FACTOR: (self.factor,)}
            said.append(_started(GYRO, self.settings(2000), given))
        return pack_exchanges("hand-made", said)

    def connected(self, at_s: float = 0.5) -> Connected:
        return Connected(round(at_s * 1e9), "imu", "polar-pmd-1", self.descriptor())

    def frame(self, k: int, kind: Measurement = ACC, delay_s: float = DELAY_S) -> Packet:
        time_s = self.times(k, kind)
        if kind is ACC:
            form, raw = 0x81, np.rint(milli_g(time_s)).astype(np.int64)
        else:
            form, raw = 0x80, np.rint(dps(time_s) / DPS_PER_COUNT).astype(np.int64)
        stamp_ns = self.zero_ns + round(time_s[-1] * 1e9 * (1 + self.ppm * 1e-6))
        payload = pack_frame(PolarFrame(kind, stamp_ns, form, raw))
        return Packet(round((time_s[-1] + delay_s) * 1e9), "imu", payload)

    def frames(self, acc: Iterable[int], gyro: Iterable[int] | None = None) -> list[Packet]:
        """Those frames in order of arrival; as many of the gyro unless it is told which."""
        acc = list(acc)
        out = [self.frame(k) for k in acc]
        if self.gyro:
            out += [self.frame(k, GYRO) for k in (acc if gyro is None else gyro)]
        return sorted(out, key=lambda packet: packet.received_ns)


H10 = PolarSensor(asked_hz=200.0, gyro=False, range_g=8)


def _started(kind: Measurement, asked: Settings, given: Settings) -> Exchange:
    return Exchange(
        pack_request(Request(Opcode.START, kind, asked)),
        pack_answer(Answer(Opcode.START, kind, Status.SUCCESS, False, given)),
    )


@dataclass(frozen=True, kw_only=True)
class WitMotionSensor:
    """Sample k is taken k periods after ``first_s``; its first count is k."""

    nominal_hz: float = 200.0
    rate: float = 1.0
    first_s: float = 1.0
    count: int = 6000
    """How many samples there are."""

    @property
    def period_s(self) -> float:
        return 1.0 / (self.nominal_hz * self.rate)

    def connected(self, at_s: float = 0.5) -> Connected:
        code = {100.0: 0x09, 200.0: 0x0B}[self.nominal_hz]
        said = [Exchange(pack_command(Command(0x03, code)))]
        descriptor = pack_exchanges("hand-made", said)
        return Connected(round(at_s * 1e9), "imu", "witmotion-1", descriptor)

    def times(self, k: "int | np.ndarray") -> FloatArray:
        out: FloatArray = self.first_s + np.asarray(k, np.float64) * self.period_s
        return out

    def frame(self, k: int) -> bytes:
        raw = np.zeros(9, np.int16)
        raw[0], raw[1], raw[5] = k % 30_000, k // 30_000, -(k % 1000)
        return pack_sample(raw)

    def stream(self) -> bytes:
        return b"".join(self.frame(k) for k in range(self.count))

    def notifications(
        self, sizes: Sequence[int], *, interval_s: float = 0.015, seed: int = 1
    ) -> list[Packet]:
        """The stream cut into sizes, in turn, each carried by the connection event after it."""
        rng = np.random.default_rng(seed)
        stream = self.stream()
        out: list[Packet] = []
        at, turn, last_ns = 0, 0, 0
        while at < len(stream):
            end = min(len(stream), at + sizes[turn % len(sizes)])
            ready_s = float(self.times((end - 1) // 20)) + 0.0004
            event_s = math.ceil(ready_s / interval_s) * interval_s
            arrival_ns = round((event_s + rng.uniform(0.002, 0.005)) * 1e9)
            last_ns = max(arrival_ns, last_ns + 50_000)
            out.append(Packet(last_ns, "imu", stream[at:end]))
            at, turn = end, turn + 1
        return out


def numbers(acc_mps2: FloatArray) -> np.ndarray:
    """The sample numbers that a WitMotion sensor wrote into its first counts."""
    counts = np.rint(acc_mps2[:, :2] / (16 / 32768 * STANDARD_GRAVITY_MPS2)).astype(np.int64)
    return np.asarray(counts[:, 0] + 30_000 * counts[:, 1])


def records(*parts: "Record | Sequence[Record]") -> list[Record]:
    """In order of arrival."""
    flat: list[Record] = []
    for part in parts:
        # A record is a tuple, several of them are a list.
        flat += [part] if isinstance(part, tuple) else part  # type: ignore[list-item]
    return sorted(flat, key=lambda record: record.received_ns)
