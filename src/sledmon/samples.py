"""Values that stream: records as they arrive, and the sample blocks decoded from them.

A *record* is what a recording holds, in order of arrival. ``received_ns`` is the host's arrival
time in whole nanoseconds since the recording began, stamped once, in ``acquire/``; it is an
integer so that a recording gives back exactly what live processing saw. The place of a record in
that order, counted from 0, is its *ordinal*.

A *block* holds decoded samples as read-only arrays of equal length. ``record`` is, for each
sample, the ordinal of the record that brought it, so that any stage can ask "what was known when
record k had arrived?" however the input was cut.
"""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Device = Literal["imu", "encoder"]
DEVICES: tuple[Device, ...] = ("imu", "encoder")

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Opened(NamedTuple):
    """The first record of every recording: what it is and how the rig stood."""

    received_ns: int
    source: str  # "ble", "simulated" or "import"
    rig_toml: str  # the rig as the user wrote it; empty: all defaults
    software: str
    started_utc: str = ""  # ISO 8601, for people; nothing is computed from it
    title: str = ""


class Connected(NamedTuple):
    """A sensor was connected and its descriptor read."""

    received_ns: int
    device: Device
    layout: str  # which decoder reads its packets: a key of ``sledmon.decode.LAYOUTS``
    descriptor: bytes
    name: str = ""


CLOSED: Final = "closed"
"""The reason of a connection that was not lost: the sensor had been asked to stop."""


class Lost(NamedTuple):
    """A sensor's connection was lost or closed."""

    received_ns: int
    device: Device
    reason: str = ""


class Packet(NamedTuple):
    """One notification, or one table packet of an import, exactly as it came."""

    received_ns: int
    device: Device
    payload: bytes


class Tick(NamedTuple):
    """The host's clock, every 0.1 s of arrival time while live: it ends reps when sensors die."""

    received_ns: int


class Event(NamedTuple):
    """A coach's input; ``time_s`` is the session time it speaks of."""

    received_ns: int
    time_s: float
    kind: str
    value: str


Record = Opened | Connected | Lost | Packet | Tick | Event

TICK_PERIOD_NS = 100_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class EncoderBlock:
    """Tether samples in order of time.

    Positions are comparable only inside one ``segment``: a sensor that restarts counts from a new
    zero. ``late`` samples were sent again by the sensor after newer ones had come; they lie before
    the newest sample already seen.
    """

    segment: int
    time_s: FloatArray
    """(n,) session time, fixed on arrival."""
    count: FloatArray
    """(n,) unwrapped counts; positive as cord pays out."""
    record: IntArray
    """(n,) ordinal of the record that brought the sample."""
    counts_per_m: float
    """From the descriptor; 1.0 where the table is already in metres, NaN where it does not say."""
    resolution_counts: float
    """Width of one quantisation step in counts; 0 for a table that was never quantised here."""
    late: bool = False
    own_clock: bool = False
    """Times are the sensor's own words (a table's), not fitted to arrivals, which come late."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImuBlock:
    """Belt IMU samples in order of time, in the sensor's own axes."""

    segment: int
    time_s: FloatArray
    """(n,) session time, fixed on arrival."""
    acc_sensor_mps2: FloatArray
    """(n, 3) specific force: +9.8 upwards at rest."""
    gyr_sensor_radps: FloatArray
    """(n, 3) angular rate; NaN where it is not known, throughout for a sensor without a gyro."""
    clipped: npt.NDArray[np.bool_]
    """(n,) a channel stood at the end of its range."""
    record: IntArray
    """(n,) ordinal of the record that brought the sample."""
    late: bool = False
    arrival_timed: bool = False
    """The sensor sends neither time nor number: times rest on arrivals, losses are guessed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VelocityBlock:
    """Estimated motion of the belt along the run, positive away from the reel."""

    time_s: FloatArray
    distance_m: FloatArray
    velocity_mps: FloatArray
    velocity_sigma_mps: FloatArray


class Gap(NamedTuple):
    """Samples that never came, in ``[start_s, end_s)``: from where the first lost one was due."""

    device: Device
    start_s: float
    end_s: float
    packets: int  # by sequence number; 0 where the sensor itself dropped samples
    samples: int


class Fault(NamedTuple):
    """A packet that could not be believed, and why. The packet itself stays in the recording."""

    device: Device
    received_ns: int
    reason: str
