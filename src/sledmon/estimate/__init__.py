"""Samples to position, velocity, reps and splits, each with its uncertainty; see METHODS.md."""

from sledmon.estimate.find import FoundRep, RepFinder, RepFinderParams
from sledmon.estimate.live import LiveVelocity
from sledmon.estimate.measure import RepParams, measure_rep

__all__ = [
    "FoundRep",
    "LiveVelocity",
    "RepFinder",
    "RepFinderParams",
    "RepParams",
    "measure_rep",
]
