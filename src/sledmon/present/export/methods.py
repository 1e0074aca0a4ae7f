"""A methods paragraph for a paper: what was really done to this recording, with citations."""

from collections.abc import Iterable, Sequence
from typing import Final

from sledmon.analysis import Session
from sledmon.errors import counted
from sledmon.results import Rep, SensorQuality
from sledmon.units import metres_to_yards

SMOOTHER: Final = (
    "Rauch HE, Tung F, Striebel CT (1965). Maximum likelihood estimates of linear dynamic systems."
    " AIAA J 3(8):1445-1450."
)
LINES: Final = (
    "Bachero-Mena B, González-Badillo JJ (2014). J Strength Cond Res 28(10):2954-2960.",
    "Cahill MJ et al. (2019). Sports 7(5):119.",
    "Grazioli R et al. (2022). Sport Sci Health.",
)


def methods_text(session: Session) -> str:
    """Markdown: a paragraph to quote, its citations, and every parameter that is not usual."""
    made = session.provenance
    judged = any(rep.verdict.velocity_decrement.known for rep in session.reps)
    own = f"sledmon {made.software} [computer software]."
    smoothed = [SMOOTHER] if any(map(_has_path, session.reps)) else []
    references = [own, *smoothed, *(LINES if judged else ())]
    paragraph = " ".join([*_measured(session), *(_judged(session) if judged else ())])
    lines = ["# Methods", "", paragraph, "", "## References", ""]
    lines += [f"{i}. {reference}" for i, reference in enumerate(references, 1)]
    lines += ["", "## Recording and parameters", ""]
    lines += [f"* {name}: {value}" for name, value in made_of(session)]
    lines += ["", "Every parameter stands in `datapackage.json` under `provenance`."]
    return "\n".join(lines) + "\n"


def made_of(session: Session) -> list[tuple[str, str]]:
    """How the numbers were made, as names and values."""
    made = session.provenance
    return [
        ("sledmon", made.software),
        ("recording", made.recording),
        ("source", made.source),
        ("recorded with", made.recorded_with or "unknown"),
        ("recorded at", made.started_utc or "unknown"),
        ("device packets, SHA-256", made.packets_sha256),
        ("events, SHA-256", made.events_sha256),
        ("parameters, SHA-256", made.parameters_sha256),
        ("start rule", made.start_rule),
        ("rig as given", _in_a_row(made.rig_toml) or "nothing"),
        ("rig assumed", ", ".join(made.rig_assumed) or "nothing"),
    ]


def _measured(session: Session) -> Iterable[str]:
    made, quality, reps = session.provenance, session.quality, session.reps
    sensors = [
        text
        for text in (
            _sensor("a tether encoder", quality.encoder),
            _sensor("a belt-worn inertial sensor", quality.imu),
        )
        if text
    ]
    simulated = "simulated " if made.source == "simulated" else ""
    yield (
        f"A {simulated}session of {counted(len(reps), 'reps')} was recorded with"
        f" {' and '.join(sensors) or 'no sensor'} and analysed with sledmon {made.software} [1]."
    )
    yield from _path(reps)
    if not any(map(_has_path, reps)):
        return
    rules = " or ".join(sorted({rep.start_rule for rep in reps}))
    distances = " and ".join(
        f"{metres_to_yards(d):g} yd ({d:g} m)"
        for d in sorted({rep.conditions.distance_m for rep in reps})
    )
    yield (
        f"Distance counted from the mean position over the last"
        f" {session.params.finder.rep.still_s:g} s of stillness; the start was that of the rule"
        f" '{rules}'. Split times run from the start to each gate, over {distances}. Window"
        " velocity is the mean over the last 5 yd or the second half, whichever is shorter, and"
        " does not depend on the start; peak velocity is the highest mean over one step period."
    )
    geometry = (
        "Cord length was converted to distance along the run by the reel's measured position."
        if session.rig.has_geometry
        else "The reel's position was not given: cord length was taken for distance."
    )
    yield geometry
    yield (
        "Standard errors hold sensor noise, synchrony, the start rule, scale and geometry, not"
        " the athlete's own variation."
    )


def _path(reps: Sequence[Rep]) -> Iterable[str]:
    told = [rep for rep in reps if _has_path(rep)]
    alone = [rep for rep in told if _why(rep)]
    both, unseen = len(told) - len(alone), len(reps) - len(told)
    if both:
        yield (
            f"In {counted(both, 'reps')} tether and inertial sensor were fused by least squares"
            " over the whole rep, equivalent to a fixed-interval smoother [2], with heading,"
            " clock offset and sensor place estimated for each rep."
        )
    if alone:
        why = "; ".join(dict.fromkeys(_why(rep) for rep in alone))
        yield (
            f"In {counted(len(alone), 'reps')} the path was smoothed from the tether alone by a"
            f" fixed-interval smoother with a white-jerk model [2] ({why})."
        )
    if unseen:
        yield f"The velocity of {counted(unseen, 'reps')} could not be measured; notes say why."


def _has_path(rep: Rep) -> bool:
    return rep.estimates.mean_velocity_mps.known or bool(rep.estimates.curve)


def _why(rep: Rep) -> str:
    """The note that says why a rep was not fused; empty where it was."""
    said = [n for n in rep.estimates.notes if "tether only" in n or n == "encoder only"]
    return said[0] if said else ""


def _judged(session: Session) -> Iterable[str]:
    plans = [session.plan_of(rep) for rep in session.reps]
    lines = {plan.lines_of(rep.conditions.athlete) for plan, rep in zip(plans, session.reps)}  # noqa: B905
    shown = "; ".join(
        f"{100 * each.speed:g} % and {100 * each.strength:g} % decrement,"
        f" {100 * each.loss_stop:g} % loss"
        for each in sorted(lines, key=lambda each: (each.speed, each.strength, each.loss_stop))
    )
    yield (
        "Velocity decrement compares window velocity with the athlete's unresisted reps of the same"
        f" distance. Lines ({shown}) follow forward sled sprints [3-5]; no study of zones for a"
        " backward sled run was found. A line counted as crossed where that had a probability of"
        f" {100 * session.params.judge.likely:g} % or more, the athlete's rep-to-rep variation"
        " included."
    )


def _sensor(what: str, quality: SensorQuality | None) -> str:
    if quality is None or not quality.samples:
        return ""
    total = quality.samples + quality.lost
    return f"{what} ({quality.rate_hz:.0f} Hz, {100 * quality.lost / total:.2g} % of samples lost)"


def _in_a_row(toml: str) -> str:
    r"""A rig's keys in one line.

    >>> _in_a_row('[sled]\nmass_kg = 15.0\n')
    'sled.mass_kg = 15.0'
    """
    said, section = [], ""
    for line in toml.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line:
            said.append(f"{section}.{line}")
    return ", ".join(said)
