"""Where the cursor stands and how fast it goes; time comes in from outside."""

import math
from dataclasses import dataclass, replace
from typing import Final

SPEEDS: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, math.inf)
_REAL: Final = SPEEDS.index(1.0)
MAX_RATE: Final = 60.0
"""As fast as anyone can follow: a session of an hour in a minute."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Playing:
    """The cursor in a recording."""

    span_s: tuple[float, float]
    time_s: float
    place: int = _REAL
    """In ``SPEEDS``."""
    running: bool = False

    @property
    def words(self) -> str:
        """The speed as people read it: "0.25×", "max"."""
        speed = SPEEDS[self.place]
        return f"{speed:g}×" if math.isfinite(speed) else "max"

    def after(self, elapsed_s: float) -> "Playing":
        """Where it stands when so much time has passed; it stops at the end.

        >>> Playing(span_s=(0.0, 9.0), time_s=1.0, place=0, running=True).after(2.0).time_s
        1.2
        """
        if not self.running:
            return self
        time_s = self.time_s + min(SPEEDS[self.place], MAX_RATE) * elapsed_s
        return replace(self.at(time_s), running=time_s < self.span_s[1])

    def at(self, time_s: float) -> "Playing":
        """At another time, inside the recording."""
        return replace(self, time_s=min(max(time_s, self.span_s[0]), self.span_s[1]))

    def faster(self, steps: int) -> "Playing":
        """Faster by steps; slower where negative."""
        return replace(self, place=min(max(self.place + steps, 0), len(SPEEDS) - 1))

    def toggled(self) -> "Playing":
        """Go on or hold; from the end it begins again."""
        if not self.running and self.time_s >= self.span_s[1]:
            return replace(self, time_s=self.span_s[0], running=True)
        return replace(self, running=not self.running)
