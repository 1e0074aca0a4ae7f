"""The scripts of an export in R and Octave: `make test-science`; skipped where neither is."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import sledmon
from sledmon.analysis.rep_tables import reps_table
from sledmon.present.export.folder import Form, export_session
from tests.pipeline.sessions import path_of

SHORT = path_of("simulated-false-starts")


def run(program: str, *arguments: str, cwd: Path) -> str:
    """What a program prints."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    ran = subprocess.run([found, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def session() -> sledmon.Session:
    return sledmon.analyze(SHORT)


@pytest.fixture(scope="module")
def folder(session: sledmon.Session, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("science") / "out"
    export_session(session, Form.CSV, out)
    return out


def expected(session: sledmon.Session) -> list[float]:
    """What both languages are asked to print: sums, counts of unknown, texts with commas."""
    reps, samples, imu = (session.table(name) for name in ("reps", "samples", "imu"))
    window, notes = reps["window_velocity_mps"], reps["notes"]
    return [
        len(reps),
        float(np.nansum(window)),
        int(np.isnan(window).sum()),
        float(samples["velocity_mps"].sum()),
        float(imu["acc_x_mps2"].sum()),
        len(notes[2]),
        int(reps["complete"].sum()),
    ]


def test_r_loads_the_same_values(session: sledmon.Session, folder: Path) -> None:
    told = run(
        "Rscript",
        "-e",
        'source("load_session.R"); t <- load_session(); w <- t$reps$window_velocity_mps;'
        "cat(sprintf('%.9f', c(nrow(t$reps), sum(w, na.rm = TRUE), sum(is.na(w)),"
        "sum(t$samples$velocity_mps), sum(t$imu$acc_x_mps2), nchar(t$reps$notes[3]),"
        "sum(t$reps$complete))))",
        cwd=folder,
    )
    assert np.allclose(np.array(told.split(), float), expected(session), rtol=1e-9)


def test_r_prints_a_summary_when_run_by_itself(folder: Path) -> None:
    told = run("Rscript", "load_session.R", cwd=folder)
    assert "reps: 3 rows" in told
    assert "window_velocity_mps" in told


def test_octave_loads_the_same_values(session: sledmon.Session, folder: Path) -> None:
    told = run(
        "octave-cli",
        "--eval",
        "t = load_session('.'); w = t.reps.window_velocity_mps;"
        "printf('%.9f\\n', numel(t.reps.rep), sum(w(~isnan(w))), sum(isnan(w)),"
        "sum(t.samples.velocity_mps), sum(t.imu.acc_x_mps2), numel(t.reps.notes{3}),"
        "sum(t.reps.complete))",
        cwd=folder,
    )
    assert np.allclose(np.array(told.split(), float), expected(session), rtol=1e-9)


def test_r_knows_every_text_column_by_name(session: sledmon.Session, folder: Path) -> None:
    script = (folder / "load_session.R").read_text()
    for column in reps_table([("", session.results)]).columns:
        quoted = f'"{column.name}"' in script
        assert quoted == (column.kind in ("text", "boolean")), column.name


def test_r_reads_the_workbook(session: sledmon.Session, tmp_path: Path) -> None:
    export_session(session, Form.XLSX, tmp_path / "out")
    if "TRUE" not in run(
        "Rscript", "-e", 'cat(requireNamespace("readxl", quietly=TRUE))', cwd=tmp_path
    ):
        pytest.skip("R's package readxl is not installed")
    told = run(
        "Rscript", "-e",
        'source("load_session.R"); t <- load_session(); cat(sprintf("%.9f",'
        "c(nrow(t$reps), sum(t$samples$velocity_mps), sum(t$reps$complete))))",
        cwd=tmp_path / "out",
    )  # fmt: skip
    values = expected(session)
    assert np.allclose(np.array(told.split(), float), [values[0], values[3], values[6]])
