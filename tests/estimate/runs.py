"""Runs with a known answer: the mono-exponential sprint of SOURCES 3.1 along the cord."""

from dataclasses import dataclass

import numpy as np

from sledmon.estimate import FoundRep, RepFinder
from sledmon.rig import Rig
from sledmon.samples import EncoderBlock, FloatArray

MSS_MPS, TAU_S = 5.6, 0.9


def sprint_distance(time_s: FloatArray) -> FloatArray:
    t = np.maximum(time_s, 0.0)
    return MSS_MPS * (t + TAU_S * np.exp(-t / TAU_S)) - MSS_MPS * TAU_S


def sprint_time(distance_m: float) -> float:
    low, high = 0.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if sprint_distance(np.array([middle]))[0] < distance_m else (low, middle)
        )
    return low


@dataclass(frozen=True, kw_only=True)
class Session:
    """Tether samples, ten a packet, and arrivals 20 ms after each packet's last sample."""

    time_s: FloatArray
    payout_m: FloatArray
    samples_per_packet: int = 10

    def found(self, *, cut: int = 1_000_000, distance_m: float = 9.144) -> list[FoundRep]:
        """Reps found when the packets come in batches of ``cut``."""
        finder = RepFinder()
        finder.set_rig(Rig())
        n = self.samples_per_packet
        packets = [slice(i, i + n) for i in range(0, len(self.time_s), n)]
        found: list[FoundRep] = []
        for first in range(0, len(packets), cut):
            batch = packets[first : first + cut]
            where = slice(batch[0].start, batch[-1].stop)
            time_s = self.time_s[where]
            record = np.repeat(np.arange(first, first + len(batch)), n)[: len(time_s)]
            block = EncoderBlock(
                segment=0,
                time_s=time_s,
                count=self.payout_m[where],
                record=record,
                counts_per_m=1.0,
                resolution_counts=0.001,
            )
            ends = [self.time_s[min(p.stop, len(self.time_s)) - 1] for p in batch]
            received_ns = np.array([round((end + 0.02) * 1e9) for end in ends], np.int64)
            found += finder.push([block], [], first, received_ns, lambda *_: distance_m)
        return found + finder.finish(lambda *_: distance_m)


def still_then(distance_m: FloatArray, *, before_s: float = 3.0, rate_hz: float = 100.0) -> Session:
    """Stillness, then a movement given at ``rate_hz``; counts of 1 mm."""
    still = np.zeros(round(before_s * rate_hz))
    payout = np.concatenate([still, distance_m])
    return Session(time_s=np.arange(len(payout)) / rate_hz, payout_m=np.round(payout, 3))


def braked(distance_m: FloatArray, rate_hz: float, after_m: float = 10.0) -> FloatArray:
    """The same movement, braking evenly to a stand once ``after_m`` is reached, then 2 s still."""
    i = int(np.argmax(distance_m >= after_m))
    velocity = (distance_m[i] - distance_m[i - 1]) * rate_hz
    t = np.arange(1, round(1.0 * rate_hz) + 1) / rate_hz
    stop = distance_m[i] + velocity * t - velocity * t**2 / 2
    return np.concatenate([distance_m[: i + 1], stop, np.full(round(2 * rate_hz), stop[-1])])


def sprint(*, rate_hz: float = 100.0, after_m: float = 10.0) -> FloatArray:
    """A sprint from rest until it has braked to a stand."""
    return braked(sprint_distance(np.arange(0, 6, 1 / rate_hz)), rate_hz, after_m)
