"""Wraps, losses, repeats, late packets and restarts, on sensors whose every sample is known."""

import numpy as np
import pytest

from sledmon.samples import Packet, Record
from sledmon.wire.descriptor import Features, pack_descriptor
from sledmon.wire.stream import Flags, Header, pack_encoder
from tests.decode.streams import DELAY_S, UNSEEN_S, Sensor, decode, gaps, samples, tether

SENSORS = [Sensor(), tether(), Sensor(samples=1), tether(samples=5), Sensor(samples=19)]


def _whole(sensor: Sensor, numbers: list[int]) -> list[Record]:
    return [sensor.connected(), *sensor.packets(numbers)]


@pytest.mark.parametrize("sensor", SENSORS)
@pytest.mark.parametrize("lost", [set(), {38, 39, 40, 41}])
def test_sequence_tick_and_count_wrap_as_if_they_did_not_even_inside_a_gap(
    sensor: Sensor, lost: set[int]
) -> None:
    numbers = [k for k in range(80) if k not in lost]
    at_s = float(sensor.times(40)[0])
    fields = vars(sensor)
    wraps = Sensor(
        **{
            **fields,
            "tick": (1 << 32) - round(at_s * 1e6),
            "sequence": (1 << 16) - 40,
            "count": (1 << 31) - round(at_s * sensor.speed_counts_per_s),
        }
    )
    plain = samples(decode(_whole(Sensor(**{**fields, "tick": 0}), numbers)), sensor.device)
    out = decode(_whole(wraps, numbers))
    found = samples(out, sensor.device)
    assert not out.faults
    assert np.max(np.abs(found.time_s - plain.time_s)) < 1e-6
    if sensor.device == "encoder":
        assert np.array_equal(found.values - wraps.count, plain.values - sensor.count)
    assert [g.packets for g in out.gaps] == ([4] if lost else [])


@pytest.mark.parametrize("sensor", SENSORS)
@pytest.mark.parametrize("minutes", [10, 30, 80, 150])
@pytest.mark.parametrize("ppm", [0.0, 50.0, -50.0])
def test_a_long_silence_of_a_running_sensor_is_one_gap_and_the_time_goes_on(
    sensor: Sensor, minutes: float, ppm: float
) -> None:
    sensor = Sensor(**{**vars(sensor), "ppm": ppm, "speed_counts_per_s": 1.0})
    length_s = sensor.samples * sensor.period_s
    before = round(5.0 / length_s)
    silent = round(60 * minutes / length_s)
    numbers = [*range(before), *range(before + silent, before + silent + 40)]
    out = decode(_whole(sensor, numbers))
    found = samples(out, sensor.device)
    (gap,) = out.gaps
    assert not out.faults
    assert set(found.segment) == {0}
    assert (gap.packets, gap.samples) == (silent, silent * sensor.samples)
    true = np.concatenate([sensor.times(k) for k in numbers])
    assert np.max(np.abs(found.time_s - true - UNSEEN_S)) < 0.005
    assert gap.start_s == pytest.approx(sensor.times(before)[0] + UNSEEN_S, abs=0.001)
    assert gap.end_s == pytest.approx(sensor.times(before + silent)[0] + UNSEEN_S, abs=0.005)


def test_a_sensor_that_stopped_numbering_in_a_long_silence_is_not_taken_for_a_restart() -> None:
    sensor = Sensor()
    stopped = Sensor(sequence=sensor.sequence - 10_000)  # its ticks ran on, its sequence did not
    numbers = range(10_100, 10_140)
    out = decode([*_whole(sensor, list(range(100))), *stopped.packets(numbers)])
    assert not out.faults
    assert set(samples(out, "imu").segment) == {0}
    (gap,) = out.gaps
    assert gap.samples == 100_000


@pytest.mark.parametrize("rate", [0.97, 1.0, 1.03])
@pytest.mark.parametrize("count", [1, 3, 40])
@pytest.mark.parametrize("size", [1, 10, 19])
def test_lost_notifications_give_a_gap_with_its_place_and_its_samples(
    rate: float, count: int, size: int
) -> None:
    sensor = Sensor(rate=rate, samples=size)
    numbers = [k for k in range(160) if not 60 <= k < 60 + count]
    out = decode(_whole(sensor, numbers))
    (gap,) = out.gaps
    assert (gap.packets, gap.samples) == (count, count * size)
    assert gap.start_s == pytest.approx(sensor.times(60)[0] + UNSEEN_S, abs=0.002)
    assert gap.end_s == pytest.approx(sensor.times(60 + count)[0] + UNSEEN_S, abs=0.002)
    assert not out.faults


@pytest.mark.parametrize("rate", [0.97, 0.985, 1.0, 1.015, 1.03])
@pytest.mark.parametrize("size", [1, 10, 19])
def test_nothing_lost_gives_no_gap_from_the_first_packet_on(rate: float, size: int) -> None:
    sensor = Sensor(rate=rate, samples=size)
    numbers = list(range(max(200, 1000 // size)))
    out = decode(_whole(sensor, numbers))
    assert (out.gaps, out.faults) == ((), ())
    found = samples(out, "imu")
    true = np.concatenate([sensor.times(k) for k in numbers])
    settled = true > 2.0
    assert np.max(np.abs(found.time_s - true - UNSEEN_S)[settled]) < 1e-4


@pytest.mark.parametrize("rate", [0.97, 1.03])
def test_a_notification_lost_before_the_rate_is_known_is_one_gap_and_no_fault(rate: float) -> None:
    sensor = Sensor(rate=rate)
    out = decode(_whole(sensor, [0, *range(2, 60)]))
    assert [(g.packets, g.samples) for g in out.gaps] == [(1, 10)]
    assert not out.faults


@pytest.mark.parametrize("sensor", [Sensor(), tether()])
def test_samples_that_the_sensor_dropped_are_a_gap_of_no_packets(sensor: Sensor) -> None:
    # 25 samples were dropped: sequence goes on, ticks and counts jump.
    later = Sensor(**{**vars(sensor), "first_s": sensor.first_s + 25 * sensor.period_s})
    after = [later.packet(50, flags=Flags.OVERFLOW), *later.packets(range(51, 90))]
    out = decode([*_whole(sensor, list(range(50))), *after])
    assert [(g.packets, g.samples) for g in out.gaps] == [(0, 25)]
    assert not out.faults
    assert len(samples(out, sensor.device).time_s) == 900


@pytest.mark.parametrize("sensor", SENSORS)
def test_repeated_notifications_are_neither_counted_nor_faults(sensor: Sensor) -> None:
    once = _whole(sensor, list(range(60)))
    twice = [once[0], *(p for p in once[1:] for _ in range(2)), *once[-20:]]
    first, second = decode(once), decode(twice)
    assert not second.gaps
    assert not second.faults
    a, b = samples(first, sensor.device), samples(second, sensor.device)
    assert np.array_equal(a.time_s, b.time_s)
    assert np.array_equal(a.values, b.values)


@pytest.mark.parametrize("sensor", SENSORS)
def test_what_is_sent_again_fills_its_gap_once_with_right_times_and_counts(sensor: Sensor) -> None:
    fields = vars(sensor)
    wraps_at = round(float(sensor.times(43)[0]) * sensor.speed_counts_per_s)
    sensor = Sensor(**{**fields, "count": (1 << 31) - wraps_at})
    lost = [40, 41, 42, 44]
    numbers = [k for k in range(100) if k not in lost]
    records = _whole(sensor, numbers)
    again = [
        sensor.packet(k, flags=Flags.RESENT)._replace(received_ns=records[-1].received_ns + 1000)
        for k in [42, 40, 41, 44, 41, 40, 43]
    ]
    more = sensor.packets(range(100, 140))
    out = decode([*records, *again, *more])
    found = samples(out, sensor.device)
    late = found.where(found.late)
    assert not out.faults
    assert [g.packets for g in out.gaps] == [3, 1]
    true = np.concatenate([sensor.times(k) for k in [42, 40, 41, 44]])
    assert np.max(np.abs(late.time_s - true - UNSEEN_S)) < 0.001
    if sensor.device == "encoder":
        assert np.array_equal(
            late.values[:, 0], np.concatenate([sensor.counts(k) for k in [42, 40, 41, 44]])
        )
        assert np.array_equal(
            found.in_order.values[:, 0],
            np.concatenate([sensor.counts(k) for k in [*numbers, *range(100, 140)]]),
        )
    assert np.all(np.diff(found.in_order.time_s) > 0)


def test_what_is_sent_again_after_more_than_30_seconds_is_a_fault_and_not_used() -> None:
    sensor = Sensor()
    records = _whole(sensor, [k for k in range(900) if k != 40])
    old = sensor.packet(40, flags=Flags.RESENT)._replace(received_ns=records[-1].received_ns + 1)
    out = decode([*records, old])
    assert [f.reason for f in out.faults] == ["its tick lies 43 s back"]
    assert not np.any(samples(out, "imu").late)


@pytest.mark.parametrize("sensor", [Sensor(), tether()])
@pytest.mark.parametrize("uptime", [4, 100, 400])
def test_a_new_boot_id_begins_a_segment_with_a_fresh_count_and_clock(
    sensor: Sensor, uptime: int
) -> None:
    again = Sensor(
        **{**vars(sensor), "tick": -round(sensor.times(uptime)[0] * 1e6), "boot_id": 2,
           "sequence": 0, "count": -(1 << 31) + 77}
    )  # fmt: skip
    rejoined = again.connected(float(sensor.times(uptime + 20)[0]))
    numbers = range(uptime + 21, uptime + 60)
    out = decode([*_whole(sensor, list(range(uptime))), rejoined, *again.packets(numbers)])
    found = samples(out, sensor.device)
    assert not out.faults
    assert list(np.unique(found.segment)) == [0, 1]
    assert np.all(np.diff(found.time_s) > 0)
    second = found.where(found.segment == 1)
    true = np.concatenate([again.times(k) for k in numbers])
    assert np.max(np.abs(second.time_s - true - UNSEEN_S)) < 0.002
    if sensor.device == "encoder":
        assert second.values[0, 0] == again.counts(numbers[0])[0]
    (gap,) = out.gaps
    assert (gap.packets, gap.samples) == (0, 21 * sensor.samples)


@pytest.mark.parametrize("sensor", [Sensor(), tether()])
@pytest.mark.parametrize("uptime_s", [5.0, 60.0, 3000.0])
@pytest.mark.parametrize("sequence", [0, 700, 40_000])
def test_ticks_that_jump_back_begin_a_new_segment_after_one_fault(
    sensor: Sensor, uptime_s: float, sequence: int
) -> None:
    first = Sensor(**{**vars(sensor), "tick": -round(sensor.first_s * 1e6) + 100_000})
    k = round(uptime_s / sensor.samples / sensor.period_s)
    numbers = list(range(max(0, k - 100), k))
    again = Sensor(
        **{**vars(sensor), "tick": -round(sensor.times(k)[0] * 1e6) + 100_000,
           "sequence": sequence - k, "count": 0}
    )  # fmt: skip
    out = decode([*_whole(first, numbers), *again.packets(range(k, k + 60))])
    found = samples(out, sensor.device)
    assert len(out.faults) == 1
    assert list(np.unique(found.segment)) == [0, 1]
    second = found.where(found.segment == 1)
    true = np.concatenate([again.times(n) for n in range(k + 1, k + 60)])
    assert np.max(np.abs(second.time_s - true - UNSEEN_S)) < 0.002
    assert np.all(np.diff(found.time_s) > 0)


def test_a_sensor_that_begins_anew_with_the_very_same_numbers_is_not_taken_for_repeats() -> None:
    # Uptime 5 s; the first notification after the restart has the sequence and tick of the first.
    sensor = Sensor(tick=-1_000_000, sequence=0)
    again = [
        packet._replace(received_ns=packet.received_ns + 5_000_000_000)
        for packet in sensor.packets(range(80))
    ]
    out = decode([*_whole(sensor, list(range(100))), *again])
    found = samples(out, "imu")
    assert len(out.faults) == 1
    assert np.sum(found.segment == 1) == 790
    assert found.time_s[-1] == pytest.approx(sensor.times(179)[-1] + UNSEEN_S, abs=0.002)


@pytest.mark.parametrize("sensor", [Sensor(), tether()])
def test_a_reconnection_with_the_same_boot_id_keeps_segment_counts_and_clock(
    sensor: Sensor,
) -> None:
    numbers = [*range(200), *range(250, 300)]
    records = _whole(sensor, numbers)
    joined = [*records[:201], sensor.connected(float(sensor.times(249)[0])), *records[201:]]
    without, out = decode(records), decode(joined)
    assert not out.faults
    assert out.gaps == without.gaps
    a, b = samples(without, sensor.device), samples(out, sensor.device)
    assert np.array_equal(a.time_s, b.time_s)
    assert np.array_equal(a.values, b.values)
    assert set(b.segment) == {0}


def test_a_link_that_begins_held_up_by_300_ms_loses_nothing_and_settles_in_7_seconds() -> None:
    sensor = tether()
    numbers = list(range(200))
    held = [max(DELAY_S, 0.3 - 0.1 * k) for k in numbers]
    packets = [sensor.packet(k, delay_s) for k, delay_s in zip(numbers, held, strict=True)]
    records: list[Record] = [sensor.connected(), *packets]
    out = decode(records)
    found = samples(out, "encoder")
    assert (out.gaps, out.faults) == ((), ())
    assert np.all(np.diff(found.time_s) > 0)
    error_s = found.time_s - np.concatenate([sensor.times(k) for k in numbers]) - UNSEEN_S
    assert np.max(np.abs(error_s[found.time_s > 8.0])) < 0.001


def test_notifications_of_changing_length_are_no_loss() -> None:
    sensor = tether(samples=5)
    long = tether(samples=10)
    records: list[Record] = [sensor.connected(), *sensor.packets(range(60))]
    records += Sensor(**{**vars(long), "sequence": 730}).packets(range(30, 60))
    records += Sensor(**{**vars(sensor), "sequence": 670}).packets(range(120, 160))
    out = decode(records)
    assert (out.gaps, out.faults) == ((), ())
    assert len(samples(out, "encoder").time_s) == 800


def test_an_edge_timed_encoder_keeps_its_times_through_losses() -> None:
    rng = np.random.default_rng(3)
    sensor = tether(nominal_s=0.02)
    described = pack_descriptor(
        type(sensor.descriptor())(
            **{
                **{k: getattr(sensor.descriptor(), k) for k in sensor.descriptor().__slots__},
                "features": Features.EDGE_TIMED,
            }
        )
    )
    edges = 1_000_000 + np.cumsum(rng.integers(100, 2400, 1200)) * 8
    records: list[Record] = [sensor.connected()._replace(descriptor=described)]
    for k in range(0, 1200, 6):
        if k in (300, 306):
            continue
        own = edges[k : k + 6]
        header = Header(1, k // 6, int(own[0]), int(Flags.EDGE_TIMED))
        payload = pack_encoder(header, np.arange(k, k + 6), own - own[0])
        records.append(Packet(int(own[-1]) * 1000 + 4_000_000, "encoder", payload))
    out = decode(records)
    found = samples(out, "encoder")
    assert not out.faults
    assert [g.packets for g in out.gaps] == [2]
    kept = np.r_[0:300, 312:1200]
    assert np.array_equal(found.values[:, 0], kept)
    assert np.max(np.abs(found.time_s - edges[kept] / 1e6 - UNSEEN_S)) < 0.001


def test_a_silent_end_is_a_gap_and_a_sensor_that_never_spoke_is_none() -> None:
    sensor, mute = Sensor(), tether()
    records = [*_whole(sensor, list(range(40))), mute.connected(8.0)]
    (gap,) = gaps(decode(records), "imu")
    assert gap.start_s == pytest.approx(3.0 + UNSEEN_S, abs=0.001)
    assert gap.end_s == 8.0
    assert gaps(decode(records), "encoder") == []


@pytest.mark.parametrize("sensor", SENSORS)
@pytest.mark.parametrize("stopped_s", [0.113, 3.3])
def test_after_a_stop_whose_last_words_were_lost_the_next_link_is_believed_at_once(
    sensor: Sensor, stopped_s: float
) -> None:
    fields = vars(sensor)
    again_s = float(sensor.times(60)[0]) + stopped_s
    later = Sensor(**{**fields, "first_s": again_s, "sequence": sensor.sequence + 61})
    records = [
        *_whole(sensor, list(range(60))),
        later.connected(again_s),
        *later.packets(range(20)),
    ]
    out = decode(records)
    found = samples(out, sensor.device)
    assert not out.faults
    assert set(found.segment) == {0}
    assert len(found.time_s) == 80 * sensor.samples
    assert [gap.packets for gap in out.gaps] == [1]


@pytest.mark.parametrize("sensor", [Sensor(), tether(samples=10)])
def test_short_notifications_of_a_lost_link_are_counted_and_may_be_sent_again(
    sensor: Sensor,
) -> None:
    """Without a link the MTU is the smallest: what is numbered meanwhile is cut short."""
    fields = vars(sensor)
    short = Sensor(**{**fields, "samples": 2, "sequence": sensor.sequence + 60 - 300})
    later = Sensor(**{**fields, "sequence": sensor.sequence + 80})
    again_s = float(later.times(80)[0])
    records = [
        *_whole(sensor, list(range(60))),
        later.connected(again_s),
        *later.packets(range(80, 120)),
    ]
    out = decode(records)
    assert not out.faults
    assert [gap.packets for gap in out.gaps] == [100]
    assert len(samples(out, sensor.device).time_s) == 100 * sensor.samples
    fetched = [
        short.packet(k, flags=Flags.RESENT)._replace(received_ns=records[-1].received_ns + 1000)
        for k in range(300, 400)
    ]
    out = decode([*records, *fetched])
    assert not out.faults
    found = samples(out, sensor.device)
    assert len(found.time_s) == 120 * sensor.samples
    true_s = np.concatenate([short.times(k) for k in range(300, 400)])
    assert np.max(np.abs(found.where(found.late).time_s - true_s - UNSEEN_S)) < 0.001
