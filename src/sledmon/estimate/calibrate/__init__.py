"""Scale, place of the reel and belt, measured for themselves; no rig is changed (METHODS.md 10)."""

from sledmon.estimate.calibrate.belt import BeltCheck, BeltCheckParams, check_belt
from sledmon.estimate.calibrate.pauses import PauseParams, Pauses, marks_from_walk
from sledmon.estimate.calibrate.reel import GeometryParams, ReelGeometry, reel_geometry
from sledmon.estimate.calibrate.scale import ScaleCalibration, ScaleParams, counts_per_metre
from sledmon.estimate.calibrate.stored import store

__all__ = [
    "BeltCheck",
    "BeltCheckParams",
    "GeometryParams",
    "PauseParams",
    "Pauses",
    "ReelGeometry",
    "ScaleCalibration",
    "ScaleParams",
    "check_belt",
    "counts_per_metre",
    "marks_from_walk",
    "reel_geometry",
    "store",
]
