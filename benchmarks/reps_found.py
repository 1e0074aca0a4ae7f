"""Reps found and how well they are measured, on simulated sessions with known truth.

``python -m benchmarks.reps_found [--sessions 20] [--reps 8] [--first-seed 1] [LEVEL ...]``
"""

import argparse
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from sledmon.acquire import with_ticks
from sledmon.pipeline import Pipeline
from sledmon.results import Estimates, Measured, Session
from sledmon.twin import SessionParams, simulate
from sledmon.twin.truth import RepTruth, SessionTruth
from sledmon.units import METRES_PER_YARD

LEVELS = ("none", "mild", "harsh")
NORMAL_90 = 1.6448536269514722


@dataclass(frozen=True, kw_only=True, slots=True)
class Quantity:
    """One measured value, and where its truth stands."""

    name: str
    unit: str
    measured: Callable[[Estimates], Measured]
    truth: Callable[[RepTruth], float]


def split(values: Estimates, yards: float) -> Measured:
    """A rep's time to one gate."""
    for gate in values.splits:
        if math.isclose(gate.distance_m, yards * METRES_PER_YARD, abs_tol=1e-6):
            return gate.time_s
    return Measured()


QUANTITIES = (
    Quantity(
        name="5 yd", unit="ms", measured=lambda e: split(e, 5), truth=lambda t: t.split_s(5.0)
    ),
    Quantity(
        name="10 yd", unit="ms", measured=lambda e: split(e, 10), truth=lambda t: t.split_s(10.0)
    ),
    Quantity(
        name="5-10 yd",
        unit="ms",
        measured=lambda e: Measured(split(e, 10).value - split(e, 5).value),
        truth=lambda t: t.split_s(10.0) - t.split_s(5.0),
    ),
    Quantity(
        name="window velocity",
        unit="mm/s",
        measured=lambda e: e.window.velocity_mps,
        truth=lambda t: t.window_velocity_mps,
    ),
    Quantity(
        name="peak velocity",
        unit="mm/s",
        measured=lambda e: e.peak_velocity_mps,
        truth=lambda t: t.peak_velocity_mps,
    ),
)
"""Errors are shown in thousandths of the SI unit."""


@dataclass(kw_only=True, slots=True)
class Score:
    """Sessions of one fault level against their truth."""

    true: int = 0
    found: int = 0
    missed: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    errors: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """Per quantity: (measured - true, sigma), both in SI; NaN where not measured."""
    incomplete: int = 0
    """Found, but without a time at D that truth has."""

    def known(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Errors and sigmas of the reps for which a quantity was measured."""
        pairs = np.array(self.errors.get(name, []), float).reshape(-1, 2)
        pairs = pairs[np.isfinite(pairs[:, 0])]
        return pairs[:, 0], pairs[:, 1]


def analyzed(records: Iterable[object]) -> Session:
    """What the pipeline makes of records, ticks put in."""
    pipeline = Pipeline()
    pipeline.push(list(with_ticks(records)))  # type: ignore[arg-type]
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


def score(level: str, seeds: Iterable[int], reps: int = 8) -> Score:
    """Simulate, analyze and compare sessions of one fault level."""
    out = Score()
    for seed in seeds:
        simulation = simulate(SessionParams(seed=seed, reps=reps, faults=level))
        pairs, missed, invented = pair_up(analyzed(simulation.records), simulation.truth)
        out.true += len(simulation.truth.reps)
        out.found += len(pairs)
        out.missed += [f"seed {seed} rep {rep.number} at {rep.start_s:.2f} s" for rep in missed]
        out.invented += [f"seed {seed} at {e.start_s:.2f} s" for e in invented]
        for rep, estimates in pairs:
            out.incomplete += rep.complete and not estimates.complete
            for quantity in QUANTITIES:
                measured, true = quantity.measured(estimates), quantity.truth(rep)
                out.errors.setdefault(quantity.name, []).append(
                    (measured.value - true, measured.sigma)
                )
    return out


def coverage_90(errors: np.ndarray, sigmas: np.ndarray) -> float:
    """Share of errors inside the 90 % interval that their sigmas state; NaN without sigmas."""
    stated = np.isfinite(sigmas)
    if not stated.any():
        return math.nan
    return float(np.mean(np.abs(errors[stated]) <= NORMAL_90 * sigmas[stated]))


def table(level: str, result: Score, sessions: int) -> str:
    """The figures of one level as lines of text."""
    lines = [
        f"faults {level}: {sessions} sessions, {result.found} of {result.true} reps found"
        f" ({100 * result.found / result.true:.1f} %), {len(result.invented)} invented,"
        f" {result.incomplete} without a time at D",
        f"  {'quantity':<16} {'unit':<5} {'n':>4} {'bias':>7} {'SD':>7} {'p95':>7} {'max':>7}"
        f" {'90 % interval holds':>20}",
    ]
    for quantity in QUANTITIES:
        errors, sigmas = result.known(quantity.name)
        if not len(errors):
            lines.append(f"  {quantity.name:<16} never measured")
            continue
        off = 1000 * errors
        held = coverage_90(errors, sigmas)
        lines.append(
            f"  {quantity.name:<16} {quantity.unit:<5} {len(off):>4} {np.mean(off):>7.1f}"
            f" {np.std(off):>7.1f} {np.percentile(np.abs(off), 95):>7.1f}"
            f" {np.max(np.abs(off)):>7.1f}"
            f" {'-' if math.isnan(held) else f'{100 * held:.0f} %':>20}"
        )
    lines += [f"  missed: {what}" for what in result.missed]
    lines += [f"  invented: {what}" for what in result.invented]
    return "\n".join(lines)


def main() -> None:
    """Print the table of every level asked for."""
    parser = argparse.ArgumentParser(description="Reps found and measured against known truth.")
    parser.add_argument("levels", nargs="*", metavar="LEVEL", help="none, mild, harsh: all three")
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--reps", type=int, default=8)
    parser.add_argument("--first-seed", type=int, default=1)
    asked = parser.parse_args()
    seeds = range(asked.first_seed, asked.first_seed + asked.sessions)
    for level in asked.levels or LEVELS:
        print(table(level, score(level, seeds, asked.reps), asked.sessions), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
