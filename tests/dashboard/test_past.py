"""A past session's summary is reached from its replay, and can be shared from there."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sledmon.present.athletes.queue import Queue
from sledmon.present.dashboard.past import PastSession
from sledmon.present.dashboard.replay.screen import ReplayScreen
from sledmon.present.dashboard.share import ShareScreen
from sledmon.present.dashboard.summary import SummaryScreen
from sledmon.present.dashboard.window import Window
from sledmon.present.settings import Settings
from sledmon.recording import RecordingWriter, open_recording
from sledmon.samples import Opened
from tests.cli.command import sledmon
from tests.dashboard.pages import press
from tests.pipeline.sessions import path_of

pytestmark = pytest.mark.usefixtures("home")


class Past:
    """A window that replays one recording, as the program's does."""

    def __init__(self, window: Window, library: Path) -> None:
        self.window = window
        self.replay = ReplayScreen()
        self.library = library
        self.session: PastSession | None = None
        self.replay.summary_asked.connect(self.show)
        window.show_screen(self.replay)

    def show(self, replayed: object) -> None:
        assert replayed is self.replay.replayed
        assert self.replay.replayed is not None
        self.session = PastSession(
            self.window,
            self.replay.replayed,
            Queue(),
            str(self.library),
            lambda: self.window.show_screen(self.replay),
        )
        self.session.show()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A session with sensors, as far as its file says."""
    path = tmp_path / "monday.mcap"
    with RecordingWriter(path) as writer:
        for batch in open_recording(path_of("simulated-clean-10yd")).batches():
            for record in batch:
                if isinstance(record, Opened):
                    record = record._replace(source="ble")
                writer.write(record)
    return path


@pytest.fixture
def past(
    application: QApplication, recording: Path, tmp_path: Path, until: Callable[..., None]
) -> Iterator[Past]:
    window = Window(Settings(), lambda _: None)
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    made = Past(window, tmp_path / "library.sqlite")
    until(made.replay.settled, lambda: made.replay.open(recording))
    yield made
    if made.session is not None:
        made.session.shut()
    window.close()


def test_its_codes_open_pages_until_it_is_left(past: Past, recording: Path) -> None:
    added = sledmon("library", "add", recording, "--library", past.library)
    assert added.code == 0, added.err
    press(past.window, "s")
    summary = past.window.screen_shown
    assert isinstance(summary, SummaryScreen)
    replayed = past.replay.replayed
    assert replayed is not None
    assert sum(day.reps for day in summary.days) == len(replayed.reps)
    press(past.window, "h")
    shared = past.window.screen_shown
    assert isinstance(shared, ShareScreen)
    url = shared.address.text().split()[-1]
    with urlopen(url) as page:
        assert page.status == 200
    press(past.window, Qt.Key.Key_Escape)
    assert isinstance(past.window.screen_shown, SummaryScreen)
    press(past.window, Qt.Key.Key_Escape)
    assert isinstance(past.window.screen_shown, ReplayScreen)
    with pytest.raises(URLError):
        urlopen(url)


def test_a_session_that_the_library_does_not_know_says_how_to_add_it(
    past: Past, recording: Path
) -> None:
    press(past.window, "s")
    press(past.window, "h")
    summary = past.window.screen_shown
    assert isinstance(summary, SummaryScreen)
    assert f'sledmon library add "{recording}"' in summary.sentence.text()
