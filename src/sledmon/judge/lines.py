"""How surely a rep lies past each of the plan's lines (METHODS.md)."""

from typing import NamedTuple

from sledmon.judge.belief import Belief
from sledmon.judge.loss import Losses
from sledmon.judge.params import JudgeParams
from sledmon.judge.variation import Variation
from sledmon.plan import Lines, Plan


class Crossing(NamedTuple):
    """One line and how surely it was crossed."""

    flag: str
    name: str
    """As results name it: ``decrement 0.10``."""
    at: float
    past: Belief
    """What it was read from."""
    probability: float


GRAVITY = ("strength-load", "fatigue", "watch")
"""Flags, the most serious first."""


def decrement_lines(
    decrement: Belief, plan: Plan, lines: Lines, params: JudgeParams
) -> list[Crossing]:
    """The lines above the zone that the plan aims at; none where the decrement is unknown.

    Parameters
    ----------
    decrement : Belief
        Of one rep, a ratio; not yet weighed with what is usual.
    plan, lines : Plan, Lines
        Target zone, and the athlete's lines.
    params : JudgeParams
        What is usual.

    Returns
    -------
    list of Crossing
        With the probability that the expected decrement lies past each.

    Examples
    --------
    >>> one = Belief.of([(1.0, 0.13, 0.015)])
    >>> crossed = decrement_lines(one, Plan(), Lines(), JudgeParams())
    >>> [(c.name, round(c.probability, 2)) for c in crossed]
    [('decrement 0.10', 0.98), ('decrement 0.25', 0.0)]
    """
    if not decrement:
        return []
    known = decrement.given(params.usual_decrement)
    above = {"speed": ("watch", "strength-load"), "transition": ("strength-load",)}
    at = {"watch": lines.speed, "strength-load": lines.strength}
    return [
        Crossing(flag, f"decrement {at[flag]:.2f}", at[flag], known, known.past(at[flag]))
        for flag in above.get(plan.target, ())
    ]


class LossLines(NamedTuple):
    """Where a loss stands."""

    stop: Crossing | None
    """The line that ends the set; None before there are enough reps."""
    past_limit: bool
    """Likely past the hard limit too."""


def loss_lines(
    losses: Losses,
    name: str,
    plan: Plan,
    lines: Lines,
    variation: Variation,
    params: JudgeParams,
) -> LossLines:
    """The stop line and the limit, judged on as many reps in a row as the plan asks.

    With two, both must speak: their mean must lie past the line and the one before past the line
    from which loss is shown, so that one bad rep ends no set.

    Parameters
    ----------
    losses : Losses
        Valid reps up to now at one resistance; m/s.
    name : str
        ``loss`` or ``session loss``.
    plan, lines : Plan, Lines
        How many reps must speak, and the athlete's lines, ratios.
    variation : Variation
        The athlete's, as known now.
    params : JudgeParams
        What is usual, and when a line counts as crossed.

    Examples
    --------
    >>> from sledmon.results import Measured
    >>> reps = Losses([Measured(v, 0.01) for v in (4.5, 4.5, 4.4, 3.8, 3.8)], [1] * 5)
    >>> known = Variation(((1.0, 0.015),))
    >>> loss_lines(reps, "loss", Plan(), Lines(), known, JudgeParams()).stop.probability > 0.95
    True
    """
    both = 1.0
    if plan.stop_reps == 1:
        past = losses.of_last(variation).given(params.usual_loss)
    else:
        past = losses.of_last_two(variation).given(params.usual_loss)
        if past:
            before = losses.of_one_before(variation).given(params.usual_loss)
            both = before.past(lines.loss_shown)
    if not past:
        return LossLines(None, past_limit=False)
    at = lines.loss_stop
    stop = Crossing("fatigue", f"{name} {at:.2f}", at, past, min(past.past(at), both))
    limit = min(past.past(lines.loss_limit), both) if stop.probability >= params.likely else 0.0
    return LossLines(stop, past_limit=limit >= params.likely)


def zone_of(decrement: Belief, lines: Lines, params: JudgeParams) -> tuple[str, str]:
    """Zone by point value, and how certain it is.

    >>> zone_of(Belief.of([(1.0, 0.06, 0.01)]), Lines(), JudgeParams())
    ('speed', 'clear')
    """
    if not decrement:
        return "unknown", "within-error"
    known = decrement.given(params.usual_decrement)
    past_speed, past_strength = known.past(lines.speed), known.past(lines.strength)
    value = decrement.measured.value
    if value <= lines.speed:
        zone, probability = "speed", 1.0 - past_speed
    elif value <= lines.strength:
        zone, probability = "transition", past_speed - past_strength
    else:
        zone, probability = "strength", past_strength
    if probability >= params.clear:
        return zone, "clear"
    return zone, "likely" if probability >= params.likely else "within-error"
