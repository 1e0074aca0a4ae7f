"""Rest taken against rest planned."""

from typing import NamedTuple

from sledmon.judge.params import JudgeParams
from sledmon.plan import Plan
from sledmon.results import NAN, Rep


class Rest(NamedTuple):
    """Rest before a rep, seconds; NaN where unknown or not planned."""

    taken_s: float = NAN
    planned_s: float = NAN


def rest_before(rep: Rep, before: Rep | None, plan: Plan) -> Rest:
    """Rest of an athlete between two of their reps, and what the plan asks there.

    From the end of the one, at its gate, to the start of the other. Unknown after a rep that
    stopped short. Between sets where the set has changed.
    """
    if before is None:
        return Rest()
    number = rep.conditions.set_number
    new_set = number != before.conditions.set_number
    return Rest(
        taken_s=rep.estimates.start_s - before.estimates.end_s,
        planned_s=plan.rest_before_s(number, new_set=new_set),
    )


def is_short(taken_s: float, planned_s: float, params: JudgeParams) -> bool:
    """Whether less than nine tenths of the planned rest was taken; not where either is unknown.

    >>> is_short(50.0, 60.0, JudgeParams()), is_short(55.0, 60.0, JudgeParams())
    (True, False)
    >>> is_short(50.0, NAN, JudgeParams())
    False
    """
    return taken_s < params.short_rest * planned_s
