"""Results to zone, loss, flag, cause and advice; see METHODS.md."""

from sledmon.judge.baseline import carried, compared_with
from sledmon.judge.conditions import MEASURED_BY, CoachLog
from sledmon.judge.params import JudgeParams
from sledmon.judge.stream import is_valid, missing_for_baseline
from sledmon.judge.verdict import Judge, judge_reps

__all__ = [
    "MEASURED_BY",
    "CoachLog",
    "Judge",
    "JudgeParams",
    "carried",
    "compared_with",
    "is_valid",
    "judge_reps",
    "missing_for_baseline",
]
