"""Where tasks are done: here, in local processes, on a Dask cluster. Results come as they end."""

import gc
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import Final, NamedTuple, TypeVar

from sledmon.errors import SchedulerError

T = TypeVar("T")
R = TypeVar("R")

CONNECT_S: Final = 5.0


class Died(NamedTuple):
    """Instead of a result: whoever worked on it died of it, more than once."""

    why: str


def in_turn(work: Callable[[T], R], tasks: Sequence[T]) -> Iterator[tuple[int, R | Died]]:
    """One after the other in this process."""
    for index, task in enumerate(tasks):
        yield index, work(task)


def in_processes(
    work: Callable[[T], R], tasks: Sequence[T], jobs: int
) -> Iterator[tuple[int, R | Died]]:
    """In processes that are started afresh, as a fork beside threads may hang.

    A process that dies takes its pool along. Tasks begin in order, so one of the first that have
    not ended killed it: each of those gets a process to itself, then the others a new pool.
    """
    waiting = dict(enumerate(tasks))
    while waiting:
        yield from _in_a_pool(work, waiting, jobs)
        for index in list(islice(waiting, 2 * jobs + 1)):
            alone = {index: waiting.pop(index)}
            yield from _in_a_pool(work, alone, 1)
            if alone:
                yield index, Died("the process that analysed it died, perhaps for lack of memory")


def _in_a_pool(
    work: Callable[[T], R], waiting: dict[int, T], jobs: int
) -> Iterator[tuple[int, R | Died]]:
    """Results until all are there or a process dies; what has one is taken off ``waiting``."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read by the processes when they import it
    pool = ProcessPoolExecutor(
        min(jobs, len(waiting)), mp_context=get_context("spawn"), initializer=_begin
    )
    try:
        with _uninterrupted():  # processes begin here, and inherit it
            places = {pool.submit(work, task): index for index, task in waiting.items()}
        for future in as_completed(places):
            result = future.result()
            index = places.pop(future)
            del waiting[index]
            yield index, result
    except BrokenProcessPool:
        return
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C is ignored, where it may be asked for at all."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin() -> None:
    """In each process: Ctrl-C is the parent's to act on, and garbage is what ``cli.main`` says."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(100_000, 50, 50)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A parent that is killed cannot end its processes, and they would wait for tasks for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def on_cluster(
    work: Callable[[T], R], tasks: Sequence[T], address: str
) -> Iterator[tuple[int, R | Died]]:
    """On the workers of a Dask scheduler, which gives the tasks of a lost worker to another."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise SchedulerError(
            "--scheduler needs Dask; install it: pip install 'sledmon[cluster]'"
        ) from None
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, RuntimeError):
        raise SchedulerError(
            f"no Dask scheduler answers at {address}; start one with: dask scheduler"
        ) from None
    with client:
        if not client.scheduler_info(n_workers=-1)["workers"]:
            raise SchedulerError(
                f"the scheduler at {address} has no workers; start some with: dask worker {address}"
            )
        # Not pure: to Dask two equal tasks would be one.
        futures = client.map(work, tasks, pure=False)
        places = {future.key: index for index, future in enumerate(futures)}
        for future in as_completed(futures, loop=client.loop, raise_errors=False):
            failed = future.exception() if future.status == "error" else None
            if future.status == "finished":
                yield places[future.key], future.result()
            else:
                why = " ".join(str(failed or "the scheduler gave it up").split())
                yield places[future.key], Died(f"the cluster could not analyse it: {why}")
            future.release()  # so that the cluster may forget the result
