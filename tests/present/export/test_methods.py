"""The methods paragraph tells what was done to this recording, and nothing else."""

import re
from pathlib import Path

import pytest

import sledmon
from sledmon.present.export.methods import methods_text
from sledmon.recording import RecordingWriter
from tests.pipeline.sessions import path_of


def without_tether(recording: Path, folder: Path) -> Path:
    """The same session as the belt alone saw it."""
    path = folder / "belt.mcap"
    with RecordingWriter(path) as writer:
        for records in sledmon.load(recording).batches():
            for record in records:
                if getattr(record, "device", "imu") == "imu":
                    writer.write(record)
    return path


def text_of(name: str) -> str:
    return methods_text(sledmon.analyze(path_of(name)))


def test_a_fused_session_says_so_and_a_belt_without_gyro_does_not() -> None:
    fused, alone = text_of("simulated-clean-10yd"), text_of("simulated-polar-h10")
    assert "In 4 reps tether and inertial sensor were fused" in fused
    assert "tether alone" not in fused
    assert "were fused" not in alone
    assert "the belt has no gyro" in alone


def test_parameters_that_were_changed_are_told_as_changed() -> None:
    late = sledmon.RepParams(start_threshold_mps=0.3)
    params = sledmon.PipelineParams(
        finder=sledmon.RepFinderParams(rep=late), plan=sledmon.read_plan("pure-speed")
    )
    text = methods_text(sledmon.analyze(path_of("simulated-clean-10yd"), params))
    assert "first-movement 0.30 m/s" in text
    assert "10 % and 10 % decrement, 5 % loss" in text


@pytest.mark.parametrize("belt_only", [False, True])
def test_every_citation_is_listed_and_every_listed_source_is_cited(
    belt_only: bool, tmp_path: Path
) -> None:
    recording = path_of("simulated-clean-10yd")
    text = methods_text(
        sledmon.analyze(without_tether(recording, tmp_path) if belt_only else recording)
    )
    assert ("could not be measured" in text) == belt_only
    assert ("Split times" in text) != belt_only
    paragraph, references = text.split("## References")
    cited: set[int] = set()
    for first, last in re.findall(r"\[(\d+)(?:-(\d+))?\]", paragraph):
        cited |= set(range(int(first), int(last or first) + 1))
    listed = {int(number) for number in re.findall(r"^(\d+)\. ", references, re.MULTILINE)}
    assert cited == listed


def test_hashes_and_version_stand_in_it() -> None:
    session = sledmon.analyze(path_of("simulated-clean-10yd"))
    text = methods_text(session)
    for part in (session.results.sha256, session.results.software, "simulated-clean-10yd.mcap"):
        assert part in text
