"""What a running session tells, taken once a frame; the only way from threads to the window."""

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from sledmon.present.running import Felt, Moved, Reached, RunningSession
from sledmon.present.sideline.state import SidelineState

FRAME_MS = 16


class Feed(QObject):
    """Drains a session's queue into the state; then says what the window must look at."""

    frame = Signal(list, bool)
    """Happenings, and whether more than time and the running velocity has changed."""

    def __init__(
        self, session: RunningSession, state: SidelineState, frame_ms: int = FRAME_MS
    ) -> None:
        super().__init__()
        self.session = session
        self.state = state
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.drain)
        self._timer.start(frame_ms)

    def drain(self) -> None:
        """Take what has come."""
        happenings = []
        changed = False
        for update in self.session.waiting():
            happenings += self.state.take(update)
            changed |= not isinstance(update, Felt | Moved | Reached)
        self.frame.emit(happenings, changed)
        if self.state.ended:
            self._timer.stop()
