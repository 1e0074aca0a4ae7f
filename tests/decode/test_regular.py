"""The short way by which ordinary notifications are taken is the long way, bit by bit."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sledmon.decode import LAYOUTS
from sledmon.decode.sensor import EncoderDecoder, ImuDecoder
from sledmon.samples import Connected, Record
from tests.decode.streams import Sensor, decode, same, samples, session, tether
from tests.decode.test_cutting import CUTS, eventful

LONG_WAY = "sledmon-1 the long way"
shortened: list[int] = []


class _LongImu(ImuDecoder):
    def _took_regular(self, *_: Any) -> bool:
        return False


class _LongEncoder(EncoderDecoder):
    def _took_regular(self, *_: Any) -> bool:
        return False


class _CountedImu(ImuDecoder):
    def _took_regular(self, *taken: Any) -> bool:
        done = super()._took_regular(*taken)
        shortened.append(done)
        return done


@pytest.fixture(scope="module", autouse=True)
def long_way() -> Iterator[None]:
    """A sensor model whose decoder knows no short way: one row in LAYOUTS."""
    LAYOUTS[LONG_WAY] = lambda device, _rig: _LongImu() if device == "imu" else _LongEncoder()
    yield
    del LAYOUTS[LONG_WAY]


def by_the_long_way(records: list[Record]) -> list[Record]:
    return [r._replace(layout=LONG_WAY) if isinstance(r, Connected) else r for r in records]


@settings(max_examples=12)
@given(level=st.sampled_from(["none", "mild", "harsh"]), seed=st.integers(0, 2), cuts=CUTS)
def test_a_simulated_session_decodes_alike_by_both_ways(
    level: str, seed: int, cuts: list[int]
) -> None:
    records = session(seed=seed, reps=1, faults=level).records
    assert same(decode(by_the_long_way(records)), decode(records, cuts))


@settings(max_examples=60)
@given(records=eventful(), cuts=CUTS)
def test_lost_repeated_late_and_damaged_packets_decode_alike_by_both_ways(
    records: list[Record], cuts: list[int]
) -> None:
    assert same(decode(by_the_long_way(records)), decode(records, cuts))


def late_by_steps(sensor: Sensor, delays_ms: list[int]) -> list[Record]:
    packets = [sensor.packet(k, 0.001 * ms) for k, ms in enumerate(delays_ms)]
    return sorted([sensor.connected(), *packets], key=lambda r: r.received_ns)


@settings(max_examples=60)
@given(
    delays_ms=st.lists(st.integers(3, 400), min_size=10, max_size=60),
    rate=st.floats(0.96, 1.04),
    speed=st.floats(-60_000.0, 60_000.0),
)
def test_any_delay_rate_and_cord_speed_decodes_alike_by_both_ways(
    delays_ms: list[int], rate: float, speed: float
) -> None:
    for sensor in (Sensor(rate=rate), tether(samples=5, speed_counts_per_s=speed)):
        records = late_by_steps(sensor, delays_ms)
        assert same(decode(by_the_long_way(records)), decode(records))


def test_nearly_every_ordinary_notification_goes_the_short_way() -> None:
    counted = "sledmon-1 counted"
    LAYOUTS[counted] = lambda device, _rig: _CountedImu() if device == "imu" else EncoderDecoder()
    try:
        records = session(seed=0, reps=1, faults="none").records
        counting = [r._replace(layout=counted) if isinstance(r, Connected) else r for r in records]
        decoded = decode(counting)
    finally:
        del LAYOUTS[counted]
    assert len(samples(decoded, "imu").time_s) > 1000
    assert sum(shortened) > 0.95 * len(shortened)
