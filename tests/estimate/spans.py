"""Both sensors' samples about one rep of a simulated session, as the estimator is given them."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from sledmon.decode import Decoder
from sledmon.estimate.motion import BeltSpan, TetherSpan
from sledmon.rig import Rig
from tests.decode.streams import session


class Spans(NamedTuple):
    """From eight seconds before a rep until it is final."""

    tether: TetherSpan
    belt: BeltSpan
    run_from_s: float
    rig: Rig


@cache
def spans_of(rep: int, **choices: Any) -> Spans:
    """Rep ``rep``, from 0, of the session of such parameters."""
    played = session(**choices)
    decoded = Decoder().push(played.records, 0)
    truth = played.truth.reps[rep]
    from_s, to_s = truth.start_s - 8.0, truth.end_s + 0.3
    tether_s = np.concatenate([b.time_s for b in decoded.encoder])
    counts = np.concatenate([b.count for b in decoded.encoder])
    belt_s = np.concatenate([b.time_s for b in decoded.imu])
    here, there = (tether_s > from_s) & (tether_s < to_s), (belt_s > from_s) & (belt_s < to_s)
    per_m = decoded.encoder[0].counts_per_m
    tether = TetherSpan(
        time_s=tether_s[here], payout_m=counts[here] / per_m, resolution_m=1.0 / per_m
    )
    belt = BeltSpan(
        time_s=belt_s[there],
        acc_sensor_mps2=np.concatenate([b.acc_sensor_mps2 for b in decoded.imu])[there],
        gyr_sensor_radps=np.concatenate([b.gyr_sensor_radps for b in decoded.imu])[there],
        clipped=np.zeros(int(there.sum()), bool),
    )
    return Spans(tether, belt, truth.start_s + 0.4, played.rig)
