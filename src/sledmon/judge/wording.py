"""Every word that people read about a verdict, in one place for a translator.

The wording speaks of *your speed setting*. It never says that a rep was strength work: that a
line at 10 % parts the two is a coaching rule, not physiology.
"""

import math
from typing import Final

from sledmon.errors import counted
from sledmon.judge.advice import Advice
from sledmon.judge.baseline import Unresisted
from sledmon.judge.belief import Belief
from sledmon.judge.params import JudgeParams
from sledmon.judge.rest import is_short
from sledmon.plan import Lines, Plan, mass_words
from sledmon.results import Measured, Rep, Verdict

ADVICE: Final = {
    "take-off": "Take off {mass}.",
    "take-all-off": "Take off all {mass} and see: even the empty sled may be past your line here.",
    "add": "Add {mass}.",
    "lighter-sled": "Use a lighter sled: even the empty one is past your line here.",
    "all-off-and-lighter": "Take off all {mass} and use a lighter sled:"
    " even the empty one is past your line here.",
    "end-set": "End the set.",
    "end-session": "End the session for this athlete.",
    "rest": "Rest {time} before the next rep.",
    "strap": "Check the strap and repeat the rep.",
    "start": "Repeat the rep: it started slowly.",
    "sensors": "Check the sensors and repeat the rep.",
}
CAVEAT: Final = (
    "The lines are borrowed from forward sled sprints, where they are a coaching rule; no study of"
    " a backward sled run was found."
)
FLAGS: Final = {
    "watch": "{decrement} slower than your free backpedal: past your speed setting, {line}",
    "strength-load": "{decrement} slower than your free backpedal: past your strength line, {line}",
    "fatigue": "{loss} slower than your first reps at this load: past your stop line, {line}",
}
SURETY: Final = "{percent} % sure"
CAUSES: Final = {
    "load": "cause: load",
    "fatigue": "cause: fatigue",
    "slack": "cause: strap slack or snagged",
    "sensor": "cause: sensor trouble",
    "start": "cause: slow start",
}
NOT_JUDGED: Final = "Not judged: sensor trouble"
WITHIN_ERROR: Final = (
    "{decrement} slower than your free backpedal: within error of your {line} line"
)
LOSS: Final = {
    "set": "lost {percent} since the first reps of this set",
    "session": "lost {percent} since the first reps of the session at this load",
}
SHORT_REST: Final = "rested {taken} of {planned} planned"
SET_DONE: Final = "the set is done: {planned} planned"
SET_REST: Final = "; rest {time} before the next set"
SET_OVER: Final = "rep {done} of a set of {planned} by plan"
OTHER_SURFACE: Final = "the baseline was run on {surface}: its error is wider"
BASELINES_DIFFER: Final = (
    "the baseline brought in ({brought:.2f} m/s) and today's own ({own:.2f} m/s) differ by more"
    " than their errors: check athlete and sensors"
)
_LIKELY: Final = JudgeParams().likely
FELL_AWAY: Final = "velocity fell by {percent} within the rep, against the athlete's own curve"


def advice_words(advice: Advice, plan: Plan) -> str:
    """Advice as one sentence.

    >>> advice_words(Advice("take-off", 4.5359237), Plan())
    'Take off 10 lb.'
    """
    return ADVICE[advice.kind].format(
        mass=mass_words(advice.mass_kg, in_pounds=plan.in_pounds), time=time_words(advice.seconds)
    )


def time_words(seconds: float) -> str:
    """Minutes and seconds.

    >>> time_words(90.0)
    '1:30'
    """
    if math.isnan(seconds):
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def percent_words(ratio: float) -> str:
    """A ratio in whole per cent.

    >>> percent_words(0.184)
    '18 %'
    """
    return f"{100 * ratio:.0f} %"


def verdict_sentence(rep: Rep) -> str:
    """Flag, surety, cause and advice in one sentence; empty where there is nothing to say."""
    verdict = rep.verdict
    advice = f" {verdict.advice}" if verdict.advice else ""
    name, _, at = (verdict.line or "").rpartition(" ")
    line = percent_words(float(at or 0.0))
    if verdict.flag is None:
        if verdict.cause == "sensor":
            return f"{NOT_JUDGED}.{advice}"
        if name == "decrement" and _is_near(rep):
            slower = percent_words(verdict.velocity_decrement.value)
            return f"{WITHIN_ERROR.format(decrement=slower, line=line)}.{advice}"
        return advice.strip()
    loss = worst_loss(verdict)
    said = FLAGS[verdict.flag].format(
        decrement=percent_words(verdict.velocity_decrement.value)
        if verdict.velocity_decrement.known
        else "",
        loss=percent_words(loss.value) if loss.known else "",
        line=line_words(verdict),
    )
    return f"{said} ({surety_words(verdict)}; {CAUSES[verdict.cause or 'load']}).{advice}"


def line_words(verdict: Verdict) -> str:
    """Where the line stands that a verdict is about.

    >>> line_words(Verdict(line="session loss 0.15"))
    '15 %'
    """
    return percent_words(float(verdict.line.rpartition(" ")[2])) if verdict.line else ""


def surety_words(verdict: Verdict) -> str:
    """How sure a verdict is; never wholly.

    >>> surety_words(Verdict(probability=0.999))
    '>99 % sure'
    """
    percent = ">99" if verdict.probability > 0.99 else f"{100 * verdict.probability:.0f}"
    return SURETY.format(percent=percent)


def worst_loss(verdict: Verdict) -> Measured:
    """The larger of the losses in the set and in the session."""
    losses = [loss for loss in (verdict.velocity_loss, verdict.session_loss) if loss.known]
    return max(losses, key=lambda loss: loss.value, default=Measured())


def _is_near(rep: Rep) -> bool:
    """Whether a line may as well be crossed as not."""
    judged = rep.estimates.complete and not rep.excluded
    return judged and 1.0 - _LIKELY <= rep.verdict.probability < _LIKELY


def verdict_notes(
    rep: Rep,
    verdict: Verdict,
    baseline: Unresisted | None,
    planned_s: float,
    lines: Lines,
    params: JudgeParams,
) -> tuple[str, ...]:
    """What is worth a word beside the flag."""
    notes: list[str] = []
    if baseline is not None and baseline.note and not rep.conditions.unresisted:
        notes.append(OTHER_SURFACE.format(surface=baseline.note))
    if is_short(verdict.rest_s, planned_s, params):
        taken, planned = time_words(verdict.rest_s), time_words(planned_s)
        notes.append(SHORT_REST.format(taken=taken, planned=planned))
    lost = {"set": verdict.velocity_loss, "session": verdict.session_loss}
    shown = [where for where, loss in lost.items() if loss.value >= lines.loss_shown]
    if shown and verdict.flag != "fatigue":
        notes.append(LOSS[shown[0]].format(percent=percent_words(lost[shown[0]].value)))
    drop = verdict.within_rep_drop
    if drop.known and _past(drop, lines.loss_shown) >= params.likely:
        notes.append(FELL_AWAY.format(percent=percent_words(drop.value)))
    return tuple(notes)


def set_notes(rep: Rep, done: int, plan: Plan) -> tuple[str, ...]:
    """Whether a rep was its set's last one by the plan, or one too many."""
    planned = plan.set_numbered(rep.conditions.set_number).reps
    if not plan.sets or not rep.estimates.complete or rep.excluded or done < planned:
        return ()
    if done > planned:
        return (SET_OVER.format(done=done, planned=planned),)
    told = SET_DONE.format(planned=counted(planned, "reps"))
    if not math.isnan(plan.rest_sets_s):
        told += SET_REST.format(time=time_words(plan.rest_sets_s))
    return (told,)


def _past(value: Measured, line: float) -> float:
    return Belief.of([(1.0, value.value, value.sigma)]).past(line)
