"""Reps found without being told: the stage that live processing and batch analysis share.

The stage keeps a short history of tether samples and works on whole arrays. Every decision is a
function of samples and arrivals up to one ordinal, so cutting the input elsewhere changes nothing:
what has not arrived yet could only have decided later.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from typing import NamedTuple

import numpy as np

from sledmon.estimate.belt_only import BeltOnlyParams, BeltRepFinder
from sledmon.estimate.geometry import distance_from_payout
from sledmon.estimate.measure import (
    Measurement,
    RepParams,
    gate_distances,
    measure_rep,
    window_start,
)
from sledmon.estimate.motion import BeltSpan, TetherSpan
from sledmon.results import UNKNOWN, Estimates, Measured
from sledmon.rig import Rig
from sledmon.samples import EncoderBlock, FloatArray, ImuBlock, IntArray
from sledmon.units import NANOSECONDS_PER_SECOND

DistanceAt = Callable[[float, int], float]
"""Programmed distance for a rep that starts at a session time, as known at an ordinal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RepFinderParams:
    """When a run is suspected, when it is over, when a rep is final."""

    slope_s: float = 0.15
    """Coarse velocity is the change of cord length over this time."""
    leave_mps: float = 0.5
    """Coarse velocity above this opens a possible run: faster than swaying and settling."""
    stop_mps: float = 0.25
    """Coarse velocity below this, ..."""
    stop_s: float = 0.4
    """... for this long, ends it: longer than any flight or braking phase of a step."""
    final_s: float = 0.30
    """A rep is final at the first arrival this long after its gate; contract.md."""
    silent_s: float = 1.0
    """A tether from which nothing arrived for this long has ended the rep."""
    history_s: float = 10.0
    """Tether samples looked at before a run: the last stillness must lie in them."""
    belt_history_s: float = 20.0
    """Belt samples looked at: upright stance between reps must lie in them."""
    sync_wander_s: float = 0.003
    """The offset between two device clocks may change by this from rep to rep."""
    still_belt_mps2: float = 1.0
    """A belt whose specific force varies less (1 SD) is not running: the cord was pulled by hand.
    Quiet standing gives 0.1-0.3, walking 1.5-3, running above 5."""
    least_belt_s: float = 0.5
    """How much of the run the belt must have been seen for that."""
    rep: RepParams = field(default_factory=RepParams)
    belt_only: BeltOnlyParams = field(default_factory=BeltOnlyParams)


class Begun(NamedTuple):
    """Where a run was suspected, and what was known then: enough to measure it again."""

    opened_s: float
    floor_s: float
    """Where the rep before ended."""
    segment: int
    """Of the tether."""
    offset: Measured
    """From tether to belt times, as known when the rep ended."""


class FoundRep(NamedTuple):
    """A finished rep, and the record at which it became final."""

    estimates: Estimates
    ordinal: int
    begun: Begun | None = None
    """None without a tether: there is nothing to measure again."""
    ended_s: float = math.nan
    """Samples up to there belong to it."""


class _Mode(Enum):
    REST = "rest"
    RUN = "run"
    AFTER = "after"
    OVER = "over"


class _End(NamedTuple):
    """How a run ends; of several, the one at the earliest record, in the order of ``_Why``."""

    ordinal: int
    why: "_Why"
    scan_s: float
    """From where to go on looking."""


class _Why(IntEnum):
    GATE = 0
    SILENCE = 1  # before STOP: a cord seen slow only across a silence was not seen to stop
    STOP = 2
    NO_MORE = 3


class RepFinder:
    """Tether and belt blocks in, finished reps out."""

    def __init__(self, params: RepFinderParams | None = None) -> None:
        self._params = params or RepFinderParams()
        self._rig = Rig()
        self._mode = _Mode.REST
        self._tether = _Tether()
        self._late = _Tether()
        self._belt = _Belt()
        self._arrivals = _Arrivals()
        self._scan = 0.0  # samples up to this time are done with
        self._floor_s = -math.inf  # where the last rep ended: the next one begins after it
        self._segment = 0
        self._offset = UNKNOWN
        self._offset_segment = 0  # of the belt, whose clock begins anew with each
        self._tether_since: int | None = None  # the record that brought its first sample
        self._belt_only = BeltRepFinder(self._params.belt_only)
        self._again: Begun | None = None
        self.measured: Measurement | None = None
        """Of one that was resumed: all that its rep was read from."""
        self._edges_s: tuple[float, float] | None = None

    @classmethod
    def resumed(
        cls,
        begun: Begun,
        rig: Rig,
        params: RepFinderParams,
        edges_s: tuple[float, float] | None = None,
    ) -> "RepFinder":
        """A finder that stands where a run was suspected, and looks for no other.

        With ``edges_s`` the run ends at its gate or at the second edge, whatever comes first.
        """
        finder = cls(params)
        finder._rig = rig
        finder._mode = _Mode.RUN
        finder._scan, finder._floor_s = begun.opened_s, begun.floor_s
        finder._segment = begun.segment
        finder._tether_since = -1
        finder._again, finder._edges_s = begun, edges_s
        return finder

    @property
    def running(self) -> bool:
        """Whether a run is suspected just now."""
        return self._mode is _Mode.RUN

    @property
    def sync_offset_s(self) -> Measured:
        """What the last completed rep said must be added to tether times to get belt times."""
        return self._offset

    def set_rig(self, rig: Rig) -> None:
        """Take the rig that the recording names."""
        self._rig = rig

    def push(
        self,
        encoder: Sequence[EncoderBlock],
        imu: Sequence[ImuBlock],
        first_ordinal: int,
        received_ns: IntArray,
        distance_at: DistanceAt,
    ) -> list[FoundRep]:
        """Take what a batch of records brought; ``received_ns`` is when each record arrived."""
        self._arrivals.extend(first_ordinal, received_ns)
        for belt in imu:
            self._belt.extend(belt)
        found: list[FoundRep] = []
        if self._tether_since is None and encoder:
            self._tether_since = int(encoder[0].record[0])
        found += self._belt_reps(imu, distance_at)
        for block in encoder:
            if block.segment != self._segment:
                # The sensor restarted: what it counted before cannot be compared with this.
                found += self._advance(distance_at, until=int(block.record[0]))
                self._forget(block.segment)
            target = self._late if block.late else self._tether
            target.extend(block, counts_per_m(block, self._rig))
        found += self._advance(distance_at)
        self._trim()
        return found

    def finish(self, distance_at: DistanceAt) -> list[FoundRep]:
        """No more records will come: a rep still open ends with what there is."""
        return self._advance(distance_at, until=self._arrivals.last_ordinal)

    def _belt_reps(self, imu: Sequence[ImuBlock], distance_at: DistanceAt) -> list[FoundRep]:
        """Reps of a belt beside which no tether has been seen yet."""
        since = self._tether_since
        if not imu or (since is not None and since < int(imu[0].record[0])):
            return []
        last_s, last = float(imu[-1].time_s[-1]), int(imu[-1].record[-1])
        distance_m = distance_at(last_s, last)
        reps = self._belt_only.push(imu, gate_distances(distance_m), window_start(distance_m))
        return [FoundRep(*rep) for rep in reps if since is None or rep[1] < since]

    def _forget(self, segment: int) -> None:
        self._segment = segment
        self._tether.clear()
        self._late.clear()
        self._mode = _Mode.REST
        self._offset = UNKNOWN

    def _advance(self, distance_at: DistanceAt, *, until: int | None = None) -> list[FoundRep]:
        """Find what can be decided now; with ``until``, no sample follows that record."""
        params = self._params
        found: list[FoundRep] = []
        tether = self._tether
        while len(tether.time_s) and self._mode is not _Mode.OVER:
            coarse = tether.coarse_velocity(params.slope_s)
            fresh = int(np.searchsorted(tether.time_s, self._scan, side="right"))
            if self._mode is _Mode.REST:
                fast = np.flatnonzero(coarse[fresh:] > params.leave_mps)
                if not len(fast):
                    break
                self._scan = float(tether.time_s[fresh + int(fast[0])])
                self._mode = _Mode.RUN
            elif self._mode is _Mode.AFTER:
                slow = np.flatnonzero(coarse[fresh:] < params.stop_mps)
                if not len(slow):
                    break
                self._scan = float(tether.time_s[fresh + int(slow[0])])
                self._mode = _Mode.REST
            elif tether.time_s[-1] < self._scan:
                break  # resumed: the run has not come yet
            else:
                opened_s = self._scan
                distance_m = distance_at(opened_s, int(tether.record[self._open_index()]))
                end = self._end(coarse, distance_m, until)
                if end is None:
                    break
                offset = self._again.offset if self._again else self._offset_at(end.ordinal)
                estimates = self._measure(end, opened_s, distance_m, offset)
                self._scan = end.scan_s
                # A run that goes on behind its gate, or behind a silence, is not another rep.
                goes_on = end.why in (_Why.GATE, _Why.SILENCE)
                self._mode = _Mode.AFTER if goes_on else _Mode.REST
                if self._again:
                    self._mode = _Mode.OVER
                begun = Begun(opened_s, self._floor_s, self._segment, offset)
                if estimates is not None:
                    found.append(FoundRep(estimates, end.ordinal, begun, end.scan_s))
                    self._floor_s = self._scan
        return found

    def _offset_at(self, ordinal: int) -> Measured:
        """The offset learnt from the reps before, as long as the belt has not restarted since."""
        same = self._belt.segment_at(ordinal) == self._offset_segment
        return self._offset if same else UNKNOWN

    def _open_index(self) -> int:
        return int(np.searchsorted(self._tether.time_s, self._scan))

    def _end(self, coarse: FloatArray, distance_m: float, until: int | None) -> _End | None:
        """How the run ends, as soon as that is known."""
        params, tether = self._params, self._tether
        opened = self._open_index()
        candidates: list[_End] = []

        silence = self._arrivals.silence(tether.record[opened:], params.silent_s)
        if silence is not None:
            known = tether.time_s[tether.record < silence]
            candidates.append(_End(silence, _Why.SILENCE, float(known[-1])))

        gate_i = self._gate_index(opened, distance_m)
        stop_i = self._stop_index(coarse, opened)
        if self._edges_s:
            last_s = self._edges_s[1]
            beyond = int(np.searchsorted(tether.time_s, last_s))
            gate_i = gate_i if gate_i is not None and gate_i <= beyond else None
            stop_i = beyond if beyond < len(tether.time_s) else None
        if gate_i is not None and (stop_i is None or gate_i <= stop_i):
            gate_s = float(tether.time_s[gate_i])
            due_ns = math.ceil((gate_s + params.final_s) * NANOSECONDS_PER_SECOND)
            final = self._arrivals.first_at(due_ns, from_ordinal=int(tether.record[gate_i]))
            if final is not None:
                candidates.append(_End(final, _Why.GATE, gate_s))
        elif stop_i is not None:
            ordinal = int(tether.record[stop_i])
            candidates.append(_End(ordinal, _Why.STOP, float(tether.time_s[stop_i])))

        if until is not None:
            candidates.append(_End(until, _Why.NO_MORE, float(tether.time_s[-1])))
        return min(candidates, default=None)

    def _gate_index(self, opened: int, distance_m: float) -> int | None:
        tether = self._tether
        zero_m = _still_payout(tether.time_s, tether.payout_m, opened, self._params.rep.still_s)
        distance = distance_from_payout(tether.payout_m[opened:] - zero_m, self._rig)
        beyond = np.flatnonzero(distance >= distance_m)
        return opened + int(beyond[0]) if len(beyond) else None

    def _stop_index(self, coarse: FloatArray, opened: int) -> int | None:
        """First sample at which the cord has been slow for long enough."""
        params, time_s = self._params, self._tether.time_s[opened:]
        slow = coarse[opened:] < params.stop_mps
        # Time of the last fast sample at or before each sample.
        last_fast_s = np.maximum.accumulate(np.where(slow, -np.inf, time_s))
        last_fast_s = np.maximum(last_fast_s, time_s[0])
        long = np.flatnonzero(slow & (time_s - last_fast_s >= params.stop_s))
        return opened + int(long[0]) if len(long) else None

    def _measure(
        self, end: _End, opened_s: float, distance_m: float, known: Measured
    ) -> Estimates | None:
        """Estimate with what had arrived when the rep ended, and nothing else."""
        params, ordinal = self._params, end.ordinal
        from_s = max(opened_s - params.history_s, self._floor_s)
        # The first packet after a silence tells of its end, and what it holds lies beyond it.
        silenced = end.why is _Why.SILENCE
        tether = self._tether.known_at(ordinal - silenced, from_s, self._late)
        tether = replace(tether, silent_after=end.why in (_Why.SILENCE, _Why.NO_MORE))
        from_s = max(opened_s - params.belt_history_s, self._floor_s)
        belt = self._belt.known_at(ordinal, from_s)
        offset = Measured(known.value, math.hypot(known.sigma, params.sync_wander_s))
        measured = measure_rep(
            tether, belt, self._rig, distance_m, opened_s, offset, params.rep, self._edges_s
        )
        if measured is None or (belt is not None and self._pulled_by_hand(measured, tether, belt)):
            return None
        if self._again:
            self.measured = measured
        if measured.offset_s.known:
            self._offset = measured.offset_s
            self._offset_segment = self._belt.segment_at(ordinal)
        return measured.estimates

    def _pulled_by_hand(self, measured: Measurement, tether: TetherSpan, belt: BeltSpan) -> bool:
        """Whether the belt hung still while the cord ran out."""
        from_s, to_s = measured.estimates.start_s, float(tether.time_s[-1])
        here = slice(*np.searchsorted(belt.time_s, [from_s, to_s]))
        if not len(belt.time_s[here]) or np.ptp(belt.time_s[here]) < self._params.least_belt_s:
            return False
        force = np.linalg.norm(belt.acc_sensor_mps2[here], axis=1)
        return bool(np.std(force) < self._params.still_belt_mps2)

    def _trim(self) -> None:
        """Forget what no later rep can need."""
        if not len(self._tether.time_s) or self._mode is _Mode.RUN:
            return
        keep_from_s = float(self._tether.time_s[-1]) - self._params.history_s - 1.0
        self._tether.drop_before(keep_from_s)
        self._late.drop_before(keep_from_s)
        self._belt.drop_before(keep_from_s - self._params.belt_history_s)
        self._arrivals.drop_before(int(self._tether.record[-1]))


def counts_per_m(block: EncoderBlock, rig: Rig) -> float:
    """The rig's word where it gave one or the descriptor did not; tables in metres have 1."""
    scale = block.counts_per_m
    given = "encoder.counts_per_m" in rig.given
    return rig.encoder.counts_per_m if math.isnan(scale) or (scale != 1.0 and given) else scale


def _still_payout(time_s: FloatArray, payout_m: FloatArray, opened: int, still_s: float) -> float:
    """Median cord length over the steadiest ``still_s`` of the two seconds before a run opened."""
    end_s = time_s[opened] - 0.1
    here = np.flatnonzero((time_s >= end_s - 2.0) & (time_s <= end_s))
    if not len(here):
        return float(payout_m[opened])
    begins = here[time_s[here] <= max(end_s - still_s, time_s[here[0]])]
    best, spread = float(payout_m[here[0]]), math.inf
    for i in begins[:: max(1, len(begins) // 16)]:
        part = payout_m[i : int(np.searchsorted(time_s, time_s[i] + still_s))]
        width = float(np.ptp(part))
        if width <= spread:
            best, spread = float(np.median(part)), width
    return best


class _Tether:
    """Tether samples of one segment, in order of time."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.time_s: FloatArray = np.empty(0)
        self.payout_m: FloatArray = np.empty(0)
        self.record: IntArray = np.empty(0, np.int64)
        self.resolution_m = 0.0
        self.own_clock = False

    def extend(self, block: EncoderBlock, counts_per_m: float) -> None:
        self.time_s = np.concatenate([self.time_s, block.time_s])
        self.payout_m = np.concatenate([self.payout_m, block.count / counts_per_m])
        self.record = np.concatenate([self.record, block.record])
        self.resolution_m = block.resolution_counts / counts_per_m
        self.own_clock = block.own_clock

    def drop_before(self, time_s: float) -> None:
        keep = self.time_s >= time_s
        self.time_s = self.time_s[keep]
        self.payout_m = self.payout_m[keep]
        self.record = self.record[keep]

    def coarse_velocity(self, slope_s: float) -> FloatArray:
        """Change of cord length over the last ``slope_s``, at every sample; NaN where too young."""
        before = np.searchsorted(self.time_s, self.time_s - slope_s + 1e-9, side="right") - 1
        young = before < 0
        before = np.maximum(before, 0)
        took = np.where(young, np.nan, self.time_s - self.time_s[before])
        return (self.payout_m - self.payout_m[before]) / took

    def known_at(self, ordinal: int, from_s: float, late: "_Tether") -> TetherSpan:
        """Samples that records up to ``ordinal`` brought, late ones put in their place."""
        here = (self.record <= ordinal) & (self.time_s >= from_s)
        time_s, payout_m = self.time_s[here], self.payout_m[here]
        back = (late.record <= ordinal) & (late.time_s >= from_s)
        if np.any(back):
            time_s = np.concatenate([time_s, late.time_s[back]])
            payout_m = np.concatenate([payout_m, late.payout_m[back]])
            time_s, first = np.unique(time_s, return_index=True)
            payout_m = payout_m[first]
        return TetherSpan(
            time_s=time_s,
            payout_m=payout_m,
            resolution_m=self.resolution_m,
            own_clock=self.own_clock,
        )


class _Belt:
    """The belt's samples, kept as they came."""

    def __init__(self) -> None:
        self._blocks: list[ImuBlock] = []
        self._segments: list[tuple[int, int]] = []  # the record that began each, and which

    def extend(self, block: ImuBlock) -> None:
        self._blocks.append(block)
        if not self._segments or self._segments[-1][1] != block.segment:
            self._segments.append((int(block.record[0]), block.segment))

    def segment_at(self, ordinal: int) -> int:
        """The segment that the belt was in when that record had come."""
        begun = [segment for record, segment in self._segments if record <= ordinal]
        return begun[-1] if begun else 0

    def drop_before(self, time_s: float) -> None:
        self._blocks = [b for b in self._blocks if b.time_s[-1] >= time_s]

    def known_at(self, ordinal: int, from_s: float) -> BeltSpan | None:
        """Samples that records up to ``ordinal`` brought, late ones put in their place."""
        near = [b for b in self._blocks if b.time_s[-1] >= from_s]
        if not near:
            return None
        time_s = np.concatenate([b.time_s for b in near])
        record = np.concatenate([b.record for b in near])
        here = np.flatnonzero((time_s >= from_s) & (record <= ordinal))
        if np.any(np.diff(time_s[here]) <= 0):
            here = here[np.unique(time_s[here], return_index=True)[1]]
        if len(here) < 3:
            return None
        return BeltSpan(
            time_s=time_s[here],
            acc_sensor_mps2=np.concatenate([b.acc_sensor_mps2 for b in near])[here],
            gyr_sensor_radps=np.concatenate([b.gyr_sensor_radps for b in near])[here],
            clipped=np.concatenate([b.clipped for b in near])[here],
            arrival_timed=any(b.arrival_timed for b in near),
        )


class _Arrivals:
    """When each record arrived: the pipeline's clock."""

    def __init__(self) -> None:
        self._first = 0
        self._received_ns: IntArray = np.empty(0, np.int64)

    @property
    def last_ordinal(self) -> int:
        return self._first + len(self._received_ns) - 1

    def extend(self, first_ordinal: int, received_ns: IntArray) -> None:
        if not len(self._received_ns):
            self._first = first_ordinal
        self._received_ns = np.concatenate([self._received_ns, received_ns])

    def drop_before(self, ordinal: int) -> None:
        drop = max(0, ordinal - self._first)
        self._received_ns = self._received_ns[drop:]
        self._first += drop

    def first_at(self, received_ns: int, *, from_ordinal: int) -> int | None:
        """First record from ``from_ordinal`` on that arrived at or after a time."""
        offset = max(0, from_ordinal - self._first)
        late_enough = np.flatnonzero(self._received_ns[offset:] >= received_ns)
        return self._first + offset + int(late_enough[0]) if len(late_enough) else None

    def silence(self, brought_by: IntArray, silent_s: float) -> int | None:
        """First record that arrived ``silent_s`` after the newest tether packet before it."""
        packets = np.unique(brought_by)
        if not len(packets):
            return None
        limit_ns = round(silent_s * NANOSECONDS_PER_SECOND)
        at_ns = self._received_ns[packets - self._first]
        # Since the newest packet before each record; arrival never runs backwards.
        since = self._received_ns[packets[0] - self._first :].copy()
        records = packets[0] + np.arange(len(since))
        newest = np.searchsorted(packets, records, side="left") - 1
        since[1:] -= at_ns[newest[1:]]
        since[0] = 0
        silent = np.flatnonzero(since >= limit_ns)
        return int(records[silent[0]]) if len(silent) else None
