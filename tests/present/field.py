"""A session played record by record, with its coach at the keys; and one played in its threads."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from sledmon.pipeline import Pipeline
from sledmon.present.athletes.queue import Athlete, Queue
from sledmon.present.running import Ended, Moved, RepsNow, RunningSession, Update
from sledmon.present.running.session import _Telling
from sledmon.present.running.storing import Storing
from sledmon.present.settings import Settings
from sledmon.present.sideline.actions import Sideline
from sledmon.present.sideline.state import Happening, LaneState, SidelineState
from sledmon.results import Rep, Session
from sledmon.samples import Event, Packet, Record
from tests.pipeline.sessions import session_of, text_of

BATCH = 20
"""Records, half a second."""
DEMO = Queue((Athlete(name="Demo"),))


class Field:
    """Records of a session that was; what the coach does goes among them where they stand."""

    def __init__(
        self,
        records: Sequence[Record],
        *,
        settings: Settings | None = None,
        queue: Queue = DEMO,
        deaf: bool = False,
    ) -> None:
        """``deaf``: what the coach says comes back only when ``hear`` is called."""
        self.recorded: list[Record] = []
        self.state = SidelineState()
        self.sideline = Sideline(self.state, self._say, settings or Settings(), queue)
        self.happenings: list[Happening] = []
        self.deaf = deaf
        self._said: list[Record] = []
        self._left = list(records)
        self._telling = _Telling(Storing(None, self, Path(), print), 1, self._take)
        self._pipeline = Pipeline(
            watch=lambda block: self._take(Moved(1, block)), reread=lambda: [self.recorded]
        )

    @property
    def lane(self) -> LaneState:
        return self.state.lane()

    @property
    def reps(self) -> tuple[Rep, ...]:
        return self.lane.reps

    @property
    def events(self) -> list[tuple[str, str]]:
        """What was said, undoing left in."""
        return [(e.kind, e.value) for e in self.recorded if isinstance(e, Event)]

    def write(self, record: Record) -> None:
        self.recorded.append(record)

    def until(self, time_s: float) -> "Field":
        """Play on to a session time."""
        due = [record for record in self._left if record.received_ns <= time_s * 1e9]
        self._left = self._left[len(due) :]
        for begin in range(0, len(due), BATCH):
            self._push(due[begin : begin + BATCH])
        return self

    def until_rep(self, number: int) -> "Field":
        """Play on until so many reps have ended."""
        while len(self.reps) < number:
            batch, self._left = self._left[:BATCH], self._left[BATCH:]
            self._push(batch)
        return self

    def hear(self) -> None:
        """What was said becomes part of the recording."""
        said, self._said = self._said, []
        self._push(said)

    def end(self) -> Session:
        """Play to the end, and finish."""
        self._push(self._left)
        self._left = []
        session = self._pipeline.finish()
        self._take(RepsNow(1, session.reps))
        self._take(Ended((session,)))
        return session

    def again(self) -> Session:
        """What analysis of the recording says."""
        return session_of(self.recorded)

    def agrees(self) -> None:
        """End; the screen, and analysis of the recording, say the same."""
        session = self.end()
        assert self.reps == session.reps
        assert text_of(session) == text_of(self.again())

    def _say(self, lane: int, kind: str, value: str, time_s: float | None) -> None:
        now_ns = self.recorded[-1].received_ns
        self._said.append(Event(now_ns, now_ns / 1e9 if time_s is None else time_s, kind, value))
        if not self.deaf:
            self.hear()

    def _push(self, records: Iterable[Record]) -> None:
        batch = list(records)
        for record in batch:
            self._telling.write(record)
        if self._pipeline.push(batch):
            self._take(RepsNow(1, self._pipeline.reps()))

    def _take(self, update: Update) -> None:
        for happening in self.state.take(update):
            self.happenings.append(happening)
            self.sideline.happened(happening)


def updates_of(session: RunningSession) -> list[Update]:
    """All of them, to the end of a session that has begun."""
    out: list[Update] = []
    while not (out and isinstance(out[-1], Ended)):
        out.append(session.updates.get(timeout=60.0))
    session.join()
    return out


def shown(updates: Iterable[Update]) -> tuple[SidelineState, list[Happening]]:
    """The state at the end, and all that happened."""
    state, happenings = SidelineState(), []
    for update in updates:
        happenings += state.take(update)
    return state, happenings


def packets(records: Iterable[Record]) -> list[Packet]:
    return [record for record in records if isinstance(record, Packet)]
