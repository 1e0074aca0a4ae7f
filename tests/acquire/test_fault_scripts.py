"""Seeded scripts of failing connections, losses, restarts and garbage bytes.

Whatever they do: the session ends when it should, nothing is raised, the recording
is whole, and its replay gives the live results. Ten scripts here; ``SLEDMON_FAULT_SCRIPTS=100`` for
more.
"""

import asyncio
import os
import random
from collections.abc import AsyncGenerator, Sequence
from functools import cache
from pathlib import Path

import pytest

from sledmon.acquire import played_back
from sledmon.acquire.radio import Radio
from sledmon.acquire.sensor import Phase, SensorStatus
from sledmon.acquire.streaming import simulated
from sledmon.acquire.warp import WarpedLoop
from sledmon.pipeline import Pipeline, run
from sledmon.present.export.results_json import session_document, to_json
from sledmon.recording import RecordingWriter, open_recording
from sledmon.results import Session
from sledmon.samples import Record
from sledmon.twin import Disconnect, SessionParams, SimulatedSession, simulate
from tests.acquire.mischief import MischievousRadio

SCRIPTS = int(os.environ.get("SLEDMON_FAULT_SCRIPTS", "10"))


@cache
def _session(kind: int) -> SimulatedSession:
    return simulate(
        SessionParams(
            seed=kind,
            reps=2,
            unresisted=1,
            faults=("none", "mild", "harsh")[kind % 3],
            disconnects=(
                Disconnect(device="imu", at_s=9.0, duration_s=0.6 + kind, restart=kind % 2 == 1),
                Disconnect(device="encoder", at_s=14.0, duration_s=1.5, restart=kind % 2 == 0),
            ),
        )
    )


@pytest.mark.parametrize("seed", range(SCRIPTS))
def test_a_script_of_faults_leaves_a_whole_recording_that_replays_as_it_was(
    seed: int, tmp_path: Path
) -> None:
    path = tmp_path / "faults.mcap"
    session = _session(seed % 4)
    statuses: list[SensorStatus] = []
    radios: list[MischievousRadio] = []
    waiting: list[int] = []

    def mischief(radio: Radio) -> Radio:
        rng = random.Random(seed)
        radios.append(MischievousRadio(radio, rng, much=rng.choice((0.02, 0.1, 0.3))))
        return radios[0]

    async def watched() -> AsyncGenerator[Sequence[Record], None]:
        async for batch in simulated(session, statuses.append, through=mischief):
            waiting.append(len(batch))
            yield batch

    with (
        RecordingWriter(path) as writer,
        asyncio.Runner(loop_factory=lambda: WarpedLoop(None)) as runner,
    ):
        live = runner.run(run(watched(), Pipeline(), recorder=writer))
    recording = open_recording(path)
    assert recording.closed
    assert not recording.damage
    assert max(waiting) < 200
    assert live.duration_s == pytest.approx(session.duration_s, abs=1.0)
    assert {status.phase for status in statuses[-2:]} == {Phase.STOPPED}
    replayed = asyncio.run(run(played_back(recording), Pipeline()))
    assert _text(replayed) == _text(live)


def _text(session: Session) -> str:
    return to_json(session_document(session, ""))
