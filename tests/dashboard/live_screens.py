"""The live screen as it stands in a session, by name; every state from the twin itself."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from sledmon.present.athletes.queue import Athlete, Queue
from sledmon.present.dashboard.live.screen import LiveScreen
from sledmon.present.running import DemoSource, RunningSession
from sledmon.present.settings import Settings
from sledmon.present.sideline.actions import Sideline
from sledmon.present.sideline.state import LaneState, SidelineState
from sledmon.twin import SessionParams, simulate

LONG: Final = "Bartholomew van den Berg-Hoffmann"
QUEUE: Final = Queue((Athlete(name="Demo"), Athlete(name=LONG)))
PAST: Final = SessionParams(seed=1, reps=5, unresisted=3, load_lb=(0, 20), faults="mild")
INSIDE: Final = SessionParams(
    seed=1, reps=5, unresisted=3, load_lb=(0,), sled_kg=5.0, faults="mild"
)
LOSING: Final = SessionParams(seed=4, reps=4, unresisted=3, faults="harsh", rest_s=14.0)


def _always(_: LaneState) -> bool:
    return False


def _runs(lane: LaneState) -> bool:
    return len(lane.reps) == 4 and lane.running and lane.trail.distance_m > 6.0


def _loses(lane: LaneState) -> bool:
    return "encoder" in lane.lost and bool(lane.reps)


@cache
def state_of(
    params: SessionParams, stop: Callable[[LaneState], bool] = _always, lanes: int = 1
) -> SidelineState:
    """A session as far as some moment, or to its end."""
    seeds = [simulate(params)] * lanes
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{lane}.mcap" for lane in range(lanes)]
        session = RunningSession(DemoSource(*seeds, speed=None), paths)
        state = SidelineState()
        session.start()
        while not state.ended and not stop(state.lane()):
            state.take(session.updates.get())
        session.stop()
        session.join()
    return state


def live(state: SidelineState, lanes: int = 1) -> LiveScreen:
    line = Sideline(state, lambda *_: None, Settings(), QUEUE)
    return LiveScreen(line, lanes, badge="DEMO", silent=True)


def paused() -> LiveScreen:
    screen = live(state_of(PAST))
    screen.sideline.arm()
    return screen


def hidden() -> LiveScreen:
    screen = live(state_of(PAST))
    screen.sideline.hide()
    return screen


LIVE: Final[dict[str, Callable[[], LiveScreen]]] = {
    "ready": lambda: live(SidelineState()),
    "running": lambda: live(state_of(PAST, _runs)),
    "past": lambda: live(state_of(PAST)),
    "inside": lambda: live(state_of(INSIDE)),
    "lost": lambda: live(state_of(LOSING, _loses)),
    "paused": paused,
    "hidden": hidden,
    "four": lambda: live(state_of(PAST, lanes=4), lanes=4),
}
