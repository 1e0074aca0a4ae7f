"""Each device's crystal: free-running microsecond ticks that begin anywhere and wrap at 2**32."""

from dataclasses import dataclass

import numpy as np

from sledmon.samples import FloatArray, IntArray
from sledmon.wire.stream import TICK_MODULUS, TICKS_PER_SECOND


@dataclass(frozen=True, kw_only=True, slots=True)
class CrystalClock:
    """True relation of one device's ticks to session time."""

    start_tick: int
    """Unwrapped tick at session time 0."""
    error_ppm: float
    """How much too fast the crystal runs."""

    @property
    def ticks_per_s(self) -> float:
        """True ticks in a second of session time."""
        return TICKS_PER_SECOND * (1.0 + self.error_ppm * 1e-6)

    def tick_at(self, time_s: FloatArray) -> IntArray:
        """Unwrapped whole ticks at session times."""
        return self.start_tick + np.floor(time_s * self.ticks_per_s).astype(np.int64)

    def time_at(self, tick: IntArray) -> FloatArray:
        """Session time at unwrapped ticks."""
        out: FloatArray = (tick - self.start_tick) / self.ticks_per_s
        return out


def draw_clock(rng: np.random.Generator, bound_ppm: float) -> CrystalClock:
    """A crystal off by half the bound to the whole; one in three wraps within the first minute."""
    error_ppm = bound_ppm * rng.uniform(0.5, 1.0) * (1 if rng.uniform() < 0.5 else -1)
    anywhere = int(rng.integers(0, TICK_MODULUS))
    near_wrap = TICK_MODULUS - round(rng.uniform(5.0, 60.0) * TICKS_PER_SECOND)
    return CrystalClock(
        start_tick=near_wrap if rng.uniform() < 1 / 3 else anywhere, error_ppm=error_ppm
    )
