"""Results to zone, flag, cause and advice; see METHODS.md."""

from sledmon.judge.conditions import CoachLog
from sledmon.judge.verdict import JudgeParams, judge_reps

__all__ = ["CoachLog", "JudgeParams", "judge_reps"]
