"""Where reps begin and end, whatever the cord does after them."""

import numpy as np

from sledmon.estimate import FoundRep, RepFinder
from sledmon.samples import EncoderBlock
from sledmon.units import NANOSECONDS_PER_SECOND

COUNTS_PER_M = 5000.0
BLOCK_S = 0.1


def _found(count: np.ndarray, blocks_at_once: int) -> list[FoundRep]:
    """What a finder makes of counts at 100 Hz, ten a record, so many records at once."""
    finder = RepFinder()
    found: list[FoundRep] = []
    for first in range(0, len(count) // 10, blocks_at_once):
        records = np.arange(first, min(first + blocks_at_once, len(count) // 10))
        here = np.arange(10 * records[0], 10 * (records[-1] + 1))
        block = EncoderBlock(
            segment=0,
            time_s=here / 100.0,
            count=count[here],
            record=here // 10,
            counts_per_m=COUNTS_PER_M,
            resolution_counts=1.0,
        )
        received_ns = np.round((records + 1.05) * BLOCK_S * NANOSECONDS_PER_SECOND)
        found += finder.push([block], [], first, received_ns.astype(np.int64), lambda *_: 9.144)
    return found


def test_a_cord_that_runs_on_for_long_after_the_gate_is_one_rep_however_it_is_cut() -> None:
    velocity_mps = np.concatenate([np.zeros(300), np.full(500, 2.0), np.full(3000, 0.8)])
    count = np.round(np.cumsum(velocity_mps) / 100.0 * COUNTS_PER_M)
    whole = _found(count, len(count))
    assert len(whole) == 1
    for blocks_at_once in (1, 7, 50):
        assert _found(count, blocks_at_once) == whole
