"""Values about reps. Unknown is NaN or None, never 0; every number carries its standard error."""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

NAN = math.nan


class Measured(NamedTuple):
    """A value and one standard error, both in the value's unit; NaN where unknown."""

    value: float = NAN
    sigma: float = NAN

    @property
    def known(self) -> bool:
        """Whether there is a value at all."""
        return not math.isnan(self.value)


UNKNOWN = Measured()


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """Time from ``start_s`` to one gate."""

    distance_m: float
    time_s: Measured


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowVelocity:
    """Mean velocity over the last part of the rep: what verdicts are made on."""

    from_m: float
    to_m: float
    velocity_mps: Measured = UNKNOWN


@dataclass(frozen=True, kw_only=True, slots=True)
class CurvePoint:
    """Velocity at one distance, averaged over about one step."""

    distance_m: float
    velocity_mps: Measured


@dataclass(frozen=True, kw_only=True, slots=True)
class Moments:
    """A rep's path at regular moments, from shortly before its start to its end."""

    time_s: tuple[float, ...]
    """Session time."""
    distance_m: tuple[float, ...]
    distance_sigma_m: tuple[float, ...]
    velocity_mps: tuple[float, ...]
    """Instantaneous: it holds the rhythm of the steps."""
    velocity_sigma_mps: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Steps:
    """Ground contacts of the rep; ``count`` is None where they could not be seen."""

    count: int | None = None
    frequency_hz: Measured = UNKNOWN


@dataclass(frozen=True, kw_only=True, slots=True)
class Lean:
    """Pelvis lean against the athlete's upright stance, positive in the direction of the run."""

    mean_rad: float = NAN
    min_rad: float = NAN
    max_rad: float = NAN
    sigma_rad: float = NAN


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditions:
    """What a rep was done under: the coach's events in force at its start."""

    athlete: str = "Athlete 1"
    set_number: int = 1
    unresisted: bool = False
    load_kg: float = 0.0
    sled_kg: float = 0.0
    surface: str = ""
    distance_m: float = 9.144

    @property
    def resistance_kg(self) -> float:
        """Empty sled and plates together; 0 when unresisted."""
        return 0.0 if self.unresisted else self.load_kg + self.sled_kg


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimates:
    """What was measured in one rep, free of who ran it and of any judgement."""

    start_s: float
    end_s: float  # NaN when the athlete stopped short
    complete: bool
    splits: tuple[Split, ...]
    mean_velocity_mps: Measured
    window: WindowVelocity
    peak_velocity_mps: Measured
    curve: tuple[CurvePoint, ...] = ()
    """Ten places D / 10 apart, as far as the rep was seen."""
    moments: Moments | None = None
    """Only where it was asked for: ``RepParams.moments_s``."""
    steps: Steps = Steps()
    lean: Lean = Lean()
    slack_s: float = NAN
    trust: str = "poor"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a rep means for the work that was planned; see judge/METHODS.md."""

    zone: str = "unknown"
    certainty: str = "within-error"
    velocity_decrement: Measured = UNKNOWN
    velocity_loss: Measured = UNKNOWN
    session_loss: Measured = UNKNOWN
    flag: str | None = None
    line: str | None = None
    probability: float = NAN
    cause: str | None = None
    advice: str | None = None
    within_rep_drop: Measured = UNKNOWN
    """What fell away in the last quarter of the rep, against the athlete's own curve."""
    rest_s: float = NAN
    """Since the athlete's last rep."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rep:
    """One rep: its conditions, its estimates and its verdict."""

    number: int
    conditions: Conditions
    estimates: Estimates
    start_rule: str
    excluded: bool = False
    verdict: Verdict = field(default_factory=Verdict)


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadPoint:
    """Expected velocity at one load."""

    load_kg: float
    """Sled and plates; 0: unresisted."""
    velocity_mps: Measured
    reps: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadVelocity:
    """``v = v0 - slope L`` on one surface; see judge/METHODS.md."""

    points: tuple[LoadPoint, ...] = ()
    """By load."""
    surface: str = ""
    v0_mps: Measured = UNKNOWN
    slope_mps_per_kg: Measured = UNKNOWN
    """Velocity lost with every kilogram."""
    covariance: float = NAN
    """Of the two."""
    r_squared: float = NAN
    residual_mps: float = NAN
    """SD of the points about the line."""
    why_not: str = ""
    """Why there is no line; empty: there is one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AthleteSummary:
    """What a session says of one athlete over one distance."""

    athlete: str
    distance_m: float
    baseline_mps: Measured = UNKNOWN
    """Expected unresisted window velocity; the newest in force."""
    baseline_reps: int = 0
    """Unresisted reps it was chosen from; 0: it was brought by an event, or is unknown."""
    rep_cv: Measured = UNKNOWN
    """Rep-to-rep variation as learnt from this session."""
    load_velocity: LoadVelocity = LoadVelocity()
    load_for_target_kg: Measured = UNKNOWN
    """Sled and plates for the plan's speed line; the strength line where that is the target."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SensorQuality:
    """How well one sensor's data came through."""

    rate_hz: float = NAN
    samples: int = 0
    lost: int = 0
    late: int = 0
    gaps: tuple[tuple[float, float], ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """How well the session's data came through; None for a sensor that was never there."""

    imu: SensorQuality | None = None
    encoder: SensorQuality | None = None
    sync_offset_s: Measured = UNKNOWN


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A recording's results after its last record."""

    software: str
    duration_s: float
    sha256: str
    events_sha256: str
    quality: Quality
    reps: tuple[Rep, ...]
    athletes: tuple[AthleteSummary, ...] = ()
    notes: tuple[str, ...] = ()
