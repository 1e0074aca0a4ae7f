"""Reps found and how well they are measured, on simulated sessions with known truth.

``python -m benchmarks.accuracy [--sessions 60] [--reps 6] [--first-seed 1] [--jobs 2] [LEVEL ...]``

Beside sledmon stands a *peer*, computed on the same packets as tether systems do it today: length
of cord taken for distance, a zero-lag Butterworth filter, a start where velocity passes 0.3 m/s,
the highest filtered velocity for a peak.
"""

import argparse
import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sledmon.acquire import with_ticks
from sledmon.decode import Decoder
from sledmon.pipeline import Pipeline
from sledmon.results import Estimates, Measured, Session
from sledmon.samples import FloatArray, Record
from sledmon.twin import SessionParams, simulate
from sledmon.twin.truth import RepTruth, SessionTruth
from sledmon.units import METRES_PER_YARD

LEVELS = ("none", "mild", "harsh")
NORMAL_90 = 1.6448536269514722
PEER_CUT_HZ = 6.0
PEER_START_MPS = 0.3
SHOWN = {"ms": 1000.0, "deg": 180.0 / math.pi}
"""Of the SI unit."""


class Peer(NamedTuple):
    """One rep as a tether system measures it."""

    start_s: float
    split_5yd_s: float
    split_10yd_s: float
    window_mps: float
    peak_mps: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantity:
    """One measured value, and where its truth stands."""

    name: str
    unit: str
    measured: Callable[[Estimates], Measured]
    truth: Callable[[RepTruth], float]
    peer: Callable[[Peer], float] | None = None

    def error(self, value: float, true: float) -> float:
        """Milliseconds, degrees, per cent of the truth, or the value's own unit."""
        if self.unit == "%":
            return 100 * (value / true - 1.0)
        return (value - true) * SHOWN.get(self.unit, 1.0)

    def sigma(self, sigma: float, true: float) -> float:
        """The stated standard error in the same unit."""
        return sigma * (100 / true if self.unit == "%" else SHOWN.get(self.unit, 1.0))


def split(values: Estimates, yards: float) -> Measured:
    """A rep's time to one gate."""
    for gate in values.splits:
        if math.isclose(gate.distance_m, yards * METRES_PER_YARD, abs_tol=1e-6):
            return gate.time_s
    return Measured()


QUANTITIES = (
    Quantity(
        name="start",
        unit="ms",
        measured=lambda e: Measured(e.start_s),
        truth=lambda t: t.start_s,
        peer=lambda p: p.start_s,
    ),
    Quantity(
        name="5 yd",
        unit="ms",
        measured=lambda e: split(e, 5),
        truth=lambda t: t.split_s(5.0),
        peer=lambda p: p.split_5yd_s,
    ),
    Quantity(
        name="10 yd",
        unit="ms",
        measured=lambda e: split(e, 10),
        truth=lambda t: t.split_s(10.0),
        peer=lambda p: p.split_10yd_s,
    ),
    Quantity(
        name="mean velocity",
        unit="%",
        measured=lambda e: e.mean_velocity_mps,
        truth=lambda t: t.mean_velocity_mps,
    ),
    Quantity(
        name="window velocity",
        unit="%",
        measured=lambda e: e.window.velocity_mps,
        truth=lambda t: t.window_velocity_mps,
        peer=lambda p: p.window_mps,
    ),
    Quantity(
        name="peak velocity",
        unit="%",
        measured=lambda e: e.peak_velocity_mps,
        truth=lambda t: t.peak_velocity_mps,
        peer=lambda p: p.peak_mps,
    ),
    Quantity(
        name="step frequency",
        unit="Hz",
        measured=lambda e: e.steps.frequency_hz,
        truth=lambda t: t.step_frequency_hz,
    ),
    Quantity(
        name="lean",
        unit="deg",
        measured=lambda e: Measured(e.lean.mean_rad, e.lean.sigma_rad),
        truth=lambda t: t.lean_rad,
    ),
    Quantity(
        name="steps",
        unit="",
        measured=lambda e: Measured(math.nan if e.steps.count is None else e.steps.count),
        truth=lambda t: float(t.steps),
    ),
)


@dataclass(kw_only=True, slots=True)
class Score:
    """Sessions of one fault level against their truth."""

    true: int = 0
    found: int = 0
    missed: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    errors: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """Per quantity: (error, sigma) in its unit; NaN where not measured."""
    peer: dict[str, list[float]] = field(default_factory=dict)
    incomplete: int = 0
    """Found, but without a time at D that truth has."""
    trust: dict[str, int] = field(default_factory=dict)

    def known(self, name: str) -> tuple[FloatArray, FloatArray]:
        """Errors and sigmas of the reps for which a quantity was measured."""
        pairs = np.array(self.errors.get(name, []), float).reshape(-1, 2)
        pairs = pairs[np.isfinite(pairs[:, 0])]
        return pairs[:, 0], pairs[:, 1]

    def add(self, other: "Score") -> None:
        """Add another session's score."""
        self.true += other.true
        self.found += other.found
        self.missed += other.missed
        self.invented += other.invented
        self.incomplete += other.incomplete
        for name, rows in other.errors.items():
            self.errors.setdefault(name, []).extend(rows)
        for name, values in other.peer.items():
            self.peer.setdefault(name, []).extend(values)
        for name, count in other.trust.items():
            self.trust[name] = self.trust.get(name, 0) + count


def analyzed(records: Iterable[Record]) -> Session:
    """What the pipeline makes of records, ticks put in."""
    pipeline = Pipeline()
    pipeline.push(list(with_ticks(records)))
    return pipeline.finish()


def pair_up(
    session: Session, truth: SessionTruth
) -> tuple[list[tuple[RepTruth, Estimates]], list[RepTruth], list[Estimates]]:
    """Pairs of truth and what was measured; reps missed; reps invented.

    A measured rep belongs to the true one during which it starts (0.5 s early at most); a second
    one in the same run counts as invented.
    """
    left = [rep.estimates for rep in session.reps]
    pairs, missed = [], []
    for rep in truth.reps:
        mine = [e for e in left if rep.start_s - 0.5 <= e.start_s < rep.stop_s]
        if not mine:
            missed.append(rep)
            continue
        pairs.append((rep, mine[0]))
        left.remove(mine[0])
    return pairs, missed, left


def score_session(level: str, seed: int, reps: int = 8, *, with_peer: bool = False) -> Score:
    """Simulate, analyze and compare one session."""
    out = Score()
    simulation = simulate(SessionParams(seed=seed, reps=reps, faults=level))
    pairs, missed, invented = pair_up(analyzed(simulation.records), simulation.truth)
    out.true = len(simulation.truth.reps)
    out.found = len(pairs)
    out.missed = [f"seed {seed} rep {rep.number} at {rep.start_s:.2f} s" for rep in missed]
    out.invented = [f"seed {seed} at {e.start_s:.2f} s" for e in invented]
    for rep, estimates in pairs:
        out.incomplete += rep.complete and not estimates.complete
        out.trust[estimates.trust] = out.trust.get(estimates.trust, 0) + 1
        for quantity in QUANTITIES:
            measured, true = quantity.measured(estimates), quantity.truth(rep)
            out.errors.setdefault(quantity.name, []).append(
                (quantity.error(measured.value, true), quantity.sigma(measured.sigma, true))
            )
    if with_peer:
        time_s, payout_m = _cord(simulation.records)
        for rep in simulation.truth.reps:
            peer = measured_by_peer(time_s, payout_m, rep)
            for quantity in QUANTITIES:
                if peer is not None and quantity.peer is not None:
                    error = quantity.error(quantity.peer(peer), quantity.truth(rep))
                    out.peer.setdefault(quantity.name, []).append(error)
    return out


def score(level: str, seeds: Iterable[int], reps: int = 8) -> Score:
    """Sessions of one fault level, one after the other."""
    out = Score()
    for seed in seeds:
        out.add(score_session(level, seed, reps))
    return out


def _cord(records: Sequence[Record]) -> tuple[FloatArray, FloatArray]:
    blocks = [b for b in Decoder().push(records, 0).encoder if not b.late]
    return (
        np.concatenate([b.time_s for b in blocks]),
        np.concatenate([b.count / b.counts_per_m for b in blocks]),
    )


def measured_by_peer(time_s: FloatArray, payout_m: FloatArray, rep: RepTruth) -> Peer | None:
    """One true rep as a tether system measures it, told where to look."""
    from scipy.signal import butter, sosfiltfilt

    end_s = rep.end_s if rep.complete else rep.stop_s
    here = (time_s > rep.start_s - 3.0) & (time_s < end_s + 1.0)
    if np.count_nonzero(here) < 100 or not rep.complete:
        return None
    rate_hz = 1.0 / float(np.median(np.diff(time_s[here])))
    grid = np.arange(time_s[here][0], time_s[here][-1], 1.0 / rate_hz)
    length = np.interp(grid, time_s[here], payout_m[here])
    smooth = sosfiltfilt(butter(4, PEER_CUT_HZ, fs=rate_hz, output="sos"), length)
    velocity = np.gradient(smooth, 1.0 / rate_hz)
    run = int(np.argmax(velocity > 1.5))
    slow = np.flatnonzero(velocity[:run] < PEER_START_MPS)
    if not len(slow):
        return None
    start = int(slow[-1]) + 1
    gone = smooth - smooth[start]

    def passed_s(distance_m: float) -> float:
        beyond = start + int(np.argmax(gone[start:] >= distance_m))
        return float(
            np.interp(distance_m, gone[beyond - 1 : beyond + 1], grid[beyond - 1 : beyond + 1])
        )

    five_s, ten_s = passed_s(5 * METRES_PER_YARD), passed_s(10 * METRES_PER_YARD)
    start_s = float(grid[start])
    return Peer(
        start_s=start_s,
        split_5yd_s=five_s - start_s,
        split_10yd_s=ten_s - start_s,
        window_mps=5 * METRES_PER_YARD / (ten_s - five_s),
        peak_mps=float(np.max(velocity[(grid >= start_s) & (grid <= ten_s)])),
    )


def coverage_90(errors: FloatArray, sigmas: FloatArray) -> float:
    """Share of errors inside the 90 % interval that their sigmas state; NaN without sigmas."""
    stated = np.isfinite(sigmas)
    if not stated.any():
        return math.nan
    return float(np.mean(np.abs(errors[stated]) <= NORMAL_90 * sigmas[stated]))


def table(level: str, result: Score, sessions: int) -> str:
    """The figures of one level as lines of text."""
    trust = ", ".join(f"{count} {name}" for name, count in sorted(result.trust.items()))
    lines = [
        f"faults {level}: {sessions} sessions, {result.found} of {result.true} reps found"
        f" ({100 * result.found / result.true:.1f} %), {len(result.invented)} invented,"
        f" {result.incomplete} without a time at D; trust: {trust}",
        f"  {'quantity':<16} {'unit':<4} {'n':>4} {'bias':>8} {'SD':>8} {'p95':>8} {'max':>8}"
        f" {'90 % holds':>11} {'peer bias':>10} {'peer p95':>9}",
    ]
    for quantity in QUANTITIES:
        errors, sigmas = result.known(quantity.name)
        if not len(errors):
            lines.append(f"  {quantity.name:<16} never measured")
            continue
        held = coverage_90(errors, sigmas)
        peer = np.array(result.peer.get(quantity.name, []))
        lines.append(
            f"  {quantity.name:<16} {quantity.unit:<4} {len(errors):>4} {np.mean(errors):>8.3f}"
            f" {np.std(errors):>8.3f} {np.percentile(np.abs(errors), 95):>8.3f}"
            f" {np.max(np.abs(errors)):>8.3f}"
            f" {'-' if math.isnan(held) else f'{100 * held:.0f} %':>11}"
            + (
                f" {np.mean(peer):>10.2f} {np.percentile(np.abs(peer), 95):>9.2f}"
                if len(peer)
                else ""
            )
        )
    counted, _ = result.known("steps")
    if len(counted):
        lines.append(f"  the count of steps is exact in {100 * np.mean(counted == 0):.0f} %")
    lines += [f"  missed: {what}" for what in result.missed]
    lines += [f"  invented: {what}" for what in result.invented]
    return "\n".join(lines)


def _one(asked: tuple[str, int, int]) -> Score:
    return score_session(*asked, with_peer=True)


def main() -> None:
    """Print the table of every level asked for."""
    parser = argparse.ArgumentParser(description="Reps found and measured against known truth.")
    parser.add_argument("levels", nargs="*", metavar="LEVEL", help="none, mild, harsh: all three")
    parser.add_argument("--sessions", type=int, default=60)
    parser.add_argument("--reps", type=int, default=6)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    seeds = range(asked.first_seed, asked.first_seed + asked.sessions)
    with ProcessPoolExecutor(asked.jobs) as pool:
        for level in asked.levels or LEVELS:
            total = Score()
            for part in pool.map(_one, [(level, seed, asked.reps) for seed in seeds]):
                total.add(part)
            print(table(level, total, asked.sessions), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
