"""Where results go is tried before the work: one sentence at once, and nothing left behind."""

import os
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import assert_one_sentence, sledmon, sledmon_process
from tests.pipeline.sessions import path_of

CLEAN = path_of("simulated-clean-10yd")
TABLE = "time_s,distance_m\n" + "".join(f"{i / 100},0\n" for i in range(100))
AT_ONCE_S = 5.0  # the sessions played here take 15 s and more

NEW_RECORDINGS = {
    "simulate": ("simulate", "OUT", "--reps", "1"),
    "demo": ("demo", "--reps", "1", "--record", "OUT"),
    "import": ("import", "OUT", "--encoder", "TABLE"),
    "check": ("check", "RECORDING", "--repair", "OUT"),
}
RESULTS = {
    "analyze": ("analyze", "RECORDING", "--output", "OUT"),
    "analyze json": ("analyze", "RECORDING", "--format", "json", "--output", "OUT"),
    "analyze csv": ("analyze", "RECORDING", "--format", "csv", "--output", "OUT"),
    "replay": ("replay", "RECORDING", "--output", "OUT"),
    "replay json": ("replay", "RECORDING", "--format", "json", "--output", "OUT"),
    "demo": ("demo", "--reps", "1", "--output", "OUT"),
    "demo recorded": ("demo", "--reps", "1", "--record", "NEW", "--output", "OUT"),
    "simulate": ("simulate", "NEW", "--reps", "1", "--truth", "OUT"),
}
EVERY = {**{f"new {k}": v for k, v in NEW_RECORDINGS.items()}, **RESULTS}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tether.csv").write_text(TABLE)
    (tmp_path / "kept.mcap").write_bytes(CLEAN.read_bytes())
    (tmp_path / "notes.txt").write_text("older")
    (tmp_path / "sub.mcap").mkdir()
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() if p.is_file() else b"folder" for p in folder.iterdir()}


def refused(folder: Path, arguments: tuple[str, ...], out: Path) -> str:
    """The sentence; at once, without a line of results, and with the folder as it was."""
    before = contents(folder)
    begun_s = time.monotonic()  # noqa: TID251 - a person waits for this
    ran = sledmon(*filled(folder, arguments, out))
    assert time.monotonic() - begun_s < AT_ONCE_S  # noqa: TID251
    assert_one_sentence(ran)
    assert ran.out == ""
    assert str(out) in ran.err
    assert contents(folder) == before
    return ran.err


def filled(folder: Path, arguments: tuple[str, ...], out: Path) -> list[object]:
    names = {
        "OUT": out,
        "RECORDING": folder / "kept.mcap",
        "TABLE": folder / "tether.csv",
        "NEW": folder / "new.mcap",
    }
    return [names.get(argument, argument) for argument in arguments]


@pytest.mark.parametrize("arguments", EVERY.values(), ids=list(EVERY))
def test_a_missing_folder_is_told_before_the_work(arguments: tuple[str, ...], folder: Path) -> None:
    told = refused(folder, arguments, folder / "missing" / "out.mcap")
    assert told.endswith(": its folder does not exist; make it first or choose another\n")


@pytest.mark.parametrize("arguments", EVERY.values(), ids=list(EVERY))
def test_a_folder_is_told_before_the_work(arguments: tuple[str, ...], folder: Path) -> None:
    told = refused(folder, arguments, folder / "sub.mcap")
    assert "is a folder; name a file in it" in told or "exists already" in told


@pytest.mark.parametrize("arguments", EVERY.values(), ids=list(EVERY))
def test_a_file_on_the_way_is_told_before_the_work(
    arguments: tuple[str, ...], folder: Path
) -> None:
    told = refused(folder, arguments, folder / "notes.txt" / "out.mcap")
    if sys.platform != "win32":
        assert "part of its path is a file" in told


@pytest.mark.parametrize("arguments", EVERY.values(), ids=list(EVERY))
def test_a_name_that_no_disk_takes_is_told_before_the_work(
    arguments: tuple[str, ...], folder: Path
) -> None:
    told = refused(folder, arguments, folder / ("x" * 300 + ".mcap"))
    if sys.platform != "win32":
        assert told.endswith(": its name is too long; choose a shorter one\n")


@pytest.mark.parametrize("arguments", EVERY.values(), ids=list(EVERY))
def test_a_folder_without_rights_is_told_before_the_work(
    arguments: tuple[str, ...], folder: Path
) -> None:
    locked = folder / "sub.mcap"
    locked.chmod(0o555)
    try:
        if os.access(locked, os.W_OK):
            pytest.skip("the superuser may write everywhere")
        told = refused(folder, arguments, locked / "out.mcap")
        assert told.endswith(": you have no right to write there; choose another folder\n")
    finally:
        locked.chmod(0o755)


@pytest.mark.parametrize("arguments", EVERY.values(), ids=list(EVERY))
def test_a_recording_is_never_overwritten(arguments: tuple[str, ...], folder: Path) -> None:
    told = refused(folder, arguments, folder / "kept.mcap")
    assert "never overwritten; choose" in told or "stays as it is; name another file" in told


@pytest.mark.parametrize("arguments", NEW_RECORDINGS.values(), ids=list(NEW_RECORDINGS))
def test_a_recording_replaces_nothing_at_all(arguments: tuple[str, ...], folder: Path) -> None:
    (folder / "there.mcap").write_bytes(b"precious")
    assert "never overwritten; choose another name" in refused(
        folder, arguments, folder / "there.mcap"
    )


@pytest.mark.parametrize("arguments", NEW_RECORDINGS.values(), ids=list(NEW_RECORDINGS))
@pytest.mark.parametrize("name", ["x.txt", "x", "x.mcap.bak"])
def test_a_recording_bears_its_suffix(arguments: tuple[str, ...], name: str, folder: Path) -> None:
    told = refused(folder, arguments, folder / name)
    assert told.endswith(f"does not end in .mcap as a recording does; write {name}.mcap\n")


@pytest.mark.parametrize("command", ["demo recorded", "simulate"])
def test_results_do_not_go_into_the_recording_that_is_being_made(
    command: str, folder: Path
) -> None:
    told = refused(folder, RESULTS[command], folder / "new.mcap")
    assert "is to be the recording itself; name another file" in told


@pytest.mark.parametrize("command", ["analyze", "analyze json", "analyze csv"])
def test_older_results_are_replaced(command: str, folder: Path) -> None:
    ran = sledmon(*filled(folder, RESULTS[command], folder / "notes.txt"))
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert "Demo" in (folder / "notes.txt").read_text(encoding="utf-8")


def test_results_may_go_into_what_is_no_file(folder: Path) -> None:
    ran = sledmon("analyze", folder / "kept.mcap", "--format", "json", "--output", os.devnull)
    assert ran.code == 0, ran.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("output_format", ["table", "json"])
def test_a_full_disk_is_told_with_what_to_do(output_format: str) -> None:
    ran = sledmon("analyze", CLEAN, "--format", output_format, "--output", "/dev/full")
    assert_one_sentence(ran)
    assert ran.err == (
        "sledmon: cannot write /dev/full: the disk is full; free some space or choose another"
        " disk\n"
    )


def test_a_new_recording_may_have_its_suffix_in_capitals(folder: Path) -> None:
    ran = sledmon_process("simulate", folder / "NEW.MCAP", "--reps", "1")
    assert (ran.code, ran.err) == (0, "")
    assert (folder / "NEW.MCAP").stat().st_size > 1000
