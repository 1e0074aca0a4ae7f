"""What one athlete's reps of a session come to: last, best, against last time; pure."""

import hashlib
import math
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from sledmon.library import SessionBest, SharedSession
from sledmon.results import UNKNOWN, Measured, Rep

SURE: Final = 2.0
"""Standard errors of a difference beyond which it is called one; 95 %."""


class Alike(NamedTuple):
    """What two reps must share to be compared."""

    unresisted: bool
    resistance_kg: float
    distance_m: float
    surface: str


class Best(NamedTuple):
    """A fastest rep, and when it was run."""

    velocity_mps: Measured
    session: SharedSession | SessionBest
    number: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Own:
    """One athlete's part of a session, and what earlier sessions brought."""

    nickname: str
    session: SharedSession
    reps: tuple[Rep, ...]
    bests: tuple[SessionBest, ...]
    """Newest session first; this one's among them."""
    behind: Rep | None = None
    """The best other rep like the last one; its curve is drawn behind."""

    @property
    def version(self) -> str:
        """Another one whenever the page would show anything else."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    @property
    def last(self) -> Rep | None:
        """The rep run last, however it went."""
        return self.reps[-1] if self.reps else None

    @property
    def last_counted(self) -> Rep | None:
        """The last rep that says how fast the athlete is."""
        return next((rep for rep in reversed(self.reps) if counts(rep)), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Against:
    """A velocity of today against an earlier one under the same conditions."""

    today: Measured
    before: Measured
    recorded_utc: str

    @property
    def difference(self) -> Measured:
        """Positive: faster today."""
        sigma = math.hypot(self.today.sigma, self.before.sigma)
        return Measured(self.today.value - self.before.value, sigma)

    @property
    def direction(self) -> Literal["faster", "slower", "same"]:
        """``same``: the difference is within what can be measured."""
        value, sigma = self.difference
        if not abs(value) > SURE * sigma:
            return "same"
        return "faster" if value > 0 else "slower"


def counts(rep: Rep) -> bool:
    """Complete, not excluded, better than poor trust, and of known velocity."""
    values = rep.estimates
    known = values.window.velocity_mps.known
    return values.complete and not rep.excluded and values.trust != "poor" and known


def alike(of: Rep | SessionBest) -> Alike:
    """What a rep must share to be compared with this one."""
    conditions = of.conditions if isinstance(of, Rep) else of
    return Alike(
        conditions.unresisted,
        round(conditions.resistance_kg, 2),
        round(conditions.distance_m, 3),
        conditions.surface,
    )


def best_like(own: Own, rep: Rep) -> SessionBest | None:
    """The athlete's fastest counted rep like this one, of all sessions; the first of equals."""
    same = [best for best in own.bests if alike(best) == alike(rep)]
    return max(reversed(same), key=lambda best: best.velocity_mps, default=None)


def best_behind(own: Own) -> tuple[SessionBest | None, Rep | None]:
    """The best other rep like the last counted: of an earlier session, or of this one."""
    last = own.last_counted
    if last is None:
        return None, None
    like = alike(last)
    before = [b for b in own.bests if alike(b) == like and b.session_id != own.session.id]
    here = [rep for rep in own.reps if counts(rep) and rep is not last and alike(rep) == like]
    earlier = max(before, key=lambda best: best.velocity_mps, default=None)
    today = max(here, key=_velocity_mps, default=None)
    if earlier is not None and (today is None or earlier.velocity_mps > _velocity_mps(today)):
        return earlier, None
    return None, today


def against_best(own: Own) -> Against | None:
    """The last counted rep against the best like it, its own or another."""
    last = own.last_counted
    best = best_like(own, last) if last else None
    if last is None or best is None:
        return None
    return Against(
        today=last.estimates.window.velocity_mps,
        before=velocity_of(best),
        recorded_utc=best.recorded_utc,
    )


def last_time(own: Own) -> Against | None:
    """Today's best against that of the newest other session with such a rep, if it was earlier."""
    last = own.last_counted
    if last is None:
        return None
    same = [best for best in own.bests if alike(best) == alike(last)]
    today = next((best for best in same if best.session_id == own.session.id), None)
    before = next((best for best in same if best.session_id != own.session.id), None)
    if today is None or before is None:
        return None
    if not "" < before.recorded_utc <= today.recorded_utc:  # later, or nobody knows when
        return None
    return Against(
        today=velocity_of(today), before=velocity_of(before), recorded_utc=before.recorded_utc
    )


def velocity_of(best: SessionBest | None) -> Measured:
    """With its error; unknown where there is none."""
    if best is None:
        return UNKNOWN
    return Measured(best.velocity_mps, best.velocity_sigma_mps)


def _velocity_mps(rep: Rep) -> float:
    return rep.estimates.window.velocity_mps.value
