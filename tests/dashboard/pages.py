"""Every page in a state that is full of text, and keys pressed as a person would."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sledmon.acquire.choose import Heard
from sledmon.acquire.models import MODELS
from sledmon.acquire.radio import Sighting
from sledmon.acquire.sensor import Phase, SensorStatus
from sledmon.judge import JudgeParams, judge_reps
from sledmon.plan import Plan
from sledmon.present.athletes.queue import Queue
from sledmon.present.dashboard.connect import ConnectScreen
from sledmon.present.dashboard.page import Page
from sledmon.present.dashboard.preflight import PreflightScreen
from sledmon.present.dashboard.queue import QueueScreen
from sledmon.present.dashboard.settings import SettingsScreen
from sledmon.present.dashboard.start import StartScreen
from sledmon.present.dashboard.summary import SummaryScreen
from sledmon.present.dashboard.window import Window
from sledmon.present.preflight.checks import Checks
from sledmon.present.recent import Recent
from sledmon.present.settings import Settings
from sledmon.present.sideline.state import LaneState
from sledmon.results import Rep
from sledmon.samples import VelocityBlock
from tests.judge.reps import free, in_turn

NOW: Final = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def recent(name: str, hours: float, *, reps: int = 14, closed: bool = True) -> Recent:
    began = NOW - timedelta(hours=hours)
    return Recent(
        path=Path(f"/recordings/{name}.mcap"),
        began=began,
        ended=began + timedelta(minutes=40),
        athletes=("Ana", "Bea"),
        reps=reps,
        flags=2,
        closed=closed,
    )


def start() -> StartScreen:
    screen = StartScreen()
    sessions = tuple(recent(f"s{number}", number * 30.0) for number in range(1, 9))
    screen.show_sessions((recent("running", 1.0, closed=False), *sessions), NOW)
    return screen


def queue() -> QueueScreen:
    made = Queue()
    for name in ("Jersey 7", "Ana", "Bartholomew van den Berg-Hoffmann", "Cas", "Dee", "Eva"):
        made = made.with_added(name)
    screen = QueueScreen(made.without(1).of_age(2).sitting_out(4))
    screen.set_last(reps()[-1])
    return screen


def connect() -> ConnectScreen:
    screen = ConnectScreen()
    heard = [
        Heard(Sighting(name, f"sledmon {name} 0042", frozenset(), dbm, battery), MODELS[number])
        for number, name, dbm, battery in ((0, "belt", -58, 86), (1, "tether", -91, 12))
    ]
    screen.hear(heard)
    return screen


def lane() -> LaneState:
    made = LaneState(now_s=83.0)
    made.sensors["imu"] = SensorStatus(
        device="imu", name="belt 0042", address="a", phase=Phase.STREAMING, battery_percent=86
    )
    made.sensors["encoder"] = SensorStatus(
        device="encoder",
        name="tether 0017",
        address="b",
        phase=Phase.LOOKING,
        battery_percent=12,
        trouble="no data for 1.0 s; it is looked for",
    )
    row = np.array([83.0])
    made.trail.push(
        VelocityBlock(
            time_s=row, distance_m=row / 20, velocity_mps=row / 100, velocity_sigma_mps=row / 1000
        )
    )
    return made


def preflight() -> PreflightScreen:
    return PreflightScreen(lane(), Checks(own=("imu", "encoder"), disk_free=10**9), demo=True)


def reps() -> tuple[Rep, ...]:
    made = [
        rep
        for athlete, speed in (("Ana", 4.9), ("Bea", 5.2))
        for rep in (
            *free(speed, athlete=athlete),
            *in_turn(4, [4.1, 4.0, 3.5, 3.4], athlete=athlete, load_kg=10.0),
        )
    ]
    return judge_reps(made, [None] * len(made), JudgeParams(), [Plan()] * len(made))


def summary() -> SummaryScreen:
    screen = SummaryScreen()
    screen.show_session(reps(), (), {"Bea"}, "26 Nov 2026, 10:32", demo=True)
    return screen


PAGES: Final[dict[str, Callable[[], Page]]] = {
    "start": start,
    "queue": queue,
    "connect": connect,
    "preflight": preflight,
    "settings": SettingsScreen,
    "summary": summary,
}


@contextmanager
def shown(
    page: Page, settings: Settings | None = None, size: tuple[int, int] = (1366, 768)
) -> Iterator[Window]:
    """A page in a real window."""
    window = Window(settings or Settings(), lambda _: None)
    window.show()
    window.show_screen(page)
    window.resize(*size)
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    QApplication.processEvents()
    try:
        yield window
    finally:
        window.close()


def press(
    window: Window,
    *keys: Qt.Key | str,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Keys, one after the other, to whatever has the keyboard."""
    for key in keys:
        text = key if isinstance(key, str) else ""
        code = ord(key.upper()) if isinstance(key, str) else key
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            target = QApplication.focusWidget() or window
            QApplication.sendEvent(target, QKeyEvent(kind, code, modifiers, text))
