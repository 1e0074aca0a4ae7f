"""The pelvis's path through one run, from both sensors or the tether alone (METHODS.md 2, 4)."""

from sledmon.estimate.motion.cord import CordFit
from sledmon.estimate.motion.path import Path
from sledmon.estimate.motion.run import (
    BeltMotion,
    BeltSpan,
    Motion,
    MotionParams,
    TetherSpan,
    estimate_motion,
)

__all__ = [
    "BeltMotion",
    "BeltSpan",
    "CordFit",
    "Motion",
    "MotionParams",
    "Path",
    "TetherSpan",
    "estimate_motion",
]
