"""How well ticks are mapped to the host's time: ``python -m benchmarks.clock``.

The links are those of ``firmware_notes/timing_and_calibration.md``: a connection interval, missed
events, a host that is busy. The crystal is 30 ppm fast and drifts by 5 ppm over 20 minutes. The
error of a mapped time is told as its mean, which nobody can see one way, and its spread: the 95th
percentile of what is left. The first minute, in which the clock learns, is left out.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from sledmon.decode.device_clock import DeviceClock
from sledmon.samples import FloatArray

LEARNING_S: Final = 60.0
AIR_S: Final = 0.0004
HOST_S: Final = 0.0005
"""Mean of an exponential delay in radio and operating system."""
BUSY_STALL_S: Final = (0.02, 0.20)
BUSY_EVERY_S: Final = 5.0
DRIFT_PPM: Final = 5.0
DRIFT_PERIOD_S: Final = 1200.0


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedLink:
    """One sensor's notifications on their way."""

    interval_s: float
    missed: float
    sample_s: float = 0.005
    samples: int = 10
    """In a notification."""
    busy: bool = False
    hold_s: float = 0.0
    """Each notification is held for up to so long before it is queued; its ticks stay."""
    stamped: bool = False
    """The tick is taken after the hold, when it is queued, instead of with the samples."""
    cut: int = 0
    """A notification holds so many samples more or less, at random."""
    ppm: float = 30.0
    pause: tuple[float, float] = (math.inf, math.inf)
    """Nothing comes between these times."""
    duration_s: float = 1200.0


class Mapped(NamedTuple):
    """What the clock made of each notification."""

    time_s: FloatArray
    error_s: FloatArray
    """Mapped less true time of the newest tick."""

    def figures_ms(self, from_s: float = LEARNING_S) -> tuple[float, float]:
        """Mean and spread."""
        error = self.error_s[self.time_s >= self.time_s[0] + from_s] * 1e3
        mean = float(np.mean(error))
        return mean, float(np.percentile(np.abs(error - mean), 95))


def arrivals(link: SimulatedLink, seed: int) -> tuple[FloatArray, FloatArray]:
    """True time of each notification's tick, and when the host has it."""
    rng = np.random.default_rng(seed)
    notifications = int(link.duration_s / (link.sample_s * link.samples))
    sizes = link.samples + rng.integers(-link.cut, link.cut + 1, notifications)
    # Samples come by the sensor's crystal, connection events by the host's: hence the beat.
    device_s: FloatArray = np.cumsum(sizes * link.sample_s) + rng.uniform(0.0, 1.0)
    ready_s = true_time(device_s, link.ppm)
    queued_s = ready_s + rng.uniform(0.0, link.hold_s, notifications)
    queued_s = np.maximum.accumulate(queued_s)
    anchor_s = rng.uniform(0.0, link.interval_s)
    event = np.ceil((queued_s - anchor_s) / link.interval_s)
    event += rng.geometric(1.0 - link.missed, notifications) - 1
    received_s = anchor_s + event * link.interval_s + AIR_S
    received_s += rng.exponential(HOST_S, notifications)
    if link.busy:
        stalls = np.cumsum(rng.exponential(BUSY_EVERY_S, round(link.duration_s)))
        ends = stalls + rng.uniform(*BUSY_STALL_S, len(stalls))
        nth = np.searchsorted(stalls, received_s, "right") - 1
        received_s = np.where(
            nth >= 0, np.maximum(received_s, ends[np.maximum(nth, 0)]), received_s
        )
    received_s = np.maximum.accumulate(received_s)
    tick_s = queued_s if link.stamped else ready_s
    there = (tick_s < link.pause[0]) | (tick_s >= link.pause[1])
    return tick_s[there], received_s[there]


def device_time(true_s: FloatArray, ppm: float) -> FloatArray:
    """What the crystal says."""
    turn = 2.0 * math.pi / DRIFT_PERIOD_S
    drift = DRIFT_PPM * 1e-6 / turn * (1.0 - np.cos(turn * true_s))
    return true_s * (1.0 + ppm * 1e-6) + drift


def true_time(device_s: FloatArray, ppm: float) -> FloatArray:
    """When the crystal says that."""
    true_s = np.linspace(0.0, device_s[-1] + 1.0, 10 * len(device_s))
    return np.interp(device_s, device_time(true_s, ppm), true_s)


def mapped(link: SimulatedLink, seed: int) -> Mapped:
    """Run the decoder's clock over a link."""
    true_s, received_s = arrivals(link, seed)
    tick_s = device_time(true_s, link.ppm)
    clock = DeviceClock()
    pairs = zip(tick_s.tolist(), received_s.tolist(), strict=True)
    offset_s = np.array([clock.update(tick, received) for tick, received in pairs])
    return Mapped(true_s, tick_s + offset_s - true_s)


LINKS: Final = {
    "7.5 ms, 2 %": (SimulatedLink(interval_s=0.0075, missed=0.02), 1.4),
    "15 ms, 10 %": (SimulatedLink(interval_s=0.015, missed=0.10), 2.7),
    "15 ms, packets every 60 ms": (
        SimulatedLink(interval_s=0.015, missed=0.10, samples=12),
        8.3,
    ),
    "30 ms, 25 %, busy host": (SimulatedLink(interval_s=0.030, missed=0.25, busy=True), 5.2),
}
"""With the spread that a lower hull of 60 s had without dither, in ms."""
WANTED_DITHERED_MS: Final = 2.5

CURES: Final[dict[str, Callable[[SimulatedLink], SimulatedLink]]] = {
    "none": lambda link: link,
    "held": lambda link: replace(link, hold_s=link.interval_s),
    "held, then stamped": lambda link: replace(link, hold_s=link.interval_s, stamped=True),
    "cut +-2 samples": lambda link: replace(link, cut=2),
    "sampled every 4.93 ms": lambda link: replace(link, sample_s=0.986 * link.sample_s),
}


def spread_ms(link: SimulatedLink, seeds: int) -> tuple[float, float, float]:
    """Mean error, spread in the mean and at worst, over some anchors and phases."""
    figures = [mapped(link, seed).figures_ms() for seed in range(seeds)]
    means, spreads = zip(*figures, strict=True)
    return float(np.mean(means)), float(np.mean(spreads)), max(spreads)


def beat_ms(link: SimulatedLink, seed: int) -> float:
    """How far the least delay of ten seconds wanders: the beat itself, before any clock."""
    true_s, received_s = arrivals(link, seed)
    tens = (true_s // 10.0).astype(int)
    least = np.full(tens.max() + 1, np.inf)
    np.minimum.at(least, tens, received_s - true_s)
    least = least[np.isfinite(least)][:-1]
    return float(np.percentile(least, 97.5) - np.percentile(least, 2.5)) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    seeds = parser.parse_args().seeds
    print(
        "| link | cure | beat, ms | mean, ms | spread, ms | worst | wanted |\n" + "|---" * 7 + "|"
    )
    for name, (link, hull_ms) in LINKS.items():
        for cure, change in CURES.items():
            wanted = hull_ms if cure == "none" else WANTED_DITHERED_MS
            mean, spread, worst = spread_ms(change(link), seeds)
            beat = np.mean([beat_ms(change(link), seed) for seed in range(seeds)])
            print(f"| {name} | {cure} | {beat:.1f} | {mean:+.1f} | {spread:.2f} | {worst:.2f} |"
                  f" {wanted} |", flush=True)  # fmt: skip
    for what, odd in (
        ("50 ppm", {"ppm": 50.0}),
        ("10 minutes of silence", {"pause": (400.0, 1000.0), "duration_s": 1800.0}),
    ):
        link = replace(LINKS["15 ms, 10 %"][0], **odd)
        mean, spread, worst = spread_ms(link, seeds)
        print(f"| 15 ms, 10 %; {what} | none | | {mean:+.1f} | {spread:.2f} | {worst:.2f} | |")


if __name__ == "__main__":
    main()
