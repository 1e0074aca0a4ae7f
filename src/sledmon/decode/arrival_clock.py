"""Times of evenly spaced samples that carry neither time nor number, from arrivals alone.

The index of a sample times its nominal period stands for device ticks. The lower envelope that maps
a device's clock maps these too, with room for a rate that is some per cent off; its slope is what
the true period lies beside the nominal one. What is applied follows it at a bounded rate, so that
times inside a rep do not jump when the envelope learns something.
"""

import math
from dataclasses import dataclass, field

from sledmon.decode.device_clock import DeviceClock, DeviceClockParams

_FASTEST = 0.5  # times never run backwards


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrivalClockParams:
    """How fast it learns, and how smoothly."""

    envelope: DeviceClockParams = field(
        default_factory=lambda: DeviceClockParams(
            window_s=60.0,
            spare_s=5.0,
            slope_span_s=2.0,
            drift=0.02,
            drift_floor=20e-6,
            max_slope=0.06,
            warm_up_s=math.inf,
        )
    )
    """A rate is hardly more than 5 % off, and known to about 0.1 % after ten seconds."""
    settled_s: float = 10.0
    """While this young, times may step."""
    slew: float = 1e-3
    """Change of the applied offset per second after that: 3 ms in a rep of 3 s, ..."""
    catch_up_s: float = 3.0
    """... or as much more as brings it there in about so long."""


class ArrivalClock:
    """Gives each notification's last sample its session time, in order of arrival."""

    def __init__(self, period_s: float, params: ArrivalClockParams | None = None) -> None:
        self._params = params or ArrivalClockParams()
        self._nominal_s = period_s
        self._envelope = DeviceClock(self._params.envelope)
        self._samples = 0
        self._first_s = math.nan
        self.last_s = math.nan
        """Session time of the newest sample; NaN before any."""

    @property
    def period_s(self) -> float:
        """As learnt so far, against the host's clock."""
        return self._nominal_s * (1.0 + self._envelope.slope)

    def age(self, received_s: float) -> float:
        """How long it has learnt, in the time after which times no longer step."""
        return (received_s - self._first_s) / self._params.settled_s

    def late_s(self, samples: int, received_s: float) -> float:
        """How much later than the quickest way so many more samples came, were none lost."""
        if math.isnan(self.last_s):
            return 0.0
        offset_s = self._envelope.offset_s + self._envelope.slope * samples * self._nominal_s
        tick_s = (self._samples + samples - 1) * self._nominal_s
        return received_s - self._params.envelope.least_delay_s - offset_s - tick_s

    def take(self, samples: int, received_s: float) -> float:
        """Go on by so many samples that came now; the time of the last of them."""
        self._samples += samples
        tick_s = (self._samples - 1) * self._nominal_s
        period_s = self.period_s
        target_s = tick_s + self._envelope.update(tick_s, received_s)
        if math.isnan(self.last_s):
            self._first_s = received_s
            self.last_s = target_s
            return target_s
        due_s = self.last_s + samples * period_s
        if self.age(received_s) > 1.0:
            off_s = target_s - due_s
            rate = max(self._params.slew, abs(off_s) / self._params.catch_up_s)
            limit_s = min(rate, _FASTEST) * samples * period_s
            self.last_s = due_s + min(max(off_s, -limit_s), limit_s)
        else:
            self.last_s = max(target_s, self.last_s + 0.5 * samples * period_s)
        return self.last_s

    def skip(self, samples: int) -> None:
        """So many samples were lost here."""
        self._samples += samples
        self.last_s += samples * self.period_s
