"""What verdicts rest on besides the plan's lines."""

from dataclasses import dataclass

from sledmon.results import Measured

_USUAL_DECREMENT = Measured(0.14, 0.08)
_USUAL_GROWTH = Measured(0.007, 0.010)
_USUAL_LOSS = Measured(0.05, 0.08)


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgeParams:
    """What is assumed of athletes before they have shown it, and when a line counts as crossed."""

    likely: float = 0.80
    """Probability from which a line counts as crossed."""
    clear: float = 0.95
    """Probability from which it counts as clearly crossed."""
    least_baseline_reps: int = 3
    """Unresisted reps needed for a baseline; the best two of them make it."""
    rep_cv: float = 0.018
    """Rep-to-rep variation (CV) that is as likely to be too large as too small: backward sprints
    show 1.3-3.2 %, at most 4.3 % (SOURCES 1.4)."""
    rep_cv_factor: float = 1.5
    """Two athletes in three lie within this factor of it."""
    strange_step: float = 0.12
    """A rep that differs so much from the one before says nothing about variation: another intent,
    a stumble, sudden fatigue. 2.8 standard errors of a difference at a CV of 3 %."""
    usual_decrement: Measured = _USUAL_DECREMENT
    """Decrement of a sled of 15-55 lb, before anything is known (SOURCES 1.5: 5-29 %)."""
    usual_loss: Measured = _USUAL_LOSS
    """Loss within a set of sprints: the published caps are 3-20 % (SOURCES 1.1)."""
    usual_growth: Measured = _USUAL_GROWTH
    """Of that loss with every rep; judged."""
    kept_between_sets: float = 0.5
    """Share of it that rest between sets does not take back, known to half of itself; judged."""
    foreign_surface: float = 0.03
    """Standard error of a baseline run on another surface, as a ratio; judged."""
    load_exponent: float = 0.85
    """Decrement grows as mass to this power: friction falls by a tenth with every doubling
    (Andre 2013, SOURCES 1.6)."""
    load_model_error: float = 0.10
    """Error of that rule for twice or half the mass, as a ratio; judged."""
    advice_surety: float = 0.93
    """Advice names the smallest change that reaches the zone with this probability: a little more
    than nine times in ten, since it is given where the load looks lighter than it is."""
    late_ratio_sd: float = 0.015
    """How much the last quarter of a rep strays against the quarter before it; judged. Learnt."""
    other_load_ratio_sd: float = 0.02
    """How much more where only reps at another load are known; judged."""
    least_valley: float = 0.05
    """A dip in the curve that is made good again and is deeper is a snag; judged."""
    least_late_start: float = 0.06
    """A beginning slower than the rest by more, against the athlete's own curve; judged."""
    other_load_late_start: float = 0.12
    """The same where only reps at another load are known: a sled slows the start most."""
    long_slack_s: float = 0.25
    """A strap slack for longer is worth a word; judged."""
    short_rest: float = 0.90
    """Rest below this share of what was planned is short."""
