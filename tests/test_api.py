"""The Python face: cheap to import, one path, and results that say how they were made."""

import json
import subprocess
import sys
import timeit
from pathlib import Path

import numpy as np
import pytest

import sledmon
from sledmon.present.export.results_json import session_document
from tests.cli.command import sledmon as command
from tests.pipeline.sessions import path_of

CLEAN = path_of("simulated-clean-10yd")
SHORT = path_of("simulated-false-starts")


def seconds(code: str) -> float:
    """The quickest of a few fresh interpreters."""
    start = [sys.executable, "-c", code]
    return min(timeit.repeat(lambda: subprocess.run(start, check=True), number=1, repeat=4))


def test_importing_the_package_costs_a_fraction_of_importing_numpy() -> None:
    bare, ours, numpy = (seconds(code) for code in ("pass", "import sledmon", "import numpy"))
    assert ours - bare < 0.5 * (numpy - bare)


@pytest.mark.parametrize(
    ("code", "kept_out"),
    [
        ("import sledmon", {"numpy", "scipy", "PySide6", "sqlalchemy", "bleak", "typer"}),
        ("from sledmon import analyze", {"PySide6", "sqlalchemy", "bleak", "pandas", "typer"}),
    ],
)
def test_the_face_brings_in_nothing_that_it_does_not_use(code: str, kept_out: set[str]) -> None:
    asked = f"{code}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True)
    assert not kept_out & set(json.loads(ran.stdout))


def test_every_name_of_the_face_is_there_and_an_unknown_one_is_not() -> None:
    for name in sledmon.__all__:
        assert getattr(sledmon, name) is not None
    assert 8 <= len(sledmon.__all__) <= 14
    assert set(sledmon.__all__) <= set(dir(sledmon))
    with pytest.raises(AttributeError, match="analise"):
        _ = sledmon.analise


def test_analyze_gives_what_the_command_gives() -> None:
    session = sledmon.analyze(CLEAN)
    told = json.loads(command("analyze", CLEAN, "--format", "json").out)
    assert session_document(session.results, str(CLEAN)) == told


def test_a_recording_may_be_analysed_in_several_ways() -> None:
    recording = sledmon.load(CLEAN)
    late = sledmon.RepParams(start_threshold_mps=0.5)
    params = sledmon.PipelineParams(
        finder=sledmon.RepFinderParams(rep=late), plan=sledmon.read_plan("pure-speed")
    )
    usual, other = sledmon.analyze(recording), sledmon.analyze(recording, params)
    for a, b in zip(usual.reps, other.reps, strict=True):
        assert a.estimates.start_s < b.estimates.start_s
    assert other.plan_of(other.reps[0]).name == "pure-speed"
    assert usual.plan_of(usual.reps[0]).name == ""


def test_results_say_how_they_were_made() -> None:
    session = sledmon.analyze(CLEAN)
    made = session.provenance
    told = json.loads(command("analyze", CLEAN, "--format", "json").out)
    assert (made.software, made.packets_sha256) == (told["sledmon"], told["recording"]["sha256"])
    assert made.recording == "simulated-clean-10yd.mcap"
    assert made.source == "simulated"
    assert made.parameters["finder"]["rep"]["start_threshold_mps"] == 0.10
    assert "standoff_m" in made.rig_toml
    json.dumps(made.document(), allow_nan=False)


def test_the_hash_of_parameters_moves_with_a_parameter_and_with_nothing_else() -> None:
    recording = sledmon.load(CLEAN)
    params = sledmon.PipelineParams(judge=sledmon.JudgeParams(likely=0.9))
    hashes = [
        sledmon.analyze(recording, each).provenance.parameters_sha256
        for each in (None, sledmon.PipelineParams(), params)
    ]
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_frame_has_a_row_a_rep_and_types_that_can_be_computed_with() -> None:
    session = sledmon.analyze(SHORT)
    frame = session.to_frame()
    assert len(frame) == len(session.reps)
    window = [rep.estimates.window.velocity_mps.value for rep in session.reps]
    assert np.allclose(frame["window_velocity_mps"], window, atol=1e-9, equal_nan=True)
    assert frame["unresisted"].dtype == bool
    assert str(frame["steps"].dtype) == "Int64"
    assert frame["window_velocity_mps"].isna().any(), "rep 3 was stopped short"


def test_a_frame_without_pandas_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(sledmon.SledmonError, match="pip install pandas"):
        sledmon.analyze(CLEAN).to_frame()


def test_samples_of_a_path_end_at_the_gate_and_average_to_the_window_velocity() -> None:
    session = sledmon.analyze(CLEAN)
    path = session.samples()
    for rep in session.reps:
        here = (path["rep"] == rep.number) & (path["since_start_s"] >= 0)
        distance, time_s = path["distance_m"][here], path["time_s"][here]
        window = rep.estimates.window
        from_s, to_s = np.interp([window.from_m, window.to_m - 0.05], distance, time_s)
        mean = (window.to_m - 0.05 - window.from_m) / (to_s - from_s)
        assert mean == pytest.approx(window.velocity_mps.value, rel=0.01)


def test_samples_of_a_sensor_are_as_many_as_quality_counts_and_know_their_rep() -> None:
    session = sledmon.analyze(CLEAN)
    for name, quality in (("imu", session.quality.imu), ("encoder", session.quality.encoder)):
        table = session.table(name)
        assert quality is not None
        assert len(table) == quality.samples
        assert np.all(np.diff(table["time_s"]) > 0)
        rep = session.reps[1]
        mine = table["time_s"][table["rep"] == 2]
        assert mine[0] == pytest.approx(rep.estimates.start_s, abs=0.02)
        assert mine[-1] == pytest.approx(rep.estimates.end_s, abs=0.02)
    still = session.samples("imu")
    force = np.sqrt(sum(still[f"acc_{axis}_mps2"] ** 2 for axis in "xyz"))
    assert np.median(force[still["rep"] == np.array(None)]) == pytest.approx(9.81, abs=0.3)


def test_every_column_has_a_short_name_that_ends_in_its_unit_and_a_description() -> None:
    suffixes = {"m/s": "_mps", "s": "_s", "m": "_m", "kg": "_kg", "Hz": "_hz", "rad": "_rad",
                "m/s^2": "_mps2", "rad/s": "_radps"}  # fmt: skip
    session = sledmon.analyze(CLEAN)
    for name in ("reps", "curves", "samples", "imu", "encoder"):
        for column in session.table(name).columns:
            assert len(column.name) <= 30
            assert column.name.isascii()
            assert column.name == column.name.lower()
            assert column.description
            assert column.name.endswith(suffixes.get(column.unit, ""))
            assert bool(column.unit) == column.name.endswith(tuple(suffixes.values()))


@pytest.mark.parametrize("ask", ["path", "nothing"])
def test_what_is_not_there_is_refused_in_a_sentence(ask: str) -> None:
    session = sledmon.analyze(CLEAN)
    with pytest.raises(sledmon.SledmonError, match="ask for one of"):
        session.table(ask)
    with pytest.raises(sledmon.SledmonError, match="has no column 'speed'"):
        session.table("reps")["speed"]


def test_a_recording_that_is_not_there_is_one_of_our_errors(tmp_path: Path) -> None:
    with pytest.raises(sledmon.SledmonError, match="does not exist; check the name"):
        sledmon.analyze(tmp_path / "none.mcap")
