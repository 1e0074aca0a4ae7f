"""The fault table of contract.md, one frozen row a level, and the few columns it leaves open."""

from dataclasses import dataclass
from typing import Final

from sledmon.errors import SimulationError


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultLevel:
    """What is wrong with the sensors and the radio; the athlete is the same at every level."""

    name: str
    connection_interval_s: float
    """Time between two connection events of the radio link."""
    missed_event_probability: float
    """Chance that a connection event carries nothing; the notification waits for the next."""
    stall_s: float
    """Longest time for which the host is deaf, once a minute; 0 for never."""
    lost_ratio: float
    """Share of notifications lost for good."""
    lost_in_bursts: bool
    """Losses come in bursts of 50 to 300 ms rather than one by one."""
    random_disconnects: int
    """Link losses of 0.5 to 3 s a session, of one sensor each."""
    crystal_ppm: float
    """Bound of each device's clock-rate error."""
    imu_rate_error: float
    """Bound of the IMU's own sampling-rate error, a ratio; its ticks come from the crystal."""
    acc_bias_mg: float
    """Accelerometer zero error, one standard deviation an axis."""
    gyr_bias_dps: float
    """Gyroscope zero error, one standard deviation an axis."""
    imu_scale_error: float
    """Scale error, one standard deviation an axis, a ratio."""
    misalignment_deg: float
    """Error of each sensing axis against the others, one standard deviation."""
    mounting_slip_deg: float
    """The belt slips round once in the session by this much; 0 for never."""
    ringing: float
    """Soft-tissue ringing after a ground contact, as a share of the impact's acceleration."""
    encoder_rate_hz: float
    count_m: float
    """Cord length of one count."""
    spool_scale_error: float
    """Error of the measured counts per metre, one standard deviation, a ratio."""
    geometry_error_m: float
    """Error of each measured rig length, one standard deviation."""
    cord_sway_m: float
    """Amplitude of the cord's sway at full speed and length."""
    over_run_m: float
    """Most that the spool pays out on its own when the athlete brakes."""
    gyr_g_sensitivity_dps_per_g: float
    """Not in contract.md's table; SOURCES 6.1 gives 0.1 as typical of an uncalibrated part."""


LEVELS: Final[dict[str, FaultLevel]] = {
    level.name: level
    for level in (
        FaultLevel(
            name="none",
            connection_interval_s=0.015,
            missed_event_probability=0.0,
            stall_s=0.0,
            lost_ratio=0.0,
            lost_in_bursts=False,
            random_disconnects=0,
            crystal_ppm=10.0,
            imu_rate_error=0.005,
            acc_bias_mg=2.0,
            gyr_bias_dps=0.1,
            imu_scale_error=0.0,
            misalignment_deg=0.0,
            mounting_slip_deg=0.0,
            ringing=0.0,
            encoder_rate_hz=100.0,
            count_m=0.0002,
            spool_scale_error=0.0,
            geometry_error_m=0.0,
            cord_sway_m=0.0005,
            over_run_m=0.0,
            gyr_g_sensitivity_dps_per_g=0.0,
        ),
        FaultLevel(
            name="mild",
            connection_interval_s=0.030,
            missed_event_probability=0.02,
            stall_s=0.0,
            lost_ratio=0.005,
            lost_in_bursts=False,
            random_disconnects=0,
            crystal_ppm=20.0,
            imu_rate_error=0.015,
            acc_bias_mg=5.0,
            gyr_bias_dps=0.5,
            imu_scale_error=0.005,
            misalignment_deg=0.5,
            mounting_slip_deg=0.0,
            ringing=0.3,
            encoder_rate_hz=100.0,
            count_m=0.001,
            spool_scale_error=0.001,
            geometry_error_m=0.020,
            cord_sway_m=0.0015,
            over_run_m=0.020,
            gyr_g_sensitivity_dps_per_g=0.03,
        ),
        FaultLevel(
            name="harsh",
            connection_interval_s=0.045,
            missed_event_probability=0.15,
            stall_s=0.300,
            lost_ratio=0.03,
            lost_in_bursts=True,
            random_disconnects=1,
            crystal_ppm=50.0,
            imu_rate_error=0.03,
            acc_bias_mg=20.0,
            gyr_bias_dps=1.0,
            imu_scale_error=0.01,
            misalignment_deg=1.0,
            mounting_slip_deg=2.0,
            ringing=0.6,
            encoder_rate_hz=50.0,
            count_m=0.0025,
            spool_scale_error=0.003,
            geometry_error_m=0.050,
            cord_sway_m=0.004,
            over_run_m=0.050,
            gyr_g_sensitivity_dps_per_g=0.1,
        ),
    )
}


def fault_level(name: str) -> FaultLevel:
    """The row of that name; an unknown one is an error naming those there are.

    >>> fault_level("mild").count_m
    0.001
    """
    try:
        return LEVELS[name]
    except KeyError:
        raise SimulationError(
            f"unknown fault level {name!r}; there are {', '.join(LEVELS)}"
        ) from None
