"""Many recordings, each with its result or the reason why there is none, in the order asked for."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from sledmon.batch.cache import ResultCache
from sledmon.batch.executors import Died, in_processes, in_turn, on_cluster
from sledmon.batch.one import Outcome, Task, analyze_one
from sledmon.batch.sources import sources_digest
from sledmon.errors import RecordingError
from sledmon.pipeline import PipelineParams

SUFFIX: Final = ".mcap"
_HASHING: Final = 2
"""Threads."""


def recordings_in(paths: Iterable[Path]) -> list[Path]:
    """The paths, in place of a folder all recordings in and beneath it, by name; each file once."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [
                each for each in sorted(path.rglob(f"*{SUFFIX}")) if not each.name.startswith(".")
            ]
            if not inside:
                raise RecordingError(f"{path} is a folder without any recording ({SUFFIX})")
            found += inside
        else:
            found.append(path)
    once: dict[str, Path] = {}
    for path in found:
        once.setdefault(os.path.realpath(path), path)  # links in a circle are told when read
    return list(once.values())


def analyze_all(
    paths: Sequence[Path],
    params: PipelineParams,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    cache: ResultCache | None = None,
    step: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """The outcome of each recording.

    What is in the cache is taken from it, and every new result is kept at once: a run that was cut
    short goes on where it was when it is started again. ``step`` is called once a recording. A
    cluster's workers must see the same files under the same names.
    """
    outcomes: dict[int, Outcome] = {}
    keys: list[str] = []
    if cache is not None:
        with ThreadPoolExecutor(_HASHING) as pool:
            keys = list(pool.map(cache.keyed(params), paths))
        # Only now: beside one that reads, a thread that hashes would wait long for each turn.
        for index, key in enumerate(keys):
            kept = cache.get(key) if key else None
            if kept is not None:
                outcomes[index] = kept
                step()
    left = [index for index in range(len(paths)) if index not in outcomes]
    # A cluster's workers stand in folders of their own.
    files = [path.absolute() if scheduler else path for path in paths]
    tasks = [Task(files[index], params, sources_digest()) for index in left]
    if scheduler is not None and tasks:
        results = on_cluster(analyze_one, tasks, scheduler)
    elif min(jobs, len(tasks)) > 1:
        results = in_processes(analyze_one, tasks, jobs)
    else:
        results = in_turn(analyze_one, tasks)
    for place, result in results:
        index = left[place]
        if isinstance(result, Died):
            outcome = Outcome(error=f"{paths[index]}: {result.why}")
        else:
            outcome = result
        outcomes[index] = outcome
        if cache and keys[index] and outcome.session is not None:
            cache.put(keys[index], outcome)
        step()
    return [outcomes[index] for index in range(len(paths))]
