"""A picture of the live screen, drawn without any screen."""

import os
import tempfile
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QApplication

from sledmon.errors import SledmonError
from sledmon.present.athletes.queue import Queue
from sledmon.present.dashboard.live.screen import LiveScreen
from sledmon.present.dashboard.window import Window
from sledmon.present.running import DemoSource, RunningSession
from sledmon.present.settings import Settings
from sledmon.present.sideline import words
from sledmon.present.sideline.actions import Sideline
from sledmon.present.sideline.state import SidelineState
from sledmon.twin import SessionParams, simulate

SIZE_PX: Final = (1366, 768)


def draw_demo(params: SessionParams, out: Path) -> None:
    """The live screen at the end of a simulated session, as PNG."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = QApplication.instance() or QApplication(["sledmon"])
    with tempfile.TemporaryDirectory() as folder:
        source = DemoSource(simulate(params), speed=None)
        session = RunningSession(source, [Path(folder) / "demo.mcap"])
        state = SidelineState()
        session.start()
        while not state.ended:
            state.take(session.updates.get())
        session.join()
    window = Window(Settings(), lambda _: None)
    window.resize(*SIZE_PX)
    live = LiveScreen(Sideline(state, lambda *_: None, Settings(), Queue()), badge=words.DEMO)
    window.show_screen(live)
    window.show()
    app.processEvents()
    if not window.grab().save(str(out)):
        raise SledmonError(f"cannot write {out}; choose another place or a name ending in .png")
