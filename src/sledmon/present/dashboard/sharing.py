"""The athletes' codes as a summary's second page: theirs are open until they are stopped."""

from collections.abc import Callable
from pathlib import Path

from sledmon.errors import SledmonError
from sledmon.present import words
from sledmon.present.dashboard.share import ShareScreen
from sledmon.present.dashboard.summary import SummaryScreen
from sledmon.present.dashboard.window import Window
from sledmon.present.share.sideline import SessionShare


class Sharing:
    """Shares recordings of one session, a lane each, while its summary is in the window."""

    def __init__(
        self, window: Window, library: str, summary: SummaryScreen, back: Callable[[], None]
    ) -> None:
        """``back`` shows the summary again."""
        self._window = window
        self._library = library
        self._summary = summary
        self._back = back
        self._shares: dict[Path, SessionShare] = {}

    def show(self, recording: Path, *, running: bool = False) -> None:
        """Codes of a recording's athletes; while it runs the library may still come to know it."""
        if recording not in self._shares:
            try:
                share = SessionShare(self._library, recording).begin()
            except SledmonError as error:
                self._summary.say(str(error))
                return
            if not (running or share.kept):
                share.stop()
                self._summary.say(words.SHARE_NOT_KEPT.format(path=recording))
                return
            self._shares[recording] = share
        screen = ShareScreen(self._shares[recording])
        screen.stop_asked.connect(self._stop)
        screen.closed.connect(self._back)
        self._window.show_screen(screen)

    def stop(self) -> None:
        """Their codes open nothing any more."""
        while self._shares:
            self._shares.popitem()[1].stop()

    def _stop(self) -> None:
        self.stop()
        self._back()
