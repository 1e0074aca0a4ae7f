"""One recording, from file to result; the task that every executor runs."""

import asyncio
import gc
from pathlib import Path
from typing import NamedTuple

from sledmon.acquire import played_back
from sledmon.batch.sources import sources_digest
from sledmon.errors import SledmonError, unreadable
from sledmon.pipeline import Pipeline, PipelineParams, run
from sledmon.recording import open_recording
from sledmon.results import Session


class Task(NamedTuple):
    """What a worker is given."""

    path: Path
    params: PipelineParams
    sources: str
    """The software that asks: a worker with another one must not answer."""


class Outcome(NamedTuple):
    """A recording's result, or the sentence that says why there is none."""

    session: Session | None = None
    started_utc: str = ""
    """When it was recorded, if the recording says so."""
    trouble: str = ""
    """What is to be said of a file that is not whole, behind its name."""
    error: str = ""


def analyze_one(task: Task) -> Outcome:
    """Never raises for what a file holds: a bad one must not stop the others."""
    outcome = _analyzed(task)
    gc.collect(1)  # 1 ms for the 9 MB of samples that a pipeline keeps in circles
    return outcome


def _analyzed(task: Task) -> Outcome:
    path = task.path
    if task.sources != sources_digest():
        return Outcome(error=f"{path}: the worker has another sledmon; install the same one there")
    try:
        recording = open_recording(path)
        pipeline = Pipeline(task.params, reread=recording.batches)
        session = asyncio.run(run(played_back(recording), pipeline))
    except SledmonError as error:
        return Outcome(error=str(error))
    except OSError as error:
        return Outcome(error=unreadable(path, error))
    except Exception as error:  # our own mistake must not cost the other recordings
        kind = type(error).__name__
        return Outcome(error=f"{path} broke the analysis ({kind}: {error}); please report this")
    return Outcome(session, recording.opened.started_utc, recording.trouble)
