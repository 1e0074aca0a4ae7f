"""Recordings in which several athletes take turns, made of the simulated ones."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from sledmon.acquire import played_back
from sledmon.library import Results
from sledmon.pipeline import Pipeline, PipelineParams, run
from sledmon.present.export.results_json import session_document
from sledmon.recording import RecordingWriter, open_recording
from sledmon.samples import Event, Record
from tests.pipeline.sessions import records_of, with_events

Told = tuple[float, float, str, str]
"""Arrival, session time it speaks of, kind, value."""


def analyse(path: Path) -> Results:
    """The one pipeline."""
    recording = open_recording(path)
    session = asyncio.run(run(played_back(recording), Pipeline()))
    return Results(
        document=session_document(session, str(path)),
        opened=recording.opened,
        parameters=asdict(PipelineParams()),
    )


def turns(name: str, *events: Told) -> list[Record]:
    """A simulated recording's records, its own athlete replaced by what events say."""
    records = [
        record
        for record in records_of(name)
        if not (isinstance(record, Event) and record.kind == "athlete")
    ]
    return with_events(records, *events)


def named(*names_at: tuple[float, str]) -> list[Told]:
    """Events that name athletes at times, told as they happened."""
    return [(at_s, at_s, "athlete", name) for at_s, name in names_at]


def write(path: Path, records: Sequence[Record]) -> Path:
    with RecordingWriter(path) as writer:
        for record in records:
            writer.write(record)
    return path


def records_in(path: Path) -> list[Record]:
    return [record for batch in open_recording(path).batches() for record in batch]
