"""An athlete's results as plain text that fits into a QR code: no network at all; pure."""

from sledmon.present.share import shown
from sledmon.present.share.own import Own, best_like, velocity_of
from sledmon.present.share.pages import Chosen
from sledmon.present.share.words import badge
from sledmon.results import Measured, Rep


def results_text(own: Own, units: Chosen, most_bytes: int) -> str:
    """Last and best, then reps from the newest back, as many as there is room for."""
    speed = shown.unit_named(shown.SPEEDS, units.speed)
    load = shown.unit_named(shown.LOADS, units.load)
    counted = own.last_counted
    day = shown.day_text(own.session.recorded_utc)
    lines = [", ".join(part for part in (own.nickname, day) if part)]
    if counted is not None:
        lines[0] += f", {shown.yards_text(counted.conditions.distance_m)}"
        best = best_like(own, counted)
        when = f" ({shown.day_text(best.recorded_utc)})" if best and best.recorded_utc else ""
        at = "no sled" if counted.conditions.unresisted else "this load"
        velocity = counted.estimates.window.velocity_mps
        lines.append(f"last {_speed(velocity, speed)}, {_load(counted, load)}")
        lines.append(f"best at {at} {_speed(velocity_of(best), speed)}{when}")
    text = "\n".join(lines)
    left = len(own.reps)
    for rep in reversed(own.reps):
        line = f"\n{rep.number}: {_rep(rep, speed, load)}"
        more = f"\nand {left} more"
        if len((text + line + more).encode()) > most_bytes:
            return text + more
        text, left = text + line, left - 1
    return text


def _rep(rep: Rep, speed: shown.Unit, load: shown.Unit) -> str:
    parts = [_load(rep, load)]
    parts += [
        f"{shown.yards_text(split.distance_m)} {split.time_s.value:.2f} s"
        for split in rep.estimates.splits
        if split.time_s.known
    ]
    if rep.estimates.window.velocity_mps.known:
        parts.append(_speed(rep.estimates.window.velocity_mps, speed))
    parts.append(badge(rep).word)
    return ", ".join(parts)


def _speed(measured: Measured, unit: shown.Unit) -> str:
    (one,) = shown.speeds(measured, (unit,))
    return f"{one.value} {unit.symbol}" + (f" ±{one.sigma}" if one.sigma else "")


def _load(rep: Rep, unit: shown.Unit) -> str:
    ((_, text),) = shown.loads(rep, (unit,))
    return text
