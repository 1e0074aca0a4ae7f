"""Sessions of late, from the library and the folder of recordings; and one to go on with."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sledmon.errors import SledmonError, counted
from sledmon.present import words
from sledmon.present.rows import Column, Row
from sledmon.present.running.storing import NO_LIBRARY
from sledmon.recording import glance

GO_ON_FOR: Final = timedelta(hours=12)
"""A recording that was never closed and is older belongs to another day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recent:
    """One session; None where nobody has counted yet."""

    path: Path
    began: datetime
    ended: datetime
    """When its file was written last."""
    athletes: tuple[str, ...] = ()
    reps: int | None = None
    flags: int | None = None
    closed: bool = True
    simulated: bool = False


def recent_sessions(folder: Path, library: str, most: int = 20) -> tuple[Recent, ...]:
    """The newest sessions of a folder of recordings and of a library, newest first.

    Reads each file's first and last bytes only. A library that cannot be opened leaves what the
    folder says: the start screen must come up whatever is broken.
    """
    found = {recent.path: recent for recent in _in_library(library, most)}
    newest = sorted(_files(folder), key=lambda file: file[1], reverse=True)[:most]
    for path, _ in newest:
        if path not in found and (recent := looked_at(path)) is not None:
            found[path] = recent
    return tuple(sorted(found.values(), key=lambda recent: recent.began, reverse=True)[:most])


def to_go_on_with(sessions: Iterable[Recent], now: datetime) -> Recent | None:
    """The newest session that was never closed and may still be running; no demo."""
    for recent in sorted(sessions, key=lambda recent: recent.ended, reverse=True):
        if not recent.closed and not recent.simulated and now - recent.ended < GO_ON_FOR:
            return recent
    return None


COLUMNS: Final = (
    Column(share=2.6),
    Column(share=6.0),
    Column(share=1.5, right=True),
    Column(share=1.5, right=True),
    Column(share=2.2, right=True),
)


def recent_rows(sessions: Iterable[Recent], now: datetime) -> tuple[Row, ...]:
    """A line a session: when, who, how many reps and flags, what is special."""
    return tuple(
        Row(
            cells=(
                when(recent.began, now),
                ", ".join(recent.athletes) or recent.path.stem,
                words.UNREAD if recent.reps is None else counted(recent.reps, "reps"),
                "" if recent.flags is None else counted(recent.flags, "flags"),
                words.SIMULATED
                if recent.simulated
                else ("" if recent.closed else words.NEVER_CLOSED),
            )
        )
        for recent in sessions
    )


def go_on_words(recent: Recent) -> tuple[str, str]:
    """What a button says that goes on with a session: its words, and more beneath them."""
    time = f"{recent.began.astimezone():%H:%M}"
    minutes = max(0, round((recent.ended - recent.began).total_seconds() / 60))
    what = (
        words.GO_ON_UNKNOWN.format(minutes=minutes)
        if recent.reps is None
        else counted(recent.reps, "reps")
    )
    return words.GO_ON.format(time=time), words.GO_ON_MORE.format(what=what)


def when(moment: datetime, now: datetime) -> str:
    """A moment of the past as people say it: "today 10:32", "14 Nov 10:32".

    >>> noon = datetime(2026, 11, 14, 12, tzinfo=UTC)
    >>> when(noon, noon + timedelta(days=300)).split()[:3]
    ['14', 'Nov', '2026']
    """
    local, here = moment.astimezone(), now.astimezone()
    days = (here.date() - local.date()).days
    if days in (0, 1):
        return f"{(words.TODAY, words.YESTERDAY)[days]} {local:%H:%M}"
    month = words.MONTHS[local.month - 1]
    if local.year != here.year:
        return f"{local.day} {month} {local.year}"
    return f"{local.day} {month} {local:%H:%M}"


def _files(folder: Path) -> Iterator[tuple[Path, float]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".mcap") and entry.is_file():
                    yield Path(entry.path), entry.stat().st_mtime
    except OSError:
        return


def looked_at(path: Path) -> Recent | None:
    """What a recording's first and last bytes say of it; None where they cannot be read."""
    try:
        seen = glance(path)
        ended = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (SledmonError, OSError):
        return None
    return Recent(
        path=path,
        began=_moment(seen.opened.started_utc) or ended,
        ended=ended,
        closed=seen.closed,
        simulated=seen.opened.source == "simulated",
    )


def _in_library(place: str, most: int) -> list[Recent]:
    if place == NO_LIBRARY:
        return []
    from sledmon.library import open_library, recording_paths, session_list

    found = []
    try:
        with open_library(place) as library, library.reading() as connection:
            for line in session_list(connection, most):
                paths = [path for path in recording_paths(connection, line.id) if path.exists()]
                seen = looked_at(paths[0]) if paths else None
                if seen is not None:
                    found.append(
                        Recent(
                            path=seen.path,
                            began=_moment(line.recorded_utc) or seen.began,
                            ended=seen.ended,
                            athletes=line.athletes,
                            reps=line.reps,
                            flags=line.flags,
                            closed=seen.closed,
                            simulated=seen.simulated,
                        )
                    )
    except SledmonError:
        return found
    return found


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
