"""What a running session tells whoever shows it; everything goes one way."""

from typing import NamedTuple

from sledmon.acquire.sensor import SensorStatus
from sledmon.results import AthleteSummary, Rep, Session
from sledmon.rig import Rig
from sledmon.samples import Event, VelocityBlock


class Opened(NamedTuple):
    """A lane has begun."""

    lane: int
    """From 1."""
    rig: Rig


class Moved(NamedTuple):
    """The running velocity of a lane went on; for display only."""

    lane: int
    block: VelocityBlock


class Felt(NamedTuple):
    """What the belt feels; for display only."""

    lane: int
    acc_mps2: float
    """Mean length of the specific force in the newest block: 9.8 at rest, however it is worn."""


class RepsNow(NamedTuple):
    """All finished reps of a lane, as they stand now."""

    lane: int
    reps: tuple[Rep, ...]
    athletes: tuple[AthleteSummary, ...] = ()
    refused: tuple[str, ...] = ()
    """What the coach said without effect, and why."""
    again: bool = False
    """Of a session that was cut off, on the way to where it goes on: nothing new to anybody."""


class Said(NamedTuple):
    """A coach's input has become part of a lane's recording."""

    lane: int
    event: Event


class SensorNow(NamedTuple):
    """How one sensor stands."""

    lane: int
    status: SensorStatus


class Reached(NamedTuple):
    """A lane's session time went on."""

    lane: int
    now_s: float


class Unrecorded(NamedTuple):
    """A lane goes on, but its recording does not."""

    lane: int
    why: str


class Told(NamedTuple):
    """A sentence for the user."""

    sentence: str


class Ended(NamedTuple):
    """The session is over; nothing comes after it."""

    sessions: tuple[Session, ...]
    """One a lane; none where it could not begin."""


Update = Opened | Moved | Felt | RepsNow | Said | SensorNow | Reached | Unrecorded | Told | Ended
