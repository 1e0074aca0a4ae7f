"""Every recording in recordings/ is measured near its truth, says what it must, and is as it was.

The truth says *right*, the golden says *changed*.
"""

import json
import math
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from recordings.make import CASES, make
from sledmon.pipeline import Pipeline
from sledmon.present.export.results_json import session_document
from sledmon.recording import open_recording

FOLDERS = sorted(p.parent for p in (Path(__file__).parents[2] / "recordings").glob("*/*.mcap"))
LARGEST_BYTES = 300_000
DECIMALS = 6

each = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


@cache
def analyzed(folder: Path) -> dict[str, Any]:
    pipeline = Pipeline()
    for batch in open_recording(folder / f"{folder.name}.mcap").batches():
        pipeline.push(batch)
    return session_document(pipeline.finish(), "")


@cache
def expected(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))


def seen_pairs(folder: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    wanted = [rep for rep in expected(folder)["rep"] if rep["seen"]]
    return list(zip(wanted, analyzed(folder)["reps"], strict=True))


def test_there_are_the_sessions_that_were_promised() -> None:
    assert {folder.name for folder in FOLDERS} == {case.name for case in CASES}
    assert len(FOLDERS) >= 6


@each
def test_a_recording_is_small_whole_and_says_that_it_is_simulated(folder: Path) -> None:
    path = folder / f"{folder.name}.mcap"
    recording = open_recording(path)
    assert path.stat().st_size < LARGEST_BYTES
    assert recording.closed
    assert not recording.damage
    assert "simulated" in path.name
    assert "simulated" in recording.opened.title.lower()
    assert recording.opened.source == "simulated"


@each
def test_a_recording_has_its_row_in_the_readme_with_its_size(folder: Path) -> None:
    readme = (folder.parent / "README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if line.startswith(f"| `{folder.name}`")]
    assert len(rows) == 1
    size_kb = (folder / f"{folder.name}.mcap").stat().st_size / 1000
    assert f"| {size_kb:.0f} kB |" in rows[0]


@each
def test_every_rep_is_found_and_no_other(folder: Path) -> None:
    pairs = seen_pairs(folder)
    limit_s = expected(folder)["tolerance"]["start_s"]
    for wanted, rep in pairs:
        assert rep["start_s"] == pytest.approx(wanted["start_s"], abs=limit_s)
        assert rep["distance_m"] == pytest.approx(expected(folder)["distance_m"], abs=1e-6)


@each
def test_measurements_lie_near_the_truth_and_unknown_ones_are_null(folder: Path) -> None:
    tolerance = expected(folder)["tolerance"]
    limits = {
        "end_s": tolerance["start_s"],
        "split_5yd_s": tolerance["split_s"],
        "split_10yd_s": tolerance["split_s"],
        "mean_velocity_mps": tolerance["velocity_mps"],
        "window_velocity_mps": tolerance["velocity_mps"],
        "peak_velocity_mps": tolerance["peak_mps"],
    }
    for wanted, rep in seen_pairs(folder):
        got = measured(rep)
        for name, limit in limits.items():
            where = f"rep {rep['number']} {name}"
            if name in wanted and name not in wanted["unknown"]:
                assert got[name] == pytest.approx(wanted[name], abs=limit), where
            else:
                assert got[name] is None, where


@each
def test_what_is_not_measured_yet_is_null_and_not_a_guess(folder: Path) -> None:
    """Steps, lean and slack need the belt; once they are measured, they must be true."""
    for wanted, rep in seen_pairs(folder):
        count, slack_s = rep["steps"]["count"], rep["slack_s"]
        assert count is None or abs(count - wanted["steps"]) <= 1
        assert slack_s is None or slack_s == pytest.approx(wanted.get("slack_s"), abs=0.1)


def measured(rep: dict[str, Any]) -> dict[str, float | None]:
    gates = {f"split_{round(s['distance_yd'], 2):g}yd_s": s["time_s"] for s in rep["splits"]}
    return {
        "end_s": rep["end_s"],
        "split_5yd_s": gates.get("split_5yd_s", {}).get("value"),
        "split_10yd_s": gates.get("split_10yd_s", {}).get("value"),
        "mean_velocity_mps": rep["mean_velocity_mps"]["value"],
        "window_velocity_mps": rep["window_velocity_mps"]["value"],
        "peak_velocity_mps": rep["peak_velocity_mps"]["value"],
    }


@each
def test_every_rep_says_what_it_must(folder: Path) -> None:
    for wanted, rep in seen_pairs(folder):
        where = f"rep {rep['number']}"
        assert rep["complete"] is wanted["complete"], where
        assert rep["unresisted"] is wanted["unresisted"], where
        assert rep["load_kg"] == pytest.approx(wanted["load_kg"], abs=1e-6), where
        assert rep["sled_kg"] == pytest.approx(wanted["sled_kg"], abs=1e-6), where
        assert (rep["verdict"]["flag"] or "") == wanted["flag"], where
        assert wanted["trust"] in ("", rep["trust"]), where
        for note in wanted["notes"]:
            assert any(note in said for said in rep["notes"]), (where, note, rep["notes"])


@each
def test_results_are_those_of_the_golden_file(folder: Path, update_golden: bool) -> None:
    path = folder / "golden.json"
    document = without_what_may_change(analyzed(folder))
    if update_golden:
        before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        for line in differences(before, document):
            print(f"{folder.name}: {line}")
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        path.write_text(text, encoding="utf-8", newline="\n")
        return
    moved = differences(json.loads(path.read_text(encoding="utf-8")), document)
    assert not moved, "\n".join(["results moved (--update-golden accepts them):", *moved])


def without_what_may_change(document: dict[str, Any]) -> dict[str, Any]:
    """Without path and version, and with no more digits than mean something."""
    kept: dict[str, Any] = {key: rounded(value) for key, value in document.items()}
    del kept["sledmon"], kept["recording"]["path"]
    return kept


def rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, list) else value


def differences(before: Any, now: Any, where: str = "") -> list[str]:
    """A line for everything that moved by more than the last digit kept, with its unit."""
    if isinstance(before, dict) and isinstance(now, dict):
        return [
            line
            for key in {**before, **now}
            for line in differences(before.get(key), now.get(key), f"{where}.{key}".lstrip("."))
        ]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return [
            line
            for i, (one, other) in enumerate(zip(before, now, strict=True))
            for line in differences(one, other, f"{where}[{i}]")
        ]
    if isinstance(before, float) and isinstance(now, float):
        if math.isclose(before, now, rel_tol=0.0, abs_tol=1.5 * 10**-DECIMALS):
            return []
        return [f"{where}: {before} -> {now} ({now - before:+.6f} {unit(where)})"]
    if type(before) is type(now) and before == now:
        return []
    shown = [json.dumps(value, ensure_ascii=False)[:120] for value in (before, now)]
    return [f"{where}: {shown[0]} -> {shown[1]}"]


def unit(where: str) -> str:
    """Unit by the innermost name that carries one."""
    units = {"_mps": "m/s", "_s": "s", "_hz": "Hz", "_m": "m", "_kg": "kg", "_rad": "rad"}
    for name in reversed(where.replace("[", ".").split(".")):
        for suffix, symbol in units.items():
            if name.endswith(suffix):
                return symbol
    return ""


def test_a_moved_value_is_told_in_its_unit() -> None:
    before = {"reps": [{"peak_velocity_mps": {"value": 4.5}, "end_s": 9.0, "trust": "fair"}]}
    now = {"reps": [{"peak_velocity_mps": {"value": 4.75}, "end_s": None, "trust": "fair"}]}
    assert differences(before, now) == [
        "reps[0].peak_velocity_mps.value: 4.5 -> 4.75 (+0.250000 m/s)",
        "reps[0].end_s: 9.0 -> null",
    ]
    assert differences({"a_s": 1.0}, {"a_s": 1.000001}) == []
    assert differences({"a_s": 1.0, "n": 1}, {"a_s": 1.00001, "n": True}) == [
        "a_s: 1.0 -> 1.00001 (+0.000010 s)",
        "n: 1 -> true",
    ]


def test_a_recording_made_twice_has_the_same_bytes(tmp_path: Path) -> None:
    case = next(case for case in CASES if case.name == "simulated-both-sensors-die")
    first, second = make(case, tmp_path / "a"), make(case, tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    texts = [(path.parent / "expected.toml").read_bytes() for path in (first, second)]
    assert texts[0] == texts[1]
