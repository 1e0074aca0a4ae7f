"""``sledmon report``: what is written and what is refused."""

from pathlib import Path

import pytest

from tests.cli.command import assert_one_sentence, sledmon
from tests.pipeline.sessions import path_of

CLEAN = path_of("simulated-clean-10yd")
LOADS = path_of("simulated-5yd-loads")


@pytest.mark.parametrize(("name", "begins"), [("a.html", b"<!doctype"), ("A.PDF", b"%PDF-")])
def test_the_ending_says_what_is_written(name: str, begins: bytes, tmp_path: Path) -> None:
    ran = sledmon("report", CLEAN, "--output", tmp_path / name)
    assert (ran.code, ran.err) == (0, "")
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_a_newer_report_takes_an_older_ones_place(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("old")
    assert sledmon("report", CLEAN, "--output", tmp_path / "a.html").code == 0
    assert "old" not in (tmp_path / "a.html").read_text("utf-8")


@pytest.mark.parametrize("name", ["a.docx", "report", "a.mcap"])
def test_an_unknown_ending_is_refused(name: str, tmp_path: Path) -> None:
    ran = sledmon("report", CLEAN, "--output", tmp_path / name)
    assert_one_sentence(ran)
    assert ".html" in ran.err
    assert not (tmp_path / name).exists()


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    for output in (tmp_path / "none" / "a.html", tmp_path / "folder.html"):
        (tmp_path / "folder.html").mkdir(exist_ok=True)
        assert_one_sentence(sledmon("report", CLEAN, "--output", output))


def test_a_recording_is_never_written_over(tmp_path: Path) -> None:
    copy = tmp_path / "a.html"
    copy.write_bytes(CLEAN.read_bytes())
    assert_one_sentence(sledmon("report", CLEAN, "--output", copy))
    assert copy.read_bytes() == CLEAN.read_bytes()


def test_somebody_who_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    out = tmp_path / "a.html"
    for recordings in ([CLEAN], [CLEAN, LOADS]):
        ran = sledmon("report", *recordings, "--athlete", "Nobody", "--output", out)
        assert_one_sentence(ran)
        assert "Nobody" in ran.err
    assert not out.exists()


def test_several_recordings_are_one_athlete_over_time(tmp_path: Path) -> None:
    out = tmp_path / "a.html"
    assert sledmon("report", CLEAN, LOADS, "--athlete", "Demo", "--output", out).code == 0
    text = out.read_text("utf-8")
    season, of_folder = tmp_path / "season", tmp_path / "b.html"
    season.mkdir()
    for recording in (CLEAN, LOADS):
        (season / f"{recording.parent.name}.mcap").write_bytes(recording.read_bytes())
    assert sledmon("report", season, "--output", of_folder).code == 0
    assert "over 2 sessions" in of_folder.read_text("utf-8")
    assert "over 2 sessions" in text
    assert "Over 5 yd" in text
    assert "Over 10 yd" in text


def test_another_plan_moves_the_lines(tmp_path: Path) -> None:
    for name, plan in (("a.html", ()), ("b.html", ("--plan", "pure-speed"))):
        sledmon("report", CLEAN, *plan, "--output", tmp_path / name)
    assert "strength, 25 %" in (tmp_path / "a.html").read_text("utf-8")
    assert "strength, 10 %" in (tmp_path / "b.html").read_text("utf-8")


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mcap").write_text("no recording")
    assert_one_sentence(sledmon("report", tmp_path / "a.mcap", "--output", tmp_path / "a.html"))
