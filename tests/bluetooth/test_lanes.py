"""Whole lanes through unmodified bleak: whatever the field does, nothing is lost in silence.

``lanes.live`` itself asserts that the recording is whole and holds what came, and that stopping
takes a bounded time.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from sledmon.acquire import ble
from sledmon.acquire.ble import BleRadio
from sledmon.acquire.choose import choose, listen
from sledmon.acquire.radio import RadioError
from sledmon.acquire.sensor import Phase
from sledmon.samples import Connected, Lost, Opened, Packet, Record, Tick
from sledmon.twin.firmware_params import belt, tether
from sledmon.wire import uuids
from sledmon.wire.descriptor import unpack_descriptor
from sledmon.wire.stream import Flags, unpack_header
from tests.bluetooth.fake_bluez.words import REFUSALS
from tests.bluetooth.fake_world import FakeSensor, FakeWorld
from tests.bluetooth.host import Host, find, until
from tests.bluetooth.lanes import (
    assert_every_number_is_told,
    belts_of,
    choice_of,
    decoded,
    links,
    live,
    numbers,
    payloads,
)

BELT = belt("SM-B-2600017")
TETHER = tether("SM-T-2600017")


OTHER_TETHER = tether("SM-T-2600018")


def belt_packets(records: Sequence[Record], name: str) -> list[bytes]:
    """What a recording holds of one belt."""
    wearing, came = "", []
    for record in records:
        if isinstance(record, Connected) and record.device == "imu":
            wearing = record.name
        elif isinstance(record, Packet) and record.device == "imu" and wearing == name:
            came.append(record.payload)
    return came


def _rig(world: FakeWorld) -> tuple[FakeSensor, FakeSensor]:
    return world.power_on(BELT), world.power_on(TETHER)


# --- what works ---------------------------------------------------------------------------------


async def test_the_only_two_sensors_heard_are_chosen_without_being_named(world: FakeWorld) -> None:
    imu, encoder = _rig(world)
    imu.battery(57)
    radio = BleRadio()
    chosen = await choose(radio, {}, seconds=1.0)
    assert chosen == (choice_of(imu), choice_of(encoder))
    heard = await listen(radio, 5.0, lambda sensors: len(sensors) == 2)
    assert {one.sighting.battery_percent for one in heard} == {57, 100}


async def test_both_sensors_stream_and_everything_sent_is_recorded(
    world: FakeWorld, tmp_path: Path
) -> None:
    imu, encoder = _rig(world)
    async with live(tmp_path, [imu, encoder]) as running:
        await running.streams(imu, encoder)
        await asyncio.gather(running.packets(imu, 20), running.packets(encoder, 20))
    records = running.recorded()
    assert isinstance(records[0], Opened)
    assert sum(isinstance(record, Tick) for record in records) > 10
    for sensor in (imu, encoder):
        assert payloads(records, sensor) == sensor.delivered()
        assert assert_every_number_is_told(records, sensor) == set()
        assert links(records, sensor) == ["Connected", "Lost"]
    told = {status.address: status for status in running.statuses}
    assert {status.battery_percent for status in told.values()} == {100}
    connected = [record for record in records if isinstance(record, Connected)]
    assert {record.name for record in connected} == {imu.params.name, encoder.params.name}
    assert {unpack_descriptor(one.descriptor).serial for one in connected} == {
        BELT.serial,
        TETHER.serial,
    }


async def test_stopping_says_stop_to_the_sensors_and_waits_for_a_slow_disconnect(
    world: FakeWorld, tmp_path: Path
) -> None:
    world.timing(disconnect_s=2.0)
    imu, encoder = _rig(world)
    async with live(tmp_path, [imu, encoder]) as running:
        await running.streams(imu, encoder)
        await running.packets(imu, 5)
        began_s = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began_s < 5.0
    # A real sensor learns of it a connection event later.
    await until(lambda: not any(sensor.state()["connected"] for sensor in (imu, encoder)))
    for sensor in (imu, encoder):
        assert not sensor.state()["streaming"]
        assert payloads(running.recorded(), sensor) == sensor.delivered()
    (quality,) = (session.quality for session in running.sessions)
    for one in (quality.imu, quality.encoder):
        assert one is not None
        assert one.lost == 0, "the seconds until the link is closed are no gap"


async def test_stopping_takes_no_longer_when_nothing_answers_any_more(
    world: FakeWorld, tmp_path: Path
) -> None:
    imu, encoder = _rig(world)
    missing = world.power_on(belt("SM-B-2600018"))
    missing.out_of_range()
    async with live(tmp_path, [imu, encoder], [missing]) as running:
        await running.streams(imu, encoder)
        imu.stall()
        world.timing(disconnect_s=60.0)
        began_s = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began_s < 6.5


async def test_four_lanes_with_eight_sensors_lose_nothing(world: FakeWorld, tmp_path: Path) -> None:
    rigs = [
        (world.power_on(belt(f"SM-B-260{lane:04}")), world.power_on(tether(f"SM-T-260{lane:04}")))
        for lane in range(4)
    ]
    async with live(tmp_path, *rigs) as running:
        await running.streams(*(sensor for rig in rigs for sensor in rig))
        await asyncio.gather(
            *(running.packets(one, 20, lane) for lane, rig in enumerate(rigs) for one in rig)
        )
    for lane, rig in enumerate(rigs):
        for sensor in rig:
            records = running.recorded(lane)
            assert payloads(records, sensor) == sensor.delivered()
            assert assert_every_number_is_told(records, sensor) == set()


async def test_belts_change_hands_between_two_lanes_and_each_recording_knows_its_own(
    world: FakeWorld, tmp_path: Path
) -> None:
    first, second = world.power_on(BELT), world.power_on(belt("SM-B-2600018"))
    reels = world.power_on(TETHER), world.power_on(tether("SM-T-2600018"))
    came: dict[str, list[bytes]] = {first.address: [], second.address: []}
    for belts in ((first, second), (second, first)):
        lanes = [[one, reel] for one, reel in zip(belts, reels, strict=True)]
        async with live(tmp_path, *lanes) as running:
            await running.streams(*belts, *reels)
            for lane, one in enumerate(belts):
                await running.packets(one, 5, lane)
        for lane, one in enumerate(belts):
            records = running.recorded(lane)
            assert assert_every_number_is_told(records, one) == set()
            came[one.address] += payloads(records, one)
    for one in (first, second):
        assert came[one.address] == one.delivered()


async def test_belts_change_hands_while_two_lanes_run_and_come_back(
    world: FakeWorld, tmp_path: Path
) -> None:
    first, second = world.power_on(BELT), world.power_on(belt("SM-B-2600018"))
    reels = world.power_on(TETHER), world.power_on(tether("SM-T-2600018"))
    lanes = [[first, reels[0]], [second, reels[1]]]
    names = [one.params.name for one in (first, second)]
    async with live(tmp_path, *lanes) as running:
        await running.streams(first, second, *reels)
        for told in (2, 3):
            running.swap_belts(1, 2)
            for lane in (0, 1):
                await running.belts(told, lane)
                await running.packets(first, 10, lane)
    for lane in (0, 1):
        records = running.recorded(lane)
        assert belts_of(records) == [names[lane], names[1 - lane], names[lane]]
        assert links(records, first) == ["Connected", "Lost"] * 3
        assert links(records, reels[lane]) == ["Connected", "Lost"], "the reels stay"
        assert not decoded(records).faults
        assert payloads(records, reels[lane]) == reels[lane].delivered()
    for one, name in zip((first, second), names, strict=True):
        got = sorted(numbers(belt_packets(running.recorded(0), name)))
        got += sorted(numbers(belt_packets(running.recorded(1), name)))
        assert sorted(got) == sorted(numbers(one.delivered())), "each packet in one lane, once"


async def test_a_belt_goes_to_a_lane_that_had_none(world: FakeWorld, tmp_path: Path) -> None:
    one, reels = world.power_on(BELT), [world.power_on(TETHER), world.power_on(OTHER_TETHER)]
    async with live(tmp_path, [one, reels[0]], [reels[1]]) as running:
        await running.streams(one, *reels)
        running.swap_belts(1, 2)
        await running.packets(one, 10, lane=1)
    assert belts_of(running.recorded(0)) == belts_of(running.recorded(1)) == [one.params.name]
    assert links(running.recorded(0), one) == ["Connected", "Lost"]


# --- links that break ---------------------------------------------------------------------------


async def test_a_lost_link_comes_back_and_what_was_missed_is_sent_again(
    world: FakeWorld, tmp_path: Path
) -> None:
    imu, encoder = _rig(world)
    async with live(tmp_path, [imu, encoder]) as running:
        await running.streams(imu, encoder)
        await running.packets(imu, 10)
        encoder.drop()
        assert await running.is_lost(encoder) == "connection lost"
        await running.streams(encoder)
        await running.is_whole(encoder)
    records = running.recorded()
    assert links(records, encoder) == ["Connected", "Lost", "Connected", "Lost"]
    assert links(records, imu) == ["Connected", "Lost"]
    for sensor in (imu, encoder):
        assert payloads(records, sensor) == sensor.delivered()
        assert assert_every_number_is_told(records, sensor) == set()
    assert encoder.lost() or decoded(records).gaps
    again = [p for p in payloads(records, encoder) if unpack_header(p).flags & Flags.RESENT]
    assert 5 < len(again) < 100
    (quality,) = (session.quality for session in running.sessions)
    assert quality.encoder is not None
    assert quality.encoder.late > 0
    assert quality.encoder.lost == 0
    assert not quality.encoder.faults


async def test_without_a_ring_what_was_missed_is_counted_in_a_gap(
    world: FakeWorld, tmp_path: Path
) -> None:
    imu = world.power_on(replace(BELT, ring_notifications=0))
    async with live(tmp_path, [imu]) as running:
        await running.streams(imu)
        await running.packets(imu, 10)
        imu.drop()
        await running.is_lost(imu)
        await running.streams(imu)
        await running.packets(imu, 10)
    missing = assert_every_number_is_told(running.recorded(), imu)
    assert {unpack_header(payload).sequence for payload in imu.lost()} <= missing
    assert 5 < len(missing) < 200


async def test_a_sensor_out_of_range_is_waited_for_and_streams_when_it_is_back(
    world: FakeWorld, tmp_path: Path
) -> None:
    imu, encoder = _rig(world)
    encoder.out_of_range()
    async with live(tmp_path, [imu, encoder]) as running:
        await running.streams(imu)
        imu.out_of_range()
        encoder.back_in_range()
        await running.streams(encoder)
        await running.is_lost(imu)
        await running.packets(encoder, 10)
        imu.back_in_range()
        await running.streams(imu)
        await running.is_whole(imu)
    assert links(running.recorded(), imu) == ["Connected", "Lost", "Connected", "Lost"]
    for sensor in (imu, encoder):
        assert assert_every_number_is_told(running.recorded(), sensor) == set()


async def test_a_link_that_stands_and_carries_nothing_is_given_up(
    world: FakeWorld, tmp_path: Path
) -> None:
    (imu, _) = _rig(world)
    async with live(tmp_path, [imu]) as running:
        await running.streams(imu)
        await running.packets(imu, 5)
        imu.stall()
        assert "silent" in await running.is_lost(imu)
        imu.stall(on=False)
        await running.streams(imu)
        await running.is_whole(imu)
    assert assert_every_number_is_told(running.recorded(), imu) == set()


async def test_a_sensor_that_hangs_up_is_connected_again(world: FakeWorld, tmp_path: Path) -> None:
    imu, _ = _rig(world)
    async with live(tmp_path, [imu]) as running:
        for _ in range(3):
            await running.streams(imu)
            await running.packets(imu, 3)
            imu.hang_up()
            await running.is_lost(imu)
        await running.streams(imu)
        await running.is_whole(imu)
    assert links(running.recorded(), imu) == ["Connected", "Lost"] * 4
    assert assert_every_number_is_told(running.recorded(), imu) == set()


async def test_every_kind_of_refused_connect_is_told_and_tried_again(
    world: FakeWorld, tmp_path: Path
) -> None:
    imu, encoder = _rig(world)
    kinds = list(REFUSALS)
    for sensor, mine in ((imu, kinds[::2]), (encoder, kinds[1::2])):
        for why in mine:
            sensor.refuse_connects(1, why)
    async with live(tmp_path, [imu, encoder]) as running:
        await running.streams(imu, encoder)
        await running.packets(imu, 5)
    told = " ".join(running.troubles(imu) + running.troubles(encoder))
    # bleak itself tries again after abort-by-local.
    for error in (error for why, error in REFUSALS.items() if why != "abort-by-local"):
        assert error.text in told
    assert links(running.recorded(), imu) == ["Connected", "Lost"]


async def test_services_that_are_never_resolved_are_given_up_and_tried_again(
    world: FakeWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ble, "ATTEMPT_S", 1.0)
    imu, encoder = _rig(world)
    imu.never_resolve()
    async with live(tmp_path, [imu, encoder]) as running:
        assert "does not answer" in await running.is_lost(imu)
        await running.streams(encoder)
        imu.never_resolve(never=False)
        await running.streams(imu)
        await running.packets(imu, 5)
    assert links(running.recorded(), imu) == ["Connected", "Lost"]


async def test_a_sensor_left_connected_by_a_crashed_program_is_taken_over(
    world: FakeWorld, tmp_path: Path
) -> None:
    imu, encoder = _rig(world)
    left = Host(await find(imu))
    await left.connect()
    await left.start()
    left.client._backend._bus.disconnect()  # type: ignore[attr-defined]  # as a crash does
    await until(lambda: uuids.STREAM not in imu.state()["subscribed"])
    before = len(imu.delivered())
    async with live(tmp_path, [imu, encoder]) as running:
        await running.streams(imu, encoder)
        await running.packets(imu, 5)
    assert world.calls("Connect") == 2  # the crashed program's, and the tether's
    assert payloads(running.recorded(), imu) == imu.delivered()[before:]


# --- adapters and bluetoothd --------------------------------------------------------------------


async def test_an_adapter_switched_off_while_streaming_or_looking_is_waited_for(
    world: FakeWorld, tmp_path: Path
) -> None:
    imu, encoder = _rig(world)
    encoder.out_of_range()
    async with live(tmp_path, [imu, encoder]) as running:
        await running.streams(imu)
        world.switch("hci0", on=False)
        await running.until(lambda: "Bluetooth is off" in " ".join(running.troubles(imu)))
        encoder.back_in_range()
        world.switch("hci0", on=True)
        await running.streams(imu, encoder)
        await running.packets(encoder, 5)
    assert "connection lost" in running.troubles(imu)
    assert any("turn it on" in trouble for trouble in running.troubles(encoder))
    assert assert_every_number_is_told(running.recorded(), imu) == set()


async def test_an_adapter_pulled_out_is_told_and_used_again_once_it_is_back(
    world: FakeWorld, tmp_path: Path
) -> None:
    imu, encoder = _rig(world)
    async with live(tmp_path, [imu, encoder]) as running:
        await running.streams(imu, encoder)
        world.pull_out("hci0")
        await running.until(lambda: any("plug" in told for told in running.troubles(imu)))
        world.plug_in("hci0")
        await running.streams(imu, encoder)
        await running.packets(imu, 5)
    for sensor in (imu, encoder):
        assert links(running.recorded(), sensor) == ["Connected", "Lost", "Connected", "Lost"]
        assert_every_number_is_told(running.recorded(), sensor)


async def test_a_device_that_bluetoothd_removes_is_found_again(
    world: FakeWorld, tmp_path: Path
) -> None:
    imu, encoder = _rig(world)
    async with live(tmp_path, [imu, encoder]) as running:
        await running.streams(imu, encoder)
        world.forget(imu)
        await running.is_lost(imu)
        await running.streams(imu)
        await running.is_whole(imu)
    assert assert_every_number_is_told(running.recorded(), imu) == set()


async def test_a_crash_of_bluetoothd_is_survived(world: FakeWorld, tmp_path: Path) -> None:
    imu, encoder = _rig(world)
    async with live(tmp_path, [imu, encoder]) as running:
        await running.streams(imu, encoder)
        world.crash()
        await running.is_lost(imu)
        await running.is_lost(encoder)
        world.revive()
        await running.streams(imu, encoder)
        await running.packets(imu, 5)
    for sensor in (imu, encoder):
        assert links(running.recorded(), sensor)[:3] == ["Connected", "Lost", "Connected"]
        assert_every_number_is_told(running.recorded(), sensor)


async def test_of_two_adapters_the_named_one_is_used(world: FakeWorld, tmp_path: Path) -> None:
    world.plug_in("hci1")
    imu, encoder = _rig(world)
    async with live(tmp_path, [imu, encoder], adapters=["hci1"]) as running:
        await running.streams(imu, encoder)
        world.pull_out("hci0")
        await running.packets(imu, 5)
    assert links(running.recorded(), imu) == ["Connected", "Lost"]
    with pytest.raises(RadioError, match=r"^Bluetooth adapter.*hci7.*plug it in, or name another"):
        await listen(BleRadio("hci7"), 5.0)


async def test_each_lane_may_have_an_adapter_of_its_own(world: FakeWorld, tmp_path: Path) -> None:
    world.plug_in("hci1")
    first, second = _rig(world)
    async with live(tmp_path, [first], [second], adapters=["hci0", "hci1"]) as running:
        await running.streams(first, second)
        world.pull_out("hci0")
        await running.is_lost(first)
        await running.packets(second, 20, lane=1)
    assert links(running.recorded(0), first) == ["Connected", "Lost"]
    assert links(running.recorded(1), second) == ["Connected", "Lost"]


# --- packets ------------------------------------------------------------------------------------


async def test_a_restarted_sensor_begins_a_new_segment(world: FakeWorld, tmp_path: Path) -> None:
    imu, encoder = _rig(world)
    async with live(tmp_path, [imu, encoder]) as running:
        await running.streams(imu, encoder)
        await running.packets(imu, 10)
        imu.restart()
        await running.is_lost(imu)
        await running.streams(imu)
        await running.packets(imu, 10)
    records = running.recorded()
    assert payloads(records, imu) == imu.delivered()
    sequences = numbers(payloads(records, imu))
    second = sequences.index(0, 1)
    assert sequences == [*range(second), *range(len(sequences) - second)]
    out = decoded(records)
    assert {block.segment for block in out.imu} == {0, 1}
    assert {block.segment for block in out.encoder} == {0}
    boots = [
        unpack_descriptor(record.descriptor).boot_id
        for record in records
        if isinstance(record, Connected) and record.device == "imu"
    ]
    assert len(set(boots)) == 2
    assert not out.faults


async def test_duplicates_late_packets_and_garbage_are_kept_and_told(
    world: FakeWorld, tmp_path: Path
) -> None:
    imu, _ = _rig(world)
    async with live(tmp_path, [imu]) as running:
        await running.streams(imu)
        await running.packets(imu, 10)
        imu.duplicate()
        imu.delay(0.15)
        imu.garble(b"", b"\x01\x02", b"\xff" * 244)
        imu.lose(2)
        await running.packets(imu, 10)
        await running.is_whole(imu)
    records = running.recorded()
    assert payloads(records, imu) == imu.delivered()
    out = decoded(records)
    assert {fault.reason for fault in out.faults} >= {
        "notification of 0 bytes is shorter than its 8-byte header",
        "notification of 2 bytes is shorter than its 8-byte header",
    }
    assert any(block.late for block in out.imu)
    times = [time for block in out.imu for time in block.time_s.tolist()]
    assert len(times) == len(set(times))


async def test_another_protocol_version_is_recorded_and_the_user_told_to_update(
    world: FakeWorld, tmp_path: Path
) -> None:
    imu, encoder = _rig(world)
    imu.claim_version(2)
    async with live(tmp_path, [imu, encoder]) as running:
        await running.streams(imu, encoder)
        await running.packets(imu, 10)
    assert any("update sledmon" in trouble for trouble in running.troubles(imu))
    assert running.troubles(encoder) == []
    assert payloads(running.recorded(), imu) == imu.delivered()
    (session,) = running.sessions
    assert session.quality.imu is not None
    assert "update sledmon" in " ".join(session.quality.imu.faults)


async def test_the_battery_is_told_and_an_empty_one_ends_the_link(
    world: FakeWorld, tmp_path: Path
) -> None:
    imu, _ = _rig(world)
    async with live(tmp_path, [imu]) as running:
        await running.streams(imu)
        await running.packets(imu, 5)
        imu.battery(40)
        await running.until(lambda: running.statuses[-1].battery_percent == 40)
        imu.battery(3)
        await running.is_lost(imu)
    lost = [record for record in running.recorded() if isinstance(record, Lost)]
    assert lost
    assert running.phase(imu) is Phase.STOPPED
