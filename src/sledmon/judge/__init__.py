"""Results to zone, loss, flag, cause and advice; see METHODS.md."""

from sledmon.judge.baseline import carried
from sledmon.judge.conditions import MEASURED_BY, CoachLog
from sledmon.judge.params import JudgeParams
from sledmon.judge.verdict import Judge, judge_reps

__all__ = ["MEASURED_BY", "CoachLog", "Judge", "JudgeParams", "carried", "judge_reps"]
