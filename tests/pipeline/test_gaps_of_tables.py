"""Tables whose rows pause, for seconds or for years, in the middle of a run."""

from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from sledmon.pipeline import Pipeline
from sledmon.recording import import_tables, open_recording
from sledmon.results import Session
from sledmon.samples import FloatArray
from sledmon.wire.table import IMU
from tests.pipeline.test_wild_values import tables

PAUSES_S = [2.0, 1e4, 1e8, 3e9]


def imported(folder: Path, tether: FloatArray, belt: FloatArray | None = None) -> Session:
    np.savetxt(folder / "tether.csv", tether, "%.17g", ",", header="time_s,distance_m", comments="")
    given = {}
    if belt is not None:
        given["imu"] = folder / "belt.csv"
        np.savetxt(given["imu"], belt, "%.17g", ",", header=",".join(IMU), comments="")
    import_tables(folder / "out.mcap", encoder=folder / "tether.csv", **given)
    pipeline = Pipeline()
    pipeline.push(list(chain.from_iterable(open_recording(folder / "out.mcap").batches())))
    return pipeline.finish()


def paused(rows: FloatArray, at_s: float, pause_s: float) -> FloatArray:
    return np.column_stack([np.where(rows[:, 0] > at_s, pause_s, 0.0) + rows[:, 0], rows[:, 1:]])


@pytest.mark.parametrize("pause_s", PAUSES_S)
@pytest.mark.parametrize("with_belt", [False, True])
def test_a_pause_in_the_run_ends_the_rep_where_the_rows_end(
    tmp_path: Path, pause_s: float, with_belt: bool
) -> None:
    tether, belt = tables()["encoder"], tables()["imu"]
    (tmp_path / "whole").mkdir()
    (whole,) = imported(tmp_path / "whole", tether, belt if with_belt else None).reps
    five = whole.estimates.splits[0].time_s
    at_s = whole.estimates.start_s + five.value + 0.3
    session = imported(
        tmp_path,
        paused(tether, at_s, pause_s),
        paused(belt, at_s, pause_s) if with_belt else None,
    )
    rep = session.reps[0].estimates
    assert rep.start_s == pytest.approx(whole.estimates.start_s, abs=0.02)
    assert not rep.complete
    assert rep.trust == "poor"
    assert any("the tether fell silent at" in note for note in rep.notes)
    assert rep.splits[0].time_s.value == pytest.approx(five.value, abs=0.02)
    assert not rep.splits[1].time_s.known
    assert all(later.estimates.trust == "poor" for later in session.reps[1:])


@pytest.mark.parametrize("pause_s", PAUSES_S)
def test_a_pause_of_the_belt_alone_is_passed_over(tmp_path: Path, pause_s: float) -> None:
    belt = tables()["imu"]
    (tmp_path / "whole").mkdir()
    late = np.array([[belt[-1, 0] + 1.0, 0.0], [belt[-1, 0] + 1.01, 0.0]])
    (whole,) = imported(tmp_path / "whole", late, belt).reps
    twice = np.vstack([belt, belt + np.eye(7)[0] * (pause_s + belt[-1, 0])])
    session = imported(tmp_path, np.add(late, [pause_s + belt[-1, 0], 0.0]), twice)
    assert [rep.estimates.steps.count for rep in session.reps] == [whole.estimates.steps.count] * 2
