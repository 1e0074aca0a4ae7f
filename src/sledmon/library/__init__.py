"""Athletes, sessions and reps in a database: SQLite by default, PostgreSQL by address."""

from sledmon.library.athletes import (
    SCOPES,
    Athlete,
    AthleteChange,
    Consent,
    athletes,
    change_athlete,
    find_athlete,
    find_text,
    much_like,
    nicknames,
    store_text,
)
from sledmon.library.erase import Analyse, Plan, Receipt, erase, plan_erasure
from sledmon.library.export import athlete_files, write_files
from sledmon.library.ids import name_key
from sledmon.library.library import Library, open_library
from sledmon.library.queries import (
    BoardLine,
    SessionLine,
    find_session,
    history,
    leaderboard,
    named,
    of_athlete,
    session_document,
    session_list,
)
from sledmon.library.sessions import (
    Results,
    SessionStore,
    known_recordings,
    recording_paths,
    store_results,
)
from sledmon.library.sync import Synced, conflicts, synchronise

__all__ = [
    "SCOPES",
    "Analyse",
    "Athlete",
    "AthleteChange",
    "BoardLine",
    "Consent",
    "Library",
    "Plan",
    "Receipt",
    "Results",
    "SessionLine",
    "SessionStore",
    "Synced",
    "athlete_files",
    "athletes",
    "change_athlete",
    "conflicts",
    "erase",
    "find_athlete",
    "find_session",
    "find_text",
    "history",
    "known_recordings",
    "leaderboard",
    "much_like",
    "name_key",
    "named",
    "nicknames",
    "of_athlete",
    "open_library",
    "plan_erasure",
    "recording_paths",
    "session_document",
    "session_list",
    "store_results",
    "store_text",
    "synchronise",
    "write_files",
]
