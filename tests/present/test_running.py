"""A session in its threads: it ends in good order, whatever happens, and equals its recording."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sledmon.acquire.inbox import Inbox
from sledmon.acquire.live import LaneReport
from sledmon.acquire.radio import RadioError
from sledmon.acquire.virtual import VirtualRadio
from sledmon.acquire.warp import WarpedLoop
from sledmon.library import open_library, session_list
from sledmon.present.running import (
    DemoSource,
    Ended,
    LaneOrder,
    LiveSource,
    RepsNow,
    RunningSession,
    Said,
    TakenUp,
    Told,
    Update,
)
from sledmon.present.sideline.state import RepEnded
from sledmon.recording import check, open_recording
from sledmon.results import Session
from sledmon.samples import CLOSED, Connected, Event, Lost, Opened, Packet, Record
from sledmon.twin import SessionParams, simulate
from tests.pipeline.sessions import session_of, text_of
from tests.present.field import shown, updates_of

SHORT = SessionParams(seed=2, reps=2, unresisted=1, faults="none", false_start_probability=0.0)


def records_in(path: Path) -> list[Record]:
    return [record for batch in open_recording(path).batches() for record in batch]


def played(session: RunningSession, act: Callable[[Update], None] = lambda _: None) -> list[Update]:
    """Start, act on every update as it comes, and wait for the end."""
    session.start()
    out: list[Update] = []
    while not (out and isinstance(out[-1], Ended)):
        out.append(session.updates.get(timeout=60.0))
        act(out[-1])
    session.join()
    assert not session.running
    assert list(session.waiting()) == []
    return out


def told(updates: Sequence[Update]) -> list[str]:
    return [update.sentence for update in updates if isinstance(update, Told)]


def sessions_of(updates: Sequence[Update]) -> tuple[Session, ...]:
    assert isinstance(updates[-1], Ended)
    return updates[-1].sessions


def equals_its_recording(session: Session, path: Path) -> None:
    recording = open_recording(path)
    assert recording.closed
    assert check(path).lines[0].startswith("The file is whole")
    assert text_of(session) == text_of(session_of(records_in(path)))


def test_stopped_in_the_middle_it_ends_in_good_order_and_equals_its_recording(
    tmp_path: Path,
) -> None:
    path = tmp_path / "stopped.mcap"
    session = RunningSession(DemoSource(simulate(SHORT), speed=10.0), [path])

    def act(update: Update) -> None:
        if isinstance(update, RepsNow) and len(update.reps) == 1:
            session.stop()

    updates = played(session, act)
    assert told(updates) == []
    (one,) = sessions_of(updates)
    assert len(one.reps) == 1
    equals_its_recording(one, path)
    lost = [record for record in records_in(path) if isinstance(record, Lost)]
    assert {(record.device, record.reason) for record in lost} == {
        ("imu", CLOSED),
        ("encoder", CLOSED),
    }
    session.stop()  # harmless


def test_stopped_before_it_began_it_ends_and_waits_for_nothing(tmp_path: Path) -> None:
    for number in range(5):
        path = tmp_path / f"{number}.mcap"
        session = RunningSession(DemoSource(simulate(SHORT), speed=1.0), [path])
        session.stop() if number == 0 else None
        session.start()
        session.stop()
        assert isinstance(updates_of(session)[-1], Ended)
        assert not session.running


def test_what_the_coach_says_comes_back_once_it_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "said.mcap"
    session = RunningSession(DemoSource(simulate(SHORT), speed=10.0), [path])
    spoken: list[str] = []

    def act(update: Update) -> None:
        if isinstance(update, RepsNow) and update.reps and not spoken:
            spoken.append("note")
            session.say("note", "windy")
            session.say("athlete", "Ana", time_s=update.reps[0].estimates.start_s - 0.05)
        if isinstance(update, Said) and update.event.value == "Ana":
            session.stop()

    updates = played(session, act)
    heard = [update.event for update in updates if isinstance(update, Said)]
    assert [event for event in records_in(path) if isinstance(event, Event)] == heard
    assert [(event.kind, event.value) for event in heard[-2:]] == [
        ("note", "windy"),
        ("athlete", "Ana"),
    ]
    assert heard[-1].time_s < heard[-1].received_ns / 1e9 - 1.0
    (one,) = sessions_of(updates)
    assert one.reps[0].conditions.athlete == "Ana"
    equals_its_recording(one, path)


def test_the_demos_coach_speaks_beforehand_of_later_and_nothing_measured_changes(
    tmp_path: Path,
) -> None:
    twin = simulate(SessionParams(seed=2, reps=3, unresisted=1, load_lb=(5.0, 10.0)))
    session = RunningSession(DemoSource(twin, speed=None), [tmp_path / "demo.mcap"])
    (one,) = sessions_of(played(session))
    records = records_in(session.paths[0])
    events = [record for record in records if isinstance(record, Event)]
    as_it_was = [record for record in twin.records if isinstance(record, Event)]
    assert [event[1:] for event in events] == [event[1:] for event in as_it_was]
    first_packet = next(k for k, record in enumerate(records) if isinstance(record, Packet))
    assert all(isinstance(record, Event) for record in records[1 : 1 + len(events)])
    assert first_packet > len(events)
    spoken_then = sorted(
        [record for record in records if not isinstance(record, Event)]
        + [event._replace(received_ns=round(event.time_s * 1e9)) for event in events],
        key=lambda record: record.received_ns,
    )
    assert session_of(spoken_then).reps == one.reps


class Failing(DemoSource):
    """A radio that breaks when it is told to."""

    def __init__(self) -> None:
        super().__init__(simulate(SHORT), speed=10.0)
        self.broken = asyncio.Event()

    async def run(self, report: LaneReport) -> None:
        playing = asyncio.create_task(super().run(report))
        await self.broken.wait()
        playing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await playing
        raise RadioError("Bluetooth was switched off; switch it on and begin again")

    def event(self, lane: int, kind: str, value: str, time_s: float | None) -> None:
        self.broken.set()


def test_a_radio_that_fails_in_the_middle_is_told_and_what_was_recorded_stands(
    tmp_path: Path,
) -> None:
    path = tmp_path / "failed.mcap"
    session = RunningSession(Failing(), [path], str(tmp_path / "library.sqlite"))

    def act(update: Update) -> None:
        if isinstance(update, RepsNow) and update.reps:
            session.say("note", "break")

    updates = played(session, act)
    assert told(updates) == ["Bluetooth was switched off; switch it on and begin again"]
    (one,) = sessions_of(updates)
    assert len(one.reps) == 1
    equals_its_recording(one, path)
    with open_library(str(tmp_path / "library.sqlite")) as library, library.reading() as reading:
        (line,) = session_list(reading)
        assert (line.finished, line.reps) == (True, 1)


@pytest.fixture
def no_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No sensors of last time."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def virtual(adapter: str | None) -> VirtualRadio:
    return VirtualRadio(simulate(SessionParams(seed=8, reps=1, unresisted=0, faults="none")))


@pytest.mark.usefixtures("no_memory")
def test_a_sensor_that_is_not_there_is_one_sentence_and_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "none.mcap"
    source = LiveSource([LaneOrder(wanted={"imu": "nobody's belt"})], virtual)
    place = str(tmp_path / "library.sqlite")
    updates = played(RunningSession(source, [path], place))
    (sentence,) = told(updates)
    assert "nobody's belt" in sentence
    assert "\n" not in sentence
    assert sessions_of(updates) == ()
    assert not path.exists()
    with open_library(place) as library, library.reading() as reading:
        assert list(session_list(reading)) == []


@pytest.mark.usefixtures("no_memory")
def test_what_is_said_while_sensors_are_chosen_stands_from_the_beginning(tmp_path: Path) -> None:
    path = tmp_path / "early.mcap"
    source = LiveSource([LaneOrder(events=(("athlete", "Demo"),))], virtual)
    session = RunningSession(source, [path])
    source.event(1, "athlete", "Ana", None)
    source.event(1, "load_kg", "5", None)

    def act(update: Update) -> None:
        if isinstance(update, Said) and update.event.kind == "load_kg":
            session.stop()

    updates = played(session, act)
    state, _ = shown(updates)
    assert state.lane().conditions.athlete == "Ana"
    assert state.lane().conditions.load_kg == 5.0
    records = records_in(path)
    assert [type(record) for record in records[:4]] == [Opened, Event, Event, Event]


@pytest.mark.parametrize("place", ["missing/folder/x.mcap", "there.mcap"])
def test_a_recording_that_cannot_be_written_is_one_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "there.mcap").write_text("somebody's")
    source = DemoSource(simulate(SHORT), speed=None)
    updates = played(RunningSession(source, [tmp_path / place]))
    (sentence,) = told(updates)
    assert str(tmp_path / place) in sentence
    assert "\n" not in sentence
    assert updates[1:] == [Ended(())]
    assert (tmp_path / "there.mcap").read_text() == "somebody's"


def test_a_library_holds_each_rep_before_it_is_seen_and_the_whole_at_the_end(
    tmp_path: Path,
) -> None:
    place, path = str(tmp_path / "library.sqlite"), tmp_path / "kept.mcap"
    session = RunningSession(DemoSource(simulate(SHORT), speed=None), [path], place)
    seen: list[tuple[int, int]] = []

    def act(update: Update) -> None:
        if isinstance(update, RepsNow):
            with open_library(place) as library, library.reading() as reading:
                (line,) = session_list(reading)
                seen.append((line.reps, len(update.reps)))

    updates = played(session, act)
    assert told(updates) == []
    assert all(kept >= reps for kept, reps in seen)
    with open_library(place) as library, library.reading() as reading:
        (line,) = session_list(reading)
        assert (line.finished, line.reps) == (True, 2)


def test_a_library_that_cannot_be_opened_is_told_and_the_session_goes_on(tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"no database at all" * 100)
    path = tmp_path / "recorded.mcap"
    updates = played(RunningSession(DemoSource(simulate(SHORT), speed=None), [path], str(broken)))
    (sentence,) = told(updates)
    assert sentence.endswith("the session is recorded, but not kept in a library")
    (one,) = sessions_of(updates)
    equals_its_recording(one, path)


class Two:
    """Two simulated rigs side by side."""

    def __init__(self) -> None:
        self._sources = [
            DemoSource(simulate(SHORT), speed=None),
            DemoSource(
                simulate(SessionParams(seed=9, reps=3, unresisted=1, faults="harsh")), speed=None
            ),
        ]
        self.inboxes: Sequence[Inbox] = [source.inboxes[0] for source in self._sources]

    def new_loop(self) -> asyncio.AbstractEventLoop:
        return WarpedLoop(None)

    async def run(self, report: LaneReport) -> None:
        await asyncio.gather(
            *(
                source.run(lambda _, status, lane=lane: report(lane, status))  # type: ignore[misc]
                for lane, source in enumerate(self._sources, start=1)
            )
        )

    def event(self, lane: int, kind: str, value: str, time_s: float | None) -> None:
        self._sources[lane - 1].event(1, kind, value, time_s)


def test_lanes_run_side_by_side_and_each_equals_its_own_recording(tmp_path: Path) -> None:
    paths = [tmp_path / "one.mcap", tmp_path / "two.mcap"]
    updates = played(RunningSession(Two(), paths))
    one, two = sessions_of(updates)
    assert (len(one.reps), len(two.reps)) == (2, 3)
    for session, path in zip((one, two), paths, strict=True):
        equals_its_recording(session, path)
    state, happenings = shown(updates)
    assert state.lane(1).reps == one.reps
    assert state.lane(2).reps == two.reps
    ended = [(each.lane, each.rep.number) for each in happenings if isinstance(each, RepEnded)]
    assert sorted(ended) == [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3)]


KILLED = """
import sys
from pathlib import Path
from sledmon.present.running import DemoSource, Reached, RepsNow, RunningSession
from sledmon.twin import SessionParams, simulate
twin = simulate(SessionParams(seed=7, reps=6, unresisted=3, load_lb=(20.0,), faults="mild"))
session = RunningSession(DemoSource(twin, speed=8.0), [Path(sys.argv[1])], sys.argv[2])
session.start()
enough_s = 1e9
while True:
    update = session.updates.get()
    if isinstance(update, RepsNow) and len(update.reps) == 2:
        enough_s = min(enough_s, update.reps[1].estimates.end_s + 3.0)
    if isinstance(update, Reached) and update.now_s > enough_s:
        print("two reps, and on the disk", flush=True)
        sys.stdin.read()
"""


@pytest.mark.usefixtures("no_memory")
def test_a_killed_session_goes_on_with_its_pause_and_is_one_session_to_everybody(
    tmp_path: Path,
) -> None:
    path, place = tmp_path / "killed.mcap", str(tmp_path / "library.sqlite")
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path), place],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "two reps, and on the disk\n"
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    before = records_in(path)
    reps_before = session_of(before).reps
    pause_s = 300.0
    written_s = path.stat().st_mtime
    os.utime(path, (written_s - pause_s, written_s - pause_s))

    taken_up = TakenUp(path)
    source = LiveSource([LaneOrder(resumed_ns=taken_up.resumed_ns)], virtual)
    session = RunningSession(source, [path], place, taken_up)
    spoken: list[str] = []

    def act(update: Update) -> None:
        if isinstance(update, RepsNow):
            if not spoken:
                spoken.append("athlete")
                session.say("athlete", "Ana")
            if len(update.reps) > len(reps_before):
                session.stop()

    updates = played(session, act)
    assert told(updates) == []
    records = records_in(path)
    assert records[: len(before)] == before
    connected = {record.device for record in before if isinstance(record, Connected)}
    lost = records[len(before) : len(before) + len(connected)]
    assert all(isinstance(record, Lost) for record in lost)
    new_s = [record.received_ns / 1e9 for record in records[len(before) + len(lost) :]]
    last_s = before[-1].received_ns / 1e9
    assert pause_s < new_s[0] - last_s < pause_s + 60.0
    assert new_s == sorted(new_s)
    (one,) = sessions_of(updates)
    assert len(one.reps) == len(reps_before) + 1
    assert one.reps[-1].conditions.athlete == "Ana"
    for rep, earlier in zip(one.reps, reps_before, strict=False):
        assert rep.estimates == earlier.estimates
    equals_its_recording(one, path)
    state, happenings = shown(updates)
    assert state.lane().reps == one.reps
    ended = [each.rep.number for each in happenings if isinstance(each, RepEnded)]
    assert ended == [len(one.reps)], "what ended before the break is shown, and not told again"
    with open_library(place) as library, library.reading() as reading:
        (line,) = session_list(reading)
        assert (line.finished, line.reps) == (True, len(one.reps))


def test_a_recording_that_cannot_be_taken_up_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "other.mcap"
    path.write_text("not a recording")
    taken_up = TakenUp(path)
    source = LiveSource([LaneOrder(resumed_ns=taken_up.resumed_ns)], virtual)
    updates = played(RunningSession(source, [path], taken_up=taken_up))
    (sentence,) = told(updates)
    assert str(path) in sentence
    assert sessions_of(updates) == ()
    assert path.read_text() == "not a recording"
