"""The clock over simulated links: how far mapped times spread, with the beat and without it.

``python -m benchmarks.clock`` is the whole table; these are its corners.
"""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.clock import (
    CURES,
    LINKS,
    WANTED_DITHERED_MS,
    SimulatedLink,
    beat_ms,
    mapped,
    spread_ms,
)
from sledmon.decode.device_clock import DeviceClock

ORDINARY = LINKS["15 ms, 10 %"][0]


@pytest.mark.parametrize("name", LINKS)
def test_the_spread_on_a_link_with_a_beat_stays_below_that_of_a_hull_of_a_minute(name: str) -> None:
    link, hull_ms = LINKS[name]
    for ppm in (30.0, -30.0):
        assert spread_ms(replace(link, ppm=ppm), seeds=1)[1] <= hull_ms


@pytest.mark.parametrize("cure", ["held, then stamped", "sampled every 4.93 ms"])
@pytest.mark.parametrize("name", LINKS)
def test_the_spread_on_a_link_without_a_beat_is_below_two_and_a_half_milliseconds(
    name: str, cure: str
) -> None:
    link = CURES[cure](LINKS[name][0])
    mean, spread, _ = spread_ms(link, seeds=1)
    assert spread <= WANTED_DITHERED_MS / 2.0
    assert -3.5 < mean < 0.0, "no earlier than the least delay that is taken off"


def test_notifications_every_whole_number_of_intervals_beat_and_others_do_not() -> None:
    link = replace(LINKS["15 ms, packets every 60 ms"][0], missed=0.0)
    assert beat_ms(link, 1) == pytest.approx(15.0, abs=2.0)
    assert beat_ms(CURES["sampled every 4.93 ms"](link), 1) < 1.5
    # Held back, ticks and all the rest as they were, they still go with the same events.
    assert beat_ms(CURES["held"](link), 1) > 10.0


def test_a_crystal_of_50_ppm_makes_no_difference() -> None:
    for ppm in (50.0, -50.0):
        assert spread_ms(replace(ORDINARY, ppm=ppm), seeds=2)[2] < 2.7


def test_after_ten_minutes_of_silence_the_clock_is_right_again_within_ten_seconds() -> None:
    link: SimulatedLink = replace(
        CURES["sampled every 4.93 ms"](ORDINARY), ppm=50.0, pause=(200.0, 800.0), duration_s=900.0
    )
    result = mapped(link, 1)
    usual_s = np.median(result.error_s[(result.time_s > 60.0) & (result.time_s < 200.0)])
    after = result.time_s > 810.0
    assert np.max(np.abs(result.error_s[after] - usual_s)) < 0.002


@pytest.mark.parametrize("ppm", [40.0, -15.0])
def test_a_crystals_drift_is_told_with_its_error(ppm: float) -> None:
    random = np.random.default_rng(4)
    clock = DeviceClock()
    for sent_s in np.arange(0.0, 240.0, 0.1):
        delay_s = 0.004 + random.exponential(0.006)
        clock.update(float(sent_s) * (1.0 + 1e-6 * ppm), float(sent_s) + delay_s)
    value, sigma = clock.drift
    assert 1e6 * sigma < 8.0
    assert abs(1e6 * value - ppm) < 3e6 * sigma
    assert 1e6 * value == pytest.approx(ppm, abs=8.0)


def test_of_seconds_no_drift_is_told() -> None:
    clock = DeviceClock()
    for sent_s in np.arange(0.0, 10.0, 0.1):
        clock.update(float(sent_s), float(sent_s) + 0.004)
    assert not clock.drift.known
