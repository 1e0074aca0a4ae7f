"""``sledmon correct``: an input that comes after the session, and what follows from it."""

import json
from pathlib import Path
from typing import Any

import pytest

from sledmon.recording import open_recording
from sledmon.samples import Event
from tests.cli.command import assert_one_sentence, sledmon
from tests.pipeline.sessions import path_of

CLEAN = path_of("simulated-clean-10yd")


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "monday.mcap"
    path.write_bytes(CLEAN.read_bytes())
    return path


def analysed(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(sledmon("analyze", path, "--format", "json").out)
    return document


def test_a_load_typed_wrong_is_corrected_from_its_rep_on_and_undone(recording: Path) -> None:
    before = analysed(recording)
    ran = sledmon("correct", recording, "load_lb", "5", "--rep", "4")
    assert (ran.code, ran.err) == (0, "")
    assert "33+5 lb" in ran.out
    assert f"sledmon library rebuild {recording}" in ran.out
    after = analysed(recording)
    assert after["reps"][3]["load_kg"] == pytest.approx(2.27, abs=0.01)
    assert after["reps"][:3] == before["reps"][:3]
    assert after["recording"]["sha256"] == before["recording"]["sha256"]
    assert after["recording"]["duration_s"] == before["recording"]["duration_s"]
    assert sledmon("correct", recording, "undo").code == 0
    assert analysed(recording)["reps"] == before["reps"]
    assert sledmon("check", recording).out.splitlines()[1].startswith("The file is whole")


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        (("athlete", "Zoë", "K", "--rep", "4"), {"athlete": "Zoë K"}),
        (("exclude_rep", "--rep", "4"), {"excluded": True}),
        (("exclude_rep", "62"), {"excluded": True}),
        (("distance_yd", "5", "--rep", "4"), {"distance_m": 4.572}),
        (("plan", "pure-speed", "--rep", "4"), {}),
        (("rep_edges", "60.9", "63.5"), {"start_rule": "set by hand"}),
    ],
)
def test_each_correction_speaks_of_its_rep_alone(
    said: tuple[str, ...], changed: dict[str, Any], recording: Path
) -> None:
    before = analysed(recording)["reps"]
    assert sledmon("correct", recording, *said).code == 0
    after = analysed(recording)["reps"]
    assert after[:3] == before[:3]
    assert after[3] != before[3]
    assert {key: after[3][key] for key in changed} == changed


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("laod_kg", "5", "--rep", "4"), "did you mean 'load_kg'"),
        (("load_lb", "5"), "load_lb speaks of a rep or holds from one on; name it: --rep N"),
        (("exclude_rep",), "name it: --rep N"),
        (("exclude_rep", "--rep", "9"), "has no rep 9; it has 4"),
        (("plan", "pure-sped", "--rep", "4"), "did you mean 'pure-speed'"),
        (("load_kg", "5000", "--rep", "4"), "load_kg = 5000 makes no sense"),
    ],
)
def test_what_makes_no_sense_is_one_sentence_and_leaves_the_recording_as_it_was(
    said: tuple[str, ...], words: str, recording: Path
) -> None:
    ran = sledmon("correct", recording, *said)
    assert_one_sentence(ran)
    assert words in ran.err
    assert recording.read_bytes() == CLEAN.read_bytes()


def test_an_input_says_when_it_came_and_what_it_speaks_of(recording: Path) -> None:
    sledmon("correct", recording, "surface", "grass", "--at", "20")
    records = [record for batch in open_recording(recording).batches() for record in batch]
    event = records[-1]
    assert isinstance(event, Event)
    assert (event.time_s, event.kind, event.value) == (20.0, "surface", "grass")
    assert event.received_ns == records[-2].received_ns
