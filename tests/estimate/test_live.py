"""The running velocity: near the truth, never revised, the same however the input is cut."""

from itertools import pairwise

import numpy as np
import pytest

from sledmon.decode import Decoder
from sledmon.estimate.live import LiveVelocity
from sledmon.samples import VelocityBlock
from tests.decode.streams import session


def running(level: str, pieces: int) -> VelocityBlock:
    records = session(seed=3, reps=3, faults=level).records
    decoder, live = Decoder(), LiveVelocity()
    edges = np.linspace(0, len(records), pieces + 1).astype(int)
    blocks = [
        live.push(decoder.push(records[a:b], int(a)).encoder, 5000.0) for a, b in pairwise(edges)
    ]
    names = ("time_s", "distance_m", "velocity_mps", "velocity_sigma_mps")
    return VelocityBlock(**{n: np.concatenate([getattr(b, n) for b in blocks]) for n in names})


@pytest.mark.parametrize(("level", "rms_mps"), [("none", 0.09), ("mild", 0.10), ("harsh", 0.20)])
def test_the_running_velocity_is_near_the_truth(level: str, rms_mps: float) -> None:
    shown, played = running(level, 50), session(seed=3, reps=3, faults=level)
    motion = played.motion
    error = shown.velocity_mps - np.interp(shown.time_s, motion.time_s, motion.velocity_mps)
    in_reps = np.zeros(len(error), bool)
    for rep in played.truth.reps:
        in_reps |= (shown.time_s > rep.start_s) & (shown.time_s < rep.end_s)
    assert float(np.sqrt(np.mean(error[in_reps] ** 2))) < rms_mps
    assert np.mean(np.abs(error[in_reps]) < 2 * shown.velocity_sigma_mps[in_reps]) > 0.9


@pytest.mark.parametrize("pieces", [1, 7, 400])
def test_cutting_changes_nothing(pieces: int) -> None:
    whole, cut = running("harsh", 50), running("harsh", pieces)
    assert np.array_equal(whole.velocity_mps, cut.velocity_mps)
    assert np.array_equal(whole.velocity_sigma_mps, cut.velocity_sigma_mps)
