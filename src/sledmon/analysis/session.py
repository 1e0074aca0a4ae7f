"""From a recording to its results: the same pipeline that runs live, without waiting."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

from sledmon.analysis.provenance import Provenance, provenance_of
from sledmon.analysis.rep_tables import curves_table, reps_table
from sledmon.analysis.sample_tables import encoder_table, imu_table, path_table
from sledmon.analysis.table import Table
from sledmon.errors import SledmonError
from sledmon.judge import CoachLog
from sledmon.pipeline import Pipeline, PipelineParams, decoded_again
from sledmon.plan import Plan
from sledmon.recording import Recording, open_recording
from sledmon.results import AthleteSummary, Quality, Rep
from sledmon.results import Session as Results
from sledmon.rig import Rig, parse_rig
from sledmon.samples import EncoderBlock, ImuBlock

if TYPE_CHECKING:
    import pandas as pd

MOMENTS_S: Final = 0.01
"""Moments of a rep's path in the samples' table are so far apart."""
Sampled = Literal["path", "imu", "encoder"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Session:
    """A recording's results, and what they were computed from and with."""

    recording: Recording
    params: PipelineParams
    results: Results
    """The values alone, as every other part of sledmon holds them."""
    label: str = ""
    """What tables call the recording: the path it was asked for by."""
    _coach: CoachLog
    _tables: dict[str, Table] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Session({self.recording.path.name}, {len(self.reps)} reps)"

    @property
    def reps(self) -> tuple[Rep, ...]:
        """Every rep with its conditions, estimates and verdict."""
        return self.results.reps

    @property
    def athletes(self) -> tuple[AthleteSummary, ...]:
        """What the session says of each athlete: baseline, variation, load-velocity."""
        return self.results.athletes

    @property
    def quality(self) -> Quality:
        """How well the sensors' data came through."""
        return self.results.quality

    @cached_property
    def provenance(self) -> Provenance:
        """Software version, recording's hash, rig and parameters of these results.

        >>> session = analyze("recordings/simulated-5yd-loads/simulated-5yd-loads.mcap")
        >>> session.provenance.start_rule
        'first-movement 0.10 m/s'
        """
        return provenance_of(self.recording, self.params, self.results)

    def to_frame(self) -> "pd.DataFrame":
        """One row a rep, as a pandas data frame.

        >>> session = analyze("recordings/simulated-clean-10yd/simulated-clean-10yd.mcap")
        >>> session.to_frame()[["rep", "load_kg", "steps"]].shape
        (4, 3)
        """
        return self.table("reps").to_frame()

    def samples(self, of: Sampled = "path") -> Table:
        """Samples: the ``path`` of each rep, or what ``imu`` or ``encoder`` sent, decoded.

        >>> session = analyze("recordings/simulated-clean-10yd/simulated-clean-10yd.mcap")
        >>> path = session.samples()
        >>> float(path["velocity_mps"].max()) > 4.0
        True
        >>> session.samples("imu").columns[5].name
        'acc_x_mps2'
        """
        if of not in get_args(Sampled):
            known = ", ".join(get_args(Sampled))
            raise SledmonError(f"there are no samples of '{of}'; ask for one of {known}")
        return self.table("samples" if of == "path" else of)

    def table(self, name: str) -> Table:
        """A table by its name: reps, curves, samples, imu or encoder."""
        make: dict[str, Callable[[], Table]] = {
            "reps": lambda: reps_table([(self.label, self.results)]),
            "curves": lambda: curves_table(self.reps),
            "samples": lambda: path_table(self._traced.reps),
            "imu": lambda: imu_table(self._decoded[1], self._traced.reps),
            "encoder": lambda: encoder_table(self._decoded[0], self._traced.reps, self.rig),
        }
        if name not in make:
            raise SledmonError(f"there is no table '{name}'; ask for one of {', '.join(make)}")
        if name not in self._tables:
            self._tables[name] = make[name]()
        return self._tables[name]

    @cached_property
    def rig(self) -> Rig:
        """Where the sensors sat."""
        return parse_rig(self.recording.opened.rig_toml, where="the recording's rig")

    def plan_of(self, rep: Rep) -> Plan:
        """The plan that a rep was judged by."""
        next_s = [r.estimates.start_s for r in self.reps if r.number > rep.number]
        return self._coach.state_of(rep.estimates.start_s, min(next_s, default=float("inf"))).plan

    @cached_property
    def _traced(self) -> Results:
        """The same results with the path of every rep, computed when first asked for."""
        finder = self.params.finder
        if finder.rep.moments_s:
            return self.results
        finder = replace(finder, rep=replace(finder.rep, moments_s=MOMENTS_S))
        return _analyzed(self.recording, replace(self.params, finder=finder))[0]

    @cached_property
    def _decoded(self) -> tuple[list[EncoderBlock], list[ImuBlock]]:
        pieces = list(decoded_again(self.recording.batches(), self.rig))
        return (
            [block for piece in pieces for block in piece.encoder],
            [block for piece in pieces for block in piece.imu],
        )


def load(path: str | os.PathLike[str]) -> Recording:
    """Open a recording: everything the sensors sent, and what the coach said.

    >>> recording = load("recordings/simulated-clean-10yd/simulated-clean-10yd.mcap")
    >>> recording.opened.source, round(recording.duration_s)
    ('simulated', 69)
    """
    return open_recording(path)


def analyze(
    recording: Recording | str | os.PathLike[str], params: PipelineParams | None = None
) -> Session:
    """The results of a recording: the numbers of the day, or those of other parameters.

    >>> session = analyze("recordings/simulated-clean-10yd/simulated-clean-10yd.mcap")
    >>> session
    Session(simulated-clean-10yd.mcap, 4 reps)
    >>> rep = session.reps[0]
    >>> value, sigma = rep.estimates.window.velocity_mps
    >>> value > 4, 0 < sigma < 0.05
    (True, True)
    """
    label = str(recording.path) if isinstance(recording, Recording) else os.fspath(recording)
    opened = recording if isinstance(recording, Recording) else load(Path(recording))
    chosen = params or PipelineParams()
    results, coach = _analyzed(opened, chosen)
    return Session(recording=opened, params=chosen, results=results, label=str(label), _coach=coach)


def _analyzed(recording: Recording, params: PipelineParams) -> tuple[Results, CoachLog]:
    """Results, and all that the coach said."""
    pipeline = Pipeline(params, reread=recording.batches)
    for records in recording.batches():
        pipeline.push(records)
    return pipeline.finish(), pipeline.coach
