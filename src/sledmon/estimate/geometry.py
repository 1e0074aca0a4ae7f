"""Cord length to distance along the run, and what errors of the rig do to it (METHODS.md 1)."""

import numpy as np

from sledmon.rig import Rig
from sledmon.samples import FloatArray

SENSITIVITIES = ("standoff", "height", "lateral", "scale")


def distance_from_payout(payout_m: FloatArray, rig: Rig) -> FloatArray:
    r"""Distance along the run from cord paid out since the start line.

    Parameters
    ----------
    payout_m : (n,) array, metres
        Cord paid out since the belt stood at zero; negative towards the reel.
    rig : Rig
        Reel position; without any geometry given, cord length is distance.

    Returns
    -------
    (n,) array, metres
        Horizontal distance of the belt from zero, positive away from the reel. NaN where the cord
        would be shorter than the reel's height and offset allow.

    Notes
    -----
    ``L = sqrt((x + x0)^2 + h^2 + w^2)`` solved for x; SOURCES 5.4. Vertical bounce is not
    removed: it is periodic in the step and cancels in step averages.

    Examples
    --------
    >>> from sledmon.rig import parse_rig
    >>> rig = parse_rig("[encoder]\nstandoff_m = 2\nheight_m = 0.9")
    >>> round(float(distance_from_payout(np.array([4.441]), rig)[0]), 3)
    4.573
    """
    if not rig.has_geometry:
        return payout_m
    x0, side2 = rig.encoder.standoff_m, _side2(rig)
    length = np.sqrt(x0 * x0 + side2) + payout_m
    with np.errstate(invalid="ignore"):
        return np.where(length > 0, np.sqrt(length * length - side2) - x0, np.nan)


def distance_sensitivity(distance_m: float, rig: Rig) -> FloatArray:
    """Change of distance per unit error of standoff, height, lateral offset and scale.

    Parameters
    ----------
    distance_m : float
        Distance along the run.
    rig : Rig
        Reel position.

    Returns
    -------
    (4,) array
        In the order of ``SENSITIVITIES``: m/m three times, then m per unit of relative scale error.
        Multiply by the rig's standard errors and add in squares; the same four errors act on every
        gate of a session, so differences between gates keep their sign.
    """
    if not rig.has_geometry:
        # Nobody measured the reel's place: what it does to distance is unknown, and said in a note.
        return np.array([0.0, 0.0, 0.0, distance_m])
    x0, side2 = rig.encoder.standoff_m, _side2(rig)
    zero = np.sqrt(x0 * x0 + side2)
    along = distance_m + x0
    length = np.sqrt(along * along + side2)
    lengthening = length / along
    h, w = rig.encoder.height_m, rig.encoder.lateral_m
    return np.array(
        [
            lengthening * x0 / zero - 1.0,
            lengthening * h / zero - h / along,
            lengthening * w / zero - w / along,
            lengthening * (length - zero),
        ]
    )


def bounce_coupling(distance_m: FloatArray, rig: Rig) -> FloatArray:
    """How much of a belt's rise is taken for distance at each place, m/m (SOURCES 5.4)."""
    if not rig.has_geometry:
        return np.zeros_like(distance_m)
    return rig.encoder.height_m / np.maximum(distance_m + rig.encoder.standoff_m, 0.1)


def wander_error(distance_m: float, rig: Rig, wander_m: float) -> float:
    """Error of distance from running beside the line by so much (1 SD), in metres.

    ``w dw / (x + x0)`` for a reel beside the line, and ``dw^2 / 2 (x + x0)`` for any.
    """
    if not rig.has_geometry:
        return 0.0
    along = max(distance_m + rig.encoder.standoff_m, 0.1)
    return float(np.hypot(rig.encoder.lateral_m * wander_m, wander_m**2 / np.sqrt(2.0))) / along


def rig_errors(rig: Rig) -> FloatArray:
    """Standard errors of ``SENSITIVITIES``, in metres three times and as a ratio."""
    lengths = rig.encoder.geometry_sigma_m if rig.has_geometry else 0.0
    return np.array([lengths, lengths, lengths, rig.encoder.scale_sigma])


def _side2(rig: Rig) -> float:
    return rig.encoder.height_m**2 + rig.encoder.lateral_m**2
