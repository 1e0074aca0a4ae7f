"""Pictures of every screen, for eyes: three sizes, sun and dark.

    python scripts/screenshots.py OUT [NAME...]

Drawn without a screen. What is shown comes from simulated sessions.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from sledmon.acquire.ticks import with_ticks
from sledmon.present.dashboard.live.athlete import AthleteWindow
from sledmon.present.dashboard.live.screen import LiveScreen
from sledmon.present.dashboard.look import Look
from sledmon.present.dashboard.replay.screen import ReplayScreen
from sledmon.present.dashboard.screen import Screen
from sledmon.present.dashboard.summary import SummaryScreen
from sledmon.present.dashboard.window import Window
from sledmon.present.settings import Settings, ThemeName
from sledmon.recording import RecordingWriter
from sledmon.twin import SessionParams, simulate
from tests.dashboard.live_screens import LIVE, state_of
from tests.dashboard.pages import PAGES
from tests.dashboard.share_page import share

LOADS = SessionParams(seed=1, reps=9, unresisted=3, load_lb=(0, 10, 20), faults="mild")
SIZES = ((1366, 768), (1920, 1080), (2560, 1440))


def replayed() -> ReplayScreen:
    """A recording that is open, its fourth rep shown."""
    folder = Path(tempfile.mkdtemp())
    session = simulate(SessionParams(seed=1, reps=6, unresisted=3, faults="mild"))
    with RecordingWriter(folder / "session.mcap") as writer:
        for record in with_ticks(session.records):
            writer.write(record)
    screen = ReplayScreen()
    screen.set_look(Look(settings=Settings(), height_px=768))
    loop = QEventLoop()
    screen.settled.connect(loop.quit)
    screen.open(folder / "session.mcap")
    loop.exec()
    return screen


def keys() -> LiveScreen:
    """The sheet of keys over the live screen."""
    screen = LIVE["past"]()
    screen.keys.show()
    screen.keys.raise_()
    return screen


def summarised() -> SummaryScreen:
    """A simulated session's own summary."""
    lane = state_of(LOADS).lane()
    screen = SummaryScreen()
    screen.show_session(lane.reps, lane.athletes, (), "26 November 2026, 10:32", demo=True)
    return screen


SCREENS: dict[str, Callable[[], Screen]] = {
    **{f"live-{name}": make for name, make in LIVE.items()},
    **PAGES,
    "keys": keys,
    "share": share,
    "summary-real": summarised,
    "replay": replayed,
}


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    out, names = Path(sys.argv[1]), sys.argv[2:] or [*SCREENS, "athlete"]
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    for theme in ThemeName:
        settings = replace(Settings(), theme=theme)
        for wide, high in SIZES:
            for name in names:
                path = out / f"{name}-{theme}-{high}.png"
                if name == "athlete":
                    own = AthleteWindow(settings)
                    own.resize(wide, high)
                    own.show()
                    own.panel.show_value(LIVE["running"]().athlete_value())
                    app.processEvents()
                    own.grab().save(str(path))
                    own.close()
                    continue
                window = Window(settings, lambda _: None)
                window.resize(wide, high)
                window.show_screen(SCREENS[name]())
                window.show()
                app.processEvents()
                window.grab().save(str(path))
                window.close()
    print(f"{len(names) * len(SIZES) * len(ThemeName)} pictures in {out}", flush=True)
    os._exit(0)  # as the program ends: Python and Qt would take curves down in no order


if __name__ == "__main__":
    sys.exit(main())
