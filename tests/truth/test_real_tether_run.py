"""A real forward sprint measured by a MuscleLab DynaSpeed tether, through import and analyze.

What is known of it stands in ../shared/data/README.md: the 5-10 yd time is 0.700 s whatever the
start rule; from the device's own start 5 yd is 1.300 s and 10 yd 2.0005 s.
"""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from sledmon.units import METRES_PER_YARD
from tests.cli.command import sledmon

Run = list[tuple[float, float, float]]

TEN_YARDS_M = 10 * METRES_PER_YARD
AT_REST_M = -0.145


@pytest.fixture(scope="module")
def run(shared_data: Path) -> Run:
    """(time s, cord paid out m, device's smoothed velocity m/s), 1000 Hz."""
    with (shared_data / "tether_sprint" / "dynaspeed.csv").open(encoding="utf-8") as file:
        return [
            (float(row["time"]), float(row["distance"]), float(row["velocity"]))
            for row in csv.DictReader(file)
        ]


def analyzed(folder: Path, table: str, *options: object) -> dict[str, Any]:
    (folder / "tether.csv").write_text(table, encoding="utf-8")
    recording = folder / "run.mcap"
    made = sledmon("import", recording, "--encoder", folder / "tether.csv", *options)
    assert (made.code, made.err) == (0, "")
    ran = sledmon("analyze", recording, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    session: dict[str, Any] = json.loads(ran.out)
    return session


def metres(run: Iterable[tuple[float, float, float]]) -> str:
    rows = [f"{time_s:.3f},{distance_m:.3f}" for time_s, distance_m, _ in run]
    return "\n".join(["time_s,distance_m", *rows]) + "\n"


def the_one_rep(session: dict[str, Any]) -> dict[str, Any]:
    assert len(session["reps"]) == 1
    rep: dict[str, Any] = session["reps"][0]
    return rep


def values(rep: dict[str, Any]) -> tuple[float, float, float]:
    """5 yd s, 10 yd s, peak m/s."""
    five, ten = (split["time_s"]["value"] for split in rep["splits"])
    return five, ten, rep["peak_velocity_mps"]["value"]


def assert_true(run: Run, session: dict[str, Any]) -> None:
    rep = the_one_rep(session)
    five_s, ten_s, peak_mps = values(rep)
    assert rep["distance_m"] == pytest.approx(TEN_YARDS_M)
    assert rep["complete"] is True
    assert ten_s - five_s == pytest.approx(0.700, abs=0.008)
    assert 1.22 <= five_s <= 1.32
    assert 1.92 <= ten_s <= 2.02
    device_mps = max(v for _, place_m, v in run if place_m - AT_REST_M <= TEN_YARDS_M)
    assert peak_mps == pytest.approx(device_mps, rel=0.03)


def test_a_real_run_is_one_rep_with_the_splits_and_peak_that_are_known(
    run: Run, tmp_path: Path
) -> None:
    session = analyzed(tmp_path, metres(run))
    assert_true(run, session)
    rep = the_one_rep(session)
    window = rep["window_velocity_mps"]
    assert window["value"] == pytest.approx(5 * METRES_PER_YARD / 0.700, abs=0.075)
    assert rep["mean_velocity_mps"]["value"] == pytest.approx(4.64, abs=0.12)
    assert rep["trust"] == "fair"
    assert any("reel position not given" in note for note in rep["notes"])
    assert session["quality"]["encoder"]["rate_hz"] == pytest.approx(1000.0, rel=1e-6)
    assert session["quality"]["encoder"]["lost"] == 0
    assert session["quality"]["imu"] is None
    assert session["recording"]["duration_s"] == pytest.approx(7.25, abs=0.002)


def test_a_lower_start_threshold_starts_the_clock_earlier(run: Run, tmp_path: Path) -> None:
    usual = values(the_one_rep(analyzed(tmp_path, metres(run))))
    ran = sledmon("analyze", tmp_path / "run.mcap", "--format", "json", "--start-threshold", "0.5")
    later = the_one_rep(json.loads(ran.out))
    assert later["start_rule"] == "first-movement 0.50 m/s"
    assert 0.02 < usual[0] - values(later)[0] < 0.3
    assert values(later)[1] - values(later)[0] == pytest.approx(usual[1] - usual[0], abs=0.001)


def with_decimal_commas(run: Run) -> str:
    rows = [f"{time_s:.3f};{distance_m:.3f}".replace(".", ",") for time_s, distance_m, _ in run]
    return "\ufeff" + "\r\n".join(["time_s;distance_m", *rows]) + "\r\n"


def in_counts(run: Run) -> str:
    rows = [f"{time_s:.3f},{round(distance_m * 1000)}" for time_s, distance_m, _ in run]
    return "\n".join(["time_s,count", *rows]) + "\n"


def later(run: Run) -> str:
    return metres((time_s + 1000.0, distance_m, v) for time_s, distance_m, v in run)


def zero_elsewhere(run: Run) -> str:
    return metres((time_s, distance_m + 12.3, v) for time_s, distance_m, v in run)


@pytest.mark.parametrize(
    ("table", "rig", "split_limit_s", "peak_limit_mps"),
    [
        pytest.param(with_decimal_commas, "", 1e-9, 1e-9, id="semicolons and decimal commas"),
        pytest.param(
            in_counts, "[encoder]\ncounts_per_m = 1000.0\n", 1e-3, 5e-3, id="counts, not metres"
        ),
        pytest.param(later, "", 1e-5, 1e-4, id="1000 s later"),
        pytest.param(zero_elsewhere, "", 1e-4, 1e-3, id="cord zero 12.3 m elsewhere"),
        pytest.param(lambda run: metres(run[::10]), "", 0.010, 0.05, id="every tenth row: 100 Hz"),
    ],
)
def test_the_same_run_written_otherwise_gives_the_same_answers(
    run: Run,
    tmp_path: Path,
    table: Any,
    rig: str,
    split_limit_s: float,
    peak_limit_mps: float,
) -> None:
    (tmp_path / "plain").mkdir()
    plain = values(the_one_rep(analyzed(tmp_path / "plain", metres(run))))
    options: list[object] = []
    if rig:
        (tmp_path / "rig.toml").write_text(rig, encoding="utf-8")
        options = ["--rig", tmp_path / "rig.toml"]
    session = analyzed(tmp_path, table(run), *options)
    assert_true(run, session)
    other = values(the_one_rep(session))
    assert other[:2] == pytest.approx(plain[:2], abs=split_limit_s)
    assert other[2] == pytest.approx(plain[2], abs=peak_limit_mps)


def test_the_start_of_a_shifted_table_is_its_own_time(run: Run, tmp_path: Path) -> None:
    start_s = the_one_rep(analyzed(tmp_path, later(run)))["start_s"]
    assert start_s == pytest.approx(1000.03, abs=0.05)


def test_a_hole_of_50_ms_in_the_run_is_bridged_and_told(run: Run, tmp_path: Path) -> None:
    holed = [row for row in run if not 1.5 < row[0] < 1.55]
    session = analyzed(tmp_path, metres(holed))
    assert_true(run, session)
    (gap,) = session["quality"]["encoder"]["gaps"]
    assert gap["end_s"] - gap["start_s"] == pytest.approx(0.049, abs=0.003)
    assert session["quality"]["encoder"]["lost"] == pytest.approx(49, abs=1)


def test_a_hole_over_the_gate_leaves_the_split_unknown_instead_of_guessed(
    run: Run, tmp_path: Path
) -> None:
    holed = [row for row in run if not 1.7 < row[0] < 2.4]
    rep = the_one_rep(analyzed(tmp_path, metres(holed)))
    five, ten = (split["time_s"]["value"] for split in rep["splits"])
    assert five == pytest.approx(1.27, abs=0.05)
    assert ten is None
    assert rep["peak_velocity_mps"]["value"] is None
    assert rep["window_velocity_mps"]["value"] is None
    assert rep["complete"] is False
    assert rep["trust"] == "poor"
