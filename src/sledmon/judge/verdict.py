"""Zone, losses, flag, cause and advice of each rep from all reps so far (METHODS.md)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from sledmon.judge.advice import Advice, plates_advice, zone_limits
from sledmon.judge.baseline import Unresisted, brought
from sledmon.judge.belief import Belief
from sledmon.judge.cause import cause_of
from sledmon.judge.lines import GRAVITY, Crossing, decrement_lines, loss_lines, zone_of
from sledmon.judge.params import JudgeParams
from sledmon.judge.rest import is_short, rest_before
from sledmon.judge.shape import Shape
from sledmon.judge.stream import Stream, is_valid, pull_of, resistance_of, streams_of, who
from sledmon.judge.summary import athlete_summary
from sledmon.judge.variation import Variation
from sledmon.judge.wording import advice_words, set_notes, verdict_notes
from sledmon.plan import Plan
from sledmon.results import UNKNOWN, AthleteSummary, Measured, Rep, Verdict

_DRILL = Plan()


def judge_reps(
    reps: Sequence[Rep],
    baselines: Sequence[Measured | None],
    params: JudgeParams,
    plans: Sequence[Plan] | None = None,
) -> tuple[Rep, ...]:
    """Give each rep its verdict from all reps of the session so far.

    Parameters
    ----------
    reps : sequence of Rep
        In order of start; their verdicts are ignored.
    baselines : sequence of Measured or None
        For each rep the baseline window velocity (m/s) that an event brought, if any.
    params : JudgeParams
        What is assumed.
    plans : sequence of Plan, optional
        For each rep the plan in force; without them the drill as it is usually done.

    Returns
    -------
    tuple of Rep
        The same reps with verdicts. Decrement is ``1 - v / v_free`` on the window velocity, a
        ratio; positive is slower. Its sigma holds the rep's and the baseline's measurement errors
        and the athlete's variation in both, so that probabilities speak of the expected decrement
        at this load today. A verdict rests on earlier reps, its own, and every unresisted one.

    Examples
    --------
    >>> judge_reps([], [], JudgeParams())
    ()
    """
    return Judge(params).judge(reps, baselines, plans or [_DRILL] * len(reps))


class Judge:
    """The same as ``judge_reps``, rep by rep as they come: what was judged stays where it may."""

    def __init__(self, params: JudgeParams | None = None) -> None:
        self._params = params or JudgeParams()
        self._asked: list[tuple[Rep, Measured | None, Plan]] = []
        self._judged: list[Rep] = []
        self._last: dict[str, Rep] = {}
        self._streams: dict[tuple[str, float], Stream] = {}
        self._in_set: Counter[tuple[str, int]] = Counter()

    def judge(
        self,
        reps: Sequence[Rep],
        baselines: Sequence[Measured | None],
        plans: Sequence[Plan],
    ) -> tuple[Rep, ...]:
        """Verdicts of all reps; only those behind the ones that are as before are judged."""
        asked = list(zip(reps, baselines, plans, strict=True))
        done = len(self._asked)
        fresh = asked[done:]
        if asked[:done] != self._asked or any(rep.conditions.unresisted for rep, _, _ in fresh):
            self._begin(reps)
            fresh = asked
        for rep, baseline, plan in fresh:
            self._judged.append(replace(rep, verdict=self._verdict(rep, baseline, plan)))
            if not rep.excluded:
                self._last[rep.conditions.athlete] = rep
        self._asked = asked
        return tuple(self._judged)

    def summaries(self) -> tuple[AthleteSummary, ...]:
        """What the judged reps say of each athlete over each distance."""
        mine: dict[tuple[str, float], list[Rep]] = {}
        last: dict[tuple[str, float], tuple[Unresisted | None, Plan]] = {}
        for rep, (_, said, plan) in zip(self._judged, self._asked, strict=True):
            mine.setdefault(who(rep), []).append(rep)
            last[who(rep)] = _baseline(self._streams[who(rep)], rep, said), plan
        return tuple(
            athlete_summary(reps, self._streams[whose], *last[whose])
            for whose, reps in mine.items()
        )

    def _begin(self, reps: Sequence[Rep]) -> None:
        self._judged, self._last = [], {}
        self._in_set.clear()
        self._streams = streams_of(reps, self._params)

    def _verdict(self, rep: Rep, baseline: Measured | None, plan: Plan) -> Verdict:
        stream = self._streams.setdefault(who(rep), Stream(self._params))
        rest = rest_before(rep, self._last.get(rep.conditions.athlete), plan)
        whose_set = rep.conditions.athlete, rep.conditions.set_number
        self._in_set[whose_set] += rep.estimates.complete and not rep.excluded
        return _verdict(
            rep,
            _Known(
                stream=stream,
                baseline=_baseline(stream, rep, baseline),
                plan=plan,
                params=self._params,
                rest_s=rest.taken_s,
                planned_s=rest.planned_s,
                reps_in_set=self._in_set[whose_set],
            ),
        )


def _baseline(stream: Stream, rep: Rep, said: Measured | None) -> Unresisted | None:
    """What an event brought stands before the session's own."""
    return stream.own_baseline(rep.conditions.surface) if said is None else brought(said)


class _Known(NamedTuple):
    """What a rep is judged with."""

    stream: Stream
    baseline: Unresisted | None
    plan: Plan
    params: JudgeParams
    rest_s: float
    planned_s: float
    reps_in_set: int


def _verdict(rep: Rep, known: _Known) -> Verdict:
    stream, plan, params = known.stream, known.plan, known.params
    lines = plan.lines_of(rep.conditions.athlete)
    velocity, valid = rep.estimates.window.velocity_mps, is_valid(rep)
    shape = stream.shapes.shape(resistance_of(rep), rep.estimates.curve, params)
    # A rep that caught, or began late, teaches nothing about its athlete.
    teaches = valid and not (shape.valley_cost or shape.late_start_cost)
    if teaches and not rep.conditions.unresisted:
        stream.variation_log.add(pull_of(rep), velocity, params.strange_step)
    variation = stream.variation()

    decrement = Belief()
    if velocity.known and known.baseline is not None and not rep.conditions.unresisted:
        decrement = stream.decrement(velocity, known.baseline, variation)
    crossings = decrement_lines(decrement, plan, lines, params)

    in_set, in_session = stream.losses(rep)
    set_loss = session_loss = recent = Belief()
    past_limit = False
    if valid:
        for losses, name in ((in_set, "loss"), (in_session, "session loss")):
            losses.add(velocity, rep.conditions.set_number)
            crossed = loss_lines(losses, name, plan, lines, variation, params)
            crossings += [crossed.stop] if crossed.stop else []
            past_limit |= crossed.past_limit
        set_loss, session_loss = in_set.of_last(variation), in_session.of_last(variation)
        recent = in_session.of_last_two(variation).given(params.usual_loss)
    if valid and not teaches:
        for losses in (in_set, in_session):
            losses.forget_last()
    if teaches:
        stream.shapes.add(resistance_of(rep), rep.estimates.curve)
        if decrement:
            stream.pulled(rep, decrement.measured, variation)

    zone, certainty = zone_of(decrement, lines, params)
    if rep.conditions.unresisted:
        zone, certainty = "baseline", "clear"
    verdict = _flagged(
        rep,
        Verdict(
            zone=zone,
            certainty=certainty,
            velocity_decrement=decrement.measured,
            velocity_loss=set_loss.measured,
            session_loss=session_loss.measured,
            within_rep_drop=shape.within_rep_drop if valid else UNKNOWN,
            rest_s=known.rest_s,
        ),
        crossings,
        shape,
        recent.measured,
        params,
    )
    advice = _advice(rep, verdict, known, variation, past_limit=past_limit)
    return replace(
        verdict,
        advice=advice_words(advice, plan) if advice else None,
        notes=(
            *verdict_notes(rep, verdict, known.baseline, known.planned_s, lines, params),
            *set_notes(rep, known.reps_in_set, plan),
        ),
    )


def _flagged(
    rep: Rep,
    verdict: Verdict,
    crossings: Sequence[Crossing],
    shape: Shape,
    loss: Measured,
    params: JudgeParams,
) -> Verdict:
    """The most serious flag that is likely, and why."""
    if not crossings:
        return verdict
    judged = is_valid(rep)
    likely = [c for c in crossings if c.probability >= params.likely]
    if not likely or not judged:
        most = max(crossings, key=lambda crossing: crossing.probability)
        trouble = likely and not rep.excluded and rep.estimates.trust == "poor"
        return replace(
            verdict,
            line=most.name,
            probability=most.probability,
            cause="sensor" if trouble else None,
        )
    chosen = min(likely, key=lambda c: (GRAVITY.index(c.flag), -c.probability))
    cause = cause_of(
        chosen.past,
        chosen.at,
        flag=chosen.flag,
        trust=rep.estimates.trust,
        slack_s=rep.estimates.slack_s,
        shape=shape,
        loss=loss,
        params=params,
    )
    return replace(
        verdict,
        flag=chosen.flag,
        line=chosen.name,
        probability=chosen.probability,
        cause=cause,
    )


def _advice(
    rep: Rep, verdict: Verdict, known: _Known, variation: Variation, *, past_limit: bool
) -> Advice | None:
    """One thing to do; none where nothing is wrong."""
    match verdict.cause:
        case "sensor":
            return Advice("sensors")
        case "slack":
            return Advice("strap")
        case "start":
            return Advice("start")
        case "fatigue":
            if past_limit or (verdict.line or "").startswith("session"):
                return Advice("end-session")
            if is_short(known.rest_s, known.planned_s, known.params):
                return Advice("rest", seconds=known.planned_s)
            return Advice("end-set")
    if known.baseline is None or rep.conditions.unresisted or not is_valid(rep):
        return None
    expected = known.stream.next_decrement(rep, known.baseline, variation)
    if not expected.known:
        return None
    low, _ = zone_limits(known.plan, rep.conditions.athlete)
    too_light = _surely_below(expected, low, known.params)
    if verdict.cause == "load" or too_light:
        return plates_advice(
            expected, known.stream.tired.now, rep.conditions, known.plan, known.params
        )
    return None


def _surely_below(value: Measured, line: float, params: JudgeParams) -> bool:
    return Belief.of([(1.0, value.value, value.sigma)]).past(line) <= 1.0 - params.likely
