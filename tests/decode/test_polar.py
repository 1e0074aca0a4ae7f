"""Polar sensors: two measurements on one time base, losses by device time, restarts."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sledmon.samples import Record
from sledmon.units import STANDARD_GRAVITY_MPS2
from sledmon.wire.polar import Measurement
from sledmon.wire.polar_frames import PolarFrame, pack_frame
from tests.decode.bought import GYRO, H10, UNSEEN_S, PolarSensor, dps, milli_g, records
from tests.decode.streams import decode, same, samples

ACC = Measurement.ACC
G_PER_MPS2 = 1.0 / STANDARD_GRAVITY_MPS2
VERITY = PolarSensor()


def acc_milli_g(found: np.ndarray) -> np.ndarray:
    return np.asarray(found[:, :3] * 1e3 * G_PER_MPS2)


def rate_dps(found: np.ndarray) -> np.ndarray:
    return np.asarray(np.degrees(found[:, 3:]))


@pytest.mark.parametrize("sensor", [H10, VERITY, PolarSensor(asked_hz=52.0, samples=58)])
@pytest.mark.parametrize("rate", [0.97, 1.0, 1.018])
@pytest.mark.parametrize("ppm", [0.0, 50.0])
def test_samples_lie_where_they_were_taken_whatever_rate_was_asked_for(
    sensor: PolarSensor, rate: float, ppm: float
) -> None:
    sensor = replace(sensor, rate=rate, ppm=ppm)
    frames = range(round(20.0 / sensor.samples / sensor.period_s))
    out = decode(records(sensor.connected(), sensor.frames(frames)))
    found = samples(out, "imu")
    true = np.concatenate([sensor.times(k) for k in frames])
    assert (out.gaps, out.faults) == ((), ())
    assert len(found.time_s) == len(true)
    settled = true > 4.0
    assert np.max(np.abs(found.time_s - true - UNSEEN_S)[settled]) < 0.0015
    # A milli-g and its half, for the sensor's own rounding.
    assert np.max(np.abs(acc_milli_g(found.values) - milli_g(true))) < 0.51


def test_without_a_gyro_angular_rate_is_not_known_and_nothing_waits_for_it() -> None:
    out = decode(records(H10.connected(), H10.frames(range(10))))
    found = samples(out, "imu")
    assert np.all(np.isnan(found.values[:, 3:]))
    assert np.array_equal(found.record, np.repeat(np.arange(1, 11), 36))
    assert out.gaps == ()


@pytest.mark.parametrize("late", [0.0, 0.37, 0.5, 17.9])
def test_angular_rate_is_put_where_the_acceleration_was_taken(late: float) -> None:
    sensor = replace(VERITY, gyro_late=late)
    out = decode(records(sensor.connected(), sensor.frames(range(30))))
    found = samples(out, "imu")
    true = np.concatenate([sensor.times(k) for k in range(30)])
    known = np.isfinite(found.values[:, 3])
    # Unknown are only those before its first sample, and after its last.
    first, last = sensor.times(0, GYRO)[0], sensor.times(29, GYRO)[-1]
    settled = true > 1.6  # the period was learnt by then
    expected = (true >= first) & (true <= last)
    assert np.array_equal(known[settled], expected[settled])
    # 2 Hz at 208 Hz: a straight line is off by 0.05 %; counts of 0.07 deg/s by half of one.
    error = np.abs(rate_dps(found.values) - dps(true))[known & settled]
    assert np.max(error) < 0.3
    assert out.gaps == ()


def test_a_sample_is_told_with_the_frame_that_completes_it() -> None:
    sensor = replace(VERITY, gyro_late=17.9)
    told = records(sensor.connected(), sensor.frames(range(10)))
    found = samples(decode(told), "imu")
    assert np.all(np.diff(found.record) >= 0)
    for ordinal in np.unique(found.record):
        mine = found.time_s[found.record == ordinal]
        arrived_s = told[int(ordinal)].received_ns / 1e9
        assert np.max(mine) <= arrived_s
        assert arrived_s - np.min(mine) < 0.75, "it waits for one gyro frame, no more"


@pytest.mark.parametrize("sensor", [H10, VERITY])
@pytest.mark.parametrize("rate", [0.97, 1.0, 1.018])
@pytest.mark.parametrize("lost", [{20}, {20, 21, 22}])
def test_lost_frames_give_a_gap_with_its_place_and_its_samples(
    sensor: PolarSensor, rate: float, lost: set[int]
) -> None:
    sensor = replace(sensor, rate=rate)
    kept = [k for k in range(60) if k not in lost]
    out = decode(records(sensor.connected(), sensor.frames(kept)))
    found = samples(out, "imu")
    total = sum(gap.samples for gap in out.gaps)
    assert not out.faults
    (gap,) = (gap for gap in out.gaps if gap.samples >= 36 * len(lost))
    assert (gap.packets, gap.samples) == (0, 36 * len(lost))
    assert gap.start_s == pytest.approx(sensor.times(20)[0] + UNSEEN_S, abs=0.002)
    assert gap.end_s == pytest.approx(sensor.times(20 + len(lost))[0] + UNSEEN_S, abs=0.002)
    # At its edges a sample may lie between two gyro samples too far apart.
    unknown = np.isnan(found.values[:, 3]) & (found.time_s > 2.0) & (found.time_s < 10.0)
    assert total - gap.samples == (np.count_nonzero(unknown) if sensor.gyro else 0)
    assert len(found.time_s) == 36 * len(kept)


@pytest.mark.parametrize("lost", [{20}, {20, 21, 22}])
def test_lost_gyro_frames_leave_acceleration_and_say_how_many_samples_lack_their_rate(
    lost: set[int],
) -> None:
    kept = [k for k in range(60) if k not in lost]
    out = decode(records(VERITY.connected(), VERITY.frames(range(60), kept)))
    found = samples(out, "imu")
    unknown = np.isnan(found.values[:, 3]) & (found.time_s > 2.0) & (found.time_s < 10.0)
    assert len(found.time_s) == 36 * 60
    assert np.count_nonzero(unknown) == 36 * len(lost) + 1
    assert sum(gap.samples for gap in out.gaps) == np.count_nonzero(unknown)
    (gap,) = out.gaps
    assert gap.start_s == pytest.approx(VERITY.times(20)[0] + UNSEEN_S, abs=0.01)
    assert gap.end_s - gap.start_s == pytest.approx(gap.samples * VERITY.period_s, abs=1e-3)
    assert not out.faults


def test_acceleration_goes_on_without_a_gyro_that_fell_silent() -> None:
    told = records(VERITY.connected(), VERITY.frames(range(100), range(30)))
    out = decode(told)
    found = samples(out, "imu")
    assert len(found.time_s) == 3600
    silent = found.time_s > VERITY.times(30)[0] + 0.1
    assert np.all(np.isnan(found.values[silent, 3:]))
    arrived_s = np.array([told[int(k)].received_ns / 1e9 for k in found.record])
    waited_s = (arrived_s - found.time_s)[silent & (found.time_s < 17.0)]
    assert 1.9 < np.max(waited_s) < 2.4
    assert sum(gap.samples for gap in out.gaps) == pytest.approx(np.count_nonzero(silent), abs=30)


def test_the_same_frame_again_is_neither_counted_nor_a_fault() -> None:
    once = records(VERITY.connected(), VERITY.frames(range(30)))
    twice = [once[0], *(packet for packet in once[1:] for _ in range(2))]
    assert np.array_equal(samples(decode(once), "imu").time_s, samples(decode(twice), "imu").time_s)
    assert decode(twice).faults == ()


def test_a_long_silence_over_a_reconnection_is_one_gap_and_device_time_goes_on() -> None:
    frames = [*range(50), *range(3000, 3050)]
    sensor = replace(H10, ppm=50.0)
    again = sensor.connected(float(sensor.times(2999)[0]))
    out = decode(records(sensor.connected(), again, sensor.frames(frames)))
    found = samples(out, "imu")
    true = np.concatenate([sensor.times(k) for k in frames])
    assert set(found.segment) == {0}
    assert [gap.samples for gap in out.gaps] == [36 * 2950]
    assert np.max(np.abs(found.time_s - true - UNSEEN_S)) < 0.03
    assert not out.faults


@pytest.mark.parametrize("jump_s", [-3600.0, -20.0, 600.0])
@pytest.mark.parametrize("rejoined", [False, True])
def test_device_time_that_jumps_is_a_restart_with_a_clock_of_its_own(
    jump_s: float, rejoined: bool
) -> None:
    after = replace(VERITY, zero_ns=VERITY.zero_ns + round(jump_s * 1e9))
    told: list[Record] = records(VERITY.connected(), VERITY.frames(range(40)))
    again = after.frames(range(60, 100))
    between = [after.connected(float(VERITY.times(59)[-1]))] if rejoined else []
    out = decode([*told, *between, *again])
    found = samples(out, "imu")
    assert len(out.faults) == (0 if rejoined else 1)
    assert list(np.unique(found.segment)) == [0, 1]
    assert np.all(np.diff(found.time_s) > 0)
    second = found.where(found.segment == 1)
    begun = 60 if rejoined else 61
    true = np.concatenate([VERITY.times(k) for k in range(begun, 100)])
    assert np.max(np.abs(second.time_s[-len(true) :] - true - UNSEEN_S)) < 0.003
    assert sum(gap.samples for gap in out.gaps) == pytest.approx(36 * 20, abs=40)


def test_one_damaged_stamp_is_a_fault_and_moves_nothing() -> None:
    frames = H10.frames(range(40))
    damaged = bytearray(frames[20].payload)
    damaged[6] ^= 0x10
    frames[20] = frames[20]._replace(payload=bytes(damaged))
    out = decode([H10.connected(), *frames])
    found = samples(out, "imu")
    assert len(out.faults) == 1
    assert [gap.samples for gap in out.gaps] == [36]
    assert set(found.segment) == {0}


def test_a_factor_that_becomes_known_changes_nothing_else() -> None:
    unknown = replace(VERITY, factor=math.nan)
    told = records(unknown.connected(), VERITY.connected(0.7), VERITY.frames(range(30)))
    plain = records(VERITY.connected(), VERITY.connected(0.7), VERITY.frames(range(30)))
    assert same(decode(told), decode(plain))
    out = decode(records(unknown.connected(), VERITY.frames(range(4))))
    assert {fault.reason for fault in out.faults} == {
        "GYRO frames of form 0x80 came without a factor: connect again"
    }


def test_other_settings_begin_a_segment_and_lose_nothing_that_waited() -> None:
    slower = PolarSensor(asked_hz=104.0, first_s=VERITY.times(30)[0])
    joined = slower.connected(float(VERITY.times(29)[-1]) + 0.004)
    out = decode(
        records(VERITY.connected(), VERITY.frames(range(30)), joined, slower.frames(range(20)))
    )
    found = samples(out, "imu")
    assert len(found.time_s) == 36 * 50
    assert list(np.unique(found.segment)) == [0, 1]
    assert not out.faults


def test_what_cannot_be_used_is_a_fault_that_says_why() -> None:
    (packet,) = H10.frames([0])
    early = decode([packet])
    assert [fault.reason for fault in early.faults] == ["came before any descriptor was read"]
    wrong = H10.connected()._replace(descriptor=b"{}")
    reasons = [fault.reason for fault in decode([wrong, packet]).faults]
    assert reasons[1] == "came after a descriptor that could not be used"
    on_tether = H10.connected()._replace(device="encoder")
    assert "no tether encoder" in decode([on_tether]).faults[0].reason
    gyro = decode([H10.connected(), VERITY.frame(0, GYRO)])
    assert [fault.reason for fault in gyro.faults] == [
        "a frame of GYRO came, which was not started"
    ]


def test_values_at_the_end_of_the_range_are_marked() -> None:
    raw = np.array([[0, 0, 1000], [7999, 0, 0], [0, -8000, 0], [7900, 0, 0]])
    frame = PolarFrame(ACC, H10.zero_ns, 0x01, raw)
    packet = H10.frame(0)._replace(payload=pack_frame(frame))
    found = samples(decode([H10.connected(), packet]), "imu")
    assert found.clipped.tolist() == [False, True, True, False]
    rate = np.array([[0, 0, 0], [32767, 0, 0], [32766, 0, 0], [0, 0, -32768], [0, 0, 0], [0, 0, 0]])
    acc = PolarFrame(ACC, VERITY.zero_ns, 0x81, np.zeros((6, 3), np.int64))
    gyro = PolarFrame(GYRO, VERITY.zero_ns, 0x80, rate)
    told: list[Record] = [
        VERITY.connected(),
        VERITY.frame(0)._replace(payload=pack_frame(acc)),
        VERITY.frame(0)._replace(payload=pack_frame(gyro)),
    ]
    found = samples(decode(told), "imu")
    assert found.clipped.tolist() == [True, True, True, True, True, False]


CUTS = st.lists(st.integers(0, 10_000), max_size=30)


@st.composite
def eventful(draw: st.DrawFn) -> list[Record]:
    """A Verity Sense with losses, repeats, damage, reconnections and restarts."""
    sensor = VERITY
    told: list[Record] = [sensor.connected()]
    for k in range(draw(st.integers(20, 50))):
        for kind in (ACC, GYRO):
            event = draw(st.sampled_from(["", "", "", "", "lose", "again", "damage"]))
            packet = sensor.frame(k, kind, 0.004 + 0.001 * draw(st.integers(0, 60)))
            if event == "lose":
                continue
            if event == "damage":
                payload = bytearray(packet.payload)
                payload[draw(st.integers(0, 1000)) % len(payload)] = draw(st.integers(0, 255))
                packet = packet._replace(payload=bytes(payload))
            told += [packet] * (2 if event == "again" else 1)
        if draw(st.integers(0, 15)) == 0:
            jump_s = draw(st.sampled_from([0.0, 0.0, -100.0, 1000.0]))
            sensor = replace(sensor, zero_ns=sensor.zero_ns + round(jump_s * 1e9))
            if draw(st.booleans()):
                told.append(sensor.connected(float(sensor.times(k)[-1]) + 0.07))
    return sorted(told, key=lambda record: record.received_ns)


@settings(max_examples=60)
@given(told=eventful(), cuts=CUTS)
def test_whatever_happens_the_records_may_be_cut_anywhere(
    told: list[Record], cuts: list[int]
) -> None:
    whole = decode(told)
    assert same(decode(told, cuts), whole)
    found = samples(whole, "imu")
    if len(found.time_s):
        assert np.all(np.diff(found.time_s) > 0)
        assert np.all(np.isfinite(found.values[:, :3]))


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_what_came_out_is_never_revised_by_what_comes_later(share: float) -> None:
    told = records(VERITY.connected(), VERITY.frames(k for k in range(60) if k not in (20, 21)))
    until = int(share * len(told))
    before = samples(decode(told[:until]), "imu")
    whole = samples(decode(told), "imu")
    # Without what only the end let go.
    kept = int(np.count_nonzero(np.isfinite(before.values[:, 3])))
    assert kept > 500
    early = before.where(np.arange(len(before.time_s)) < kept - 40)
    assert early == whole.where(np.arange(len(early.time_s)))
