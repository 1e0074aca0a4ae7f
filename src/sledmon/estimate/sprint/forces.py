"""Force against velocity, from a sprint model and what the athlete drags (METHODS.md)."""

import math
from dataclasses import dataclass

import numpy as np

from sledmon.errors import SprintError
from sledmon.estimate.sprint.curves import velocity_at
from sledmon.estimate.sprint.model import SprintFit
from sledmon.results import NAN, UNKNOWN, Measured
from sledmon.samples import FloatArray
from sledmon.units import STANDARD_GRAVITY_MPS2


@dataclass(frozen=True, kw_only=True, slots=True)
class Resistance:
    """What the athlete runs against besides his own mass; sigmas are standard errors."""

    sled_kg: float = 0.0
    """Sled and plates together; 0 when unresisted."""
    sled_sigma_kg: float = 0.2
    """A bathroom scale's; judged."""
    friction: float = 0.35
    """Ratio of drag to normal force: 0.21-0.58 over turf and track (Linthorne & Cooper 2013), 0.35
    in the middle of Andre 2013; SOURCES 1.6. Best measured with a spring scale."""
    friction_sigma: float = 0.09
    """A quarter of that range; some 0.03 where it was measured on the day."""
    strap_angle_rad: float = 0.21
    """Strap above horizontal: 12 degrees for 4 m from a waist at 1 m; SOURCES 1.6."""
    strap_angle_sigma_rad: float = 0.05
    """Bounce and crouch; judged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ForceParams:
    """Body and air."""

    body_sigma_kg: float = 0.5
    """Clothes and breakfast; judged."""
    height_m: float = 1.80
    """Athlete's stature; only the drag of air hangs on it."""
    temperature_c: float = 20.0
    """Air, degrees Celsius."""
    pressure_pa: float = 101_325.0
    """Air at the field."""
    drag_coefficient: float = 0.9
    """Of a running person: Cd in SOURCES 3.1, as in shorts."""
    drag_sigma: float = 0.1
    """One standard error of the drag of air, as a ratio; judged."""
    ratio_from_s: float = 0.3
    """RF and DRF count from here: a model has no push-off (Samozino 2016)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ForceVelocity:
    """Step-averaged horizontal force against velocity, as straight line."""

    f0_n: Measured
    """Force at standstill."""
    v0_mps: Measured
    """Velocity at which no force is left."""
    pmax_w: Measured
    """F0 V0 / 4."""
    slope_per_s: Measured
    """-F0 / (body mass V0), that is N s/m for each kg of body."""
    rf: Measured
    """Highest ratio of horizontal to whole force from ``ratio_from_s`` on."""
    drf_per_mps: Measured
    """Change of that ratio for each m/s; negative."""
    experimental: bool = True
    """Checked against force plates for forward sprints only (Samozino 2016)."""
    hidden_because: str = ""
    """The sprint model's own reason; empty where values may be shown."""


def air_drag_kgpm(body_kg: float, params: ForceParams) -> float:
    """Drag of air for each (m/s)^2: half density times frontal area times drag coefficient.

    Parameters
    ----------
    body_kg : float
        Athlete's mass.
    params : ForceParams
        Stature and air.

    Returns
    -------
    float, kg/m
        N for each (m/s)^2, in still air.

    Notes
    -----
    Frontal area is 26.6 % of the body's surface (Du Bois); SOURCES 3.1.

    Examples
    --------
    >>> round(air_drag_kgpm(75.0, ForceParams(height_m=1.75, temperature_c=25.0)), 5)
    0.26988
    """
    density = 1.293 * params.pressure_pa / 101_325.0 * 273.0 / (273.0 + params.temperature_c)
    frontal_m2 = 0.2025 * params.height_m**0.725 * body_kg**0.425 * 0.266
    return float(0.5 * density * frontal_m2 * params.drag_coefficient)


def force_velocity(
    fit: SprintFit,
    body_kg: float,
    resistance: Resistance,
    params: ForceParams,
    backpedal: bool = True,
) -> ForceVelocity:
    r"""Force-velocity line of the athlete from the sprint model of one run.

    Parameters
    ----------
    fit : SprintFit
        Of the athlete, not of the sled.
    body_kg : float
        Athlete's mass.
    resistance : Resistance
        Sled, friction and strap, the same all through the run.
    params : ForceParams
        Body and air.
    backpedal : bool
        Marks the result as experimental.

    Returns
    -------
    ForceVelocity
        Forces positive in the direction of the run. Errors hold those of the model with their
        correlation, of the masses, friction, strap angle and drag of air.

    Raises
    ------
    SprintError
        Where a mass, friction or angle makes no sense, or the strap would lift the sled.

    Notes
    -----
    The strap at angle ``p`` lifts the sled and pulls the athlete down. With ``c = cos p / (cos p +
    mu sin p)`` its horizontal pull is ``c m_s (a + mu g)``, so ``F = (m + c m_s) a + k v^2 + c mu
    m_s g``; ``a`` falls linearly with ``v``. V0 is the smaller root of ``F = 0`` on that line in
    the manner of SOURCES 3.1 (shorts). RF takes ``m g`` and the strap's pull as vertical force
    (Samozino 2016; step-averaged). A wrong friction moves F0 and Pmax, not MSS.

    Examples
    --------
    >>> from sledmon.estimate.sprint.model import SprintModelParams, fit_velocity
    >>> t = np.arange(0.0, 5.0, 0.01)
    >>> fit = fit_velocity(t, velocity_at(t, 7.0, 8.3), SprintModelParams())
    >>> sled = Resistance(sled_kg=10.0, friction=50.0 / 98.0665, strap_angle_rad=0.0)
    >>> air = ForceParams(height_m=1.75, temperature_c=25.0)
    >>> line = force_velocity(fit, 75.0, sled, air)
    >>> round(line.f0_n.value, 1), round(line.v0_mps.value, 4), round(line.pmax_w.value, 1)
    (755.5, 7.6529, 1445.4)
    """
    _check_forces(fit, body_kg, resistance)
    mss, mac = fit.mss_mps, fit.mac_mps2
    inputs = [
        mss,
        mac,
        Measured(body_kg, params.body_sigma_kg),
        Measured(resistance.sled_kg, resistance.sled_sigma_kg if resistance.sled_kg > 0.0 else 0.0),
        Measured(resistance.friction, resistance.friction_sigma),
        Measured(resistance.strap_angle_rad, resistance.strap_angle_sigma_rad),
        Measured(1.0, params.drag_sigma),
    ]
    at = np.array([one.value for one in inputs])
    sigma = np.array([one.sigma for one in inputs])
    covariance = np.diag(sigma**2)
    if not math.isnan(fit.mss_mac_correlation):
        covariance[0, 1] = covariance[1, 0] = fit.mss_mac_correlation * sigma[0] * sigma[1]
    values = _forces(at, params)
    slopes = np.empty((len(values), len(at)))
    for j, step in enumerate(1e-4 * np.maximum(np.abs(at), 0.1)):
        aside = step * (np.arange(len(at)) == j)
        slopes[:, j] = (_forces(at + aside, params) - _forces(at - aside, params)) / (2.0 * step)
    errors = np.sqrt(np.diag(slopes @ covariance @ slopes.T))
    f0, v0, pmax, slope, rf, drf = (
        Measured(float(value), float(error)) if math.isfinite(value) else UNKNOWN
        for value, error in zip(values, errors, strict=True)
    )
    return ForceVelocity(
        f0_n=f0,
        v0_mps=v0,
        pmax_w=pmax,
        slope_per_s=slope,
        rf=rf,
        drf_per_mps=drf,
        experimental=backpedal,
        hidden_because=fit.hidden_because,
    )


def _check_forces(fit: SprintFit, body_kg: float, resistance: Resistance) -> None:
    if not (math.isfinite(body_kg) and body_kg > 0.0):
        raise SprintError(f"body mass of {body_kg:g} kg: give one above 0 kg")
    if not (math.isfinite(resistance.sled_kg) and resistance.sled_kg >= 0.0):
        raise SprintError(f"sled mass of {resistance.sled_kg:g} kg: give 0 kg or more")
    if not 0.0 <= resistance.friction <= 2.0:
        raise SprintError(f"friction of {resistance.friction:g}: give a ratio from 0 to 2")
    if not 0.0 <= resistance.strap_angle_rad <= 1.0:
        raise SprintError(
            f"strap angle of {resistance.strap_angle_rad:g} rad: give 0 to 1, up from horizontal"
        )
    mu, angle_rad = resistance.friction, resistance.strap_angle_rad
    lift = math.sin(angle_rad) / (math.cos(angle_rad) + mu * math.sin(angle_rad))
    pull_mps2 = fit.mac_mps2.value + mu * STANDARD_GRAVITY_MPS2
    if resistance.sled_kg > 0.0 and lift * pull_mps2 > STANDARD_GRAVITY_MPS2:
        raise SprintError("the strap would lift the sled at the start: give a smaller strap angle")


def _forces(at: FloatArray, params: ForceParams) -> FloatArray:
    """F0, V0, Pmax, slope, RF and DRF for values in the order of ``force_velocity``'s inputs."""
    mss_mps, mac_mps2, body_kg, sled_kg, friction, angle_rad, air = (float(value) for value in at)
    level = math.cos(angle_rad) / (math.cos(angle_rad) + friction * math.sin(angle_rad))
    inertia_kg = body_kg + level * sled_kg
    drag_n = level * friction * sled_kg * STANDARD_GRAVITY_MPS2
    k = air * air_drag_kgpm(body_kg, params)
    f0 = inertia_kg * mac_mps2 + drag_n
    fall = inertia_kg * mac_mps2 / mss_mps
    under = fall * fall - 4.0 * k * f0
    # The smaller root written so that it stays exact as the drag of air goes to 0.
    v0 = 2.0 * f0 / (fall + math.sqrt(under)) if under >= 0.0 else NAN
    # Five time constants: the velocity has then all but arrived.
    time_s = np.linspace(
        params.ratio_from_s, max(5.0 * mss_mps / mac_mps2, 2.0 * params.ratio_from_s), 400
    )
    v = velocity_at(time_s, mss_mps, mac_mps2)
    a = mac_mps2 - mac_mps2 / mss_mps * v
    strap_n = level * sled_kg * (a + friction * STANDARD_GRAVITY_MPS2)
    horizontal_n = body_kg * a + k * v * v + strap_n
    vertical_n = body_kg * STANDARD_GRAVITY_MPS2 + strap_n * math.tan(angle_rad)
    ratio = horizontal_n / np.hypot(horizontal_n, vertical_n)
    drf = float(np.polyfit(v, ratio, 1)[0])
    return np.array([f0, v0, f0 * v0 / 4.0, -f0 / (body_kg * v0), float(ratio[0]), drf])
