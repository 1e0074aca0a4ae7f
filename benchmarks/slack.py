"""Whether belt and tether show when the strap first carries load: why ``slack_s`` stays null.

``python -m benchmarks.slack [--twin 40] [--another 60] [--jobs 2]``

Two detectors are tried on sessions of both simulators whose resisted reps begin with a taut strap
or with up to 0.35 m of slack. One is trained: ridge regression on the first 0.6 s of acceleration,
from one simulator to the other and to itself. The other knows only mechanics: beside the athlete's
own unresisted reps a taut strap costs a share of velocity, and costs it from when it is taut.
"""

import argparse
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.another_simulator.session import another_session
from sledmon.decode import Decoder
from sledmon.estimate.motion import BeltSpan, MotionParams, TetherSpan, estimate_motion
from sledmon.recording import import_tables, open_recording
from sledmon.results import UNKNOWN
from sledmon.rig import Rig, parse_rig
from sledmon.samples import FloatArray, Record
from sledmon.twin import SessionParams, simulate

SEEN_S = np.arange(0.0, 0.62, 0.02)
TRIED_S = np.arange(-0.05, 0.56, 0.01)
LEAST_M = 0.05
RIDGE = 10.0
SURGE_S = 0.15
"""From taut to the sled at the athlete's speed: a quarter of a swing at 1.6 Hz, SOURCES 6.3."""
COST, COST_SIGMA = 0.25, 0.15
"""Share of velocity that a loaded sled costs."""
OWN_SIGMA_MPS = 0.10
"""How far an athlete's own starts differ in velocity, smooth over 0.08 s."""


class Start(NamedTuple):
    """The first moments of one rep, from its start on."""

    session: int
    unresisted: bool
    slack_s: float
    velocity_mps: FloatArray
    acceleration_mps2: FloatArray
    travelled_s: float
    """When it has gone 5 cm."""


def _starts(
    session: int,
    records: Iterable[Record],
    rig: Rig,
    reps: Sequence[tuple[float, float, bool, float]],
) -> Iterator[Start]:
    """Of every rep, given as (start, end, unresisted, slack_s)."""
    decoded = Decoder().push(list(records), 0)
    tether_s = np.concatenate([b.time_s for b in decoded.encoder])
    scale = decoded.encoder[0].counts_per_m
    payout_m = np.concatenate([b.count for b in decoded.encoder]) / scale
    belt_s = np.concatenate([b.time_s for b in decoded.imu])
    force, rate = (
        np.concatenate([getattr(b, name) for b in decoded.imu])
        for name in ("acc_sensor_mps2", "gyr_sensor_radps")
    )
    for start_s, end_s, unresisted, slack_s in reps:
        here = (tether_s > start_s - 8.0) & (tether_s < end_s + 0.3)
        there = (belt_s > start_s - 8.0) & (belt_s < end_s + 0.3)
        tether = TetherSpan(
            time_s=tether_s[here],
            payout_m=payout_m[here],
            resolution_m=decoded.encoder[0].resolution_counts / scale,
        )
        belt = BeltSpan(
            time_s=belt_s[there],
            acc_sensor_mps2=force[there],
            gyr_sensor_radps=rate[there],
            clipped=np.zeros(int(there.sum()), bool),
        )
        motion = estimate_motion(tether, belt, rig, start_s + 0.4, UNKNOWN, MotionParams())
        if motion is None or motion.fused is None:
            continue
        path = motion.path
        from_s = path.last_rise(0.10, start_s + 0.4)
        places = path.at(from_s + SEEN_S)[0]
        yield Start(
            session=session,
            unresisted=unresisted,
            slack_s=slack_s,
            velocity_mps=path.at(from_s + SEEN_S)[1],
            acceleration_mps2=np.diff(path.at(from_s + np.append(SEEN_S, SEEN_S[-1] + 0.02))[1])
            / 0.02,
            travelled_s=float(np.interp(LEAST_M, places - places[0], SEEN_S)),
        )


def of_twin(seed: int) -> list[Start]:
    """Three unresisted reps and six with a taut strap or a slack one, perfect sensors."""
    rng = np.random.default_rng(seed)
    slack = tuple((n, float(rng.choice([0.005, rng.uniform(0.0, 0.35)]))) for n in range(4, 10))
    session = simulate(SessionParams(seed=1000 + seed, reps=9, slack_m_by_rep=slack, rest_s=0.0))
    reps = [(r.start_s, r.end_s, r.unresisted, r.slack_s) for r in session.truth.reps]
    return list(_starts(seed, session.records, session.rig, reps))


def of_another(seed: int) -> list[Start]:
    """Three unresisted reps and two resisted ones, light faults."""
    session = another_session(2000 + seed, "light")
    reps = [(r.start_s, r.end_s, r.unresisted, r.slack_s) for r in session.reps]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        session.write(folder)
        encoder, imu, rig = (folder / each for each in ("encoder.csv", "imu.csv", "rig.toml"))
        import_tables(folder / "out.mcap", encoder=encoder, imu=imu, rig=rig)
        records = [r for batch in open_recording(folder / "out.mcap").batches() for r in batch]
    return list(_starts(seed, records, parse_rig(session.rig_toml), reps))


def trained(learn: Sequence[Start], tell: Sequence[Start], wanted: FloatArray) -> FloatArray:
    """What ridge regression on the learnt accelerations makes of others."""
    seen = np.array([start.acceleration_mps2 for start in learn])
    mean, sd = seen.mean(axis=0), seen.std(axis=0)
    z = (seen - mean) / sd
    weight = np.linalg.solve(z.T @ z + RIDGE * np.eye(len(mean)), z.T @ (wanted - wanted.mean()))
    told: FloatArray = (np.array([s.acceleration_mps2 for s in tell]) - mean) / sd @ weight
    return told + wanted.mean()


def learnt_elsewhere(starts: Sequence[Start], wanted: FloatArray) -> FloatArray:
    """The same within one simulator, each fifth of its sessions told by the other four."""
    out = np.empty(len(starts))
    fold = np.array([start.session % 5 for start in starts])
    for k in range(5):
        learn = [start for start, f in zip(starts, fold, strict=True) if f != k]
        tell = [start for start, f in zip(starts, fold, strict=True) if f == k]
        out[fold == k] = trained(learn, tell, wanted[fold != k])
    return out


def told_apart(score: FloatArray, slack: FloatArray) -> float:
    """Chance that a slack start scores higher than a taut one."""
    return float(np.mean(score[slack > 0][:, None] > score[slack == 0][None, :]))


class Mechanical(NamedTuple):
    """What mechanics alone says of one resisted start."""

    taut: float
    """Probability that less than 5 cm passed before the strap carried load."""
    slack_s: float
    sigma_s: float


def mechanical(start: Start, own_mps: FloatArray) -> Mechanical:
    """Beside the mean of the athlete's own unresisted starts, any time to load as likely before."""
    t = SEEN_S
    alike = np.exp(-0.5 * ((t[:, None] - t) / 0.08) ** 2)
    grown = np.minimum(1.0, t / 0.1)
    # The mean of three differs from the truth too.
    covariance = 4 / 3 * OWN_SIGMA_MPS**2 * alike * np.outer(grown, grown) + 4e-4 * np.eye(len(t))
    information = np.linalg.inv(covariance)
    lost = own_mps - start.velocity_mps
    evidence = np.empty(len(TRIED_S))
    for i, load_s in enumerate(TRIED_S):
        u = np.clip((t - load_s) / SURGE_S, 0.0, 1.0)
        shape = own_mps * u * u * (3.0 - 2.0 * u)
        precision = shape @ information @ shape + 1.0 / COST_SIGMA**2
        size = (shape @ information @ lost + COST / COST_SIGMA**2) / precision
        evidence[i] = 0.5 * (size**2 * precision - np.log(precision))
    chance = np.exp(evidence - evidence.max())
    chance /= chance.sum()
    late = chance * (start.travelled_s <= TRIED_S)
    at_s = float(late @ TRIED_S / late.sum())
    sigma_s = float(np.sqrt(late @ (TRIED_S - at_s) ** 2 / late.sum()))
    return Mechanical(float(chance.sum() - late.sum()), at_s, sigma_s)


def report(name: str, starts: Sequence[Start], other: Sequence[Start]) -> list[str]:
    """Lines about one simulator's resisted starts, told by itself, the other and mechanics."""
    mine = [start for start in starts if not start.unresisted]
    theirs = [start for start in other if not start.unresisted]
    slack, learnt = (np.array([s.slack_s for s in each]) for each in (mine, theirs))
    late, late_learnt = slack > 0, learnt > 0
    own = told_apart(learnt_elsewhere(mine, 1.0 * late), slack)
    across = told_apart(trained(theirs, mine, 1.0 * late_learnt), slack)
    loose = [start for start in mine if start.slack_s > 0]
    loose_learnt = [start for start in theirs if start.slack_s > 0]
    true_s = slack[late]
    off_own = learnt_elsewhere(loose, true_s) - true_s
    off_across = trained(loose_learnt, loose, learnt[late_learnt]) - true_s
    said = []
    for start in mine:
        free = [s.velocity_mps for s in starts if s.unresisted and s.session == start.session]
        said.append(mechanical(start, np.mean(free, axis=0)))
    taut, at_s, sigma_s = np.array(said).T
    both = late & (taut < 0.5)
    off, z = at_s[both] - slack[both], (at_s[both] - slack[both]) / sigma_s[both]
    return [
        f"{name}: {np.sum(~late)} taut starts, {np.sum(late)} slack ones,"
        f" {1000 * true_s.mean():.0f} +- {1000 * true_s.std():.0f} ms",
        f"  trained on itself: told apart {own:.2f}, time {_rms(off_own)};"
        f" trained on the other: {across:.2f}, {_rms(off_across)}",
        f"  mechanics: {100 * np.mean(taut[~late] < 0.5):.0f} % of taut starts told slack,"
        f" {100 * np.mean(taut[late] >= 0.5):.0f} % of slack ones taut; time off by"
        f" {1000 * off.mean():.0f} +- {1000 * off.std():.0f} ms,"
        f" 90 % interval holds {100 * np.mean(np.abs(z) < 1.645):.0f} %",
    ]


def _rms(off_s: FloatArray) -> str:
    return f"{1000 * np.sqrt(np.mean(off_s**2)):.0f} ms rms"


def main() -> None:
    """Print what each detector makes of both simulators."""
    parser = argparse.ArgumentParser(description="Can the end of the strap's slack be seen?")
    parser.add_argument("--twin", type=int, default=40, help="sessions of the twin")
    parser.add_argument("--another", type=int, default=60, help="sessions of the second simulator")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    with ProcessPoolExecutor(asked.jobs) as pool:
        twin = [s for part in pool.map(of_twin, range(asked.twin)) for s in part]
        second = [s for part in pool.map(of_another, range(asked.another)) for s in part]
    print("\n".join(report("twin", twin, second) + report("second simulator", second, twin)))


if __name__ == "__main__":
    main()
