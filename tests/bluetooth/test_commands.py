"""``sledmon scan`` and ``sledmon live`` as a coach runs them, with bluetoothd a fake."""

import asyncio
import json
from pathlib import Path

import numpy as np

from sledmon.recording import open_recording
from sledmon.samples import Event
from sledmon.twin import SessionParams, simulate
from sledmon.twin.firmware_params import belt, tether
from tests.bluetooth.command import Said, command, ran
from tests.bluetooth.fake_bluez.sensor import Motion
from tests.bluetooth.fake_world import FakeSensor, FakeWorld
from tests.bluetooth.host import until
from tests.cli.command import sledmon

BELT = belt("SM-B-2600017")
TETHER = tether("SM-T-2600017")
STILL_S = 3.0
"""Of standing still before the run."""


def _moved() -> tuple[Motion, Motion]:
    """A run of ten yards, then stillness; both wait until they are set off."""
    session = simulate(SessionParams(seed=3, reps=1, unresisted=0, faults="none"))
    start_s = session.truth.reps[0].start_s
    motions = []
    for device in ("imu", "encoder"):
        samples = session.sensors[device].samples
        values = samples.raw if device == "imu" else samples.count  # type: ignore[union-attr]
        first = int(np.searchsorted(samples.time_s, start_s - STILL_S))
        motions.append(Motion(samples=values[first:].astype(np.int64), waits=True))
    return motions[0], motions[1]


def _assert_one_sentence(said: Said, *words: str) -> None:
    assert said.code == 1, said
    assert said.err.count("\n") == 1, said
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err


async def _stream_for_a_while(*sensors: FakeSensor) -> None:
    wanted = [len(sensor.delivered()) + 10 for sensor in sensors]
    await until(
        lambda: all(
            len(sensor.delivered()) >= count for sensor, count in zip(sensors, wanted, strict=True)
        )
    )


async def test_scan_lists_the_sensors_in_range_as_table_and_as_json(
    world: FakeWorld, tmp_path: Path
) -> None:
    world.power_on(BELT).battery(41)
    world.power_on(TETHER)
    table = await ran(tmp_path, "scan", "--seconds", "1.5")
    assert (table.code, table.err) == (0, "")
    for word in ("sledmon belt 0017", "tether encoder", "C0:FF:EE:00:00:01", "41 %", "dBm"):
        assert word in table.out
    rows = json.loads((await ran(tmp_path, "scan", "--seconds", "1.5", "--format", "json")).out)
    assert {row["address"]: row["battery_percent"] for row in rows} == {
        "C0:FF:EE:00:00:01": 41,
        "C0:FF:EE:00:00:02": 100,
    }
    assert {row["kind"] for row in rows} == {"belt IMU", "tether encoder"}
    assert all(-90 < row["signal_dbm"] < -30 and row["adapter"] == "hci0" for row in rows)


async def test_live_finds_its_sensors_records_a_run_and_is_replayed_byte_for_byte(
    world: FakeWorld, tmp_path: Path
) -> None:
    recording, results = tmp_path / "live.mcap", tmp_path / "live.json"
    moved = _moved()
    imu = world.power_on(BELT, moved[0])
    world.power_on(TETHER, moved[1])
    async with command(
        tmp_path, "live", "--record", recording, "--format", "json", "--output", results
    ) as live:
        await live.says("belt 0017: streaming", "tether 0017: streaming")
        live.enter("athlete Ana", "load_lb 10", "rubbish 7", "", "sled_kg 15")
        world.set_off()
        await live.says("rep 1  Ana")
        live.interrupt()
        said = await live.end()
    assert said.code == 0, said
    assert "not taken: unknown event 'rubbish'" in said.out
    assert "taken: load_kg 4.5359" in said.out
    assert f"Recorded: {recording}" in said.err
    assert "Traceback" not in said.err
    assert not imu.state()["streaming"]
    (rep,) = json.loads(results.read_bytes())["reps"]
    assert rep["athlete"] == "Ana"
    assert round(rep["load_kg"], 2) == 4.54
    events = [
        (record.kind, record.value)
        for batch in open_recording(recording).batches()
        for record in batch
        if isinstance(record, Event)
    ]
    assert events == [("athlete", "Ana"), ("load_kg", "4.5359"), ("sled_kg", "15.0")]
    assert (await asyncio.to_thread(sledmon, "check", recording)).code == 0
    analyzed = await asyncio.to_thread(sledmon, "analyze", recording, "--format", "json")
    assert analyzed.out.encode() == results.read_bytes()


async def test_a_second_ctrl_c_ends_at_once_and_the_recording_is_whole_up_to_there(
    world: FakeWorld, tmp_path: Path
) -> None:
    world.power_on(BELT)
    world.power_on(TETHER)
    world.timing(disconnect_s=60.0)
    recording = tmp_path / "live.mcap"
    async with command(tmp_path, "live", "--record", recording) as live:
        await live.says("belt 0017: streaming", "tether 0017: streaming")
        live.interrupt()
        await live.says("belt 0017: stopped")
        live.interrupt()
        began_s = asyncio.get_running_loop().time()
        said = await live.end()
    assert asyncio.get_running_loop().time() - began_s < 3.0
    assert said.code != 0
    assert "Traceback" not in said.err
    assert f"Recorded: {recording}" in said.err
    checked = await asyncio.to_thread(sledmon, "check", recording)
    assert checked.code == 0
    assert "damaged" not in checked.out


async def test_live_remembers_its_sensors_and_will_not_guess_between_two(
    world: FakeWorld, tmp_path: Path
) -> None:
    imu, encoder = world.power_on(BELT), world.power_on(TETHER)
    ids = ("--imu", "0017", "--encoder", "0017")
    async with command(tmp_path, "live", *ids, "--record", tmp_path / "1.mcap") as first:
        await first.says("belt 0017: streaming", "tether 0017: streaming")
        first.interrupt()
        assert (await first.end()).code == 0
    other = world.power_on(belt("SM-B-2600018"))
    async with command(tmp_path, "live", "--format", "json") as second:
        await _stream_for_a_while(imu, encoder)
        second.interrupt()
        said = await second.end()
    assert said.code == 0, said
    document = json.loads(said.out)
    assert document["quality"]["imu"]["samples"] > 50
    assert Path(document["recording"]["path"]).parent == tmp_path / "share/sledmon/recordings"
    assert not other.delivered()
    # Another computer has nothing to remember.
    said = await ran(tmp_path / "elsewhere", "live", "--record", tmp_path / "3.mcap")
    _assert_one_sentence(said, "belt 0017", "belt 0018", "choose with --imu ID")
    assert not (tmp_path / "3.mcap").exists()
    ids = ("--imu", "0018", "--encoder", "0017")
    recording = tmp_path / "4.mcap"
    async with command(tmp_path / "elsewhere", "live", *ids, "--record", recording) as named:
        await named.says("belt 0018: streaming", "tether 0017: streaming")
        named.interrupt()
        assert (await named.end()).code == 0


async def test_live_without_bluetooth_says_what_to_do(world: FakeWorld, tmp_path: Path) -> None:
    world.switch("hci0", on=False)
    said = await ran(tmp_path, "live", "--record", tmp_path / "off.mcap")
    _assert_one_sentence(said, "Bluetooth is off; turn it on")
    world.crash()
    _assert_one_sentence(await ran(tmp_path, "scan"), "sledmon doctor")
    world.revive()
    assert not (tmp_path / "off.mcap").exists()


async def test_a_disk_that_fills_up_ends_the_recording_but_not_the_session(
    world: FakeWorld, tmp_path: Path
) -> None:
    recording = tmp_path / "full.mcap"
    moved = _moved()
    world.power_on(BELT, moved[0])
    world.power_on(TETHER, moved[1])
    async with command(
        tmp_path, "live", "--library", "none", "--record", recording, disk_bytes=8_000
    ) as live:
        await live.says("belt 0017: streaming", "tether 0017: streaming")
        world.set_off()
        await live.says("10 yd")  # the rep's line, long after the disk was full
        live.interrupt()
        said = await live.end()
    assert said.code == 0, said
    assert said.err.count("the disk is full") == 1
    assert said.err.count(f"cannot go on writing {recording}") == 1
    assert "Traceback" not in said.err
    assert (await ran(tmp_path, "check", recording)).code == 0
    assert (await ran(tmp_path, "analyze", recording)).code == 0


async def test_doctor_and_probe_meet_a_sensor_over_bluetooth(
    world: FakeWorld, tmp_path: Path
) -> None:
    world.power_on(BELT)
    doctor = await ran(tmp_path, "doctor", "--format", "json")
    rows = {row["what"]: row for row in json.loads(doctor.out)}
    assert rows["Bluetooth"]["seen"] == "works; heard sledmon belt 0017"
    assert rows["Bluetooth"]["state"] == "ok"
    probed = await ran(tmp_path, "probe", "0017", "--seconds", "6", "--format", "json")
    document = json.loads(probed.out)
    assert [row for row in document["findings"] if row["outcome"] == "fail"] == []
    assert (probed.code, document["sensor"]) == (0, "sledmon belt 0017")
