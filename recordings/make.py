"""Make the recordings again: ``python recordings/make.py [NAME ...]``, the same bytes every time.

Each becomes a folder with the recording and ``expected.toml``: the simulated truth by contract.md's
definitions, how near it a measurement must come, and what must be said. ``golden.json`` beside them
is written by ``pytest tests/recordings --update-golden`` instead: it says what changed, not what is
right.
"""

import json
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sledmon.acquire import with_ticks
from sledmon.recording import RecordingWriter
from sledmon.samples import Event, Record
from sledmon.twin import Disconnect, RadioDeath, SessionParams, SimulatedSession, simulate
from sledmon.twin.bought import wear
from sledmon.units import METRES_PER_YARD, NANOSECONDS_PER_SECOND

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, kw_only=True, slots=True)
class Tolerance:
    """How near the truth a measurement must come."""

    split_s: float
    velocity_mps: float
    peak_mps: float
    start_s: float


NONE = Tolerance(split_s=0.004, velocity_mps=0.01, peak_mps=0.025, start_s=0.006)
MILD = Tolerance(split_s=0.012, velocity_mps=0.02, peak_mps=0.04, start_s=0.012)
HARSH = Tolerance(split_s=0.025, velocity_mps=0.05, peak_mps=0.08, start_s=0.025)


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a rep must say beside its numbers."""

    seen: bool = True
    """False: no sensor was left to see this rep."""
    trust: str = "good"
    """Empty: not stated."""
    notes: tuple[str, ...] = ()
    """Each must stand within a note of the rep."""
    unknown: tuple[str, ...] = ()
    """True values that the recording cannot show: they must be null."""
    flag: str = ""
    """Empty: none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One recording."""

    name: str
    shows: str
    params: SessionParams
    tolerance: Tolerance
    events: tuple[Event, ...] = ()
    """Besides those of the simulated coach."""
    said: dict[int, Said] = field(default_factory=dict)
    """By rep number, where it differs from ``Said()``."""
    belt: str = ""
    """One that can be bought: of ``twin.bought.MODELS``. Empty: the project's own."""


_CALM = {"rest_s": 0.0, "rocking_probability": 0.0, "false_start_probability": 0.0}
_WHOLE = ("mean_velocity_mps", "window_velocity_mps")


def _calm(seed: int, reps: int, faults: str, **other: object) -> SessionParams:
    return SessionParams(seed=seed, reps=reps, faults=faults, **(_CALM | other))  # type: ignore[arg-type]


CASES = (
    Case(
        name="simulated-clean-10yd",
        shows="three unresisted reps and one with 20 lb, perfect radio and sensors",
        params=_calm(11, 4, "none", unresisted=3, load_lb=(20.0,)),
        tolerance=NONE,
        said={4: Said(flag="watch")},
    ),
    Case(
        name="simulated-harsh-radio",
        shows="bursts of loss, missed connection events, a stall and a disconnect",
        params=_calm(23, 3, "harsh", unresisted=1, load_lb=(10.0,)),
        tolerance=HARSH,
        said={n: Said(trust="fair", notes=("silent for 0.",)) for n in (1, 2)},
    ),
    Case(
        name="simulated-false-starts",
        shows="the cord pulled by hand, rocking, two false starts, walking back, one rep cut short",
        params=_calm(
            31,
            3,
            "mild",
            unresisted=1,
            load_lb=(5.0,),
            rocks=(2,),
            false_starts=(2, 3),
            stops_short=((3, 0.6),),
            cord_pull_before_start=True,
        ),
        tolerance=MILD,
        said={3: Said(trust="", notes=("stopped short at 5.",))},
    ),
    Case(
        name="simulated-slack-strap",
        shows="25 cm and 35 cm of slack in the strap before reps 2 and 3",
        params=_calm(
            41, 3, "mild", unresisted=1, load_lb=(20.0,), slack_m_by_rep=((2, 0.25), (3, 0.35))
        ),
        tolerance=MILD,
    ),
    Case(
        name="simulated-5yd-loads",
        shows="5 yd with 0, 5, 10 and 20 lb on the sled, judged on a baseline the coach brought",
        params=_calm(53, 4, "mild", unresisted=0, distance_yd=5.0),
        tolerance=MILD,
        # Unresisted, this athlete (the same seed) truly runs 4.06, 4.16 and 4.24 m/s.
        events=(Event(1_000_000_000, 1.0, "baseline", "4.15 0.05"),),
        said=dict.fromkeys(range(1, 5), Said(flag="watch")),
    ),
    Case(
        name="simulated-long-rest-disconnect",
        shows="a rest of 40 s in which the belt is lost for 8 s and the tether for 5 s",
        params=_calm(
            61,
            2,
            "mild",
            unresisted=1,
            load_lb=(10.0,),
            long_rests=((2, 40.0),),
            disconnects=(
                Disconnect(device="imu", at_s=20.0, duration_s=8.0),
                Disconnect(device="encoder", at_s=32.0, duration_s=5.0),
            ),
        ),
        tolerance=MILD,
    ),
    Case(
        name="simulated-both-sensors-die",
        shows="both sensors fall silent for good at 6 yd of rep 2; the coach goes on to rep 3",
        params=_calm(
            71,
            3,
            "mild",
            unresisted=1,
            load_lb=(10.0, 20.0),
            deaths=(
                RadioDeath(device="imu", rep=2, fraction=0.6),
                RadioDeath(device="encoder", rep=2, fraction=0.6),
            ),
        ),
        tolerance=MILD,
        said={
            2: Said(
                trust="poor",
                notes=("the tether fell silent at 5.",),
                unknown=("end_s", "split_10yd_s", "peak_velocity_mps", *_WHOLE),
            ),
            3: Said(seen=False),
        },
    ),
    Case(
        name="simulated-polar-h10",
        shows="a Polar H10 for a belt: no gyro, so that it adds steps to what the tether measures",
        params=_calm(83, 3, "mild", unresisted=1, load_lb=(10.0,)),
        tolerance=MILD,
        said=dict.fromkeys(
            range(1, 4), Said(trust="fair", notes=("the belt has no gyro: tether only, and steps",))
        ),
        belt="polar-h10",
    ),
    Case(
        name="simulated-polar-verity-sense",
        shows="a Polar Verity Sense for a belt: acceleration and gyro in frames of their own",
        params=_calm(97, 3, "mild", unresisted=1, load_lb=(10.0,)),
        tolerance=MILD,
        belt="polar-verity-sense",
    ),
    Case(
        name="simulated-witmotion",
        shows="a WitMotion sensor for a belt: neither time nor number, so times rest on arrivals",
        params=_calm(101, 3, "mild", unresisted=1, load_lb=(10.0,)),
        tolerance=MILD,
        said=dict.fromkeys(
            range(1, 4), Said(trust="fair", notes=("the belt sends no device time",))
        ),
        belt="witmotion",
    ),
)


def session_of(case: Case) -> SimulatedSession:
    """What was simulated for it."""
    session = simulate(case.params)
    return wear(session, case.belt) if case.belt else session


def records_of(case: Case, session: SimulatedSession) -> Iterator[Record]:
    """Everything that the recording holds, in order of arrival."""
    opened = session.records[0]
    rest = sorted([*session.records[1:], *case.events], key=lambda record: record.received_ns)
    until_ns = round(session.duration_s * NANOSECONDS_PER_SECOND)
    return with_ticks([opened, *rest], until_ns)


def make(case: Case, root: Path) -> Path:
    """Write one recording and its expectations below ``root``; what stood there is replaced."""
    session = session_of(case)
    folder = root / case.name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{case.name}.mcap"
    path.unlink(missing_ok=True)
    with RecordingWriter(path) as writer:
        for record in records_of(case, session):
            writer.write(record)
    text = expectations(case, session)
    (folder / "expected.toml").write_text(text, encoding="utf-8", newline="\n")
    return path


def expectations(case: Case, session: SimulatedSession) -> str:
    """Text of ``expected.toml``."""
    tolerance = case.tolerance
    lines = [
        "# Written by recordings/make.py: what the twin's pelvis truly did, by contract.md's",
        "# definitions, and what an analysis must say. A value that is not named does not exist.",
        f"shows = {json.dumps(case.shows)}",
        f"seed = {case.params.seed}",
        f"faults = {json.dumps(case.params.faults)}",
        f"distance_m = {case.params.distance_yd * METRES_PER_YARD:.6f}",
        "",
        "[tolerance]",
        f"split_s = {tolerance.split_s}",
        f"velocity_mps = {tolerance.velocity_mps}",
        f"peak_mps = {tolerance.peak_mps}",
        f"start_s = {tolerance.start_s}",
    ]
    for rep in session.truth.reps:
        said = case.said.get(rep.number, Said())
        truth = next(row for row in session.truth.to_json()["reps"] if row["number"] == rep.number)
        lines += ["", "[[rep]]", f"seen = {json.dumps(said.seen)}"]
        lines += [f"complete = {json.dumps(rep.complete and 'end_s' not in said.unknown)}"]
        lines += [f"{key} = {_toml(value)}" for key, value in truth.items() if value is not None]
        lines += [
            f"trust = {json.dumps(said.trust)}",
            f"flag = {json.dumps(said.flag)}",
            f"notes = {json.dumps(list(said.notes))}",
            f"unknown = {json.dumps(list(said.unknown))}",
        ]
    return "\n".join(lines) + "\n"


def _toml(value: float | bool) -> str:
    if isinstance(value, bool | int):
        return json.dumps(value)
    if not math.isfinite(value):
        raise ValueError(f"{value} is no truth")
    return f"{value:.4f}"


def main() -> None:
    """Make the recordings named, or all."""
    asked = set(sys.argv[1:])
    unknown = asked - {case.name for case in CASES}
    if unknown:
        sys.exit(f"there is no {', '.join(sorted(unknown))}")
    for case in CASES:
        if not asked or case.name in asked:
            path = make(case, HERE)
            sys.stdout.write(f"{path.relative_to(HERE)}  {path.stat().st_size / 1000:.0f} kB\n")


if __name__ == "__main__":
    main()
