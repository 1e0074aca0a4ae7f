"""LSL: a real inlet gets every sample at its own time, reps as markers, and nobody's name."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sledmon.decode import Decoder
from sledmon.present.lsl import IMU, MOTION, LslOutlets
from sledmon.recording import RecordingWriter
from sledmon.rig import parse_rig
from sledmon.samples import Connected, FloatArray, Opened, Record
from tests.cli.command import sledmon
from tests.pipeline.sessions import path_of, records_of, session_of

pylsl = pytest.importorskip("pylsl")


@pytest.fixture(scope="module", autouse=True)
def own_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A lab of this test's own, on this machine alone; liblsl reads it when it is first used."""
    config = tmp_path_factory.mktemp("lsl") / "lsl_api.cfg"
    config.write_text(
        f"[lab]\nSessionID = {uuid.uuid4().hex}\n[multicast]\nResolveScope = machine\n"
        "[log]\nlevel = -3\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSLAPICFG", str(config))
        yield


NAME = "simulated-clean-10yd"
LANE = "-lane-7"  # not the names of the process beside
STREAMS = tuple(f"sledmon-{what}{LANE}" for what in ("motion", "imu", "events"))
MOTION_STREAM, IMU_STREAM, EVENT_STREAM = STREAMS


class Lab:
    """A lab's recorder beside: one inlet a stream."""

    def __init__(self, names: tuple[str, ...] = STREAMS) -> None:
        self.inlets: dict[str, Any] = {}
        for name in names:
            (info,) = pylsl.resolve_byprop("name", name, minimum=1, timeout=20.0)
            inlet = pylsl.StreamInlet(info, max_buflen=3600)
            inlet.open_stream(timeout=10.0)
            self.inlets[name] = inlet

    def taken(self, name: str, samples: int) -> tuple[list[Any], FloatArray]:
        """Samples and their times, once so many have come."""
        rows: list[Any] = []
        times: list[float] = []
        while len(rows) < samples:
            got, stamps = self.inlets[name].pull_chunk(timeout=10.0, max_samples=samples)
            assert stamps, f"{name}: {len(rows)} of {samples} samples came"
            rows += [*got]
            times += stamps
        return rows, np.array(times)


def connected_at(records: tuple[Record, ...]) -> int:
    """How many records there are when both sensors are there."""
    places = [place for place, record in enumerate(records) if isinstance(record, Connected)]
    return places[1] + 1


@pytest.fixture(scope="module")
def heard() -> Iterator[tuple[LslOutlets, Lab]]:
    """A whole session offered with a lab listening, as fast as it goes."""
    records = records_of(NAME)
    outlets = LslOutlets(LANE)
    first = connected_at(records)
    for record in records[:first]:
        outlets.write(record)
    lab = Lab()
    for record in records[first:]:
        outlets.write(record)
    outlets.show(session_of(records).reps)
    yield outlets, lab
    for inlet in lab.inlets.values():
        inlet.close_stream()


def decoded() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Times and values of the belt, and times of the tether, in order of arrival."""
    records = records_of(NAME)
    assert isinstance(records[0], Opened)
    decoder = Decoder()
    decoder.set_rig(parse_rig(records[0].rig_toml, where="rig"))
    first = connected_at(records)
    decoder.push(records[:first], 0)  # before anybody listened
    out = decoder.push(records[first:], first)
    belt = [block for block in out.imu if not block.late]
    return (
        np.concatenate([block.time_s for block in belt]),
        np.concatenate([np.hstack([b.acc_sensor_mps2, b.gyr_sensor_radps]) for b in belt]),
        np.concatenate([block.time_s for block in out.encoder if not block.late]),
    )


def test_every_belt_sample_arrives_with_its_own_time(heard: tuple[LslOutlets, Lab]) -> None:
    belt_s, values, _ = decoded()
    rows, times_s = heard[1].taken(IMU_STREAM, len(belt_s))
    np.testing.assert_allclose(np.array(rows), values, rtol=1e-6, atol=1e-6)  # float32
    # One offset for all, once it is learnt.
    learnt = belt_s > 3.0
    offsets_s = (times_s - belt_s)[learnt]
    assert np.ptp(offsets_s) < 1e-6


def test_the_motion_is_that_of_the_tether(heard: tuple[LslOutlets, Lab]) -> None:
    *_, tether_s = decoded()
    rows, times_s = heard[1].taken(MOTION_STREAM, len(tether_s))
    motion = np.array(rows)
    learnt = tether_s > 3.0
    assert np.ptp((times_s - tether_s)[learnt]) < 1e-6
    fastest = max(
        rep.estimates.peak_velocity_mps.value for rep in session_of(records_of(NAME)).reps
    )
    assert motion[:, 1].max() == pytest.approx(fastest, rel=0.1)
    assert np.all(motion[learnt, 2] > 0.0)


def test_reps_are_marked_where_they_began_and_ended(heard: tuple[LslOutlets, Lab]) -> None:
    reps = session_of(records_of(NAME)).reps
    events = sum(1 for record in records_of(NAME) if type(record).__name__ == "Event")
    rows, times_s = heard[1].taken(EVENT_STREAM, events + 2 * len(reps))
    marks = [json.loads(row[0]) for row in rows]
    starts_s = times_s[[mark["event"] == "rep_start" for mark in marks]]
    ends_s = times_s[[mark["event"] == "rep_end" for mark in marks]]
    expected_s = [rep.estimates.end_s - rep.estimates.start_s for rep in reps]
    np.testing.assert_allclose(ends_s - starts_s, expected_s, atol=1e-6)
    apart_s = np.diff([rep.estimates.start_s for rep in reps])
    np.testing.assert_allclose(np.diff(starts_s), apart_s, atol=1e-6)
    assert [mark["rep"] for mark in marks if mark["event"] == "rep_end"] == [1, 2, 3, 4][
        : len(reps)
    ]
    named = [mark for mark in marks if mark["event"] == "athlete"]
    assert named
    assert all("value" not in mark for mark in named)
    assert "Demo" not in json.dumps(marks)  # the athlete's name


def test_streams_describe_themselves_by_sensor_and_not_by_athlete(
    heard: tuple[LslOutlets, Lab],
) -> None:
    for name, channels in ((MOTION_STREAM, MOTION), (IMU_STREAM, IMU)):
        info = heard[1].inlets[name].info(timeout=10.0)
        assert info.get_channel_labels() == [channel.label for channel in channels]
        assert info.get_channel_units() == [channel.unit for channel in channels]
        assert info.get_channel_types() == [channel.kind for channel in channels]
        serial = info.desc().child("acquisition").child_value("serial_number")
        assert serial
        assert info.source_id() == f"{name}-{serial}"
        assert "Demo" not in info.as_xml()
    assert heard[1].inlets[MOTION_STREAM].info(timeout=10.0).type() == "MoCap"


def test_it_is_told_whether_anybody_listened(heard: tuple[LslOutlets, Lab]) -> None:
    assert [line.rpartition(", ")[2] for line in heard[0].told()] == ["listened to"] * 3
    alone = LslOutlets("-alone")
    for record in records_of(NAME)[:200]:
        alone.write(record)
    assert {line.rpartition(", ")[2] for line in alone.told()} == {"nobody listened"}


def test_a_replay_offers_samples_at_the_time_they_would_have_come(tmp_path: Path) -> None:
    """In a process of its own, at its own pace; stamps keep to the lab's clock."""
    records = records_of(NAME)
    cut = tmp_path / "cut.mcap"
    with RecordingWriter(cut) as writer:
        for record in records:
            if record.received_ns < records[0].received_ns + 6_000_000_000:
                writer.write(record)
    command = [sys.executable, "-m", "sledmon", "replay", str(cut), "--lsl"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        lab = Lab(("sledmon-imu",))
        _, times_s = lab.taken("sledmon-imu", 300)
        late_s = pylsl.local_clock() - times_s[-1]
        _, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    # Ten samples wait in the sensor for one another, and the replay lets records through in fours.
    assert 0.0 < late_s < 0.5
    assert np.median(np.diff(times_s)) == pytest.approx(0.005, rel=0.05)
    assert b"LSL sledmon-imu:" in told
    assert b"listened to" in told


def test_another_pace_is_refused() -> None:
    ran = sledmon("replay", path_of(NAME), "--speed", "max", "--lsl")
    assert ran.code == 2
    assert "only as fast as they were taken" in ran.err


def test_without_pylsl_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "pylsl.py").write_text("raise ImportError('not here')\n")
    program = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from sledmon.cli import main; main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, tmp_path, "replay", path_of(NAME), "--lsl"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 1
    assert ran.stderr == "sledmon: --lsl needs pylsl; install it: pip install 'sledmon[lsl]'\n"
