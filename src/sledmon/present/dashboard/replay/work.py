"""Reading and analysing off the window's thread; what comes back is told in the window's."""

import contextlib
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThreadPool, Signal

from sledmon.errors import SledmonError


class Work(QObject):
    """One job at a time."""

    _done = Signal(object, object)
    share = Signal(float)
    """Of the job that is done, where it tells."""
    failed = Signal(str)
    """Why the job came to nothing, in one sentence."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.busy = False
        self._done.connect(self._finish)

    def start(self, job: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Run a job elsewhere, then go on with what it gives here."""
        self.busy = True

        def run() -> None:
            with contextlib.suppress(RuntimeError):  # the window is gone: nobody waits
                try:
                    result = job()
                except SledmonError as error:
                    self._done.emit(self.failed.emit, str(error))
                else:
                    self._done.emit(then, result)

        QThreadPool.globalInstance().start(run)

    def _finish(self, then: Callable[[Any], None], result: object) -> None:
        self.busy = False
        then(result)
