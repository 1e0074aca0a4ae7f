"""A whole session by keyboard alone: everywhere the numbers and flags of its recording."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from sledmon.acquire.radio import Radio
from sledmon.pipeline import Pipeline
from sledmon.present.dashboard.app import Dashboard, Places
from sledmon.present.dashboard.live.screen import LiveScreen
from sledmon.present.dashboard.replay.screen import ReplayScreen
from sledmon.present.dashboard.start import StartScreen
from sledmon.present.dashboard.summary import SummaryScreen
from sledmon.present.export.results_json import rep_document, session_document
from sledmon.present.quantities import Quantities
from sledmon.present.settings import Settings
from sledmon.present.sideline.live_view import Coaching, live_view
from sledmon.recording import open_recording
from sledmon.results import Session
from sledmon.samples import Event
from sledmon.twin import SessionParams

Key = Qt.Key
WaitFor = Callable[..., None]
SESSION = SessionParams(
    seed=4,
    reps=7,
    unresisted=3,
    load_lb=(0.0, 20.0),
    faults="harsh",
    rest_s=14.0,
    false_starts=(5,),
    false_start_probability=0.0,
)


def no_radio(adapter: str | None) -> Radio:
    raise AssertionError("a demo asks for no radio")


@pytest.fixture
def dashboard(application: QApplication, home: Path) -> Iterator[Dashboard]:
    names = iter(f"session {number}" for number in range(1, 100))
    places = Places(
        recordings=home / "recordings",
        demos=home / "demos",
        library=str(home / "library.sqlite"),
        open_radio=no_radio,
        new_name=lambda: next(names),
        now=lambda: datetime(2026, 11, 26, 10, 32, tzinfo=UTC),
    )
    made = Dashboard(places)
    made.window.resize(1366, 768)
    made.window.show()
    made.window.activateWindow()
    assert QTest.qWaitForWindowActive(made.window)
    made.show_start()
    yield made
    made.window.close()


def analysed(path: Path) -> Session:
    pipeline = Pipeline()
    for batch in open_recording(path).batches():
        pipeline.push(batch)
    return pipeline.finish()


def test_a_whole_session_by_keyboard(dashboard: Dashboard, wait_for: WaitFor) -> None:
    window = dashboard.window
    dashboard.demo_params, dashboard.demo_speed = SESSION, 10.0

    def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or window, key, modifiers)

    def type_in(text: str) -> None:
        holder: QWidget = QApplication.focusWidget() or window
        QTest.keyClicks(holder, text)

    assert isinstance(window.screen_shown, StartScreen)
    press(Key.Key_D)
    wait_for(lambda: isinstance(window.screen_shown, LiveScreen), "the live screen")
    flow = dashboard.flow
    assert flow is not None
    lane = flow.state.lane(1)

    wait_for(lambda: len(lane.reps) == 1, "the first rep")
    press(Key.Key_Q)
    for name in ("Ana", "Ben"):
        press(Key.Key_A)
        type_in(name)
        press(Key.Key_Return)
        press(Key.Key_Escape)
    press(Key.Key_Escape)
    wait_for(lambda: isinstance(window.screen_shown, LiveScreen), "the live screen again")
    assert [one.name for one in flow.sideline.queue.athletes] == ["Demo", "Ana", "Ben"]

    wait_for(lambda: len(lane.reps) == 4, "four reps")
    press(Key.Key_PageDown)
    wait_for(lambda: lane.conditions.athlete == "Ana", "Ana's turn")
    press(Key.Key_Backspace)
    wait_for(lambda: lane.conditions.athlete == "Demo", "Demo's turn again")
    press(Key.Key_R)
    wait_for(lambda: len(lane.reps) == 4 or any_recovered(), "the false start")

    def any_recovered() -> bool:
        return any("recovered by hand" in rep.estimates.notes for rep in lane.reps)

    wait_for(lambda: len(lane.reps) >= 5, "five reps")
    press(Key.Key_R)
    wait_for(any_recovered, "the false start as a rep")
    press(Key.Key_X)
    wait_for(lambda: lane.reps[-1].excluded, "leaving out")
    press(Key.Key_Backspace)
    wait_for(lambda: not lane.reps[-1].excluded, "taking in again")
    press(Key.Key_X)
    wait_for(lambda: lane.reps[-1].excluded, "leaving out once more")
    press(Key.Key_PageDown)
    press(Key.Key_PageDown)
    wait_for(lambda: lane.conditions.athlete == "Ben", "Ben's turn")
    press(Key.Key_Plus)
    wait_for(lambda: lane.conditions.load_kg > 2.0, "a plate")

    wait_for(lambda: flow.state.ended, "the end", 60_000)
    wait_for(lambda: isinstance(window.screen_shown, SummaryScreen), "the summary")
    path = flow.session.paths[0]
    session = analysed(path)
    sessions = flow.state.sessions
    assert sessions is not None
    assert session_document(session, "") == session_document(sessions[0], "")
    assert [rep_document(rep) for rep in lane.reps] == [rep_document(rep) for rep in session.reps]
    assert repr(lane.athletes) == repr(session.athletes)
    assert {rep.conditions.athlete for rep in session.reps} >= {"Demo", "Ben"}
    assert sum(rep.excluded for rep in session.reps) == 1
    lost = [s for s in (session.quality.imu, session.quality.encoder) if s and s.gaps]
    assert lost, "harsh sensors are lost once a session"
    kinds = [
        record.kind
        for batch in open_recording(path).batches()
        for record in batch
        if isinstance(record, Event)
    ]
    assert kinds.count("undo") == 2
    assert "recover_rep" in kinds

    # What is painted are the same values.
    view = live_view(lane, Coaching(settings=Settings()))
    quantities = Quantities(Settings())
    last = session.reps[-1].estimates.window.velocity_mps
    assert view.hero.text == quantities.speed(last.value)
    document = json.loads(json.dumps(session_document(session, "")))
    flags = [rep["verdict"]["flag"] for rep in document["reps"]]
    assert [rep.verdict.flag for rep in lane.reps] == flags
    assert isinstance(window.screen_shown, SummaryScreen)
    shown = {day.name: day for day in window.screen_shown.days}
    for name in {rep.conditions.athlete for rep in session.reps}:
        reps = [rep for rep in session.reps if rep.conditions.athlete == name]
        assert shown[name].reps == len(reps)
        assert shown[name].flags == sum(rep.verdict.flag is not None for rep in reps)

    # Opened in replay, it is the same session once more.
    press(Key.Key_O)
    wait_for(lambda: isinstance(window.screen_shown, ReplayScreen), "replay")
    replay = window.screen_shown
    assert isinstance(replay, ReplayScreen)
    wait_for(lambda: replay.replayed is not None, "the recording read")
    assert replay.replayed is not None
    again = [rep_document(each.rep) for each in replay.replayed.reps]
    assert again == [rep_document(rep) for rep in session.reps]

    # And its summary once more, as it ended.
    press(Key.Key_S)
    past = window.screen_shown
    assert isinstance(past, SummaryScreen)
    assert repr({day.name: day for day in past.days}) == repr(shown)
    press(Key.Key_H)
    assert "A demo is nobody's own" in past.sentence.text()
    press(Key.Key_O)
    assert isinstance(window.screen_shown, ReplayScreen)
