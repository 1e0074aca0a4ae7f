"""The reference firmware keeps to firmware_notes/profile.md: what is read and streamed."""

from dataclasses import replace

import numpy as np
import pytest

from sledmon.twin.firmware import AttError, Firmware
from sledmon.twin.firmware_params import FirmwareParams, belt, tether
from sledmon.wire import uuids
from sledmon.wire.control import Opcode, pack_ping, unpack_pong
from sledmon.wire.descriptor import Kind
from sledmon.wire.stream import (
    TICKS_PER_SECOND,
    Flags,
    samples_that_fit,
    unpack_encoder,
    unpack_header,
    unpack_imu,
)
from tests.twin.sampled import ALL, Sampler, connected, sensor, stopped, stream
from tests.wire.examples import PACKETS, bytes_of

EXAMPLE = {example["name"]: bytes_of(example) for example in PACKETS}
BELT = belt("SM-B-2600017")
TETHER = tether("SM-T-2600017")


def test_the_belts_descriptor_is_the_worked_example() -> None:
    firmware = Firmware(replace(BELT, boot_id=1592590337))
    firmware.connect(0, 247)
    assert firmware.read(uuids.DESCRIPTOR) == EXAMPLE["descriptor-imu"]


def test_the_tethers_descriptor_is_the_worked_example() -> None:
    params = replace(TETHER, boot_id=42, ring_notifications=200, notification_s=0.1)
    firmware = Firmware(params)
    firmware.connect(0, 247)
    assert firmware.read(uuids.DESCRIPTOR) == EXAMPLE["descriptor-encoder"]


def test_the_battery_and_the_strings_can_be_read_and_the_stream_cannot() -> None:
    firmware = Firmware(BELT)
    firmware.set_battery(71)
    assert firmware.read(uuids.BATTERY_LEVEL) == b"\x47"
    assert firmware.read(uuids.SERIAL_NUMBER) == b"SM-B-2600017"
    assert firmware.read(uuids.MODEL_NUMBER) == b"sledmon belt"
    assert firmware.read(uuids.FIRMWARE_REVISION) == b"1.0.0"
    with pytest.raises(AttError, match="0x02"):
        firmware.read(uuids.STREAM)


def test_a_sensor_advertises_under_its_kind_and_the_end_of_its_serial() -> None:
    assert (BELT.name, BELT.service) == ("sledmon belt 0017", uuids.BELT_IMU_SERVICE)
    assert (TETHER.name, TETHER.service) == ("sledmon tether 0017", uuids.TETHER_ENCODER_SERVICE)


def test_advertising_is_fast_for_a_minute_and_stops_whileconnected() -> None:
    firmware = Firmware(BELT)
    minute = 60 * TICKS_PER_SECOND
    assert firmware.advertising_interval_s(minute - 1) == 0.1
    assert firmware.advertising_interval_s(minute) == 1.0
    firmware.connect(2 * minute)
    assert firmware.advertising_interval_s(2 * minute) is None
    firmware.disconnect(3 * minute)
    assert firmware.advertising_interval_s(3 * minute) == 0.1


@pytest.mark.parametrize("att_mtu", [23, 50, 100, 185, 247])
@pytest.mark.parametrize("params", [BELT, TETHER], ids=["belt", "tether"])
def test_a_notification_is_as_long_as_the_mtu_and_50_ms_allow(
    params: FirmwareParams, att_mtu: int
) -> None:
    imu = params.kind is Kind.IMU
    sampler = sensor(Firmware(params), att_mtu)
    received = stream([*sampler.run(2.0), *sampler.drain()], params.kind)
    size = min(10 if imu else 5, samples_that_fit(att_mtu, imu=imu))
    assert {len(one.samples) for one in received} == {size}
    assert [n for one in received for n in one.samples] == list(range(len(received) * size))


def test_a_longer_mtu_in_mid_stream_makes_longer_notifications_without_a_break() -> None:
    sampler = sensor(Firmware(BELT), att_mtu=23)
    carried = sampler.run(1.0)
    sampler.firmware.exchange_mtu(247)
    carried += [*sampler.run(1.0), *sampler.drain()]
    received = stream(carried, Kind.IMU)
    assert [n for one in received for n in one.samples] == list(range(400))
    assert [one.sequence for one in received] == list(range(len(received)))
    assert {len(one.samples) for one in received} == {1, 10}


def test_stop_sends_what_is_in_hand_and_start_goes_on_with_number_and_tick() -> None:
    sampler = sensor(Firmware(BELT))
    before = stream([*sampler.run(0.125), *stopped(sampler)], Kind.IMU)
    assert [len(one.samples) for one in before] == [10, 10, 5]
    assert sampler.run(0.5) == []
    sampler.command(Opcode.START)
    after = stream([*sampler.run(0.1), *sampler.drain()], Kind.IMU)
    assert [one.sequence for one in after] == [3, 4]
    assert after[0].tick - before[0].tick == 125 * 5000  # 25 sampled, 100 while stopped


def test_dither_holds_each_notification_up_to_one_interval_and_leaves_tick_and_order() -> None:
    firmware = Firmware(replace(BELT, dither_s=0.015))
    sampler = sensor(firmware)
    held = []
    for _ in range(400):
        sampler.run(0.05, block=10)
        due = firmware.next_due(0)
        if due is not None:
            held.append(due - sampler.now)
            (out,) = firmware.outgoing(due)
            assert unpack_header(out.payload).tick == sampler.now - 9 * 5000
    assert len(held) > 390
    assert 0 <= min(held) < 1000
    assert 14_000 < max(held) < 15_000
    assert np.mean(held) == pytest.approx(7500, abs=700)


def test_without_dither_a_notification_is_due_with_its_last_sample() -> None:
    sampler = sensor(Firmware(replace(BELT, dither_s=0.0)))
    assert [one.tick for one in stream(sampler.run(0.1), Kind.IMU)] == [5000, 55_000]
    assert sampler.firmware.descriptor.features & 2 == 0


def test_a_channel_at_the_end_of_its_range_is_clipped_and_flagged() -> None:
    sampler = sensor(Firmware(replace(BELT, dither_s=0.0, notification_s=0.005)))
    raw = np.array([[0, 0, 2048, 0, 0, 0], [40_000, -40_000, 0, 0, 0, 0]])
    for k in range(2):
        sampler.firmware.take(np.array([5000 * k]), raw[k : k + 1])
    plain, clipped = (out.payload for out in sampler.firmware.outgoing(5000))
    assert unpack_header(plain).flags == 0
    assert unpack_header(clipped).flags == Flags.CLIPPED
    assert unpack_imu(clipped).raw[0].tolist() == [32767, -32768, 0, 0, 0, 0]


def test_samples_that_the_sensor_dropped_are_told_by_overflow_and_a_true_tick() -> None:
    sampler = sensor(Firmware(BELT))
    carried = sampler.run(0.075)
    sampler.firmware.drop_samples()
    sampler.now += 20_000
    carried += [*sampler.run(0.1), *sampler.drain()]
    received = stream(carried, Kind.IMU)
    assert [len(one.samples) for one in received] == [10, 5, 10, 10]
    assert [one.flags for one in received] == [0, 0, Flags.OVERFLOW, 0]
    assert received[2].tick - received[1].tick == 25_000 + 20_000


def test_counts_too_far_apart_for_a_delta_go_into_two_notifications() -> None:
    sampler = sensor(Firmware(TETHER))
    count = np.array([0, 10, 40_010, 40_020, 40_030])
    sampler.firmware.take(10_000 * np.arange(1, 6), count)
    sampler.now = 50_000
    carried = stopped(sampler)
    assert [unpack_encoder(out.payload).counts.tolist() for out in carried] == [
        [0, 10],
        [40_010, 40_020, 40_030],
    ]


def test_a_full_queue_lets_the_oldest_go_with_its_number_and_resend_brings_it_back() -> None:
    sampler = sensor(Firmware(replace(BELT, queue_notifications=4)))
    firmware = sampler.firmware
    for _ in range(10):  # the radio takes nothing
        firmware.take(sampler.now + 5000 * np.arange(1, 11), np.zeros((10, 6), int))
        sampler.now += 50_000
    sent = [unpack_header(out.payload).sequence for out in sampler.drain()]
    assert sent == [6, 7, 8, 9]
    assert sampler.command(Opcode.RESEND, 0, 10).value == 10


def test_a_pong_tells_when_the_ping_came_and_when_it_went() -> None:
    firmware = Firmware(BELT)
    firmware.restart(0, first_tick=(1 << 32) - 6)
    sampler = Sampler(firmware)
    sampler.host_returns()
    firmware.write(uuids.CLOCK, pack_ping(1), 0)
    (out,) = firmware.outgoing(306)
    assert out == (uuids.CLOCK, EXAMPLE["pong-over-the-wrap"])


def test_the_eleventh_ping_in_a_second_and_one_of_another_length_are_ignored() -> None:
    firmware = connected(Firmware(BELT)).firmware
    firmware.write(uuids.CLOCK, b"123", 0)
    for k in range(12):
        firmware.write(uuids.CLOCK, pack_ping(k), 1000 * k)
    firmware.write(uuids.CLOCK, pack_ping(99), TICKS_PER_SECOND)
    pongs = [unpack_pong(out.payload).token for out in firmware.outgoing(TICKS_PER_SECOND)]
    assert pongs == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 99]


def test_a_changed_battery_is_told_at_most_once_a_minute() -> None:
    firmware = connected(Firmware(BELT)).firmware
    told = {}
    for second in range(150):
        firmware.set_battery(100 - second // 10)
        for out in firmware.outgoing(second * TICKS_PER_SECOND):
            told[second] = out.payload[0]
    assert told == {10: 99, 70: 93, 130: 87}


def test_a_battery_that_changes_before_it_is_subscribed_to_once_more_is_told() -> None:
    firmware = connected(Firmware(BELT)).firmware
    firmware.set_battery(41)
    firmware.subscribe(uuids.BATTERY_LEVEL)
    (told,) = firmware.outgoing(TICKS_PER_SECOND)
    assert told.payload == bytes([41])


def test_an_empty_battery_finishes_the_notification_in_hand_and_closes_the_link() -> None:
    sampler = sensor(Firmware(BELT))
    carried = sampler.run(0.125)
    sampler.firmware.set_battery(3)
    closes_before = sampler.firmware.closes_link
    carried += sampler.drain()
    assert (closes_before, sampler.firmware.closes_link) == (False, True)
    samples = [n for one in stream(carried, Kind.IMU) for n in one.samples]
    assert samples == list(range(sampler.taken))


def test_every_characteristic_that_notifies_can_be_subscribed() -> None:
    sampler = connected(Firmware(BELT))
    assert sampler.firmware.subscribed == set(ALL)
