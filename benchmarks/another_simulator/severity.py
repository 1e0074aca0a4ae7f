"""How bad sensors, set-up and habits are at each severity."""

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, kw_only=True)
class Severity:
    """How bad sensors, set-up and habits are: a limit or 1 SD each."""

    encoder_hz: tuple[float, ...]
    count_m: float
    cord_sway_m: float
    stamp_jitter_s: float
    geometry_sigma_m: float
    scale_sigma: float
    clock_offset_s: float
    clock_drift: float
    acc_bias_mps2: float
    gyr_bias_radps: float
    imu_scale: float
    acc_noise_mps2_rthz: float
    gyr_noise_radps_rthz: float
    ringing: float
    """Share of an impact that shakes what the IMU is worn on."""
    wander_m: float
    rocking: float
    """Share of reps with rocking before them."""
    gaps: int
    """Rows lost in so many places of each table."""


_TABLE: Final[dict[str, tuple[Any, Any, Any]]] = {
    "encoder_hz": ((500.0, 333.0, 200.0), (250.0, 200.0, 100.0), (125.0, 100.0)),
    "count_m": (0.1e-3, 1e-3, 2.5e-3),
    "cord_sway_m": (0.3e-3, 1.5e-3, 4e-3),
    "stamp_jitter_s": (0.0, 0.2e-3, 0.5e-3),
    "geometry_sigma_m": (0.01, 0.02, 0.05),
    "scale_sigma": (0.5e-3, 1e-3, 3e-3),
    "clock_offset_s": (4e-3, 8e-3, 12e-3),
    "clock_drift": (10e-6, 20e-6, 40e-6),
    "acc_bias_mps2": (0.02, 0.05, 0.20),
    "gyr_bias_radps": (0.002, 0.009, 0.017),
    "imu_scale": (0.002, 0.005, 0.010),
    "acc_noise_mps2_rthz": (0.7e-3, 1.0e-3, 1.6e-3),
    "gyr_noise_radps_rthz": (5e-5, 9e-5, 14e-5),
    "ringing": (0.2, 0.5, 0.9),
    "wander_m": (0.05, 0.15, 0.35),
    "rocking": (0.2, 0.4, 0.6),
    "gaps": (0, 1, 5),
}
SEVERITIES: Final = {
    name: Severity(**{field: values[column] for field, values in _TABLE.items()})
    for column, name in enumerate(("light", "medium", "heavy"))
}
