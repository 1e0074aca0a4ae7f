"""What the athlete sees while running backwards. No Qt."""

import math
from dataclasses import dataclass
from typing import Final

from sledmon.present.quantities import UNKNOWN, Quantities
from sledmon.present.sideline import words
from sledmon.present.sideline.live_view import Coaching, forwards
from sledmon.present.sideline.state import LaneState
from sledmon.present.sideline.tiles import Tone, tile_of

FULL_BAR_MPS: Final = 6.0
"""Velocity at which the bar is full while there is no line; few backpedal faster."""


@dataclass(frozen=True, slots=True)
class AthleteView:
    """Number, bar and line, nothing else."""

    athlete: str
    rep: str
    number: str
    fraction: float
    """Of the bar that is filled, 0 to 1; NaN leaves it empty."""
    line: float
    """Where the speed line stands on it; NaN: there is none."""
    tone: Tone = Tone.PLAIN
    """Of a finished rep; nothing is claimed of a running one."""


def athlete_view(lane: LaneState, coaching: Coaching, line_mps: float) -> AthleteView:
    """The running number while there is one, else that of the athlete's last rep."""
    quantities = Quantities(coaching.settings)
    athlete = lane.conditions.athlete
    mine = lane.reps_of(athlete)
    done = mine[-1] if mine and mine[-1] is lane.last_rep and not lane.running else None
    velocity_mps, text, tone = math.nan, UNKNOWN, Tone.PLAIN
    if lane.running:
        velocity_mps = forwards(lane.shown_mps)
        text = quantities.speed(velocity_mps, decimals=1)  # two could not be read
    elif done is not None:
        velocity_mps = done.estimates.window.velocity_mps.value
        text, tone = quantities.speed(velocity_mps), tile_of(done).tone
    hidden = coaching.blind
    full_mps = 1.25 * line_mps if line_mps > 0.0 else FULL_BAR_MPS
    empty = hidden or math.isnan(velocity_mps)
    return AthleteView(
        athlete=athlete,
        rep=words.REP.format(number=len(mine) + (done is None)),
        number=words.HIDDEN if hidden else text,
        fraction=math.nan if empty else min(1.0, velocity_mps / full_mps),
        line=line_mps / full_mps if line_mps > 0.0 else math.nan,
        tone=Tone.PLAIN if hidden else tone,
    )
