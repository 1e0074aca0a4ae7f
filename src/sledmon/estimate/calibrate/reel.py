"""Place of the reel from a walk and a tape (METHODS.md 10)."""

import math
from dataclasses import dataclass

import numpy as np

from sledmon.estimate.calibrate.limits import LIMITS
from sledmon.estimate.calibrate.reel_fit import fit_reel, one_sigma, split_side
from sledmon.estimate.calibrate.visits import probability, rows_of, same_mark, too_little
from sledmon.results import NAN, UNKNOWN, Measured
from sledmon.samples import FloatArray

_LENGTHS = ("standoff", "height", "lateral")
_LIMITS_M = tuple(LIMITS[f"{name}_m"] for name in _LENGTHS)
IN_LINE = Measured(0.0, 0.05)
"""A reel put in the line of the run by eye stands within 5 cm of it (1 SE, judged)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GeometryParams:
    """What standing at marks can be trusted for, and from when a length counts as known."""

    stand_sigma_m: float = 0.02
    """Metres along the run: how a belt stands over a mark, anew at each visit, 1 SE. Judged."""
    mark_sigma_m: float = 0.005
    """Metres: where a mark lies, common to all visits to it, 1 SE. Judged."""
    scale_sigma: float = 0.002
    """Ratio: standard error of counts_per_m when the payout was made of it; the rig's own."""
    least_range_m: float = 4.0
    """Metres between the outermost marks. Judged, as for the scale."""
    most_sigma_m: float = 0.25
    """Metres: a length with a larger standard error is unknown. At 2 m of standoff and 0.9 m of
    height so much leaves 20 mm (standoff) or 80 mm (height) of distance. Judged."""
    least_ratio: float = 4.0
    """A length that no tape measured is known from this many standard errors: cord length goes with
    the square of height, so errors are lopsided below. Judged; simulated intervals cover."""
    gates_m: tuple[float, ...] = (2.286, 4.572, 9.144)
    """Metres: where the rig's one geometry_sigma_m must give the right error (2.5, 5, 10 yd)."""
    least_probability: float = 0.001
    """As for the scale."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ReelGeometry:
    """Where the reel stands, each length with its error or unknown."""

    standoff_m: Measured = UNKNOWN
    height_m: Measured = UNKNOWN
    """The sign is that of the tape measure, else positive: cord length cannot tell up from down."""
    lateral_m: Measured = UNKNOWN
    side_m: Measured = UNKNOWN
    """Hypotenuse of height and lateral offset: all that cord length shows of them."""
    covariance_m2: FloatArray
    """(3, 3) of standoff, height, lateral; NaN where one is unknown."""
    geometry_sigma_m: float = NAN
    """The one error that, taken for all three lengths, gives the error of distance at the gates."""
    worst_m: float = NAN
    """Largest distance of a visit from the fit in metres of cord."""
    words: tuple[str, ...] = ()
    """One sentence for each length: what it rests on, or what would make it known."""
    refusal: str = ""

    @property
    def known(self) -> bool:
        """Whether a rig can be written from it: standoff, height and lateral all known."""
        return self.standoff_m.known and self.height_m.known and self.lateral_m.known


def reel_geometry(
    marks_m: FloatArray,
    payout_m: FloatArray,
    payout_sigma_m: FloatArray | float = 0.002,
    *,
    standoff_m: Measured = UNKNOWN,
    height_m: Measured = UNKNOWN,
    lateral_m: Measured = IN_LINE,
    params: GeometryParams | None = None,
) -> ReelGeometry:
    r"""Where the reel stands, from the cord paid out while standing at marks of the run.

    Parameters
    ----------
    marks_m : (n,) array, metres
        Marks of the run at which the athlete stood, 0 at the start line, positive away from the
        reel; a mark may be visited again.
    payout_m : (n,) array, metres
        Cord paid out there, from any zero; ``marks_from_walk`` finds it in a trace.
    payout_sigma_m : (n,) array or float, metres
        One standard error of it: sway, not how the feet met the mark.
    standoff_m, height_m, lateral_m : Measured, metres
        What a tape measure said, with its standard error; unknown by default, but for a reel said
        to stand in line within 5 cm. Unknown for ``lateral_m`` says that nobody looked.
    params : GeometryParams, optional
        Errors of standing, marks and scale; lines of refusal.

    Returns
    -------
    ReelGeometry
        The lengths in metres with standard errors and covariance; unknown (NaN) where the data and
        the tape measure leave an error above 0.25 m, or a quarter of the length, and why in words.

    Notes
    -----
    ``payout = (1 + scale error) sqrt((x + standoff)^2 + height^2 + lateral^2) - zero`` by least
    squares with the tape measure, and the scale's own error, as further observations; errors from
    the curvature at the best point. Cord length falls short of distance by about
    ``(height^2 + lateral^2) / 2 (x + standoff)``, some centimetres in all: standoff and height rise
    together (correlation above 0.9 without a tape measure), height and lateral cannot be told
    apart, and one slow walk with a standing error of 20 mm leaves standoff and height unknown. A
    tape measure, 20 mm true, beats any walk; the walk then checks it. Where a length is known in
    few of many like calibrations, those few lean towards large values. No lag. SOURCES 5.4,
    METHODS.md.

    Examples
    --------
    >>> marks_m = 0.9144 * np.array([0.0, 1.0, 2.0, 5.0, 10.0])
    >>> cord_m = np.hypot(marks_m + 1.0, 0.9)
    >>> reel = reel_geometry(marks_m, cord_m - cord_m[0], height_m=Measured(0.9, 0.02))
    >>> reel.words[0]
    'standoff 1.00 +- 0.12 m from the walk'
    >>> reel_geometry(marks_m, cord_m - cord_m[0]).words[0]
    'standoff unknown: its error would be 0.41 m; measure it with a tape'
    """
    p = params or GeometryParams()
    marks, payout = rows_of(marks_m, payout_m)
    spread_m2 = np.square(payout_sigma_m) + p.stand_sigma_m**2
    nothing = np.full((3, 3), np.nan)
    refusal = too_little(marks, payout + 0.0 * spread_m2, "walk", "stand at", p.least_range_m)
    if not refusal and float(np.polyfit(marks, payout, 1)[0]) < 1e-9:
        refusal = "walk: no cord goes out as marks do; check the order of marks and the direction"
    if refusal:
        return ReelGeometry(covariance_m2=nothing, refusal=refusal)
    given = tuple(
        prior if math.isfinite(prior.value + prior.sigma) else UNKNOWN
        for prior in (standoff_m, height_m, lateral_m)
    )
    errors_m2 = same_mark(marks) * p.mark_sigma_m**2 + np.diag(
        np.broadcast_to(spread_m2, marks.shape)
    )
    # Nobody looked sideways: the cord shows one side, and what the height leaves of it is lateral.
    one_side = not given[2].known
    fitted = (given[0], UNKNOWN, Measured(0.0, 0.0)) if one_side else given
    fit = fit_reel(marks, payout, errors_m2, fitted, p.scale_sigma)
    freedom = len(marks) + sum(prior.known for prior in fitted) - 4  # the scale has its prior
    if freedom > 0 and probability(freedom, fit.chi2) < p.least_probability:
        return ReelGeometry(
            covariance_m2=nothing,
            worst_m=fit.worst_m,
            refusal=f"walk: the belt at {marks[fit.worst]:.3f} m (visit {fit.worst + 1}) lies"
            f" {fit.worst_m:.3f} m out of line, or a tape measure or the scale is wrong;"
            " check them, walk again",
        )
    side = fit.side_m
    if one_side:
        fit = split_side(fit, given[1])
    sigma_m = np.sqrt(np.diag(fit.covariance_m2))
    lengths = [
        _length(value, sigma, prior, p, limits)
        for value, sigma, prior, limits in zip(
            fit.lengths_m, sigma_m, given, _LIMITS_M, strict=True
        )
    ]
    known = np.array([length.known for length in lengths])
    covariance = np.where(np.outer(known, known), fit.covariance_m2, np.nan)
    return ReelGeometry(
        standoff_m=lengths[0],
        height_m=lengths[1],
        lateral_m=lengths[2],
        side_m=_length(*side, UNKNOWN, p, (0.0, math.inf)),
        covariance_m2=covariance,
        geometry_sigma_m=one_sigma(lengths, covariance, p.gates_m) if known.all() else NAN,
        worst_m=fit.worst_m,
        words=tuple(
            _words(*row, p.most_sigma_m)
            for row in zip(_LENGTHS, lengths, given, sigma_m, strict=True)
        ),
    )


def _length(
    value: float, sigma: float, prior: Measured, p: GeometryParams, limits_m: tuple[float, float]
) -> Measured:
    """The length, or unknown where it or its error is too large to mean anything."""
    if not limits_m[0] <= value <= limits_m[1]:
        return UNKNOWN
    if not sigma <= p.most_sigma_m:
        return UNKNOWN
    if not prior.known and abs(value) < p.least_ratio * sigma:
        return UNKNOWN
    return Measured(float(value), float(sigma))


def _words(name: str, length: Measured, prior: Measured, sigma_m: float, most_m: float) -> str:
    if not length.known:
        if math.isnan(sigma_m):
            return f"{name} unknown: cord cannot tell up from sideways; measure it with a tape"
        if sigma_m <= most_m:
            return (
                f"{name} unknown: it is too small or too odd for its error; measure it with a tape"
            )
        size = f"{sigma_m:.2f} m" if sigma_m < 1.0 else "above 1 m"
        return f"{name} unknown: its error would be {size}; measure it with a tape"
    said = f"{name} {length.value:.2f} +- {length.sigma:.2f} m"
    if not prior.known:
        return f"{said} from the walk"
    if length.sigma > 0.7 * prior.sigma:
        return f"{said} as given; the walk adds little"
    return f"{said} as given, made better by the walk"
