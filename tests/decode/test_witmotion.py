"""WitMotion sensors: whole frames from any cut, times from arrivals, losses guessed and told."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sledmon.samples import Packet, Record
from sledmon.wire.witmotion import Registers, pack_registers
from tests.decode.bought import WitMotionSensor, numbers, records
from tests.decode.streams import decode, same, samples

SENSOR = WitMotionSensor()
ONE_EACH, JOINED, CUT_ANYWHERE = (20,), (100,), (47, 133, 60, 3, 20, 118, 91)
SETTLED_S = 12.0


def times_off(sensor: WitMotionSensor, told: list[Record]) -> tuple[np.ndarray, np.ndarray]:
    """True times of all that was decoded, and how late each was put."""
    found = samples(decode(told), "imu")
    true = sensor.times(numbers(found.values))
    return true, found.time_s - true


@pytest.mark.parametrize("sizes", [ONE_EACH, JOINED, CUT_ANYWHERE])
def test_however_frames_are_split_or_joined_the_samples_are_the_same(
    sizes: tuple[int, ...],
) -> None:
    out = decode(records(SENSOR.connected(), SENSOR.notifications(sizes)))
    found = samples(out, "imu")
    assert (out.gaps, out.faults) == ((), ())
    assert np.array_equal(numbers(found.values), np.arange(SENSOR.count))
    assert np.array_equal(found.record, np.sort(found.record))


@settings(max_examples=25)
@given(sizes=st.lists(st.integers(1, 240), min_size=1, max_size=12).filter(lambda s: sum(s) > 20))
def test_any_sizes_give_the_same_samples(sizes: list[int]) -> None:
    sensor = WitMotionSensor(count=400)
    out = decode(records(sensor.connected(), sensor.notifications(sizes)))
    assert np.array_equal(numbers(samples(out, "imu").values), np.arange(400))
    assert not out.faults


@pytest.mark.parametrize("sizes", [ONE_EACH, CUT_ANYWHERE])
@pytest.mark.parametrize("rate", [0.97, 0.99, 1.0, 1.03])
@pytest.mark.parametrize("interval_s", [0.0075, 0.045])
def test_times_settle_whatever_the_rate_and_then_hardly_stretch_within_a_rep(
    sizes: tuple[int, ...], rate: float, interval_s: float
) -> None:
    sensor = replace(SENSOR, rate=rate, count=5000)
    told = records(sensor.connected(), sensor.notifications(sizes, interval_s=interval_s))
    true, off_s = times_off(sensor, told)
    assert np.all(np.diff(true + off_s) > 0)
    settled = off_s[true > SETTLED_S]
    # Late by what nobody can see one way: up to an interval and a notification.
    assert np.max(np.abs(settled - np.median(settled))) < 0.010
    assert -0.006 < np.median(settled) < interval_s + 0.03
    three_s = round(3.0 / sensor.period_s)
    spans = settled[three_s:] - settled[:-three_s]
    # What the estimator allows for: RepParams.arrival_stretch, 0.3 %.
    assert np.max(np.abs(spans)) < 0.009


def test_its_measured_period_is_the_true_one() -> None:
    sensor = replace(SENSOR, rate=0.98)
    out = decode(records(sensor.connected(), sensor.notifications(JOINED)))
    found = samples(out, "imu")
    last = found.time_s > 25.0
    took_s = float(np.mean(np.diff(found.time_s[last])))
    assert took_s == pytest.approx(sensor.period_s, rel=3e-4)


def held_up(packets: list[Packet], from_s: float, to_s: float) -> list[Packet]:
    """What would have arrived in a span arrives at its end instead."""
    out, last_ns = [], 0
    for packet in packets:
        at_ns = packet.received_ns
        if from_s <= at_ns / 1e9 < to_s:
            at_ns = round(to_s * 1e9)
        last_ns = max(at_ns, last_ns + 50_000)
        out.append(packet._replace(received_ns=last_ns))
    return out


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.6])
@pytest.mark.parametrize("sizes", [ONE_EACH, CUT_ANYWHERE])
def test_what_was_held_up_is_not_lost_and_keeps_its_right_time(
    sizes: tuple[int, ...], seconds: float
) -> None:
    packets = SENSOR.notifications(sizes)
    told = records(SENSOR.connected(), held_up(packets, 20.0, 20.0 + seconds))
    out = decode(told)
    assert (out.gaps, out.faults) == ((), ())
    true, off_s = times_off(SENSOR, told)
    settled = off_s[true > SETTLED_S]
    assert np.ptp(settled) < 0.006


def without(packets: list[Packet], from_s: float, to_s: float) -> tuple[list[Packet], int]:
    """The rest, and how many whole notifications of one frame each are missing."""
    kept = [p for p in packets if not from_s <= p.received_ns / 1e9 < to_s]
    return kept, len(packets) - len(kept)


@pytest.mark.parametrize("seconds", [0.2, 0.5, 3.0])
def test_samples_lost_in_a_silence_are_told_at_its_place_and_times_go_on(seconds: float) -> None:
    packets, lost = without(SENSOR.notifications(ONE_EACH), 20.0, 20.0 + seconds)
    told = records(SENSOR.connected(), packets)
    out = decode(told)
    (gap,) = out.gaps
    assert gap.samples == pytest.approx(lost, abs=3)
    assert gap.start_s == pytest.approx(20.0, abs=0.03)
    assert gap.end_s == pytest.approx(20.0 + seconds, abs=0.03)
    true, off_s = times_off(SENSOR, told)
    settled = true > SETTLED_S
    assert np.ptp(off_s[settled]) < 0.02
    assert np.all(np.diff(true + off_s) > 0)


def test_nothing_is_told_of_a_silence_before_it_is_clear_what_it_was() -> None:
    packets, _ = without(SENSOR.notifications(ONE_EACH), 20.0, 20.5)
    told = records(SENSOR.connected(), packets)
    found = samples(decode(told), "imu")
    arrived_s = np.array([told[int(k)].received_ns / 1e9 for k in found.record])
    after = (found.time_s > 20.4) & (found.time_s < 20.55)
    assert np.min(arrived_s[after]) >= 20.6
    waited_s = arrived_s - found.time_s
    assert np.max(waited_s[found.time_s > SETTLED_S]) < 0.15


def test_a_loss_too_short_for_a_silence_shows_within_some_seconds() -> None:
    packets = SENSOR.notifications(ONE_EACH)
    told = records(SENSOR.connected(), packets[:3800], packets[3810:])
    out = decode(told)
    (gap,) = out.gaps
    assert gap.samples == pytest.approx(10, abs=2)
    assert gap.start_s == pytest.approx(20.0 + 2.0, abs=0.2)
    true, off_s = times_off(SENSOR, told)
    after = true > 24.0
    before = (true > SETTLED_S) & (true < 19.9)
    assert abs(np.mean(off_s[after]) - np.mean(off_s[before])) < 0.012


def test_bytes_of_no_frame_are_a_fault_and_cost_no_more() -> None:
    packets = SENSOR.notifications(ONE_EACH)
    packets[1000] = packets[1000]._replace(payload=b"\x00" * 7 + packets[1000].payload)
    out = decode(records(SENSOR.connected(), packets))
    assert [fault.reason for fault in out.faults] == ["7 bytes belong to no frame: a part was lost"]
    assert np.array_equal(numbers(samples(out, "imu").values), np.arange(SENSOR.count))


def test_a_connection_that_begins_in_the_middle_of_a_frame_is_no_fault() -> None:
    packets = SENSOR.notifications(ONE_EACH)
    packets[0] = packets[0]._replace(payload=packets[0].payload[7:])
    out = decode(records(SENSOR.connected(), packets))
    assert not out.faults
    assert np.array_equal(numbers(samples(out, "imu").values), np.arange(1, SENSOR.count))


def test_a_reconnection_begins_a_segment_after_a_gap() -> None:
    packets = SENSOR.notifications(CUT_ANYWHERE)
    first = [p for p in packets if p.received_ns < 15e9]
    second = [p for p in packets if p.received_ns > 18e9]
    out = decode(records(SENSOR.connected(), first, SENSOR.connected(17.9), second))
    found = samples(out, "imu")
    assert list(np.unique(found.segment)) == [0, 1]
    (gap,) = out.gaps
    assert gap.samples == pytest.approx(600, abs=15)
    assert (gap.start_s, gap.end_s) == pytest.approx((15.0, 18.0), abs=0.05)
    assert np.all(np.diff(found.time_s) > 0)
    assert not out.faults


def told_rate(packets: list[Packet], code: int, at: int = 50) -> list[Packet]:
    reply = pack_registers(Registers(3, (code, 2, 0, 0, 0, 0, 0, 0)))
    packets[at] = packets[at]._replace(payload=reply + packets[at].payload)
    return packets


def test_the_rate_that_the_sensor_names_counts_more_than_the_one_asked_for() -> None:
    slower = WitMotionSensor(nominal_hz=100.0, count=2500)
    asked = SENSOR.connected()  # for 200 Hz
    out = decode(records(asked, told_rate(slower.notifications(ONE_EACH), 0x09)))
    found = samples(out, "imu")
    assert np.array_equal(numbers(found.values), np.arange(2500))
    after = found.where(found.time_s > 14.0)
    off_s = after.time_s - slower.times(numbers(after.values))
    assert np.ptp(off_s) < 0.006
    assert not out.faults


def test_a_rate_that_is_not_tabled_is_a_fault_and_the_one_asked_for_stays() -> None:
    out = decode(records(SENSOR.connected(), told_rate(SENSOR.notifications(ONE_EACH), 0x0A)))
    assert [fault.reason for fault in out.faults] == [
        "the WitMotion sensor has rate 0x0a; set 200 Hz: 0x0b"
    ]
    assert len(samples(out, "imu").time_s) == SENSOR.count


def test_a_silent_end_is_a_gap_and_what_was_held_then_comes_out() -> None:
    packets = [p for p in SENSOR.notifications(ONE_EACH) if not 20.0 < p.received_ns / 1e9 < 20.4]
    packets = [p for p in packets if p.received_ns / 1e9 < 20.45]
    told: list[Record] = [SENSOR.connected(), *packets, SENSOR.connected(25.0)]
    out = decode(told)
    found = samples(out, "imu")
    assert len(found.time_s) == len(packets)
    assert list(np.unique(found.segment)) == [0]
    assert [gap.samples for gap in out.gaps] == pytest.approx([80, 910], abs=5)


def test_it_is_marked_that_its_times_rest_on_arrivals_and_where_its_range_ends() -> None:
    out = decode(records(SENSOR.connected(), SENSOR.notifications(JOINED)))
    assert all(block.arrival_timed for block in out.imu)
    ends = b"\x55\x61" + b"\xff\x7f" + bytes(8) + b"\x00\x80" + bytes(6)
    found = samples(decode([SENSOR.connected(), Packet(10**9, "imu", ends)]), "imu")
    assert found.clipped.tolist() == [True]
    assert found.values[0] == pytest.approx([156.9, 0, 0, 0, 0, -34.907], abs=0.01)


def test_what_cannot_be_used_is_a_fault_that_says_why() -> None:
    packet = SENSOR.notifications(ONE_EACH)[0]
    assert [f.reason for f in decode([packet]).faults] == ["came before any descriptor was read"]
    on_tether = SENSOR.connected()._replace(device="encoder")
    assert "no tether encoder" in decode([on_tether]).faults[0].reason
    wrong = SENSOR.connected()._replace(descriptor=b"{}")
    reasons = [fault.reason for fault in decode([wrong, packet]).faults]
    assert reasons[1] == "came after a descriptor that could not be used"


@st.composite
def eventful(draw: st.DrawFn) -> list[Record]:
    """Losses, damage, stalls and reconnections."""
    sensor = WitMotionSensor(count=1200)
    packets = sensor.notifications(draw(st.sampled_from([ONE_EACH, JOINED, CUT_ANYWHERE])))
    told: list[Record] = [sensor.connected()]
    held_until_ns = 0
    for packet in packets:
        event = draw(st.integers(0, 60))
        if event == 0:
            continue
        payload = packet.payload
        if event == 1:
            damaged = bytearray(payload)
            damaged[draw(st.integers(0, 500)) % len(damaged)] = draw(st.integers(0, 255))
            payload = bytes(damaged)
        if event == 2:
            held_until_ns = packet.received_ns + draw(st.integers(0, 500_000_000))
        at_ns = max(packet.received_ns, held_until_ns, told[-1].received_ns + 1000)
        told.append(packet._replace(received_ns=at_ns, payload=payload))
        if event == 3:
            told.append(sensor.connected((at_ns + 1000) / 1e9))
    return told


@settings(max_examples=25)
@given(told=eventful(), cuts=st.lists(st.integers(0, 10_000), max_size=30))
def test_whatever_happens_the_records_may_be_cut_anywhere(
    told: list[Record], cuts: list[int]
) -> None:
    whole = decode(told)
    assert same(decode(told, cuts), whole)
    found = samples(whole, "imu")
    assert np.all(np.diff(found.time_s) > 0)
    assert np.all(np.isfinite(found.values))
    assert np.all(np.diff(found.record) >= 0)
