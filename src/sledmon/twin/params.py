"""Everything that can be asked of a simulated session."""

import math
from dataclasses import dataclass

from sledmon.errors import SimulationError
from sledmon.samples import DEVICES, Device
from sledmon.twin.faults import LEVELS
from sledmon.units import pounds_to_kilograms, yards_to_metres
from sledmon.wire import stream


@dataclass(frozen=True, kw_only=True, slots=True)
class Disconnect:
    """A link that breaks and comes back."""

    device: Device
    at_s: float
    """Session time at which the host notices; the sensor fell silent 0.42 s before,
    BlueZ's supervision timeout."""
    duration_s: float = 1.5
    """From there until it is connected again; infinite: never."""
    restart: bool = False
    """The sensor itself restarts: a new boot, ticks, sequence and counts from a new zero."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RadioDeath:
    """A sensor that falls silent for ever, at a session time or within a rep."""

    device: Device
    at_s: float | None = None
    """Session time; or:"""
    rep: int | None = None
    """Number of the rep during which it dies."""
    fraction: float = 0.5
    """Share of that rep's distance covered when it dies."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionParams:
    """A simulated session; equal parameters give equal bytes."""

    seed: int = 0
    """Draws the athlete, the sensors and the radio, each from its own stream of numbers."""
    reps: int = 8
    """Reps in all."""
    unresisted: int = 3
    """How many of them, the first ones, are run without a sled (contract.md: three a baseline)."""
    distance_yd: float = 10.0
    """Programmed distance D in yards."""
    load_lb: tuple[float, ...] = (0.0, 5.0, 10.0, 20.0)
    """Added plates of the resisted reps in pounds, repeated in turn (the brief's range)."""
    faults: str = "none"
    """Row of contract.md's fault table: none, mild or harsh."""
    sled_kg: float = 15.0
    """Empty sled in kilograms; SOURCES 6.3 has 7 to 20."""
    athlete_name: str = "Demo"
    """Value of the ``athlete`` event."""
    rest_s: float = 20.5
    """From standing still after a rep to the next start in seconds; longer if the walk back needs
    it. With the run itself a rep comes about every 25 s."""
    long_rests: tuple[tuple[int, float], ...] = ()
    """(rep number, seconds): the rest before that rep instead of ``rest_s``."""
    rocking_probability: float = 0.2
    """Chance that the athlete rocks 3 to 6 cm to and fro before a rep after the first (SOURCES
    6.3, faults)."""
    rocks: tuple[int, ...] = ()
    """Rep numbers before which the athlete surely rocks."""
    false_start_probability: float = 0.1
    """Chance of a lunge of less than 1.5 m before a rep after the first (SOURCES 6.3)."""
    false_starts: tuple[int, ...] = ()
    """Rep numbers before which the athlete surely makes a false start."""
    stops_short: tuple[tuple[int, float], ...] = ()
    """(rep number, share of D): the athlete comes to stand about there, short of the gate."""
    initial_slack_m: float = 0.015
    """Mean slack of the strap at a resisted start in metres; each rep has half to one and a half
    times it. SOURCES 6.3 has 0 to 0.3; a coach who looks has it nearly taut."""
    slack_m_by_rep: tuple[tuple[int, float], ...] = ()
    """(rep number, metres): the slack of that rep instead."""
    cord_pull_before_start: bool = False
    """The cord is pulled out by hand and let back before the first rep while the belt is still."""
    cord_snags: tuple[tuple[int, float], ...] = ()
    """(rep number, share of D): there the cord catches for a quarter of a second and comes free."""
    disconnects: tuple[Disconnect, ...] = ()
    """Link losses besides those of the fault level."""
    deaths: tuple[RadioDeath, ...] = ()
    """Sensors that fall silent for ever."""
    belt_mtu: int = 247
    """ATT MTU of the belt's link; 23 leaves one sample a notification."""
    tether_mtu: int = 247
    """ATT MTU of the tether's link."""
    imu_samples_per_notification: int = 10
    """At most; the MTU may allow fewer."""
    encoder_samples_per_notification: int = 10
    """At most; the MTU may allow fewer."""

    def __post_init__(self) -> None:
        checks: tuple[tuple[bool, str], ...] = (
            (self.seed >= 0, "seed must be 0 or more"),
            (1 <= self.reps <= 200, "reps must be 1 to 200"),
            (self.unresisted >= 0, "unresisted must be 0 or more"),
            (3.0 <= self.distance_yd <= 60.0, "distance_yd must be 3 to 60"),
            (len(self.load_lb) > 0, "load_lb must name at least one load"),
            (all(0.0 <= lb <= 200.0 for lb in self.load_lb), "load_lb must be 0 to 200 each"),
            (self.faults in LEVELS, f"faults must be one of {', '.join(LEVELS)}"),
            (bool(self.athlete_name.strip()), "athlete_name must not be empty"),
            (1.0 <= self.sled_kg <= 100.0, "sled_kg must be 1 to 100"),
            (0.0 <= self.rest_s <= 3600.0, "rest_s must be 0 to 3600"),
            (all(0.0 <= s <= 3600.0 for _, s in self.long_rests), "long_rests must be 0 to 3600 s"),
            (
                all(
                    share * self.distance_m >= 2.5 and share <= 0.9 for _, share in self.stops_short
                ),
                "stops_short must lie between 2.5 m and 0.9 of the distance",
            ),
            (0.0 <= self.initial_slack_m <= 1.0, "initial_slack_m must be 0 to 1"),
            (
                stream.samples_that_fit(self.belt_mtu, imu=True) >= 1
                and self.imu_samples_per_notification >= 1,
                "belt_mtu leaves no room for a sample",
            ),
            (
                stream.samples_that_fit(self.tether_mtu, imu=False) >= 1
                and self.encoder_samples_per_notification >= 1,
                "tether_mtu leaves no room for a sample",
            ),
            (
                all(
                    d.device in DEVICES and d.at_s >= 2.0 and d.duration_s > 0
                    for d in self.disconnects
                ),
                "a disconnect must come at 2 s or later and last",
            ),
            (
                all(
                    d.device in DEVICES and (d.at_s is None) != (d.rep is None) for d in self.deaths
                ),
                "a death needs either at_s or rep",
            ),
            (
                all(
                    1 <= number <= self.reps and 0 <= share < 1 for number, share in self.cord_snags
                ),
                "cord_snags name a rep that is run and a share of its distance",
            ),
            (
                all(d.rep is None or 1 <= d.rep <= self.reps for d in self.deaths),
                "a death names a rep that is not run",
            ),
        )
        for holds, message in checks:
            if not holds:
                raise SimulationError(f"cannot simulate: {message}")
        if not all(map(math.isfinite, (*self.load_lb, self.distance_yd, self.sled_kg))):
            raise SimulationError("cannot simulate: loads and distance must be finite numbers")

    @property
    def distance_m(self) -> float:
        """Programmed distance in metres."""
        return yards_to_metres(self.distance_yd)

    def is_unresisted(self, number: int) -> bool:
        """Whether rep ``number`` (from 1) is run without a sled."""
        return number <= self.unresisted

    def load_kg(self, number: int) -> float:
        """Plates of rep ``number`` as the coach enters them, to 10 g; 0 when unresisted."""
        if self.is_unresisted(number):
            return 0.0
        pounds = self.load_lb[(number - self.unresisted - 1) % len(self.load_lb)]
        return round(pounds_to_kilograms(pounds), 2)

    def set_number(self, number: int) -> int:
        """The unresisted reps are a set; so is each turn through the loads."""
        if self.is_unresisted(number):
            return 1
        turn = (number - self.unresisted - 1) // len(self.load_lb)
        return turn + (2 if self.unresisted else 1)
