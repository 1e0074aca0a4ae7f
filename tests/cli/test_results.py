"""What the commands write: JSON with contract.md's names, CSV that loads, a table that reads."""

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import assert_one_sentence, sledmon
from tests.pipeline.sessions import path_of

CLEAN = path_of("simulated-clean-10yd")
FIVE = path_of("simulated-5yd-loads")
SHORT = path_of("simulated-false-starts")

MEASURED = {"value": None, "sigma": None}
# contract.md, *JSON*; "surface", "curve", "late", "faults", "within_rep_drop", "rest_s" and the
# session's "athletes" and "notes" are added here.
SENSOR = {
    "rate_hz": None,
    "samples": None,
    "lost": None,
    "gaps": None,
    "late": None,
    "faults": None,
}
REP = {
    "number": None, "athlete": None, "set": None, "unresisted": None, "load_kg": None,
    "sled_kg": None, "surface": None, "distance_m": None, "complete": None, "excluded": None,
    "start_s": None, "end_s": None, "start_rule": None, "splits": None,
    "mean_velocity_mps": MEASURED,
    "window_velocity_mps": {"from_m": None, "to_m": None} | MEASURED,
    "peak_velocity_mps": MEASURED,
    "curve": None,
    "steps": {"count": None, "frequency_hz": MEASURED},
    "lean_rad": {"mean": None, "min": None, "max": None, "sigma": None},
    "slack_s": None, "trust": None, "notes": None,
    "verdict": {
        "zone": None, "certainty": None, "velocity_decrement": MEASURED,
        "velocity_loss": MEASURED, "session_loss": MEASURED, "flag": None, "line": None,
        "probability": None, "cause": None, "advice": None,
        "within_rep_drop": MEASURED, "rest_s": None,
    },
}  # fmt: skip
SESSION = {
    "sledmon": None,
    "recording": {"path": None, "duration_s": None, "sha256": None, "events_sha256": None},
    "quality": {"imu": SENSOR, "encoder": SENSOR, "sync_offset_s": MEASURED},
    "reps": None,
    "athletes": None,
    "notes": None,
}
ATHLETE = {
    "athlete": None, "distance_m": None, "baseline_mps": MEASURED | {"reps": None},
    "rep_cv": MEASURED,
    "load_velocity": {
        "surface": None, "points": None, "v0_mps": MEASURED, "slope_mps_per_kg": MEASURED,
        "r_squared": None, "residual_mps": None, "why_not": None,
    },
    "load_for_target_kg": MEASURED, "notes": None,
}  # fmt: skip
TRUTH_REP = (
    "number", "start_s", "end_s", "split_5yd_s", "split_10yd_s", "mean_velocity_mps",
    "window_velocity_mps", "peak_velocity_mps", "steps", "step_frequency_hz", "slack_s", "load_kg",
    "sled_kg", "unresisted",
)  # fmt: skip


def names(value: Any, shape: Any) -> Any:
    """The names of a JSON value as deep as a shape goes."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), value
        assert set(value) == set(shape)
        return {key: names(value[key], shape[key]) for key in shape}
    return None


def analyzed(*paths: Path) -> Any:
    ran = sledmon("analyze", *paths, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def test_json_has_the_names_of_the_contract() -> None:
    document = analyzed(CLEAN)
    names(document, SESSION)
    assert len(document["reps"]) == 4
    for rep in document["reps"]:
        names(rep, REP)
        for point in rep["curve"]:
            names(point, {"distance_m": None, "velocity_mps": MEASURED})
        for split in rep["splits"]:
            names(split, {"distance_yd": None, "distance_m": None, "time_s": MEASURED})
    for athlete in [*document["athletes"], *analyzed(FIVE)["athletes"]]:
        names(athlete, ATHLETE)
    for gap in analyzed(SHORT)["quality"]["encoder"]["gaps"]:
        names(gap, {"start_s": None, "end_s": None})


def test_json_holds_si_values_numbers_words_and_null_and_never_nan() -> None:
    text = sledmon("analyze", SHORT, "--format", "json").out
    assert "NaN" not in text
    assert "Infinity" not in text
    document = json.loads(text)
    assert len(document["recording"]["sha256"]) == 64
    assert document["recording"]["path"] == str(SHORT)
    assert document["recording"]["duration_s"] == pytest.approx(72.1, abs=0.1)
    rep = document["reps"][2]
    assert (rep["complete"], rep["end_s"]) == (False, None)
    assert rep["splits"][1]["time_s"] == MEASURED
    assert rep["window_velocity_mps"]["value"] is None
    assert rep["verdict"]["flag"] is None
    assert rep["splits"][1]["distance_yd"] == 10.0
    assert rep["splits"][1]["distance_m"] == 9.144
    assert rep["start_rule"] == "first-movement 0.10 m/s"


def test_words_are_those_of_the_contract() -> None:
    for document in analyzed(CLEAN, FIVE, SHORT):
        for rep in document["reps"]:
            verdict = rep["verdict"]
            assert rep["trust"] in {"good", "fair", "poor"}
            assert verdict["zone"] in {"baseline", "speed", "transition", "strength", "unknown"}
            assert verdict["certainty"] in {"clear", "likely", "within-error"}
            assert verdict["flag"] in {None, "strength-load", "fatigue", "watch"}
            assert verdict["cause"] in {None, "load", "fatigue", "slack", "sensor", "start"}
            assert rep["notes"] == list(dict.fromkeys(rep["notes"]))


PURE = "[lines]\nspeed = 0.1\nstrength = 0.1\n"


def test_a_plan_from_a_file_or_by_name_judges_instead_of_the_recording_s_own(
    tmp_path: Path,
) -> None:
    file = tmp_path / "tuesday.toml"
    file.write_text(PURE, encoding="utf-8")
    for plan in (file, "pure-speed"):
        ran = sledmon("analyze", CLEAN, "--plan", plan, "--format", "json")
        assert (ran.code, ran.err) == (0, "")
        last = json.loads(ran.out)["reps"][3]
        assert (last["verdict"]["flag"], last["verdict"]["line"]) == (
            "strength-load",
            "decrement 0.10",
        )
    assert analyzed(CLEAN)["reps"][3]["verdict"]["flag"] == "watch"


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ("fast", "no plan is named 'fast'"),
        ("missing.toml", "missing.toml does not exist; name a plan (.toml) or speed-10yd"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"sets = 3", "unknown key 'sets'"),
    ],
)
def test_a_plan_that_cannot_be_used_is_one_sentence(
    plan: str | bytes, words: str, tmp_path: Path
) -> None:
    if isinstance(plan, bytes):
        (tmp_path / "plan.toml").write_bytes(plan)
        plan = str(tmp_path / "plan.toml")
    ran = sledmon("analyze", CLEAN, "--plan", plan)
    assert_one_sentence(ran)
    assert words in ran.err


def test_several_recordings_give_a_list_in_the_order_asked() -> None:
    documents = analyzed(FIVE, CLEAN)
    assert [d["recording"]["path"] for d in documents] == [str(FIVE), str(CLEAN)]
    assert documents[1] == analyzed(CLEAN)


def test_one_bad_recording_is_told_and_the_others_are_analyzed(tmp_path: Path) -> None:
    bad = tmp_path / "bad.mcap"
    bad.write_bytes(b"nothing")
    out = tmp_path / "all.json"
    ran = sledmon("analyze", CLEAN, bad, FIVE, "--format", "json", "--output", out)
    assert_one_sentence(ran)
    assert str(bad) in ran.err
    documents = json.loads(out.read_text(encoding="utf-8"))
    assert [d["recording"]["path"] for d in documents] == [str(CLEAN), str(FIVE)]


def test_a_list_stays_a_list_when_only_one_of_several_could_be_read(tmp_path: Path) -> None:
    ran = sledmon("analyze", CLEAN, tmp_path / "missing.mcap", "--format", "json")
    assert_one_sentence(ran)
    assert isinstance(json.loads(ran.out), list)


def test_csv_has_a_row_a_rep_and_a_column_for_every_gate() -> None:
    ran = sledmon("analyze", CLEAN, FIVE, SHORT, "--format", "csv")
    assert (ran.code, ran.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [row["recording"] for row in rows] == [str(CLEAN)] * 4 + [str(FIVE)] * 4 + [
        str(SHORT)
    ] * 3
    assert all(None not in row and None not in row.values() for row in rows)
    documents = analyzed(CLEAN, FIVE, SHORT)
    for row, rep in zip(rows, [r for d in documents for r in d["reps"]], strict=True):
        assert int(row["rep"]) == rep["number"]
        assert row["complete"] == str(int(rep["complete"]))
        for name, value in (
            ("start_s", rep["start_s"]),
            ("end_s", rep["end_s"]),
            ("split_5yd_s", rep["splits"][0]["time_s"]["value"]),
            ("window_velocity_mps", rep["window_velocity_mps"]["value"]),
            ("peak_velocity_sigma_mps", rep["peak_velocity_mps"]["sigma"]),
        ):
            if value is None:
                assert row[name] == ""
            else:
                assert math.isclose(float(row[name]), value, rel_tol=1e-5)
    assert rows[4]["split_10yd_s"] == ""


def test_the_table_on_a_pipe_is_plain_and_holds_every_rep_in_full() -> None:
    ran = sledmon("analyze", CLEAN)
    assert (ran.code, ran.err) == (0, "")
    assert "\x1b" not in ran.out
    assert "…" not in ran.out
    lines = ran.out.splitlines()
    assert lines[0].strip() == str(CLEAN)
    header = next(line for line in lines if line.startswith("rep "))
    order = [header.index(name) for name in ("5 yd s", "10 yd s", "end m/s", "peak m/s", "trust")]
    assert order == sorted(order), "gates stand in order of distance"
    rows = [line for line in lines if line.strip()[:1].isdigit()]
    assert [row.split()[0] for row in rows] == ["1", "2", "3", "4"]
    document = analyzed(CLEAN)
    for row, rep in zip(rows, document["reps"], strict=True):
        for split in rep["splits"]:
            assert f"{split['time_s']['value']:.3f}" in row
        assert f"{rep['window_velocity_mps']['value']:.2f}" in row
    assert "watch" in rows[3]
    assert "33+20 lb" in rows[3]
    assert "no sled" in rows[0]
    assert "tether: 100.0 Hz" in ran.out


def test_the_table_goes_into_a_file_as_it_goes_to_a_pipe(tmp_path: Path) -> None:
    out = tmp_path / "table.txt"
    assert sledmon("analyze", CLEAN, "--output", out) == (0, "", "")
    assert out.read_text(encoding="utf-8") == sledmon("analyze", CLEAN).out


def test_json_and_csv_go_into_a_file_as_they_go_to_a_pipe(tmp_path: Path) -> None:
    for kind in ("json", "csv"):
        out = tmp_path / f"results.{kind}"
        assert sledmon("analyze", FIVE, "--format", kind, "--output", out) == (0, "", "")
        assert out.read_bytes().decode() == sledmon("analyze", FIVE, "--format", kind).out


def test_demo_at_full_speed_writes_json_and_nothing_else() -> None:
    ran = sledmon("demo", "--speed", "max", "--reps", "2", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    document = json.loads(ran.out)
    names(document, SESSION)
    assert [rep["number"] for rep in document["reps"]] == [1, 2]
    assert document["recording"]["path"] == ""


def test_demo_on_a_pipe_says_a_line_a_rep_as_it_comes() -> None:
    ran = sledmon("demo", "--speed", "max", "--reps", "2", "--seed", "4")
    assert (ran.code, ran.err) == (0, "")
    assert "\x1b" not in ran.out
    lines = ran.out.splitlines()
    assert "simulated" in lines[0].lower()
    assert "seed 4" in lines[0]
    assert [line.split()[1] for line in lines if line.startswith("rep ")][:2] == ["1", "2"]


def test_simulate_writes_the_truth_with_exactly_the_names_of_the_contract(tmp_path: Path) -> None:
    out, truth = tmp_path / "out.mcap", tmp_path / "truth.json"
    ran = sledmon("simulate", out, "--seed", "7", "--reps", "5", "--truth", truth)
    assert (ran.code, ran.err) == (0, "")
    document = json.loads(truth.read_text(encoding="utf-8"))
    assert list(document) == ["seed", "reps"]
    assert document["seed"] == 7
    assert [rep["number"] for rep in document["reps"]] == [1, 2, 3, 4, 5]
    for rep in document["reps"]:
        assert tuple(rep) == TRUTH_REP
    assert [rep["unresisted"] for rep in document["reps"]] == [True] * 3 + [False] * 2
    assert [rep["load_kg"] for rep in document["reps"]] == [0, 0, 0, 0, 2.27]
    assert [rep["sled_kg"] for rep in document["reps"]] == [0, 0, 0, 15, 15]
    assert [rep["slack_s"] is None for rep in document["reps"]] == [True] * 3 + [False] * 2
    measured = analyzed(out)["reps"]
    for rep, true in zip(measured, document["reps"], strict=True):
        assert rep["splits"][1]["time_s"]["value"] == pytest.approx(true["split_10yd_s"], abs=0.01)
        assert rep["load_kg"] == pytest.approx(true["load_kg"])


def test_simulate_of_one_seed_writes_one_recording_and_of_another_another(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        out = tmp_path / f"{name}.mcap"
        sledmon("simulate", out, "--seed", seed, "--reps", 1, "--faults", "harsh")
    one, same, other = ((tmp_path / f"{name}.mcap").read_bytes() for name in "abc")
    assert one == same
    assert one != other


def test_simulate_takes_distance_and_loads(tmp_path: Path) -> None:
    out = tmp_path / "out.mcap"
    sledmon("simulate", out, "--reps", 2, "--unresisted", 0, "--distance-yd", 5,
            "--load-lb", "10,0")  # fmt: skip
    reps = analyzed(out)["reps"]
    assert [rep["load_kg"] for rep in reps] == [4.54, 0.0]
    assert [len(rep["splits"]) for rep in reps] == [1, 1]
    assert [rep["distance_m"] for rep in reps] == [4.572, 4.572]


def test_check_says_that_a_whole_file_is_whole_and_a_cut_one_is_not(tmp_path: Path) -> None:
    whole = sledmon("check", CLEAN)
    assert (whole.code, whole.err) == (0, "")
    assert "The file is whole" in whole.out
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(CLEAN.read_bytes()[:150_000])
    told = sledmon("check", cut)
    assert told.code == 0
    assert "The file is whole" not in told.out
    mended = tmp_path / "mended.mcap"
    assert sledmon("check", cut, "--repair", mended).code == 0
    assert "The file is whole" in sledmon("check", mended).out
    first, second = (
        json.loads(sledmon("analyze", p, "--format", "json").out) for p in (cut, mended)
    )
    first["recording"]["path"] = second["recording"]["path"] = ""
    assert first == second


def test_analyze_of_a_file_that_was_never_closed_says_so_and_goes_on(tmp_path: Path) -> None:
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(CLEAN.read_bytes()[:150_000])
    ran = sledmon("analyze", cut, "--format", "json")
    assert ran.code == 0
    assert ran.err.count("\n") == 1
    assert "see: sledmon check" in ran.err
    assert len(json.loads(ran.out)["reps"]) == 2
