"""How well its sessions are measured, as lines of text."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from benchmarks.another_simulator.scale import YARD_M
from benchmarks.another_simulator.session import another_session, measured
from benchmarks.another_simulator.truth import TrueRep
from sledmon.results import Estimates, Measured, Session

NORMAL_90: Final = 1.6448536269514722


def _gate(values: Estimates, yards: int) -> Measured:
    times = [gate.time_s for gate in values.splits if abs(gate.distance_m - yards * YARD_M) < 1e-6]
    return times[0] if times else Measured()


def _steps(values: Estimates) -> Measured:
    count = values.steps.count
    return Measured() if count is None else Measured(float(count))


class Quantity(NamedTuple):
    """One measured value, and where its truth stands."""

    name: str
    unit: str
    """A thousandth of the SI unit, but for counts."""
    measured: Callable[[Estimates], Measured]
    true: Callable[[TrueRep], float]


QUANTITIES: Final = (
    Quantity("start", "ms", lambda e: Measured(e.start_s), lambda t: t.start_s),
    Quantity("5 yd", "ms", lambda e: _gate(e, 5), lambda t: t.split_5yd_s),
    Quantity("10 yd", "ms", lambda e: _gate(e, 10), lambda t: t.split_10yd_s),
    Quantity(
        "window velocity", "mm/s", lambda e: e.window.velocity_mps, lambda t: t.window_velocity_mps
    ),
    Quantity("peak velocity", "mm/s", lambda e: e.peak_velocity_mps, lambda t: t.peak_velocity_mps),
    Quantity(
        "step frequency", "mHz", lambda e: e.steps.frequency_hz, lambda t: t.step_frequency_hz
    ),
    Quantity(
        "lean", "mrad", lambda e: Measured(e.lean.mean_rad, e.lean.sigma_rad), lambda t: t.lean_rad
    ),
    Quantity("steps", "", _steps, lambda t: float(t.steps)),
    Quantity("slack", "ms", lambda e: Measured(e.slack_s), lambda t: t.slack_s),
)


class Pairs(NamedTuple):
    """Reps found with their truth, missed, invented."""

    found: list[tuple[TrueRep, Estimates]]
    missed: list[TrueRep]
    invented: list[Estimates]


def pair_up(session: Session, truth: Iterable[TrueRep]) -> Pairs:
    """A measured rep belongs to the true one during which it starts, 0.5 s early at most."""
    pairs = Pairs([], [], [rep.estimates for rep in session.reps])
    for rep in truth:
        mine = [e for e in pairs.invented if rep.start_s - 0.5 <= e.start_s < rep.stop_s]
        if mine:
            pairs.found.append((rep, mine[0]))
            pairs.invented.remove(mine[0])
        else:
            pairs.missed.append(rep)
    return pairs


def table(severity: str, seeds: Sequence[int]) -> str:
    """The figures of one severity as lines of text."""
    pairs, gone, synchrony = Pairs([], [], []), [], []
    for seed in seeds:
        session = another_session(seed, severity)
        results = measured(session)
        synchrony.append((results.quality.sync_offset_s, session.imu_late_s))
        found, missed, invented = pair_up(results, session.reps)
        pairs.found.extend(found)
        pairs.missed.extend(missed)
        pairs.invented.extend(invented)
        gone += [f"  missed: seed {seed}, rep at {rep.start_s:.2f} s" for rep in missed]
        gone += [f"  invented: seed {seed}, rep at {e.start_s:.2f} s" for e in invented]
    trust = Counter(estimates.trust for _, estimates in pairs.found)
    lines = [
        f"{severity}: {len(seeds)} sessions, {len(pairs.found)} reps found,"
        f" {len(pairs.missed)} missed, {len(pairs.invented)} invented; trust"
        f" {', '.join(f'{name} {count}' for name, count in sorted(trust.items()))}",
        f"  {'quantity':<17} {'unit':<5} {'n':>4} {'bias':>7} {'SD':>7} {'p95':>7} {'max':>7}"
        f" {'mean sigma':>11} {'90 % interval holds':>20}",
    ]
    for name, unit, measure, true in QUANTITIES:
        lines.append(_line(name, unit, [(measure(e), true(rep)) for rep, e in pairs.found]))
    return "\n".join([*lines, _line("IMU behind tether", "ms", synchrony), *gone])


def _line(name: str, unit: str, values: Iterable[tuple[Measured, float]]) -> str:
    known = [(m.value - true, m.sigma) for m, true in values if math.isfinite(m.value - true)]
    if not known:
        return f"  {name:<17} never measured"
    shown = 1000.0 if unit else 1.0
    errors, sigmas = np.array(known).T
    off, stated = shown * errors, np.isfinite(sigmas)
    line = (
        f"  {name:<17} {unit:<5} {len(off):>4} {np.mean(off):>7.1f}"
        f" {np.std(off):>7.1f} {np.percentile(np.abs(off), 95):>7.1f} {np.max(np.abs(off)):>7.1f}"
    )
    if not stated.any():
        return line
    held = np.mean(np.abs(errors[stated]) <= NORMAL_90 * sigmas[stated])
    return f"{line} {shown * np.mean(sigmas[stated]):>11.1f} {100.0 * held:>18.0f} %"
