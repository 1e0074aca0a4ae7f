"""``sledmon export`` and parquet from ``analyze``: what is there, and what is refused."""

from pathlib import Path

import pandas as pd
import pytest

import sledmon as sledmon_api
from tests.cli.command import assert_one_sentence, sledmon
from tests.pipeline.sessions import path_of

H10 = path_of("simulated-polar-h10")


@pytest.mark.parametrize("form", ["csv", "mcap"])
def test_an_export_names_the_files_it_wrote(form: str, tmp_path: Path) -> None:
    ran = sledmon("export", H10, "--to", form, "--output", tmp_path / "out")
    assert (ran.code, ran.err) == (0, "")
    for path in (tmp_path / "out").iterdir():
        assert path.name in ran.out


def test_what_stands_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "reps.csv").write_text("mine")
    ran = sledmon("export", H10, "--to", "csv", "--output", tmp_path)
    assert_one_sentence(ran)
    assert "holds reps.csv already" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["reps.csv"]
    assert (tmp_path / "reps.csv").read_text() == "mine"


def test_a_folder_may_hold_other_files(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert sledmon("export", H10, "--to", "xlsx", "--output", tmp_path).code == 0
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_folder_that_cannot_be_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "none" / "out", tmp_path / "file" / "out"):
        ran = sledmon("export", H10, "--to", "csv", "--output", folder)
        assert_one_sentence(ran)
        assert folder.name in ran.err


def test_an_unknown_form_is_wrong_usage(tmp_path: Path) -> None:
    ran = sledmon("export", H10, "--to", "spss", "--output", tmp_path / "out")
    assert ran.code == 2
    assert not (tmp_path / "out").exists()


def test_what_is_no_recording_is_refused_and_leaves_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a.mcap").write_text("no recording")
    assert_one_sentence(
        sledmon("export", tmp_path / "a.mcap", "--to", "csv", "--output", tmp_path / "o")
    )
    assert not (tmp_path / "o").exists()


def test_an_exported_mcap_is_told_apart_from_a_recording(tmp_path: Path) -> None:
    sledmon("export", H10, "--to", "mcap", "--output", tmp_path / "out")
    ran = sledmon("analyze", tmp_path / "out" / "session.mcap")
    assert_one_sentence(ran)
    assert "not of sledmon" in ran.err


def test_analyze_writes_parquet_into_a_file_only(tmp_path: Path) -> None:
    assert sledmon("analyze", H10, "--format", "parquet").code == 2
    out = tmp_path / "reps.parquet"
    other = tmp_path / "other.mcap"
    other.write_bytes(H10.read_bytes())
    assert sledmon("analyze", H10, other, "--format", "parquet", "--output", out).code == 0
    assert len(pd.read_parquet(out)) == 2 * len(sledmon_api.analyze(H10).reps)
