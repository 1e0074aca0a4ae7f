"""What the live screen says of a lane: words, marks and tones, ready to be painted. No Qt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sledmon.acquire.sensor import Phase
from sledmon.judge import compared_with, missing_for_baseline
from sledmon.judge.wording import verdict_sentence
from sledmon.present.quantities import UNKNOWN, Quantities, clock, plus_minus, seconds
from sledmon.present.settings import Settings
from sledmon.present.sideline import words
from sledmon.present.sideline.sensor_lines import SensorLine, alarm, sensor_lines
from sledmon.present.sideline.state import LaneState
from sledmon.present.sideline.tiles import Tile, Tone, blind_tile, tile_of
from sledmon.results import Rep

STRIP_REPS: Final = 32
"""More of the newest than any screen has room for."""


@dataclass(frozen=True, slots=True)
class Hero:
    """The number."""

    text: str
    unit: str
    label: str
    struck: bool = False
    """Its sensor is lost: the number is of before."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One smaller value."""

    title: str
    value: str
    after: str = ""
    """Unit and error."""


@dataclass(frozen=True, slots=True)
class StripRep:
    """One rep in the strip."""

    title: str
    value: str
    below: str
    tone: Tone
    excluded: bool = False
    provisional: bool = False
    """Running or being measured: hatched."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveView:
    """Everything of one lane."""

    athlete: str
    rep: str
    work: str
    following: str
    rest: str
    hero: Hero
    tile: Tile
    cells: tuple[Cell, ...]
    strip: tuple[StripRep, ...]
    advice: str
    sentence: str
    """Flag, surety, cause and advice in one sentence."""
    sensors: tuple[SensorLine, ...]
    trust: str
    recording: str
    alarm: str
    """A sensor that is lost, in a sentence; empty where all is well."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Coaching:
    """What the coach has set that is no part of the recording."""

    settings: Settings
    following: str = ""
    armed: bool = True
    hidden: bool = False
    """Numbers are hidden, by a key."""

    @property
    def blind(self) -> bool:
        """Numbers are hidden, by a key or by the settings."""
        return self.hidden or self.settings.blinded


def live_view(lane: LaneState, coaching: Coaching) -> LiveView:
    """A lane as it is now."""
    quantities = Quantities(coaching.settings)
    conditions, plan = lane.conditions, lane.plan
    mine = lane.reps_of(conditions.athlete)
    in_set = [
        rep
        for rep in mine
        if rep.conditions.set_number == conditions.set_number and not rep.excluded
    ]
    planned = plan.set_numbered(conditions.set_number).reps if plan.sets else 0
    of_set = words.OF_SET.format(number=len(in_set) + 1, planned=planned)
    shown = lane.last_rep
    told = shown if shown and not lane.running and not coaching.blind else None
    return LiveView(
        athlete=conditions.athlete,
        rep=words.REP.format(number=len(mine) + 1),
        work=" · ".join(
            (
                words.SET.format(number=conditions.set_number),
                *((of_set,) if len(in_set) < planned else ()),
                quantities.load(
                    conditions.sled_kg, conditions.load_kg, unresisted=conditions.unresisted
                ),
            )
        ),
        following=words.NEXT_UP.format(name=coaching.following) if coaching.following else "",
        rest=_rest(lane, mine),
        hero=_hero(lane, coaching, quantities),
        tile=_tile(lane, coaching),
        cells=_cells(shown, coaching, quantities, running=lane.running),
        strip=_strip(lane, mine, coaching, quantities),
        advice=(told.verdict.advice or "") if told else "",
        sentence=verdict_sentence(told) if told else "",
        sensors=sensor_lines(lane),
        trust=_trust(shown, coaching),
        recording=words.NOT_RECORDING
        if lane.unrecorded
        else words.RECORDING.format(clock=clock(lane.now_s)),
        alarm=alarm(lane),
    )


def _hero(lane: LaneState, coaching: Coaching, quantities: Quantities) -> Hero:
    hidden, unit = coaching.blind, quantities.speed_unit
    struck = "encoder" in lane.lost
    if lane.running:
        text = words.HIDDEN if hidden else quantities.speed(forwards(lane.shown_mps))
        return Hero(text, unit, words.RUNNING, struck)
    rep = lane.last_rep
    if rep is None:
        return Hero(UNKNOWN, unit, words.WAITING, struck)
    window = rep.estimates.window
    whose = rep.conditions.athlete
    label = words.WHOSE.format(name=whose) if whose != lane.conditions.athlete else ""
    label += words.REP.format(number=len(lane.reps_of(whose))) + ": "
    if not window.velocity_mps.known:
        why = words.NOT_MEASURED if rep.estimates.complete else words.STOPPED_SHORT
        return Hero(UNKNOWN, unit, label + why, struck)
    if hidden:
        return Hero(words.HIDDEN, unit, label + words.DONE_HIDDEN, struck)
    begin, end = quantities.distance(window.from_m), quantities.distance(window.to_m)
    label += words.MEAN_OVER.format(begin=begin.split()[0], end=end)
    label += f", {quantities.speed_error(window.velocity_mps)}"
    free_mps = compared_with(rep)
    if not math.isnan(free_mps):
        label += f"  ·  {words.FREE_IS.format(velocity=quantities.speed(free_mps))}"
    return Hero(quantities.speed(window.velocity_mps.value), unit, label, struck)


def _tile(lane: LaneState, coaching: Coaching) -> Tile:
    if lane.running:
        return Tile(Tone.PLAIN, "●", words.TILE_RUNNING)
    if not coaching.armed:
        return Tile(Tone.PLAIN, "‖", words.TILE_PAUSED, (words.PAUSED_WHY,))
    rep = lane.last_rep
    if rep is None:
        if not any(each.phase is Phase.STREAMING for each in lane.sensors.values()):
            return Tile(Tone.PLAIN, "○", words.TILE_CONNECTING, (words.CONNECTING_WHY,))
        return Tile(Tone.PLAIN, "●", words.TILE_READY, (words.WAITING_WHY,))
    tile = blind_tile(rep) if coaching.blind else tile_of(rep)
    if tile.word == words.TILE_NO_BASELINE:
        missing = missing_for_baseline(lane.reps, rep)
        return replace(tile, lines=(words.NO_BASELINE.format(missing=missing),))
    return tile


def forwards(velocity_mps: float) -> float:
    """Swaying back is no number for a coach; unknown stays so."""
    return max(velocity_mps, 0.0)


def _cells(
    rep: Rep | None, coaching: Coaching, quantities: Quantities, *, running: bool
) -> tuple[Cell, ...]:
    if rep is None or coaching.blind:
        return ()
    if running:  # the last rep's values beside the running number would be taken for its own
        gates = [quantities.distance(split.distance_m) for split in rep.estimates.splits[-2:]]
        return tuple(Cell(title, UNKNOWN) for title in (*gates, words.LEAN))
    splits = [
        Cell(
            quantities.distance(split.distance_m),
            seconds(split.time_s),
            f"s  {plus_minus(split.time_s.sigma, 2)}".rstrip() if split.time_s.known else "",
        )
        for split in rep.estimates.splits[-2:]
    ]
    lean = rep.estimates.lean
    known = not math.isnan(lean.mean_rad)
    sigma = plus_minus(math.degrees(lean.sigma_rad), 0) if known else ""
    value = f"{math.degrees(lean.mean_rad):.0f}°" if known else UNKNOWN
    return (*splits, Cell(words.LEAN, value, sigma))


def _strip(
    lane: LaneState, mine: Sequence[Rep], coaching: Coaching, quantities: Quantities
) -> tuple[StripRep, ...]:
    first = max(0, len(mine) - STRIP_REPS)
    tiles = [
        _strip_rep(number, rep, quantities, hidden=coaching.blind)
        for number, rep in enumerate(mine[first:], first + 1)
    ]
    conditions = lane.conditions
    load = quantities.mass(conditions.load_kg) if not conditions.unresisted else words.NO_SLED
    what = words.NOW
    if lane.running:
        through = lane.trail.distance_m >= conditions.distance_m
        what = words.PROVISIONAL if through else words.IN_RUN
    title = words.REP.format(number=len(mine) + 1)
    return (*tiles, StripRep(title, what, f"● {load}", Tone.PLAIN, provisional=True))


def _strip_rep(number: int, rep: Rep, quantities: Quantities, *, hidden: bool) -> StripRep:
    tile = blind_tile(rep) if hidden else tile_of(rep)
    velocity = rep.estimates.window.velocity_mps
    load = (
        quantities.mass(rep.conditions.load_kg) if not rep.conditions.unresisted else words.NO_SLED
    )
    cause = None if hidden or not rep.verdict.flag else rep.verdict.cause
    below = words.CAUSES[cause] if cause else load
    return StripRep(
        words.REP.format(number=number),
        words.HIDDEN if hidden and velocity.known else quantities.speed(velocity.value),
        f"{tile.mark} {below}",
        tile.tone,
        excluded=rep.excluded,
    )


def _rest(lane: LaneState, mine: Sequence[Rep]) -> str:
    ends = [
        rep.estimates.end_s if rep.estimates.complete else rep.estimates.start_s for rep in mine
    ]
    if not ends or lane.running:
        return ""
    taken = clock(max(0.0, lane.now_s - ends[-1]))
    conditions = lane.conditions
    planned_s = lane.plan.rest_before_s(
        conditions.set_number,
        new_set=mine[-1].conditions.set_number != conditions.set_number,
    )
    if math.isnan(planned_s):
        return words.REST.format(taken=taken)
    return words.REST_OF.format(taken=taken, planned=clock(planned_s))


def _trust(rep: Rep | None, coaching: Coaching) -> str:
    if rep is None:
        return ""
    trust, notes = rep.estimates.trust, rep.estimates.notes
    why = notes[0] if notes else words.TRUST_GOOD if trust == "good" else ""
    if coaching.blind:  # a note may tell how far, or how fast
        why = ""
    return f"{words.TRUST}: {words.TRUSTS[trust]}" + (f", {why}" if why else "")
