"""Tables of other systems: known by their header, read in their units, refused where too little."""

from pathlib import Path

import numpy as np
import pytest

from sledmon.errors import ImportTableError
from sledmon.estimate.sprint.curves import distance_at, time_at
from sledmon.recording import ImportSummary, import_tables, open_recording
from sledmon.samples import FloatArray, Packet
from sledmon.wire.table import unpack_rows
from tests.cli.command import sledmon
from tests.pipeline.sessions import session_of

EXPECTED = [[0.0, 0.0], [0.5, 0.9144], [1.0, 2.7432]]
PULSE_M = 0.0030321
MSS_MPS, MAC_MPS2, STILL_S = 5.6, 6.2, 2.0


def made(folder: Path, text: str, rig: str = "") -> ImportSummary:
    (folder / "tether.csv").write_text(text, encoding="utf-8")
    (folder / "rig.toml").write_text(rig)
    return import_tables(
        folder / "run.mcap",
        encoder=folder / "tether.csv",
        rig=folder / "rig.toml" if rig else None,
    )


def rows(folder: Path) -> FloatArray:
    batches = open_recording(folder / "run.mcap").batches()
    packets = [record for batch in batches for record in batch if isinstance(record, Packet)]
    return np.concatenate([unpack_rows(packet.payload, 2) for packet in packets])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time,distance,velocity,raw_velocity\n0,0,0,0\n.5,.9144,0,0\n1,2.7432,0,0\n", "DynaSpeed"),
        (
            "Time [s];Position [m];Speed [m/s];Acceleration [m/s2];Force [N]\n"
            "0;0;0;0;0\n0,5;0,9144;0;0;0\n1;2,7432;0;0;0\n",
            "1080 Sprint's samples (layout assumed)",
        ),
        ("Time (ms),Distance (yd)\n0,0\n500,1\n1000,3\n", "generic"),
        ("t_us,pos_mm\n0,0\n500000,914.4\n1000000,2743.2\n", "generic"),
        (
            "lap,Time,Distance_cm\n1,0,0\n1,0.5,91.44\n1,1,274.32\n",
            "Time names no unit, s is assumed",
        ),
    ],
)
def test_times_and_places_are_read_in_their_units(tmp_path: Path, text: str, said: str) -> None:
    summary = made(tmp_path, text)
    np.testing.assert_allclose(rows(tmp_path), EXPECTED, atol=1e-12)
    assert any(said in note for note in summary.notes)
    assert open_recording(tmp_path / "run.mcap").attachments()[0][2] == text.encode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time,velocity\n0,0\n1,2\n", "holds speed but no distance"),
        ("Time [s],Speed [m/s]\n0,0\n1,2\n", "holds speed but no distance"),
        ("time,distance,position\n0,0,0\n1,2,2\n", "distance is a distance too; remove one"),
        ("time [min],distance\n0,0\n1,2\n", "its unit 'min' is not known"),
        ("time [m],distance\n0,0\n1,2\n", "its unit 'm' is not known"),
        ("Client,TopSpeed,0-5m Time [s]\nAna,5.1,1.9\n", "a row a run"),
        ("Athlete,5m,10m\nAna,1.2,1.9\n", "a row a run"),
        ("a,b\n0,0\n1,2\n", "column time_s: missing"),
        ("time [ms],distance\n0,0\n10,0.1\n5,0.2\n", "does not come after"),
        ("time [ms],distance\n0,0\n10,0.1\n20,9\n", "cord moves at"),
        ("Pulses;Time(useconds);Force(N)\n0;1;0\n40;x;0\n", "line 3, column Time(useconds)"),
        ("Pulses;Time(useconds);Force(N)\n0;1;0\n4;90000;0\n4000;99000;0\n", "line 4"),
    ],
)
def test_what_says_too_little_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ImportTableError) as refused:
        made(tmp_path, text)
    assert said in str(refused.value)
    assert not (tmp_path / "run.mcap").exists()


def race_analyzer(pulses_a_row: int = 40, sign: int = 1) -> str:
    """A run of 12 m as the device tells it: a row each time so many pulses have come."""
    edges_m = np.arange(PULSE_M * pulses_a_row, 12.0, PULSE_M * pulses_a_row)
    times_s = STILL_S + time_at(edges_m, MSS_MPS, MAC_MPS2)
    lines = [f"{sign * pulses_a_row};{round(1e6 * time_s)};0" for time_s in times_s]
    return "\n".join(["Pulses;Time(useconds);Force(N)", "0;1;0", *lines]) + "\n"


@pytest.mark.parametrize("sign", [1, -1])
def test_a_race_analyzers_run_has_its_true_splits(tmp_path: Path, sign: int) -> None:
    summary = made(tmp_path, race_analyzer(sign=sign))
    assert any("329.8 pulses a metre" in note and "assumed" in note for note in summary.notes)
    records = [r for batch in open_recording(tmp_path / "run.mcap").batches() for r in batch]
    (rep,) = session_of(records).reps
    for split in rep.estimates.splits:
        true_s = STILL_S + float(time_at(split.distance_m, MSS_MPS, MAC_MPS2))
        assert rep.estimates.start_s + split.time_s.value == pytest.approx(true_s, abs=0.006)
    # First movement: 0.10 m/s comes 16 ms after the model's start.
    assert rep.estimates.start_s == pytest.approx(STILL_S + 0.016, abs=0.03)


@pytest.mark.parametrize(
    ("places_m", "told"), [((0, -3, -6), True), ((0, 3, 6), False), ((5, 2, 9), False)]
)
def test_cord_told_the_other_way_round_is_noted(
    tmp_path: Path, places_m: tuple[int, ...], told: bool
) -> None:
    lines = [f"{second},{place}" for second, place in enumerate(places_m)]
    summary = made(tmp_path, "\n".join(["time_s,distance_m", *lines]) + "\n")
    assert any("change the column's sign" in note for note in summary.notes) == told


def test_a_race_analyzers_path_goes_through_its_rows(tmp_path: Path) -> None:
    made(tmp_path, race_analyzer(), rig=f"[encoder]\ncounts_per_m = {1 / PULSE_M}\n")
    time_s, place_m = rows(tmp_path).T
    running = (time_s > STILL_S + 0.3) & (place_m < 11.0)
    true_m = distance_at(time_s[running] - STILL_S, MSS_MPS, MAC_MPS2)
    np.testing.assert_allclose(place_m[running], true_m, atol=0.001)
    assert np.all(place_m[time_s < STILL_S - 0.1] == 0.0)


def test_a_real_dynaspeed_file_is_imported_as_it_is(shared_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "run.mcap"
    ran = sledmon("import", out, "--encoder", shared_data / "tether_sprint" / "dynaspeed.csv")
    assert (ran.code, ran.err) == (0, "")
    assert "read as a MuscleLab DynaSpeed's: time and distance" in ran.out
    assert "not used: velocity, raw_velocity" in ran.out
    csv = sledmon("analyze", out, "--format", "csv").out.splitlines()
    assert len(csv) == 2


def test_real_speed_by_time_is_refused(shared_data: Path, tmp_path: Path) -> None:
    radar = shared_data / "radar_sprint" / "radar.csv"
    ran = sledmon("import", tmp_path / "run.mcap", "--encoder", radar)
    assert ran.code == 1
    assert "holds speed but no distance" in ran.err
