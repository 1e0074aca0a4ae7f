"""The window, where this computer has a screen for it."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

from platformdirs import user_cache_path

from sledmon.acquire.live import local_time_name
from sledmon.cli.places import recordings_folder
from sledmon.cli.radios import open_radio

if TYPE_CHECKING:
    from sledmon.present.dashboard.app import Dashboard


def has_screen() -> bool:
    """Whether a window could be seen: on Linux a display must be named, or a platform for Qt."""
    if sys.platform != "linux":
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def open_window(begin: "Callable[[Dashboard], object]", *, library: str = "") -> NoReturn:
    """Run the window until it is closed, then end the process."""
    from sledmon.present.dashboard.app import Places, run

    places = Places(
        recordings=recordings_folder(),
        demos=user_cache_path("sledmon", appauthor=False) / "demos",
        library=library,
        open_radio=open_radio,
        new_name=local_time_name,
        now=lambda: datetime.now(UTC).astimezone(),  # noqa: TID251 - for people
    )
    code = run(places, begin)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # Python and Qt would take each other's curves down in no order, and crash (pyqtgraph's
    # documentation of ``pg.exit``). Nothing is open any more.
    os._exit(code)
