"""What moved between two analyses is told by quantity, place and amount."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from sledmon.batch.moved import Change, Moved, moved
from tests.cli.command import assert_one_sentence, sledmon
from tests.pipeline.sessions import path_of

CLEAN = path_of("simulated-clean-10yd")


@pytest.fixture(scope="module")
def document() -> Any:
    return json.loads(sledmon("analyze", CLEAN, "--format", "json").out)


def change_of(result: Moved, quantity: str) -> Change:
    return next(change for change in result.changes if change.quantity == quantity)


def test_nothing_moves_between_equal_results(document: Any) -> None:
    result = moved([document], [document])
    assert (result.sessions, result.reps, result.changes) == (1, len(document["reps"]), ())


def test_numbers_that_moved_are_told_with_mean_largest_and_place(document: Any) -> None:
    later = copy.deepcopy(document)
    later["reps"][0]["window_velocity_mps"]["value"] += 0.02
    later["reps"][1]["window_velocity_mps"]["value"] -= 0.05
    later["reps"][2]["verdict"]["zone"] = "strength"
    later["reps"][2]["splits"][1]["time_s"]["value"] = None
    result = moved([document], [later])
    velocity = change_of(result, "window_velocity_mps")
    reps = len(document["reps"])
    assert (velocity.compared, velocity.moved) == (reps, 2)
    assert velocity.mean == pytest.approx(-0.03 / reps)
    assert velocity.largest == pytest.approx(-0.05)
    assert velocity.where.endswith("rep 2")
    assert change_of(result, "verdict.zone").example.endswith("-> strength")
    assert change_of(result, "split_10yd_s").example.endswith("-> unknown")
    assert len(result.changes) == 3


def test_a_curve_moves_place_by_place(document: Any) -> None:
    later = copy.deepcopy(document)
    later["reps"][0]["curve"][4]["velocity_mps"]["value"] += 0.02
    (change,) = moved([document], [later]).changes
    assert (change.quantity, change.moved) == ("curve_4.572m_mps", 1)
    assert change.largest == pytest.approx(0.02)
    assert change.example == ""


def test_reps_are_matched_by_when_they_were_run(document: Any) -> None:
    later = copy.deepcopy(document)
    gone = later["reps"].pop(0)
    for number, rep in enumerate(later["reps"], 1):
        rep["number"] = number
    later["reps"].append(gone | {"number": 9, "start_s": 999.0})
    result = moved([document], [later])
    assert result.changes == ()
    assert result.only_old == (f"{CLEAN} rep 1",)
    assert result.only_new == (f"{CLEAN} rep 9",)


def test_the_command_prints_what_moved(tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    assert sledmon("analyze", CLEAN, "--format", "json", "--output", old).code == 0
    same = sledmon("analyze", CLEAN, "--against", old)
    assert "No number moved" in same.out
    other = sledmon("analyze", CLEAN, "--against", old, "--start-threshold", "0.3")
    assert "split_5yd_s" in other.out
    assert "first-movement 0.10 m/s -> first-movement" in " ".join(other.out.split())


def test_what_is_no_result_is_refused(tmp_path: Path) -> None:
    for text in ("", "[1]", '{"recording": {}}'):
        (tmp_path / "old.json").write_text(text)
        assert_one_sentence(sledmon("analyze", CLEAN, "--against", tmp_path / "old.json"))
