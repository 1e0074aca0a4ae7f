"""A past session's summary and codes, reached from its replay."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from sledmon.present.athletes.queue import Queue
from sledmon.present.dashboard.sharing import Sharing
from sledmon.present.dashboard.summary import SummaryScreen
from sledmon.present.dashboard.window import Window
from sledmon.present.recent import looked_at
from sledmon.present.replay.session import Replayed
from sledmon.present.running.storing import NO_LIBRARY
from sledmon.present.words import DAY_AND_TIME


class PastSession(QObject):
    """What a session's summary showed at its end, with whatever was corrected since."""

    def __init__(
        self,
        window: Window,
        replayed: Replayed,
        queue: Queue,
        library: str,
        back: Callable[[], None],
    ) -> None:
        """The queue knows who is under 16; ``back`` shows the replay again."""
        super().__init__()
        self.summary = SummaryScreen()
        self._window = window
        self._replayed = replayed
        self._minors = queue.minors()
        self._back = back
        self._seen = looked_at(replayed.path)
        library = NO_LIBRARY if self._simulated else library
        self._sharing = Sharing(window, library, self.summary, self.show)
        self.summary.share_asked.connect(lambda: self._sharing.show(replayed.path))
        self.summary.replay_asked.connect(self.leave)
        self.summary.closed.connect(self.leave)

    @property
    def _simulated(self) -> bool:
        return self._seen is not None and self._seen.simulated

    def show(self) -> None:
        """The summary."""
        session, began = self._replayed.session, self._seen and self._seen.began
        self.summary.show_session(
            session.reps,
            session.athletes,
            self._minors,
            f"{began.astimezone():{DAY_AND_TIME}}" if began else "",
            demo=self._simulated,
        )
        self._window.show_screen(self.summary)

    def leave(self) -> None:
        """To the replay again."""
        self.shut()
        self._back()
        self._window.forget(self.summary)

    def shut(self) -> None:
        """Nothing of it is shared any more."""
        self._sharing.stop()
