"""Samples to position, velocity, reps and splits, each with its uncertainty; see METHODS.md."""

from sledmon.estimate.again import NotThere, Piece, trace_again
from sledmon.estimate.corrected import CorrectedRep, CorrectedReps, Corrections
from sledmon.estimate.find import FoundRep, RepFinder, RepFinderParams
from sledmon.estimate.live import LiveVelocity
from sledmon.estimate.measure import RepParams, measure_rep
from sledmon.estimate.trace import RepTrace

__all__ = [
    "CorrectedRep",
    "CorrectedReps",
    "Corrections",
    "FoundRep",
    "LiveVelocity",
    "NotThere",
    "Piece",
    "RepFinder",
    "RepFinderParams",
    "RepParams",
    "RepTrace",
    "measure_rep",
    "trace_again",
]
