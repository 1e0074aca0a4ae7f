"""Barbell lifts on an OpenBarbell: the only public tether whose edges carry times.

Its file tells how long five tics of 2.718 mm took each. They are sent as an edge-timed encoder
would send them, decoded and smoothed; every other edge is kept back, and when the smoothed path
passes it is compared with when it truly came.
"""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from sledmon.decode import Decoder
from sledmon.estimate.motion.smooth import SmoothParams, smooth_positions
from sledmon.samples import Connected, FloatArray, Packet, Record
from sledmon.wire.descriptor import Descriptor, Features, Kind, pack_descriptor
from sledmon.wire.stream import EDGE_INTERVAL_TICKS, Flags, Header, pack_encoder

TIC_M = 0.002718
STEP_M = 5 * TIC_M
EDGES_A_PACKET = 8
STILL_S = 0.02
LEAST_EDGES = 20
MECHANICS_M = 0.00015


class Lift(NamedTuple):
    """One repetition."""

    edge_s: FloatArray
    """When each further 13.59 mm of cord had come out, from the first of them."""
    peak_mps: float
    """As the device says, from single tics."""


@pytest.fixture(scope="module")
def lifts(shared_data: Path) -> list[Lift]:
    """All but the two reps that look edited by hand."""
    return list(read(shared_data / "tether_lifts").values())


@cache
def read(folder: Path) -> dict[int, Lift]:
    intervals: dict[int, list[float]] = defaultdict(list)
    with (folder / "openbarbell_tic_intervals.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            intervals[int(row["rep_id"])].append(5e-6 * float(row["dt_per_tic_us"]))
    with (folder / "openbarbell_reps.csv").open(encoding="utf-8") as file:
        peaks = {int(row["rep_id"]): float(row["fw_peak_v"]) for row in csv.DictReader(file)}
    return {
        number: Lift(np.cumsum([0.0, *took]), peaks[number])
        for number, took in intervals.items()
        if number not in (0, 144) and len(took) >= LEAST_EDGES
    }


def sent(edge_s: FloatArray) -> list[Record]:
    """What an edge-timed encoder sends: its edges, and its count again where none came for long."""
    descriptor = Descriptor(
        kind=Kind.ENCODER,
        serial="BARBELL",
        sample_period_ns=round(STILL_S * 1e9),
        boot_id=1,
        samples_per_notification=EDGES_A_PACKET,
        counts_per_m=1.0 / STEP_M,
        features=Features.EDGE_TIMED,
    )
    records: list[Record] = [
        Connected(500_000_000, "encoder", "sledmon-1", pack_descriptor(descriptor))
    ]
    still = round(STILL_S * 1e6)
    first = 1_000_000 + 25 * still
    edges = first + EDGE_INTERVAL_TICKS * np.rint(edge_s * 1e6 / EDGE_INTERVAL_TICKS).astype(int)
    told = [(tick, -1) for tick in range(1_000_000, first, still)]
    for count, (tick, following) in enumerate(zip(edges, [*edges[1:], 0], strict=True)):
        told += [(again, count) for again in range(tick, following, still)] or [(tick, count)]
    for sequence, k in enumerate(range(0, len(told), EDGES_A_PACKET)):
        own, counts = np.array(told[k : k + EDGES_A_PACKET]).T
        header = Header(1, sequence, int(own[0]), int(Flags.EDGE_TIMED))
        payload = pack_encoder(header, counts, own - own[0])
        records.append(Packet((int(own[-1]) + 4000) * 1000, "encoder", payload))
    return records


def decoded(edge_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Times and places of all edges as they come out."""
    out = Decoder().push(sent(edge_s), 0)
    assert not out.faults
    assert not out.gaps
    time_s = np.concatenate([b.time_s for b in out.encoder])
    count = np.concatenate([b.count for b in out.encoder])
    edges = np.flatnonzero(np.diff(count) > 0) + 1
    return time_s[edges] - time_s[edges[0]], count[edges] / out.encoder[0].counts_per_m


def test_every_edge_keeps_its_time_to_a_tenth_of_a_millisecond(lifts: list[Lift]) -> None:
    assert len(lifts) > 120
    for lift in lifts:
        time_s, place_m = decoded(lift.edge_s)
        assert place_m == pytest.approx(STEP_M * np.arange(len(lift.edge_s)))
        assert np.max(np.abs(time_s - lift.edge_s)) < 1e-4


def passings_off_s(
    lift: Lift, time_s: FloatArray, place_m: FloatArray, sigma_m: float
) -> FloatArray:
    """When a path through these positions passes the edges kept back, less when they came."""
    path = smooth_positions(time_s, place_m, sigma_m, SmoothParams())
    edges = range(3, len(lift.edge_s) - 3, 2)
    passed = [path.passing(k * STEP_M, float(time_s[0])) for k in edges]
    return np.array(passed) - lift.edge_s[list(edges)]


def test_edge_times_tell_when_the_edges_between_them_came(lifts: list[Lift]) -> None:
    timed, sampled = [], []
    for lift in lifts:
        time_s, place_m = decoded(lift.edge_s)
        timed.append(passings_off_s(lift, time_s[::2], place_m[::2], MECHANICS_M))
        # The same bar as an encoder of that step sees it that is only looked at 100 times a second.
        grid_s = np.arange(0.0, lift.edge_s[-1], 0.01)
        seen = np.floor(np.interp(grid_s, lift.edge_s, np.arange(len(lift.edge_s))) / 2) * 2
        quantised_m = 2 * STEP_M / np.sqrt(12.0)
        sampled.append(passings_off_s(lift, grid_s, (seen + 1.0) * STEP_M, quantised_m))
    timed_ms, sampled_ms = (1000 * np.concatenate(rows) for rows in (timed, sampled))
    assert rms(timed_ms) < 0.4
    assert rms(sampled_ms) > 4 * rms(timed_ms)


def rms(values: FloatArray) -> float:
    return float(np.sqrt(np.nanmean(values**2)))


def test_the_smoothed_peak_lies_just_below_the_device_s_peak_of_single_tics(
    lifts: list[Lift],
) -> None:
    paths = [smooth_positions(*decoded(lift.edge_s), MECHANICS_M, SmoothParams()) for lift in lifts]
    ratios = [
        float(np.max(path.velocity_mps)) / lift.peak_mps
        for path, lift in zip(paths, lifts, strict=True)
    ]
    assert 0.88 < float(np.median(ratios)) < 1.0
    assert float(np.percentile(ratios, 95)) < 1.05
