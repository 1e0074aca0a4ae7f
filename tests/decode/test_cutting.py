"""However records are cut into batches, the joined output is that of one push."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sledmon.samples import DEVICES, Record
from sledmon.wire.stream import Flags
from tests.decode.streams import Sensor, decode, same, samples, session, tether

CUTS = st.lists(st.integers(0, 10_000), max_size=40)


@settings(max_examples=8)
@given(level=st.sampled_from(["none", "mild", "harsh"]), seed=st.integers(0, 2), cuts=CUTS)
def test_a_simulated_session_cut_anywhere_gives_the_same_samples(
    level: str, seed: int, cuts: list[int]
) -> None:
    records = session(seed=seed, reps=1, faults=level).records
    assert same(decode(records, cuts), decode(records))


@pytest.mark.parametrize("level", ["mild", "harsh"])
def test_a_session_pushed_record_by_record_gives_the_same_samples(level: str) -> None:
    records = session(seed=1, reps=1, faults=level).records
    assert same(decode(records, range(len(records))), decode(records))


@st.composite
def eventful(draw: st.DrawFn) -> list[Record]:
    """Both sensors with losses, repeats, resends, damage, reconnections and restarts."""
    records: list[Record] = []
    for sensor in (Sensor(tick=(1 << 32) - 2_000_000, sequence=65_530), tether(samples=5)):
        records.append(sensor.connected())
        lost: list[int] = []
        shift_s = 0.0
        for k in range(draw(st.integers(20, 60))):
            event = draw(st.sampled_from(["", "", "", "", "lose", "again", "resend", "damage"]))
            delay_s = 0.004 + 0.001 * draw(st.integers(0, 40))
            packet = sensor.packet(k, delay_s)
            if event == "lose":
                lost.append(k)
                continue
            if event == "damage":
                place, value = draw(st.integers(0, 200)), draw(st.integers(0, 255))
                payload = bytearray(packet.payload)
                payload[place % len(payload)] = value
                packet = packet._replace(payload=bytes(payload))
            records += [packet] * (2 if event == "again" else 1)
            if event == "resend" and lost:
                old = sensor.packet(lost.pop(0), flags=Flags.RESENT)
                records.append(old._replace(received_ns=packet.received_ns + 1_000_000))
            if draw(st.integers(0, 25)) == 0:
                changes = draw(st.sampled_from([{}, {"boot_id": 9, "tick": 55}, {"tick": 7777}]))
                fields = {**vars(sensor), **changes}
                sensor = Sensor(**fields)
                if "tick" not in changes or "boot_id" in changes:
                    records.append(sensor.connected(packet.received_ns / 1e9 + shift_s))
    return sorted(records, key=lambda r: r.received_ns)


@settings(max_examples=60)
@given(records=eventful(), cuts=CUTS)
def test_lost_repeated_late_and_damaged_packets_and_restarts_may_be_cut_anywhere(
    records: list[Record], cuts: list[int]
) -> None:
    whole = decode(records)
    assert same(decode(records, cuts), whole)
    for device in DEVICES:
        assert np.all(np.diff(samples(whole, device).in_order.time_s) > 0)


@pytest.mark.parametrize("level", ["none", "harsh"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_what_came_out_is_never_revised_by_what_comes_later(level: str, share: float) -> None:
    records = session(seed=2, reps=1, faults=level).records
    until = int(share * len(records))
    early, whole = decode(records[:until]), decode(records)
    for device in DEVICES:
        before = samples(early, device)
        assert len(before.time_s) > 50
        assert before == samples(whole, device).where(np.arange(len(before.time_s)))
