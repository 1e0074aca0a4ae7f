"""Thirty minutes of a session in a few seconds: no frame leaks, and none of Python's own objects.

PySide6 6.12.0 takes a reference from True with each redraw on Python 3.11 and ends the process
after some hundred frames; a short test does not see it.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sledmon.present.athletes.queue import Queue
from sledmon.present.dashboard.feed import Feed
from sledmon.present.dashboard.live.screen import LiveScreen
from sledmon.present.dashboard.window import Window
from sledmon.present.running import DemoSource, RunningSession
from sledmon.present.settings import Settings
from sledmon.present.sideline.actions import Sideline
from sledmon.present.sideline.state import SidelineState
from sledmon.twin import SessionParams, simulate

FRAMES = 5_000
SIMULATED_S = 1_800.0
SPEED = 60.0
MOST_GROWTH_MB = 12.0
"""Reps, their curves and the recording's index are kept; frames are not."""


def resident_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise AssertionError("Linux tells how much memory a process has")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory as Linux tells it")
def test_thousands_of_frames_leave_nothing_behind(
    application: QApplication, home: Path, wait_for: Callable[..., None]
) -> None:
    reps = 70
    simulated = simulate(SessionParams(seed=2, reps=reps, unresisted=3, faults="mild"))
    assert simulated.duration_s >= 0.95 * SIMULATED_S
    session = RunningSession(DemoSource(simulated, speed=SPEED), [home / "long.mcap"])
    state = SidelineState()
    live = LiveScreen(Sideline(state, lambda *_: None, Settings(), Queue()))
    window = Window(Settings(), lambda _: None)
    window.resize(1024, 600)
    window.show_screen(live)
    window.show()
    assert QTest.qWaitForWindowExposed(window)
    frames: list[float] = []
    trues = sys.getrefcount(True)

    def frame(happenings: list[object], changed: bool) -> None:
        live.frame(happenings, changed)  # type: ignore[arg-type]
        for board in live.boards:
            board.trace.update()
        window.repaint()
        if len(frames) % 500 == 0:
            frames.append(resident_mb())
        else:
            frames.append(frames[-1])

    feed = Feed(session, state, 1)
    feed.frame.connect(frame)
    session.start()
    wait_for(lambda: state.ended, "the end", 120_000)
    session.join()
    while len(frames) < FRAMES:
        frame([], changed=False)
    assert len(state.lane().reps) == reps
    # Reps hold some; a redraw that takes any would have taken thousands.
    assert sys.getrefcount(True) > trues - FRAMES / 2
    settled_mb = frames[len(frames) // 3]
    assert frames[-1] - settled_mb < MOST_GROWTH_MB
    window.close()
