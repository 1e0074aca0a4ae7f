"""The live run that wrote a recording, its replay at any speed and its analysis: the same bytes."""

import asyncio
import json
from pathlib import Path

import pytest

from recordings.make import CASES, Case
from recordings.make import records_of as made_records
from sledmon.acquire import paced, played_back
from sledmon.pipeline import Pipeline, run
from sledmon.recording import RecordingWriter, open_recording
from sledmon.results import Rep
from sledmon.twin import simulate
from tests.cli.command import sledmon
from tests.pipeline.sessions import path_of, text_of

DYING = "simulated-both-sensors-die"


@pytest.mark.parametrize(("faults", "seed"), [("harsh", 3), ("mild", 8)])
def test_demo_replays_and_analysis_write_the_same_bytes(
    tmp_path: Path, faults: str, seed: int
) -> None:
    recording = tmp_path / "demo.mcap"
    asked = ("demo", "--headless", "--seed", seed, "--reps", 3, "--unresisted", 1)
    live = sledmon(*asked, "--faults", faults, "--speed", 60, "--record", recording,
                   "--format", "json", "--output", tmp_path / "live.json")  # fmt: skip
    assert (live.code, live.err) == (0, "")
    wanted = (tmp_path / "live.json").read_bytes()
    assert len(json.loads(wanted)["reps"]) == 3
    for speed in ("50", "200", "max"):
        out = tmp_path / f"replay-{speed}.json"
        replay = sledmon("replay", recording, "--headless", "--speed", speed, "--format", "json",
                         "--output", out)  # fmt: skip
        assert (replay.code, replay.err) == (0, "")
        assert out.read_bytes() == wanted
    analysis = sledmon("analyze", recording, "--format", "json")
    assert analysis.out.encode() == wanted
    to_stdout = sledmon("replay", recording, "--speed", "max", "--format", "json")
    assert to_stdout.out.encode() == wanted


def test_two_demos_of_one_seed_at_different_speeds_write_the_same_recording(
    tmp_path: Path,
) -> None:
    for speed in ("100", "max"):
        ran = sledmon("demo", "--seed", 5, "--reps", 1, "--speed", speed,
                      "--record", tmp_path / f"{speed}.mcap")  # fmt: skip
        assert ran.code == 0
    assert (tmp_path / "100.mcap").read_bytes() == (tmp_path / "max.mcap").read_bytes()


def test_a_session_whose_sensors_both_die_is_the_same_live_replayed_and_analyzed(
    tmp_path: Path,
) -> None:
    case: Case = next(case for case in CASES if case.name == DYING)
    path = tmp_path / "dying.mcap"
    records = made_records(case, simulate(case.params))
    shown: dict[str, list[list[Rep]]] = {}

    def showing(name: str, reps: tuple[Rep, ...]) -> None:
        shown.setdefault(name, []).append(list(reps))

    async def all_of_it() -> dict[str, str]:
        texts = {}
        with RecordingWriter(path) as writer:
            live = await run(
                paced(records, 100.0),
                Pipeline(),
                recorder=writer,
                show=lambda reps: showing("live", reps),
            )
        texts["live"] = text_of(live)
        for speed in (70.0, 300.0, None):
            name = f"replay at {speed}"
            session = await run(
                played_back(open_recording(path), speed),
                Pipeline(),
                show=lambda reps, name=name: showing(name, reps),  # type: ignore[misc]
            )
            texts[name] = text_of(session)
        return texts

    texts = asyncio.run(all_of_it())
    assert len(set(texts.values())) == 1
    reps = json.loads(texts["live"])["reps"]
    assert [rep["complete"] for rep in reps] == [True, False]
    for name, screens in shown.items():
        # The dead rep was on screen before the session was over: one showing more is the end's.
        assert [len(screen) for screen in screens[-2:]] == [2, 2], name
        assert screens[-2] == screens[-1], name


def test_replaying_a_kept_recording_shows_each_rep_as_one_line_on_a_pipe() -> None:
    ran = sledmon("replay", path_of("simulated-clean-10yd"), "--speed", "max")
    lines = [line for line in ran.out.splitlines() if line.startswith("rep ")]
    numbered = [line for line in lines if not line.split("  ")[0].endswith(":")]
    assert [line.split()[1] for line in numbered if "yd" in line] == ["1", "2", "3", "4"]
