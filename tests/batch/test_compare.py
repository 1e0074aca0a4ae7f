"""Sessions compared: with the simulator's truth as the other method, and by hand."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from sledmon.batch.metrics import in_order, with_intervals
from tests.cli.command import Ran, assert_one_sentence, sledmon
from tests.pipeline.sessions import path_of

CLEAN, FIVE = path_of("simulated-clean-10yd"), path_of("simulated-5yd-loads")


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sessions of two athletes at two loads, and what a perfect stopwatch would have said."""
    folder = tmp_path_factory.mktemp("season")
    lines = ["recording,rep,split_5yd_s,split_10yd_s,peak_velocity_mps"]
    for seed in (1, 2):
        recording, truth = folder / f"day{seed}.mcap", folder / f"truth{seed}.json"
        options = ("--reps", 5, "--load-lb", "10", "--seed", seed, "--faults", "mild")
        assert sledmon("simulate", recording, "--truth", truth, *options).code == 0
        for rep in json.loads(truth.read_text())["reps"]:
            names = ("number", "split_5yd_s", "split_10yd_s", "peak_velocity_mps")
            lines.append(",".join([f"day{seed}", *(str(rep[name]) for name in names)]))
    (folder / "gates.csv").write_text("\n".join(lines) + "\n")
    return folder


def compared(season: Path, *options: object) -> Any:
    ran = sledmon(
        "compare", season / "day1.mcap", season / "day2.mcap", "--format", "json", *options
    )
    assert (ran.code, ran.err) == (0, ""), ran
    return json.loads(ran.out)


def test_against_the_truth_there_is_hardly_a_bias(season: Path) -> None:
    found = compared(season, "--reference", season / "gates.csv")["comparison"]
    assert "10 rows of 10 matched" in found["notes"][0]
    for metric, most in (
        ("split_5yd_s", 0.008),
        ("split_10yd_s", 0.008),
        ("split_5_10yd_s", 0.005),
    ):
        seen = found["agreement"][metric]
        assert seen["pairs"] == 10
        assert abs(seen["bias"]["value"]) < most
        assert seen["bias"]["low"] < seen["bias"]["value"] < seen["bias"]["high"]
        assert seen["lower"]["value"] < seen["bias"]["value"] < seen["upper"]["value"]
        assert seen["sd"] < most


def test_scatter_within_a_day_is_that_of_the_days_reps(season: Path) -> None:
    found = compared(season)["comparison"]
    cells = {(cell["day"], cell["condition"].split(",")[0]): cell for cell in found["cells"]}
    assert {day for day, _ in cells} == {"day1", "day2"}
    free = [cells[day, "no sled"] for day in ("day1", "day2")]
    assert [cell["reps"] for cell in free] == [3, 3]
    sds = [cell["metrics"]["window_velocity_mps"][1] for cell in free]
    row = next(
        each
        for each in found["reliability"]
        if each["metric"] == "window_velocity_mps" and each["condition"].startswith("no sled")
    )
    pooled = ((sds[0] ** 2 + sds[1] ** 2) / 2) ** 0.5
    assert row["within_day"]["typical_error"]["value"] == pytest.approx(pooled, rel=1e-6)
    assert row["within_day"]["dof"] == 4
    means = [cell["metrics"]["window_velocity_mps"][0] for cell in free]
    between = abs(means[0] - means[1]) / 2**0.5
    assert row["between_days"]["typical_error"]["value"] == pytest.approx(between, rel=1e-6)
    assert row["swc"] is None  # one athlete
    assert 0 < row["device"] < pooled


def test_sensors_are_checked(season: Path) -> None:
    found = compared(season)
    belt, tether = found["sensors"][:2]
    assert (belt["device"], tether["device"]) == ("imu", "encoder")
    assert belt["rate_hz"] == pytest.approx(200, rel=0.05)
    assert 0 < belt["lost"] < 0.03
    assert belt["gaps"] > 0
    assert abs(belt["drift_ppm"]["value"]) < 20 + 3 * belt["drift_ppm"]["sigma"]  # crystals
    assert 0 < belt["drift_ppm"]["sigma"] < 100
    assert belt["clipped"] == 0
    assert tether["clipped"] is None


def test_csv_holds_the_numbers_of_json(season: Path) -> None:
    options = ("--reference", season / "gates.csv")
    found = compared(season, *options)["comparison"]
    ran = sledmon("compare", season, *options, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    bias = [row for row in rows if row["table"] == "agreement" and row["quantity"] == "bias"]
    assert {row["metric"]: float(row["value"]) for row in bias} == pytest.approx(
        {metric: seen["bias"]["value"] for metric, seen in found["agreement"].items()}
    )
    assert {row["table"] for row in rows} == {"sensors", "reps", "reliability", "agreement"}


def test_the_table_says_what_was_compared(season: Path) -> None:
    ran = sledmon("compare", season, "--reference", season / "gates.csv")
    for said in ("drift ppm", "mean (SD)", "MDC95", "lower limit", "without a date"):
        assert said in ran.out
    assert "…" not in ran.out


def with_reference(folder: Path, text: str, *recordings: Path) -> Ran:
    (folder / "gates.csv").write_text(text)
    return sledmon("compare", *recordings, "--reference", folder / "gates.csv")


def test_rows_find_their_reps_by_number_or_time_and_the_rest_is_told(tmp_path: Path) -> None:
    reps = json.loads(sledmon("analyze", CLEAN, "--format", "json").out)["reps"]
    at_s = reps[1]["start_s"] + 1.5
    text = (
        "rep,time_s,split_10yd_s,lane\n"
        f"1,,2.4,a\n,{at_s},2.5,a\n2,,2.5,a\n,{at_s + 9},2.5,a\n77,,2.5,a\n3,,,a\n"
    )
    ran = with_reference(tmp_path, text, CLEAN)
    said = " ".join(ran.out.split())
    assert ran.code == 0
    assert "3 rows of 6 matched" in said
    assert "not used: lane" in said
    assert "line 4: not matched: rep 2 was named by an earlier line" in said
    assert f"line 5: not matched: no rep at {at_s + 9} s" in said
    assert "line 6: not matched: no rep 77" in said
    assert "reps without reference: simulated-clean-10yd.mcap rep 4" in said
    assert "10 yd s 2" in said  # two pairs: the third has no time


def test_of_several_recordings_rows_must_name_theirs(tmp_path: Path) -> None:
    ran = with_reference(tmp_path, "rep,split_5yd_s\n1,1.5\n", CLEAN, FIVE)
    assert "no column recording says which" in ran.out
    named = with_reference(
        tmp_path, f"recording,rep,split_5yd_s\n{CLEAN.name},1,1.5\nabsent,1,1.5\n", CLEAN, FIVE
    )
    assert "1 row of 2 matched" in named.out
    assert "no recording 'absent'" in named.out


@pytest.mark.parametrize(
    "text",
    [
        "",
        "split_5yd_s\n1.5\n",
        "rep,time\n1,2\n",
        "rep,split_5yd_s\n1,fast\n",
        "rep,split_5yd_s\n1.5,1.5\n",
    ],
)
def test_a_reference_that_says_nothing_is_refused(tmp_path: Path, text: str) -> None:
    assert_one_sentence(with_reference(tmp_path, text, CLEAN))


def test_a_bad_recording_does_not_stop_the_comparison(tmp_path: Path) -> None:
    (tmp_path / "bad.mcap").write_bytes(b"no recording")
    ran = sledmon("compare", CLEAN, tmp_path / "bad.mcap")
    assert_one_sentence(ran)
    assert "mean (SD)" in ran.out


def test_times_between_gates_are_added_where_they_are_not_given() -> None:
    values = {"split_5yd_s": 1.5, "split_10yd_s": 2.4, "peak_velocity_mps": 5.0}
    assert with_intervals(values)["split_5_10yd_s"] == pytest.approx(0.9)
    assert with_intervals(values | {"split_5_10yd_s": 0.91})["split_5_10yd_s"] == 0.91
    assert in_order(with_intervals(values)) == [
        "split_5yd_s",
        "split_10yd_s",
        "split_5_10yd_s",
        "peak_velocity_mps",
    ]


def test_a_copy_of_a_recording_counts_once_and_is_told(tmp_path: Path) -> None:
    copy = tmp_path / "copy.mcap"
    copy.write_bytes(CLEAN.read_bytes())
    alone = sledmon("compare", CLEAN, "--format", "json")
    both = sledmon("compare", CLEAN, copy, "--format", "json")
    assert both.code == 0
    assert f"{copy} is a copy of {CLEAN}" in both.err.replace("\n", " ")
    assert json.loads(both.out) == json.loads(alone.out)
