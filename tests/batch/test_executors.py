"""Tasks in processes and on a cluster: all results come, whoever dies."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from sledmon.batch.executors import Died, in_processes, in_turn
from sledmon.batch.run import analyze_all, recordings_in
from sledmon.errors import SchedulerError
from sledmon.pipeline import PipelineParams
from tests.batch.workers import double, double_or_die
from tests.cli.command import assert_one_sentence, sledmon
from tests.pipeline.sessions import RECORDINGS, path_of

PARAMS = PipelineParams()


def test_processes_do_all_tasks_each_once() -> None:
    assert sorted(in_processes(double, range(20), 2)) == list(in_turn(double, range(20)))


def test_a_process_that_dies_costs_only_the_task_it_died_of() -> None:
    results = dict(in_processes(double_or_die, range(12), 2))
    died = results.pop(3)
    assert isinstance(died, Died)
    assert "died" in died.why
    assert results == {number: 2 * number for number in range(12) if number != 3}


def test_processes_end_with_a_parent_that_is_killed(tmp_path: Path, repository: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "parent.py").write_text(
        "import pathlib, sys\n"
        "from sledmon.batch.executors import in_processes\n"
        "from tests.batch.workers import hold_open\n"
        "if __name__ == '__main__':\n"
        "    list(in_processes(hold_open, [pathlib.Path(sys.argv[1])], 2))\n"
    )
    paths = os.pathsep.join([str(repository / "src"), str(repository)])
    command = [sys.executable, str(tmp_path / "parent.py"), str(pipe)]
    environment = os.environ | {"PYTHONPATH": paths}
    with (
        subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as parent,
        pipe.open() as held,
    ):
        assert held.readline() == "here\n"
        parent.kill()
        assert held.read() == ""  # nobody holds it any more


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        worker_dashboard_address=None,
        silence_logs=50,
    ) as started:
        yield started


def test_a_cluster_gives_the_local_results_though_a_worker_is_killed(
    cluster: LocalCluster, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.mcap"
    bad.write_bytes(b"no recording")
    paths = [*recordings_in([RECORDINGS]), bad]
    address = cluster.scheduler_address
    with Client(address, set_as_default=False) as client:
        (victim, *_) = client.run(os.getpid).values()
    done: list[int] = []

    def kill_one_worker() -> None:
        if not done:
            os.kill(victim, signal.SIGKILL)
        done.append(1)

    remote = analyze_all(paths, PARAMS, scheduler=address, step=kill_one_worker)
    assert list(map(repr, remote[:-1])) == list(map(repr, analyze_all(paths[:-1], PARAMS)))
    assert remote[-1].error == f"{bad} is not a recording; sledmon reads its own .mcap files"
    assert len(done) == len(paths)


def test_a_scheduler_that_is_not_there_is_told_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        port = taken.getsockname()[1]
        recording = path_of("simulated-clean-10yd")
        ran = sledmon("analyze", recording, "--scheduler", f"tcp://127.0.0.1:{port}")
    assert_one_sentence(ran)
    assert "no Dask scheduler answers" in ran.err


def test_a_scheduler_without_workers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        LocalCluster(n_workers=0, dashboard_address=None, silence_logs=50) as empty,
        pytest.raises(SchedulerError, match="has no workers"),
    ):
        analyze_all([path_of("simulated-clean-10yd")], PARAMS, scheduler=empty.scheduler_address)
