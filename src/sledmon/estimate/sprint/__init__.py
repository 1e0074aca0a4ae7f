"""The mono-exponential sprint: its curves, fits with their errors, and forces (METHODS.md 9)."""

from sledmon.estimate.sprint.forces import (
    ForceParams,
    ForceVelocity,
    Resistance,
    air_drag_kgpm,
    force_velocity,
)
from sledmon.estimate.sprint.model import (
    SprintFit,
    SprintModelParams,
    fit_distance,
    fit_gates,
    fit_velocity,
)

__all__ = [
    "ForceParams",
    "ForceVelocity",
    "Resistance",
    "SprintFit",
    "SprintModelParams",
    "air_drag_kgpm",
    "fit_distance",
    "fit_gates",
    "fit_velocity",
    "force_velocity",
]
