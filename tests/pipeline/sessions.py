"""Sessions that the pipeline tests share: records read from recordings/, and what comes of them."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain, pairwise
from pathlib import Path

from sledmon.pipeline import Pipeline
from sledmon.present.export.results_json import session_document, to_json
from sledmon.recording import open_recording
from sledmon.results import Session
from sledmon.samples import Event, Record

RECORDINGS = Path(__file__).parents[2] / "recordings"


def path_of(name: str) -> Path:
    return RECORDINGS / name / f"{name}.mcap"


@cache
def records_of(name: str) -> tuple[Record, ...]:
    return tuple(chain.from_iterable(open_recording(path_of(name)).batches()))


def session_of(records: Sequence[Record], cuts: Iterable[int] = ()) -> Session:
    """The session of records pushed in pieces that end at the cuts."""
    pipeline = Pipeline()
    places = [0, *sorted(cuts), len(records)]
    for begin, end in pairwise(places):
        pipeline.push(records[begin:end])
    return pipeline.finish()


def text_of(session: Session) -> str:
    return to_json(session_document(session, ""))


def with_events(records: Sequence[Record], *events: tuple[float, float, str, str]) -> list[Record]:
    """Events put among records: (arrival s, session time it speaks of, kind, value)."""
    told = [Event(round(at_s * 1e9), time_s, kind, value) for at_s, time_s, kind, value in events]
    return sorted([*records, *told], key=lambda record: record.received_ns)
