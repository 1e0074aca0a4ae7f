"""Numbers that no cord and no belt can show are named before anything is written."""

import re
from pathlib import Path

import numpy as np
import pytest

from sledmon.errors import ImportTableError
from sledmon.recording.tables import ImportSummary, import_tables
from sledmon.samples import FloatArray
from sledmon.wire.table import IMU

RATE_HZ = 100


def run_m(time_s: FloatArray) -> FloatArray:
    """A stand of one second, then a run that reaches 9 m/s, the fastest that is known."""
    gone_s = np.maximum(time_s - 1.0, 0.0)
    return 9.0 * (gone_s - 1.3 * (1 - np.exp(-gone_s / 1.3)))


def tether(rate_hz: float = RATE_HZ, seconds: float = 6.0) -> tuple[FloatArray, FloatArray]:
    time_s = np.arange(0.0, seconds, 1 / rate_hz)
    return time_s, run_m(time_s)


def imported(
    folder: Path,
    time_s: FloatArray,
    values: FloatArray,
    *,
    column: str = "distance_m",
    rig: str = "",
    imu: FloatArray | None = None,
) -> ImportSummary:
    (folder / "tether.csv").write_text(table(["time_s", column], time_s, values))
    (folder / "rig.toml").write_text(rig)
    given: dict[str, Path] = {"rig": folder / "rig.toml"} if rig else {}
    if imu is not None:
        (folder / "belt.csv").write_text(table(IMU, np.arange(len(imu)) / 200, *imu.T))
        given["imu"] = folder / "belt.csv"
    return import_tables(folder / "out.mcap", encoder=folder / "tether.csv", **given)


def table(names: "list[str] | tuple[str, ...]", *columns: FloatArray) -> str:
    rows = (",".join(repr(float(value)) for value in row) for row in zip(*columns, strict=True))
    return "\n".join([",".join(names), *rows]) + "\n"


def refused(folder: Path, *arguments: FloatArray, **others: object) -> str:
    with pytest.raises(ImportTableError) as error:
        imported(folder, *arguments, **others)  # type: ignore[arg-type]
    assert not list(folder.glob("*.mcap"))
    assert not list(folder.glob(".*"))
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("row", "factor"), [(215, 10.0), (215, 0.1), (400, 1e4), (400, 1e300), (1, -1e18)]
)
def test_a_slipped_digit_is_named_by_line_and_column(
    tmp_path: Path, row: int, factor: float
) -> None:
    time_s, cord_m = tether()
    cord_m = cord_m + 0.5  # zero anywhere
    cord_m[row] *= factor
    told = refused(tmp_path, time_s, cord_m)
    assert f"tether.csv, line {row + 2}, column distance_m: " in told
    assert re.search(r"correct|delete", told)


def test_the_value_and_the_one_before_and_what_to_do_are_said(tmp_path: Path) -> None:
    time_s, cord_m = tether(seconds=1.0)
    cord_m[:] = 0.43
    cord_m[50] = 43.0
    assert refused(tmp_path, time_s, cord_m).endswith(
        "line 52, column distance_m: 43 comes 0.01 s after 0.43, 4.26e+03 m/s where cord moves at"
        " 15 m/s at most; correct this row or the one before, or import two tables if the reel was"
        " zeroed between them"
    )


@pytest.mark.parametrize("rate_hz", [50, 100, 1000])
@pytest.mark.parametrize(("factor", "unit"), [(1000.0, "mm, divide it by 1000"), (100.0, "cm")])
def test_a_table_in_millimetres_is_refused_with_a_hint(
    tmp_path: Path, rate_hz: float, factor: float, unit: str
) -> None:
    time_s, cord_m = tether(rate_hz)
    told = refused(tmp_path, time_s, np.round(cord_m * factor))
    assert unit in told


def test_lines_are_counted_over_blank_ones(tmp_path: Path) -> None:
    (tmp_path / "tether.csv").write_text("time_s,distance_m\n\n0,0\n\n0.1,0\n0.2,50\n0.3,50\n")
    with pytest.raises(ImportTableError, match=r"tether\.csv, line 6, column distance_m: 50 "):
        import_tables(tmp_path / "out.mcap", encoder=tmp_path / "tether.csv")


def held(rate_hz: float, every: int) -> tuple[FloatArray, FloatArray]:
    time_s, cord_m = tether(rate_hz)
    return time_s, cord_m[np.arange(len(cord_m)) // every * every]


def jittered() -> tuple[FloatArray, FloatArray]:
    time_s, cord_m = tether()
    shaken_s = time_s + np.random.default_rng(1).uniform(-0.0045, 0.0045, len(time_s))
    return shaken_s, cord_m


def with_a_gap() -> tuple[FloatArray, FloatArray]:
    """Paused behind the gate, and back at the line when it goes on."""
    time_s, cord_m = tether()
    return np.append(time_s, time_s[-1] + np.arange(1, 100) / 100 + 60), np.append(
        cord_m, np.zeros(99)
    )


def reeled_in() -> tuple[FloatArray, FloatArray]:
    time_s, cord_m = tether()
    return time_s, 40.0 - cord_m


@pytest.mark.parametrize(
    "rows",
    [
        tether(),
        tether(1000.0),
        tether(20.0),
        held(1000.0, 10),
        held(1000.0, 50),
        (tether(1000.0)[0], np.round(tether(1000.0)[1] / 0.01) * 0.01),
        jittered(),
        with_a_gap(),
        reeled_in(),
        (tether()[0] + 1.7e9, tether()[1] - 3e5),
    ],
    ids=["100 Hz", "1000 Hz", "20 Hz", "held for 10 ms", "held for 50 ms", "in steps of 10 mm",
         "late by turns", "a gap", "reeled in", "since 1970, zero far off"],
)  # fmt: skip
def test_the_fastest_run_there_is_passes(
    tmp_path: Path, rows: tuple[FloatArray, FloatArray]
) -> None:
    assert imported(tmp_path, *rows).rows == {"encoder": len(rows[0])}


def test_a_cord_longer_than_any_is_refused_however_long_the_gap(tmp_path: Path) -> None:
    time_s = np.array([0.0, 0.01, 0.02, 1000.0, 1000.01])
    told = refused(tmp_path, time_s, np.array([0.0, 0.0, 0.0, 130.0, 130.0]))
    assert "line 5, column distance_m: 130 comes 1e+03 s after 0" in told


RIG = "[encoder]\ncounts_per_m = 1000.0\n"


def test_counts_are_judged_by_the_rigs_counts_per_metre(tmp_path: Path) -> None:
    time_s, cord_m = tether()
    counts = np.round(cord_m * 1000)
    told = refused(tmp_path, time_s, counts, column="count", rig=RIG.replace("1000", "100"))
    assert "column count" in told
    assert "rows are like it: the rig says 100 counts per metre; write the true" in told
    slipped = counts.copy()
    slipped[300] *= 10
    told = refused(tmp_path, time_s, slipped, column="count", rig=RIG)
    assert "line 302, column count: " in told
    assert "correct this row" in told
    assert imported(tmp_path, time_s, counts, column="count", rig=RIG).rows == {"encoder": 600}


def test_counts_too_fast_for_the_assumed_scale_ask_for_the_true_one(tmp_path: Path) -> None:
    time_s, cord_m = tether()
    told = refused(tmp_path, time_s, np.round(cord_m * 20_000), column="count")
    assert "the rig does not say, so 5000 counts per metre are assumed; write the true" in told


def test_a_coarse_wheel_may_step_a_whole_count_in_a_millisecond(tmp_path: Path) -> None:
    time_s, cord_m = tether(1000.0)
    rig = RIG.replace("1000", "20")
    assert imported(tmp_path, time_s, np.floor(cord_m * 20), column="count", rig=rig).rows


def belt() -> FloatArray:
    """(n, 6) of a run: gravity, impacts of 12 g, turns of 8 rad/s."""
    rng = np.random.default_rng(2)
    rows = rng.normal(0.0, 2.0, (1000, 6))
    rows[:, 2] += 9.81
    rows[500, :3] = [118.0, -40.0, 9.0]
    rows[500, 3:] = [8.0, -8.0, 3.0]
    return rows


def test_a_belt_of_a_run_passes_without_a_word(tmp_path: Path) -> None:
    summary = imported(tmp_path, *tether(), imu=belt())
    assert summary.rows["imu"] == 1000
    assert not any("acceleration" in note for note in summary.notes)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (0, 1e300, "1e+300 m/s2 is more than any belt IMU measures, 320 m/s2; correct the row"),
        (2, -981.0, "if the column is in mg, multiply it by 0.00980665"),
        (3, -1e18, "-1e+18 rad/s is more than any belt IMU measures, 70 rad/s"),
        (5, 90.0, "if the column is in deg/s, multiply it by 0.0174533"),
    ],
)
def test_what_no_belt_imu_measures_is_named(
    tmp_path: Path, column: int, value: float, said: str
) -> None:
    rows = belt()
    rows[123, column] = value
    told = refused(tmp_path, *tether(), imu=rows)
    assert f"belt.csv, line 125, column {IMU[1 + column]}: " in told
    assert said in told


def test_a_belt_in_g_is_refused_with_a_hint(tmp_path: Path) -> None:
    rows = belt()
    rows[:, :3] /= 9.80665
    told = refused(tmp_path, *tether(), imu=rows)
    assert "belt.csv, line 2, column acc_x_mps2" in told
    assert "as if in g; multiply them by 9.80665" in told


def test_a_belt_without_gravity_is_imported_with_a_note(tmp_path: Path) -> None:
    rows = belt()
    rows[:, 2] -= 9.81
    notes = imported(tmp_path, *tether(), imu=rows).notes
    assert any("belt.csv: acceleration is" in note and "gravity" in note for note in notes)


def test_rows_closer_than_any_sensors_are_refused(tmp_path: Path) -> None:
    time_s, cord_m = tether()
    told = refused(tmp_path, time_s * 1e-6, cord_m * 0.0)
    assert "column time_s: rows are 1e-08 s apart" in told
