"""Samples to position, velocity, reps and splits, each with its uncertainty; see METHODS.md."""

from sledmon.estimate.again import Piece
from sledmon.estimate.corrected import CorrectedReps, Corrections
from sledmon.estimate.find import FoundRep, RepFinder, RepFinderParams
from sledmon.estimate.live import LiveVelocity
from sledmon.estimate.measure import RepParams, measure_rep

__all__ = [
    "CorrectedReps",
    "Corrections",
    "FoundRep",
    "LiveVelocity",
    "Piece",
    "RepFinder",
    "RepFinderParams",
    "RepParams",
    "measure_rep",
]
