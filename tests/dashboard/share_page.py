"""The codes' screen over a real library and a real server."""

import tempfile
from pathlib import Path

from sledmon.library import open_library, store_results
from sledmon.present.dashboard.share import ShareScreen
from sledmon.present.share.sideline import SessionShare
from tests.library.sessions import results
from tests.share.season import BOARD, a_day, enter, run


def shared_session(folder: Path) -> SessionShare:
    """Ann, Bo, and Kim who is under 16, on the network of this computer."""
    place, recording = str(folder / "library.sqlite"), folder / "today.mcap"
    reps = [*a_day("Ann"), run(7, "Bo", 4.2, unresisted=True), run(8, "Kim", 4.9, unresisted=True)]
    with open_library(place) as library:
        told = results(reps, packets="today", started_utc="2026-11-20T17:00:00Z")
        store_results(library, told, recording)
        enter(library, "Kim", under_16=True, consents=[BOARD])
    return SessionShare(place, recording).begin()


def share() -> ShareScreen:
    """As it stands when it is opened."""
    screen = ShareScreen(shared_session(Path(tempfile.mkdtemp())))
    screen.refresh()
    return screen
