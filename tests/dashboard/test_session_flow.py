"""A session's screens: each lane has its own, codes close with it, a full disk is not silent."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from sledmon.present import words as words_of_pages
from sledmon.present.athletes.queue import Athlete, Queue
from sledmon.present.dashboard.live.screen import LiveScreen
from sledmon.present.dashboard.queue import QueueScreen
from sledmon.present.dashboard.rows import Rows
from sledmon.present.dashboard.screen import Screen
from sledmon.present.dashboard.session_flow import Begun, SessionFlow
from sledmon.present.dashboard.share import ShareScreen
from sledmon.present.dashboard.sound import open_audio
from sledmon.present.dashboard.summary import SummaryScreen
from sledmon.present.dashboard.window import Window
from sledmon.present.running import DemoSource, RunningSession
from sledmon.present.settings import AudioMode, Settings
from sledmon.present.sideline import words
from sledmon.recording import open_recording
from sledmon.samples import Event
from sledmon.twin import SessionParams, simulate
from tests.dashboard.pages import press

pytestmark = pytest.mark.usefixtures("home")
WaitFor = Callable[..., None]
CONTROL = Qt.KeyboardModifier.ControlModifier
TWO_REPS = SessionParams(seed=2, reps=2, unresisted=2, faults="none", false_start_probability=0.0)
ONE_REP = SessionParams(seed=3, reps=1, unresisted=1, faults="none", false_start_probability=0.0)


@pytest.fixture
def window(application: QApplication) -> Iterator[Window]:
    made = Window(Settings(), lambda _: None)
    made.show()
    made.activateWindow()
    assert QTest.qWaitForWindowActive(made)
    yield made
    made.close()


def flow_of(
    window: Window,
    folder: Path,
    *lanes: SessionParams,
    library: str = "none",
    speed: float | None = None,
) -> SessionFlow:
    paths = [folder / f"lane{number}.mcap" for number in range(1, len(lanes) + 1)]
    source = DemoSource(*(simulate(each) for each in lanes), speed=speed)
    session = RunningSession(source, paths, library)
    queue = Queue((Athlete(name="Demo"),))
    flow = SessionFlow(
        window, Begun(session=session, queue=queue, audio=open_audio(), library=library)
    )
    flow.begin()
    return flow


def ended(flow: SessionFlow, wait_for: WaitFor) -> SummaryScreen:
    wait_for(lambda: flow.state.ended, "the end")
    wait_for(flow.summary.isVisible, "the summary")
    return flow.summary


def test_codes_open_nothing_once_the_session_is_left_for_replay(
    window: Window, tmp_path: Path, wait_for: WaitFor
) -> None:
    flow = flow_of(window, tmp_path, TWO_REPS, library=str(tmp_path / "library.sqlite"))
    ended(flow, wait_for)
    press(window, "h")
    shared = window.screen_shown
    assert isinstance(shared, ShareScreen)
    url = shared.address.text().split()[-1]
    with urlopen(url) as page:
        assert page.status == 200
    press(window, Qt.Key.Key_Escape)
    with urlopen(url) as page:  # to look at the summary is not to leave
        assert page.status == 200
    asked: list[Path] = []
    flow.replay_asked.connect(asked.append)
    press(window, "o")
    assert asked == [tmp_path / "lane1.mcap"]
    with pytest.raises(URLError):
        urlopen(url)


def test_each_lane_has_its_summary_and_its_recording(
    window: Window, tmp_path: Path, wait_for: WaitFor
) -> None:
    flow = flow_of(window, tmp_path, TWO_REPS, ONE_REP)
    summary = ended(flow, wait_for)
    assert [day.reps for day in summary.days] == [2]
    assert "lane 1" in summary.heading.text()
    press(window, "2", modifiers=CONTROL)
    assert [day.reps for day in summary.days] == [1]
    assert "lane 2" in summary.heading.text()
    asked: list[Path] = []
    flow.replay_asked.connect(asked.append)
    press(window, "o")
    assert asked == [tmp_path / "lane2.mcap"]


def test_of_several_lanes_the_one_that_keys_act_on_is_framed_from_the_beginning(
    window: Window, tmp_path: Path, wait_for: WaitFor
) -> None:
    flow = flow_of(window, tmp_path, ONE_REP, ONE_REP)
    focus = QColor(window.look.palette.focus).rgb()
    assert isinstance(window.screen_shown, LiveScreen)
    pictures = [board.grab().toImage() for board in flow.live.boards]
    framed = [picture.pixel(3, picture.height() // 2) == focus for picture in pictures]
    assert framed == [True, False]
    ended(flow, wait_for)


def test_a_recording_that_stops_is_said_for_as_long_as_the_session_runs_and_at_its_end(
    window: Window, tmp_path: Path, wait_for: WaitFor
) -> None:
    resource = pytest.importorskip("resource", reason="no limit of a file's size here")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, before[1]))
    try:
        flow = flow_of(window, tmp_path, TWO_REPS)
        wait_for(lambda: bool(flow.state.lane().unrecorded), "a full disk")
        summary = ended(flow, wait_for)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [day.reps for day in summary.days] == [2]
    assert "is not recorded" in summary.sentence.text()
    flow.show_live()
    flow.live.refresh()
    assert flow.live.status.value is not None
    assert words.NOT_RECORDING in flow.live.status.value.recording
    assert flow.live.advice.value is not None
    assert flow.live.advice.value.urgent
    assert flow.live.advice.value.words == words.UNRECORDED


def test_keys_work_whichever_of_the_two_windows_has_the_keyboard(
    window: Window, tmp_path: Path, wait_for: WaitFor
) -> None:
    flow = flow_of(window, tmp_path, ONE_REP)
    press(window, "a")
    own = flow.athlete_window
    assert own is not None
    assert own.isVisible()
    armed = []
    for key in (Qt.Key.Key_F5, Qt.Key.Key_Escape):
        QTest.keyClick(own, key)
        armed.append(flow.sideline.armed)
    assert armed == [False, True]
    QTest.keyClick(own, Qt.Key.Key_A)
    assert not own.isVisible()
    ended(flow, wait_for)


def test_numbers_that_a_key_hides_are_hidden_in_queue_and_summary_until_the_end(
    window: Window, tmp_path: Path, wait_for: WaitFor
) -> None:
    flow = flow_of(window, tmp_path, TWO_REPS)
    summary = ended(flow, wait_for)

    def texts(screen: QWidget) -> str:
        lists = [each for each in screen.findChildren(Rows) if each.isVisible()]
        rows = [each.item(place).text() for each in lists for place in range(each.count())]
        return " ".join([*(each.text() for each in screen.findChildren(QLabel)), *rows])

    number = f"{flow.state.lane().reps[-1].estimates.window.velocity_mps.value:.2f}"
    assert number in texts(summary)
    flow.state.sessions = None  # as if it ran still
    flow.sideline.hide()
    flow.show_summary()
    assert number not in texts(summary)
    flow.show_queue()
    assert isinstance(window.screen_shown, QueueScreen)
    assert number not in window.screen_shown.last.text()
    flow.sideline.hide()
    flow.show_queue()
    assert number in window.screen_shown.last.text()


def test_a_rep_that_ends_while_the_queue_is_open_is_the_one_that_it_names(
    window: Window, tmp_path: Path, wait_for: WaitFor
) -> None:
    flow = flow_of(window, tmp_path, TWO_REPS, speed=8.0)
    lane = flow.state.lane()
    wait_for(lambda: len(lane.reps) == 1, "a rep")
    flow.show_queue()
    queue = window.screen_shown
    assert isinstance(queue, QueueScreen)
    assert "rep 1" in queue.last.text()
    wait_for(lambda: len(lane.reps) == 2, "another")
    wait_for(lambda: "rep 2" in queue.last.text(), "its name")
    ended(flow, wait_for)


def test_a_session_ends_when_it_is_asked_twice_and_its_screens_go_with_it(
    window: Window, tmp_path: Path, wait_for: WaitFor
) -> None:
    flow = flow_of(window, tmp_path, TWO_REPS, speed=4.0)
    wait_for(lambda: len(flow.state.lane().reps) == 1, "a rep")
    press(window, "b")
    summary = flow.summary
    assert flow.summary.isVisible()
    press(window, "e")
    assert summary.sentence.text() == words_of_pages.END_SURE
    assert not flow.state.ended
    assert flow.session.running
    press(window, "e")
    ended(flow, wait_for)
    flow.show_live()
    window.forget(flow.live, summary)
    seen: Screen | None = window.screen_shown
    assert seen is flow.live, "what is seen stays"


def test_a_sensor_that_another_lane_has_lost_is_told_on_its_own_board(
    window: Window, tmp_path: Path, wait_for: WaitFor
) -> None:
    flow = flow_of(window, tmp_path, ONE_REP, ONE_REP)
    ended(flow, wait_for)
    flow.state.lane(2).lost.add("encoder")
    flow.live.refresh()
    one, two = (board.tile.value for board in flow.live.boards)
    assert one is not None
    assert two is not None
    assert one.word != words.TILE_LOST
    assert two.word == words.TILE_LOST
    assert two.lines[0].startswith("Tether lost")
    heading = flow.live.boards[1].header.value
    assert heading is not None
    assert heading.work.startswith("lane 2 · ")


def test_blinding_by_the_settings_is_part_of_the_recording(
    window: Window, tmp_path: Path, wait_for: WaitFor
) -> None:
    blinded = replace(window.settings, audio=AudioMode.BLINDED)
    window.change(blinded)
    flow = flow_of(window, tmp_path, ONE_REP)
    ended(flow, wait_for)
    said = [
        record.value
        for batch in open_recording(flow.session.paths[0]).batches()
        for record in batch
        if isinstance(record, Event) and record.kind == "note"
    ]
    assert said == [words.DONE_HIDDEN]
