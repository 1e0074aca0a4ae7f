"""Whole sessions: records as a live recording would hold them, and their truth."""

import itertools
import math
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest

from sledmon.errors import SimulationError
from sledmon.rig import parse_rig
from sledmon.samples import Connected, Device, Event, Lost, Opened, Packet
from sledmon.twin import (
    Disconnect,
    RadioDeath,
    SessionParams,
    SimulatedSession,
    simulate,
)
from sledmon.wire.descriptor import Kind, unpack_descriptor
from sledmon.wire.stream import unpack_encoder, unpack_header, unpack_imu


@cache
def played(**choices: Any) -> SimulatedSession:
    return simulate(SessionParams(**choices))


def _packets(session: SimulatedSession, device: Device) -> list[Packet]:
    return [r for r in session.records if isinstance(r, Packet) and r.device == device]


def _ticks(session: SimulatedSession, device: Device) -> np.ndarray:
    """Unwrapped ticks of each packet's first sample."""
    ticks = np.array([unpack_header(p.payload).tick for p in _packets(session, device)])
    steps = np.diff(ticks) % (1 << 32)
    return np.concatenate([[0], np.cumsum(steps)])


def test_equal_parameters_give_equal_records() -> None:
    params = SessionParams(seed=5, reps=2, unresisted=1, faults="harsh")
    assert simulate(params).records == simulate(params).records


def test_another_seed_is_another_athlete() -> None:
    first, second = played(seed=1, reps=1), played(seed=2, reps=1)
    assert first.truth.reps[0].end_s != second.truth.reps[0].end_s


def test_the_athlete_is_the_same_at_every_fault_level_and_with_any_radio() -> None:
    base = played(seed=4, reps=3)
    for choices in ({"faults": "mild"}, {"faults": "harsh"}, {"belt_mtu": 23}):
        other = played(seed=4, reps=3, **choices)
        assert np.array_equal(other.motion.velocity_mps, base.motion.velocity_mps)
        assert other.truth.to_json() == base.truth.to_json()


def test_records_come_in_order_and_begin_with_what_the_recording_is() -> None:
    session = played(seed=0)
    opened = session.records[0]
    assert isinstance(opened, Opened)
    assert (opened.received_ns, opened.source) == (0, "simulated")
    assert "imulated" in opened.title
    rig = parse_rig(opened.rig_toml)
    assert rig == session.rig
    assert rig.has_geometry
    times = [record.received_ns for record in session.records]
    assert times == sorted(times)
    assert all(isinstance(t, int) for t in times)
    kinds = Counter(type(record).__name__ for record in session.records)
    assert kinds["Connected"] == 2
    assert kinds["Tick"] == 0


def test_descriptors_are_those_of_the_firmware() -> None:
    session = played(seed=0)
    connected = {r.device: r for r in session.records if isinstance(r, Connected)}
    belt = unpack_descriptor(connected["imu"].descriptor)
    tether = unpack_descriptor(connected["encoder"].descriptor)
    assert (belt.kind, belt.sample_period_ns, belt.samples_per_notification) == (
        Kind.IMU,
        5_000_000,
        10,
    )
    assert (tether.kind, tether.sample_period_ns, tether.counts_per_m) == (
        Kind.ENCODER,
        10_000_000,
        5000.0,
    )
    assert {c.layout for c in connected.values()} == {"sledmon-1"}
    assert all(c.received_ns < 1_500_000_000 for c in connected.values())


@pytest.mark.parametrize("seed", range(3))
def test_a_default_session_has_a_rep_every_25_seconds_from_about_5_seconds_on(seed: int) -> None:
    starts = [rep.start_s for rep in played(seed=seed).truth.reps]
    assert len(starts) == 8
    assert 4.0 < starts[0] < 6.5
    assert np.all((np.diff(starts) > 22) & (np.diff(starts) < 30))
    zeros = [rep.zero_m for rep in played(seed=seed).truth.reps]
    assert np.sum(np.abs(zeros) < 0.10) >= 7  # a false start may leave the athlete ahead


@pytest.mark.parametrize("seed", range(4))
def test_the_athlete_stands_still_for_two_seconds_before_a_rep_without_rocking(seed: int) -> None:
    session = played(seed=seed, reps=3, rocking_probability=0.0, false_start_probability=0.0)
    for rep in session.script.reps:
        quiet = slice(rep.start - 2000, rep.start)
        assert np.max(np.abs(session.motion.velocity_mps[quiet])) < 0.05


def test_ticks_run_at_the_crystal_s_rate_and_not_at_the_nominal_one() -> None:
    session = played(seed=2, faults="harsh")
    ticks = _ticks(session, "encoder")
    arrival_s = np.array([p.received_ns for p in _packets(session, "encoder")]) / 1e9
    # The earliest arrivals see the least delay: their line has the clock's slope.
    late = arrival_s - ticks / 1e6
    third = len(late) // 3
    early, end = np.argmin(late[:third]), len(late) - third + np.argmin(late[-third:])
    measured_ppm = 1e6 * (
        (ticks[end] - ticks[early]) / 1e6 / (arrival_s[end] - arrival_s[early]) - 1
    )
    true_ppm = session.clocks["encoder"].error_ppm
    assert 25 <= abs(true_ppm) <= 50
    # 45 ms of connection interval over some 120 s of baseline is known to about 150 ppm.
    assert abs(measured_ppm - true_ppm) < 150
    assert np.all(np.diff(ticks) % 200_000 == 0)


def test_the_imu_s_samples_come_at_its_own_rate_seen_in_its_ticks() -> None:
    session = played(seed=2, faults="mild")
    ticks = _ticks(session, "imu")
    sequence = [unpack_header(p.payload).sequence for p in _packets(session, "imu")]
    steps = int(np.sum(np.diff(sequence) % (1 << 16)))
    rate_hz = 10 * steps / (ticks[-1] / 1e6)
    crystal = 1 + session.clocks["imu"].error_ppm * 1e-6
    assert rate_hz * crystal == pytest.approx(session.imu.rate_hz, rel=1e-6)
    assert 0.0075 <= abs(session.imu.rate_hz / 200 - 1) <= 0.015


def test_a_packet_arrives_after_its_last_sample_and_soon_when_the_radio_is_good() -> None:
    session = played(seed=3, reps=3)
    clock = session.clocks["imu"]
    delays = []
    for packet in _packets(session, "imu"):
        note = unpack_imu(packet.payload)
        tick = clock.start_tick + (note.header.tick - clock.start_tick) % (1 << 32)
        last_s = clock.time_at(np.array([tick]))[0] + 9 / session.imu.rate_hz
        delays.append(packet.received_ns / 1e9 - last_s)
    assert 0.002 < min(delays) < 0.006
    assert 0.025 < max(delays) < 0.040  # dither and interval of 15 ms each, and 4 ms of host


@pytest.mark.parametrize(
    ("faults", "low", "high"), [("mild", 0.002, 0.010), ("harsh", 0.012, 0.06)]
)
def test_notifications_are_lost_at_the_tabled_rate(faults: str, low: float, high: float) -> None:
    session = played(seed=6, faults=faults)
    devices: tuple[Device, ...] = ("imu", "encoder")
    for device in devices:
        sequence = [unpack_header(p.payload).sequence for p in _packets(session, device)]
        gaps = np.diff(sequence) % (1 << 16) - 1
        assert int(gaps.sum()) <= session.lost[device]
    ratio = sum(session.lost.values()) / sum(session.sent.values())
    assert low < ratio < high


def test_nothing_is_lost_and_no_link_breaks_without_faults() -> None:
    session = played(seed=0)
    assert session.lost == {"imu": 0, "encoder": 0}
    assert not any(isinstance(record, Lost) for record in session.records)


def test_harsh_radio_loses_in_bursts_and_breaks_one_link_once() -> None:
    session = played(seed=7, faults="harsh")
    assert sum(isinstance(record, Lost) for record in session.records) == 1
    sequence = [unpack_header(p.payload).sequence for p in _packets(session, "imu")]
    gaps = np.diff(sequence) % (1 << 16) - 1
    assert np.mean(gaps[gaps > 0] > 1) > 0.4


def test_a_disconnected_sensor_comes_back_with_its_boot_and_its_sequence_goes_on() -> None:
    session = played(
        seed=0, reps=1, disconnects=(Disconnect(device="imu", at_s=8.0, duration_s=1.5),)
    )
    own = [
        r for r in session.records if isinstance(r, Connected | Lost | Packet) and r.device == "imu"
    ]
    links = [r for r in own if not isinstance(r, Packet)]
    assert [type(r) for r in links] == [Connected, Lost, Connected]
    first, lost, again = links
    assert isinstance(first, Connected)
    assert isinstance(again, Connected)
    assert first.descriptor == again.descriptor
    assert (lost.received_ns, again.received_ns) == (8_000_000_000, 9_500_000_000)
    assert not any(
        lost.received_ns < r.received_ns < again.received_ns for r in own if isinstance(r, Packet)
    )
    sequence = [unpack_header(r.payload).sequence for r in own if isinstance(r, Packet)]
    gap = (np.diff(sequence) % (1 << 16)).max() - 1
    assert gap == pytest.approx((1.5 + 0.42 + 0.12) * session.imu.rate_hz / 10, abs=2)


def test_a_sensor_that_restarts_says_so_and_counts_from_a_new_zero() -> None:
    outage = Disconnect(device="encoder", at_s=8.0, duration_s=2.0, restart=True)
    session = played(seed=0, reps=1, disconnects=(outage,))
    links = [r for r in session.records if isinstance(r, Connected) and r.device == "encoder"]
    before, after = (unpack_descriptor(link.descriptor) for link in links)
    assert before.boot_id != after.boot_id
    new = [p for p in _packets(session, "encoder") if p.received_ns > links[1].received_ns]
    first = unpack_encoder(new[0].payload)
    assert (first.header.sequence, first.header.tick, int(first.counts[0])) == (0, 0, 0)
    assert 2.1 < new[0].received_ns / 1e9 - 8.0 < 2.3


def test_a_snagged_cord_pays_out_three_centimetres_more_for_a_quarter_of_a_second() -> None:
    def metres(session: SimulatedSession) -> np.ndarray:
        counts = [unpack_encoder(p.payload).counts for p in _packets(session, "encoder")]
        return np.concatenate(counts) / 5000

    snagged = played(seed=0, reps=1, cord_snags=((1, 0.5),))
    extra_m = metres(snagged) - metres(played(seed=0, reps=1))
    assert np.max(extra_m) == pytest.approx(0.03, abs=0.0003)
    assert 0.15 < np.sum(extra_m > 0.015) / 100 < 0.25
    assert np.sum(extra_m < -0.0003) == 0


def test_a_sensor_that_dies_in_a_rep_is_silent_for_ever() -> None:
    session = played(seed=0, reps=2, deaths=(RadioDeath(device="encoder", rep=1, fraction=0.5),))
    rep = session.truth.reps[0]
    last_s = _packets(session, "encoder")[-1].received_ns / 1e9
    assert rep.start_s + 1.0 < last_s < rep.end_s
    assert _packets(session, "imu")[-1].received_ns / 1e9 > rep.end_s + 10


@pytest.mark.parametrize(("mtu", "samples"), [(23, 1), (247, 10)])
def test_notifications_fit_the_mtu(mtu: int, samples: int) -> None:
    session = played(seed=0, reps=1, belt_mtu=mtu)
    packets = _packets(session, "imu")
    assert {len(unpack_imu(p.payload).raw) for p in packets} == {samples}
    assert max(len(p.payload) for p in packets) <= mtu - 3


def test_nineteen_imu_samples_fill_the_largest_notification() -> None:
    session = played(seed=0, reps=1, imu_samples_per_notification=40)
    assert {len(unpack_imu(p.payload).raw) for p in _packets(session, "imu")} == {19}


def test_ticks_wrap_in_some_sessions() -> None:
    wrapped = 0
    for seed in range(8):
        session = played(seed=seed, reps=3)
        ticks = [unpack_header(p.payload).tick for p in _packets(session, "imu")]
        wrapped += any(b < a for a, b in itertools.pairwise(ticks))
    assert 1 <= wrapped <= 7


def test_the_coach_enters_each_state_before_the_rep_it_applies_to_and_only_when_it_changes() -> (
    None
):
    session = played(seed=1)
    events = [r for r in session.records if isinstance(r, Event)]
    assert all(e.time_s == e.received_ns / 1e9 for e in events)
    state: dict[str, str] = {}
    pending = list(events)
    for rep in session.truth.reps:
        while pending and pending[0].time_s < rep.start_s:
            event = pending.pop(0)
            assert state.get(event.kind) != event.value
            state[event.kind] = event.value
        assert state["athlete"] == "Demo"
        assert state["distance_yd"] == "10"
        assert (state["unresisted"] == "1") == rep.unresisted
        if not rep.unresisted:
            assert float(state["load_kg"]) == rep.load_kg
            assert float(state["sled_kg"]) == rep.sled_kg == 15.0
    assert not pending
    assert state["set"] == "3"
    loads = [rep.load_kg for rep in session.truth.reps]
    assert loads == [0, 0, 0, 0.0, 2.27, 4.54, 9.07, 0.0]


def test_truth_is_that_of_the_pelvis() -> None:
    session = played(seed=1)
    motion = session.motion
    for rep in session.truth.reps:
        at = np.interp([rep.start_s, rep.end_s], motion.time_s, motion.distance_m)
        assert at[1] - rep.zero_m == pytest.approx(9.144, abs=1e-4)
        assert abs(at[0] - rep.zero_m) < 0.02
        speed = np.interp(
            [rep.start_s - 0.001, rep.start_s + 0.001], motion.time_s, motion.velocity_mps
        )
        assert speed[0] < 0.10 < speed[1]
        assert rep.split_s(10) == pytest.approx(rep.end_s - rep.start_s)
        assert rep.mean_velocity_mps == pytest.approx(9.144 / rep.split_s(10))
        assert rep.window_velocity_mps == pytest.approx(4.572 / (rep.split_s(10) - rep.split_s(5)))
        assert rep.window_velocity_mps < rep.peak_velocity_mps
        assert rep.peak_velocity_mps < np.max(motion.velocity_mps)
        assert 9 <= rep.steps <= 17
        assert 3.5 < rep.step_frequency_hz < 5.0
        assert rep.steps == pytest.approx(rep.step_frequency_hz * rep.split_s(10), abs=2.5)


def test_resistance_costs_velocity_and_reps_repeat_within_a_few_percent() -> None:
    reps = played(seed=1).truth.reps
    free = [rep.window_velocity_mps for rep in reps[:3]]
    assert np.ptp(free) / np.mean(free) < 0.06
    empty, loaded = reps[3].window_velocity_mps, reps[6].window_velocity_mps
    assert loaded < empty < min(free)


def test_truth_json_is_the_table_of_the_contract() -> None:
    told = played(seed=1).truth.to_json()
    assert told["seed"] == 1
    for row in told["reps"]:
        assert list(row) == [
            "number",
            "start_s",
            "end_s",
            "split_5yd_s",
            "split_10yd_s",
            "mean_velocity_mps",
            "window_velocity_mps",
            "peak_velocity_mps",
            "steps",
            "step_frequency_hz",
            "slack_s",
            "load_kg",
            "sled_kg",
            "unresisted",
        ]
        assert (row["slack_s"] is None) == row["unresisted"]


def test_an_athlete_who_stops_short_has_no_end() -> None:
    session = played(seed=2, reps=2, stops_short=((1, 0.6),))
    short, whole = session.truth.to_json()["reps"]
    assert short["end_s"] is None
    assert short["split_10yd_s"] is None
    assert short["window_velocity_mps"] is None
    assert short["split_5yd_s"] is not None
    assert whole["end_s"] is not None
    place = np.interp(
        session.truth.reps[0].stop_s, session.motion.time_s, session.motion.distance_m
    )
    assert 4.6 < place < 6.5


def test_slack_is_counted_only_when_the_belt_travels_5_cm_before_the_strap_loads() -> None:
    session = played(
        seed=2, reps=2, unresisted=0, slack_m_by_rep=((1, 0.25),), initial_slack_m=0.01
    )
    slack, taut = session.truth.reps
    assert 0.15 < slack.slack_s < 0.5
    assert taut.slack_s == 0.0


def test_rocking_and_false_starts_come_before_the_start_and_are_no_runs() -> None:
    session = played(seed=3, reps=2, rocks=(1,), false_starts=(2,))
    calm = played(seed=3, reps=2, rocking_probability=0.0, false_start_probability=0.0)
    motion = session.motion
    first, second = session.truth.reps
    lunge = (motion.time_s > first.stop_s) & (motion.time_s < second.start_s)
    assert np.max(motion.velocity_mps[lunge]) > 0.7
    steps_m = np.cumsum(np.clip(motion.velocity_mps[lunge], 0, None)) * 0.001
    assert steps_m[-1] < 2.0
    rocking = (motion.time_s > first.start_s - 4.5) & (motion.time_s < first.start_s - 0.1)
    assert np.max(np.abs(motion.velocity_mps[rocking])) > 0.10
    for rocked, quiet in zip(session.truth.reps, calm.truth.reps, strict=True):
        assert rocked.split_s(10) == pytest.approx(quiet.split_s(10), abs=0.04)


def test_the_cord_can_be_pulled_by_hand_while_the_belt_is_still() -> None:
    session = played(seed=0, reps=1, cord_pull_before_start=True)
    counts, times = [], []
    for packet in _packets(session, "encoder"):
        counts.append(int(unpack_encoder(packet.payload).counts[0]))
        times.append(packet.received_ns / 1e9)
    before = np.array(times) < session.truth.reps[0].start_s - 1.0
    pulled_m = np.ptp(np.array(counts)[before]) / 5000
    assert pulled_m > 2.0
    still = session.motion.time_s < session.truth.reps[0].start_s - 1.0
    assert np.max(np.abs(session.motion.distance_m[still])) < 0.08


@pytest.mark.parametrize(("distance_yd", "gates"), [(5.0, [5.0]), (12.0, [5.0, 10.0, 12.0])])
def test_gates_stand_every_five_yards_and_at_the_end(
    distance_yd: float, gates: list[float]
) -> None:
    rep = played(seed=0, reps=1, distance_yd=distance_yd).truth.reps[0]
    assert [gate for gate, _ in rep.splits_s] == gates
    assert all(b > a for (_, a), (_, b) in itertools.pairwise(rep.splits_s))
    assert rep.complete
    assert math.isnan(rep.split_s(10)) == (distance_yd == 5.0)


def test_walking_back_is_slower_than_a_run_and_towards_the_reel() -> None:
    session = played(seed=0, reps=2)
    first, second = session.truth.reps
    between = (session.motion.time_s > first.stop_s + 0.2) & (
        session.motion.time_s < second.start_s - 3.0
    )
    assert -2.2 < np.min(session.motion.velocity_mps[between]) < -1.1


@pytest.mark.parametrize(
    "choices",
    [
        {"faults": "awful"},
        {"reps": 0},
        {"distance_yd": 1.0},
        {"distance_yd": math.nan},
        {"load_lb": ()},
        {"load_lb": (math.inf,)},
        {"belt_mtu": 10},
        {"stops_short": ((1, 0.99),)},
        {"deaths": (RadioDeath(device="imu"),)},
        {"rest_s": -1.0},
    ],
)
def test_what_cannot_be_simulated_is_refused(choices: dict[str, Any]) -> None:
    with pytest.raises(SimulationError):
        SessionParams(**choices)


@pytest.mark.parametrize("faults", ["none", "mild", "harsh"])
def test_no_packet_of_either_sensor_arrives_before_its_last_sample_was_taken(faults: str) -> None:
    session = played(seed=0, faults=faults, reps=3)
    devices: dict[Device, float] = {
        "imu": 9 / session.imu.rate_hz,
        "encoder": 9 * (0.02 if faults == "harsh" else 0.01),
    }
    for device, span_s in devices.items():
        clock = session.clocks[device]
        for packet in _packets(session, device):
            tick = unpack_header(packet.payload).tick
            unwrapped = clock.start_tick + (tick - clock.start_tick) % (1 << 32)
            taken_s = clock.time_at(np.array([unwrapped]))[0] + span_s
            assert 0.0015 < packet.received_ns / 1e9 - taken_s < 1.0
