"""A real window on a screen of its own: a virtual one (Xvfb); drawn into memory where none is."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer, SignalInstance
from PySide6.QtWidgets import QApplication

LONGEST_MS = 20_000
_STATUS = pytest.StashKey[int]()
_ALIVE: list[object] = []
"""The screen and the application, until the process ends."""


@pytest.fixture(scope="session")
def application() -> Iterator[QApplication]:
    """The one that a process may have."""
    there = QApplication.instance()
    if isinstance(there, QApplication):
        yield there
        return
    screen = _virtual_screen()
    os.environ["QT_QPA_PLATFORM"] = "xcb" if screen else "offscreen"
    _ALIVE.append(screen)
    app = QApplication(["sledmon"])
    _ALIVE.append(app)
    for name in ("DISPLAY", "QT_QPA_PLATFORM"):  # commands of other tests find no screen
        os.environ.pop(name, None)
    yield app
    app.closeAllWindows()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remember how the tests ended."""
    session.config.stash[_STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End as the program does: Python and Qt take each other's curves down in no order."""
    if QApplication.instance() is not None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(config.stash.get(_STATUS, 1))


def _virtual_screen() -> "subprocess.Popen[bytes] | None":
    """A screen of the size of a good laptop's, for this process alone."""
    if shutil.which("Xvfb") is None:
        return None
    said, says = os.pipe()
    # It ends with its last client: Qt would end the process where its screen goes away first.
    command = ["Xvfb", "-displayfd", str(says), "-screen", "0", "2560x1440x24", "-terminate"]
    command += ["-nolisten", "tcp"]
    screen = subprocess.Popen(
        command, pass_fds=(says,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(says)
    with os.fdopen(said) as answer:
        number = answer.readline().strip()
    if not number:
        return None
    os.environ["DISPLAY"] = f":{number}"
    return screen


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, queue and recordings of nobody else."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    return tmp_path


@pytest.fixture
def wait_for(application: QApplication) -> Callable[..., None]:
    """Let the window live until something is so."""

    def wait(so: Callable[[], bool], what: str = "it", longest_ms: int = LONGEST_MS) -> None:
        deadline = QDeadlineTimer(longest_ms)
        # The window's timers wake this loop; one more, where it has none.
        waker = QTimer()
        waker.start(20)
        while not so():
            assert not deadline.hasExpired(), f"{what} never came about"
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    return wait


@pytest.fixture
def until(application: QApplication) -> Callable[..., None]:
    """Do something and let the window live until a signal tells that it came about."""

    def wait(signal: SignalInstance, act: Callable[[], object]) -> None:
        loop, timer = QEventLoop(), QTimer()
        came: list[bool] = []

        def seen(*_: object) -> None:
            came.append(True)
            loop.quit()

        signal.connect(seen)
        timer.setSingleShot(True)
        timer.timeout.connect(loop.quit)
        timer.start(LONGEST_MS)
        act()
        if not came:
            loop.exec()
        signal.disconnect(seen)
        assert came, "the signal never came"

    return wait
