"""Why a rep lies past a line: the first reason without which it would not (METHODS.md)."""

from sledmon.judge.belief import Belief
from sledmon.judge.params import JudgeParams
from sledmon.judge.shape import Shape
from sledmon.results import Measured

_HALF = 0.5
"""A cost taken off the curve is known to half of itself."""


def cause_of(
    past: Belief,
    line: float,
    *,
    flag: str,
    trust: str,
    slack_s: float,
    shape: Shape,
    loss: Measured,
    params: JudgeParams,
) -> str:
    """Name the cause of a rep past a line.

    Parameters
    ----------
    past : Belief
        Of the decrement, or of the loss where ``flag`` is ``fatigue``; a ratio.
    line : float
        The line it lies past.
    flag : str
        ``watch``, ``strength-load`` or ``fatigue``.
    trust : str
        Of the rep's estimates.
    slack_s : float
        How long the strap was slack; NaN where not observed.
    shape : Shape
        Against the athlete's own curve.
    loss : Measured
        Loss over the session at this resistance, last two reps; unknown before the third.
    params : JudgeParams
        Limits.

    Returns
    -------
    str
        ``sensor`` for poor trust; ``slack`` where a dip or a slack strap, ``start`` where a late
        start, ``fatigue`` where the loss was needed to get past the line; else ``load``.

    Examples
    --------
    >>> past = Belief.of([(1.0, 0.12, 0.01)])
    >>> def because(loss: float) -> str:
    ...     return cause_of(
    ...         past, 0.10, flag="watch", trust="good", slack_s=0.0, shape=Shape(),
    ...         loss=Measured(loss, 0.01), params=JudgeParams(),
    ...     )
    >>> because(0.01), because(0.05)
    ('load', 'fatigue')
    """
    if trust == "poor":
        return "sensor"
    if shape.valley_cost and _needed(past, line, shape.valley_cost):
        return "slack"
    if shape.late_start_cost and _needed(past, line, shape.late_start_cost):
        return "slack" if slack_s >= params.long_slack_s else "start"
    if flag == "fatigue":
        return "fatigue"
    if loss.known and loss.value > 0 and past.less(loss.value, loss.sigma).past(line) < _HALF:
        return "fatigue"
    return "load"


def _needed(past: Belief, line: float, cost: float) -> bool:
    """Whether the rep would not be past the line without that cost."""
    return past.less(cost, cost * _HALF).past(line) < _HALF
