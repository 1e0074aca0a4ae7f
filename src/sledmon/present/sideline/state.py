"""What is so now: every update of a running session folded into one state. No Qt, no clock.

Time is session time as the recording has it. Who, what load and which set come from the coach's
events as recorded, never from a button: what is shown is what a replay will show.
"""

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sledmon.acquire.sensor import Phase, SensorStatus
from sledmon.errors import EventError
from sledmon.judge import CoachLog
from sledmon.plan import Plan
from sledmon.present.running.updates import (
    Ended,
    Felt,
    Moved,
    Opened,
    Reached,
    RepsNow,
    Said,
    SensorNow,
    Told,
    Unrecorded,
    Update,
)
from sledmon.present.sideline.trail import KEPT_RUNS_S, Run, Trail
from sledmon.results import AthleteSummary, Conditions, Rep, Session
from sledmon.rig import Rig
from sledmon.samples import Device
from sledmon.units import NANOSECONDS_PER_SECOND

FROZEN_S: Final = 3.0
"""A rep's number stands at least so long, whatever happens."""
SHOWN_EVERY_S: Final = 0.08
"""The running number changes no more often: nobody reads faster. Packets of 0.1 s, which come a
little early or late, change it each."""
STALE_S: Final = 1.0
"""A run not heard of for so long is not running on the screen: its tether is lost."""
STOPPED_SHORT_S: Final = 5.0
"""So long at most goes on a rep that has no end."""


class RepEnded(NamedTuple):
    """A rep has become final."""

    lane: int
    rep: Rep


class SensorLost(NamedTuple):
    """A sensor that was streaming is not any more."""

    lane: int
    device: Device


class SensorBack(NamedTuple):
    """It streams again."""

    lane: int
    device: Device


class Refused(NamedTuple):
    """A coach's input that has no effect, and why."""

    lane: int
    sentence: str


Happening = RepEnded | SensorLost | SensorBack | Refused | Told | Ended
"""What a person should be told of the moment it happens, by sound or by a line of text."""


@dataclass(slots=True)
class LaneState:
    """One lane as it is now."""

    now_s: float = 0.0
    rig: Rig = field(default_factory=Rig)
    reps: tuple[Rep, ...] = ()
    athletes: tuple[AthleteSummary, ...] = ()
    refused: tuple[str, ...] = ()
    """What the coach said without effect, and why."""
    sensors: dict[Device, SensorStatus] = field(default_factory=dict)
    lost: set[Device] = field(default_factory=set)
    """Sensors that were streaming and are not any more."""
    streamed: set[Device] = field(default_factory=set)
    trail: Trail = field(default_factory=Trail)
    belt_mps2: float = math.nan
    """Length of the belt's specific force just now."""
    shown_mps: float = math.nan
    """The running number as it may be shown: changes every ``SHOWN_EVERY_S``."""
    last_final_s: float = -math.inf
    """When the newest rep became final."""
    unrecorded: str = ""
    """Why the recording does not go on; empty while it does."""
    events: int = 0
    """How many of the coach's inputs have come."""
    _shown_at_s: float = -math.inf
    _coach: CoachLog = field(default_factory=CoachLog)

    @property
    def conditions(self) -> Conditions:
        """What a rep would be done under if it began now."""
        return self._coach.state_of(self.now_s, math.inf).conditions

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self._coach.state_of(self.now_s, math.inf).plan

    @property
    def running(self) -> bool:
        """Whether a number that runs should be shown instead of the last rep's."""
        heard = self.now_s < self.trail.time_s + STALE_S
        return self.trail.running and heard and not self.frozen

    @property
    def frozen(self) -> bool:
        """Whether the last rep's number must stand."""
        return self.now_s < self.last_final_s + FROZEN_S

    @property
    def last_rep(self) -> Rep | None:
        """The newest rep, excluded or not."""
        return self.reps[-1] if self.reps else None

    def reps_of(self, athlete: str) -> tuple[Rep, ...]:
        """One athlete's reps in order."""
        return tuple(rep for rep in self.reps if rep.conditions.athlete == athlete)

    def missed_run(self) -> Run | None:
        """The newest run of the last minute of which no rep was made."""
        for run in reversed(self.trail.runs):
            if run.end_s < self.now_s - KEPT_RUNS_S:
                return None
            if not any(made_of(rep, run) for rep in self.reps):
                return run
        return None

    def take_event(self, said: Said) -> None:
        """Fold one of the coach's inputs; EventError where it makes no sense."""
        self.events += 1
        self.now_s = max(self.now_s, said.event.received_ns / NANOSECONDS_PER_SECOND)
        self._coach.add(said.event, self.events)

    def set_rig(self, rig: Rig) -> None:
        """The rig as the recording has it."""
        self.rig = rig
        self._coach.set_rig(rig)

    def move(self, moved: Moved) -> None:
        """Fold the running velocity."""
        self.trail.push(moved.block)
        trail = self.trail
        if not trail.time_s < self._shown_at_s + SHOWN_EVERY_S:
            self._shown_at_s, self.shown_mps = trail.time_s, trail.velocity_mps


class SidelineState:
    """All lanes of a session; ``take`` folds one update and says what happened."""

    def __init__(self) -> None:
        self.lanes: dict[int, LaneState] = {}
        self.sessions: tuple[Session, ...] | None = None
        """Results when it is over."""

    def lane(self, number: int = 1) -> LaneState:
        """A lane by its number from 1."""
        return self.lanes.setdefault(number, LaneState())

    @property
    def ended(self) -> bool:
        """Whether the session is over."""
        return self.sessions is not None

    def take(self, update: Update) -> list[Happening]:
        """Fold one update."""
        match update:
            case Told():
                return [update]
            case Ended():
                self.sessions = update.sessions
                return [update]
        lane = self.lane(update.lane)
        match update:
            case Opened():
                lane.set_rig(update.rig)
            case Moved():
                lane.move(update)
            case Felt():
                lane.belt_mps2 = update.acc_mps2
            case Reached():
                lane.now_s = max(lane.now_s, update.now_s)
            case Unrecorded():
                lane.unrecorded = update.why
            case Said():
                # What makes no sense is told with the reps, as the pipeline has it.
                with contextlib.suppress(EventError):
                    lane.take_event(update)
            case SensorNow():
                return _take_sensor(lane, update)
            case RepsNow():
                return _take_reps(lane, update)
        return []


def made_of(rep: Rep, run: Run) -> bool:
    """Whether a rep was made of a run."""
    return rep.estimates.start_s - 1.0 <= run.middle_s <= _end_s(rep) + 1.0


def _take_reps(lane: LaneState, update: RepsNow) -> list[Happening]:
    before, now = _by_start(lane.reps), _by_start(update.reps)
    refused = [each for each in update.refused if each not in lane.refused]
    lane.reps, lane.athletes, lane.refused = update.reps, update.athletes, update.refused
    if update.again:
        return []
    # One in place of another was corrected, and has not ended again.
    gone = [rep for start_s, rep in before.items() if start_s not in now]
    new = [rep for start_s, rep in now.items() if start_s not in before]
    fresh = [rep for rep in new if not any(_overlap(rep, other) for other in gone)]
    if fresh:
        lane.last_final_s = lane.now_s
    return [
        *(RepEnded(update.lane, rep) for rep in fresh),
        *(Refused(update.lane, each) for each in refused),
    ]


def _take_sensor(lane: LaneState, update: SensorNow) -> list[Happening]:
    status = update.status
    lane.sensors[status.device] = status
    was_lost = status.device in lane.lost
    if status.phase is Phase.STREAMING:
        lane.streamed.add(status.device)
        lane.lost.discard(status.device)
        return [SensorBack(update.lane, status.device)] if was_lost else []
    if status.phase is Phase.STOPPED:  # the session is over: nobody looks for it any more
        lane.lost.discard(status.device)
    elif status.device in lane.streamed and status.phase is Phase.LOOKING and not was_lost:
        lane.lost.add(status.device)
        return [SensorLost(update.lane, status.device)]
    return []


def _end_s(rep: Rep) -> float:
    end_s = rep.estimates.end_s
    return rep.estimates.start_s + STOPPED_SHORT_S if math.isnan(end_s) else end_s


def _by_start(reps: Sequence[Rep]) -> dict[float, Rep]:
    return {rep.estimates.start_s: rep for rep in reps}


def _overlap(one: Rep, other: Rep) -> bool:
    latest_start_s = max(one.estimates.start_s, other.estimates.start_s)
    return latest_start_s < min(_end_s(one), _end_s(other))
