"""Sessions for reports: several loads, several days, several athletes."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import sledmon
from sledmon.acquire import with_ticks
from sledmon.recording import RecordingWriter
from sledmon.samples import Event, Opened, Record
from sledmon.twin import SessionParams, simulate


def write(
    path: Path, *, seed: int, started_utc: str = "", names: Sequence[str] = ("Demo",), reps: int = 8
) -> Path:
    """A simulated recording of a day, whose athletes take turns at every change of load."""
    params = SessionParams(
        seed=seed, reps=reps, unresisted=3, load_lb=(0.0, 10.0, 25.0), faults="mild"
    )
    session = simulate(params)
    turns = 0
    with RecordingWriter(path) as writer:
        for record in with_ticks(session.records, round(session.duration_s * 1e9)):
            named: Record = record
            if isinstance(record, Opened):
                named = record._replace(started_utc=started_utc)
            if isinstance(record, Event) and record.kind == "athlete":
                named = record._replace(value=names[0])
            writer.write(named)
            if isinstance(record, Event) and record.kind == "load_kg" and len(names) > 1:
                turns += 1
                name = names[turns % len(names)]
                writer.write(record._replace(kind="athlete", value=name))
    return path


@cache
def one_session(folder: Path) -> sledmon.Session:
    """Three free reps and five pulled ones of one athlete."""
    return sledmon.analyze(write(folder / "one.mcap", seed=21))


@cache
def season(folder: Path) -> tuple[sledmon.Session, ...]:
    """Three days of one athlete."""
    days = ("2026-09-14", "2026-09-28", "2026-10-19")
    return tuple(
        sledmon.analyze(write(folder / f"{day}.mcap", seed=21 + i, started_utc=f"{day}T16:00:00Z"))
        for i, day in enumerate(days)
    )
