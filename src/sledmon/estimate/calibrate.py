"""What a rig measures of itself: scale of the cord and place of the reel.

Nothing here changes a rig; ``store`` makes a new one. METHODS.md says where the errors come from.
"""

import math
from dataclasses import dataclass, fields

import numpy as np

from sledmon.estimate.reel_fit import fit_reel, one_sigma, split_side
from sledmon.results import NAN, UNKNOWN, Measured
from sledmon.rig import EncoderRig, Rig, with_calibration
from sledmon.samples import FloatArray, IntArray

_SAME_MARK_M = 0.001  # two visits to places closer than this were to one mark


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaleParams:
    """What a pull-out along a tape can be trusted for."""

    hand_sigma_m: float = 0.01
    """Metres: how the clip is held at a mark, anew at each visit, 1 SE. Judged."""
    tape_sigma: float = 0.0003
    """Ratio: a tape's own scale, common to all marks. EC class II: 0.3 mm + 0.2 mm a metre."""
    resolution_counts: float = 1.0
    """Counts: width of one quantisation step; science.md 5.3."""
    least_range_m: float = 4.0
    """Metres between the outermost marks: 5 yd is the shortest pull-out of use. Judged."""
    most_ratio: float = 0.01
    """Ratio: a worse standard error is no calibration; uncalibrated spools are within 0.2-1 %
    (science.md 5.3)."""
    wanted_ratio: float = 0.001
    """Ratio: what firmware_notes asks for; a worse one is noted."""
    least_probability: float = 0.001
    """Marks this unlikely under the stated errors are refused. Judged: one refusal in 1000 is
    false."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaleCalibration:
    """Counts per metre, or why there is none."""

    counts_per_m: Measured = UNKNOWN
    scale_sigma: float = NAN
    """Its standard error as a ratio, as the rig keeps it."""
    worst_m: float = NAN
    """Largest distance of a visit from the line of all the others; NaN where nothing checks it."""
    refusal: str = ""
    """One sentence; empty where there is a value."""
    notes: tuple[str, ...] = ()


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


def counts_per_metre(
    marks_m: FloatArray,
    counts: FloatArray,
    mark_sigma_m: float = 0.005,
    *,
    pull: IntArray | None = None,
    params: ScaleParams | None = None,
) -> ScaleCalibration:
    """Counts per metre of cord drawn straight from the reel's outlet along a tape.

    Parameters
    ----------
    marks_m : (n,) array, metres
        Tape marks at which the clip was held, from any zero; a mark may be visited again. Visits to
        places within 1 mm of each other are to one mark.
    counts : (n,) array, counts
        What the encoder counted there; positive as cord pays out.
    mark_sigma_m : float, metres
        One standard error of where a mark lies, common to all visits to it.
    pull : (n,) array of whole numbers, optional
        Which pull-out a visit belongs to: each gets a zero of its own. By default all share one.
    params : ScaleParams, optional
        Errors of hand and tape, lines of refusal.

    Returns
    -------
    ScaleCalibration
        Value and standard error in counts/m, and as a ratio; NaN with a sentence where refused.

    Notes
    -----
    Generalised least squares of ``count = zero + k (mark + mark error + hand error)``: a mark's
    error returns with each visit and does not average out, the hand's does. The standard error
    comes from the stated errors, also where visits are too few to show any; where residuals are
    wider than stated it grows with them (factor ``sqrt(chi2 / dof)``, never below 1). No lag.
    Outlet, marks and clip must lie in one line, cord as taut as in a run. METHODS.md.

    Examples
    --------
    >>> marks_m = np.array([0.0, 4.572, 9.144])
    >>> scale = counts_per_metre(marks_m, np.array([12.0, 22_872.0, 45_732.0]))
    >>> round(scale.counts_per_m.value), round(scale.counts_per_m.sigma)
    (5000, 9)
    >>> counts_per_metre(marks_m[:1], np.array([12.0])).refusal
    'pull-out: 1 mark is no distance; draw the cord to at least two marks 4 m apart'
    """
    p = params or ScaleParams()
    marks, measured = _arrays(marks_m, counts)
    zero = np.zeros(len(marks), np.int64) if pull is None else np.asarray(pull, np.int64)
    refusal = _too_little(marks, measured, "pull-out", "draw the cord to", p.least_range_m)
    if refusal:
        return ScaleCalibration(refusal=refusal)
    pulls = np.unique(zero)
    design = np.column_stack([marks, *(zero == number for number in pulls)]).astype(float)
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return ScaleCalibration(
            refusal="pull-out: no pull-out has two marks; draw each to at least two"
        )
    rough = float(np.linalg.lstsq(design, measured, rcond=None)[0][0])
    if rough <= 0:
        return ScaleCalibration(
            refusal="pull-out: counts fall as cord pays out; turn the encoder's direction round"
        )
    low, high = _LIMITS["counts_per_m"]
    if not low <= rough <= high:
        return ScaleCalibration(
            refusal=f"pull-out: {rough:g} counts a metre is no encoder's; check marks and counts"
        )
    errors_m2 = _same(marks) * mark_sigma_m**2 + np.eye(len(marks)) * (
        p.hand_sigma_m**2 + (p.resolution_counts / rough) ** 2 / 12.0
    )
    weight = np.linalg.inv(errors_m2 * rough**2)
    covariance = np.linalg.inv(design.T @ weight @ design)
    fitted = covariance @ design.T @ weight @ measured
    scale = float(fitted[0])
    # Q removes the fit: Q y / diag(Q) is how far each visit lies from the line of the others.
    q = weight - weight @ design @ covariance @ design.T @ weight
    checked = np.diag(q) > 1e-9 * np.diag(weight)
    freedom = len(marks) - design.shape[1]
    chi2 = float(measured @ q @ measured)
    worst_m, notes = NAN, []
    if freedom > 0 and checked.any():
        pulled = q @ measured
        share = np.where(checked, np.abs(pulled) / np.sqrt(np.where(checked, np.diag(q), 1.0)), 0.0)
        worst = int(np.argmax(share))
        worst_m = abs(float(pulled[worst] / q[worst, worst] / scale))
        if _probability(freedom, chi2) < p.least_probability:
            which = f" of pull-out {zero[worst]}" if len(pulls) > 1 else ""
            return ScaleCalibration(
                worst_m=worst_m,
                refusal=f"pull-out: visit {worst + 1}, at {marks[worst]:.3f} m{which}, lies"
                f" {worst_m:.3f} m out of line with the others; check marks and cord, pull again",
            )
    else:
        notes.append("each mark was visited once and nothing checks them; pull out again")
    widened = np.sqrt(max(1.0, chi2 / freedom)) if freedom > 0 else 1.0
    ratio = float(np.hypot(np.sqrt(covariance[0, 0]) * widened / scale, p.tape_sigma))
    if ratio > p.most_ratio:
        return ScaleCalibration(
            worst_m=worst_m,
            refusal=f"pull-out: its error of {100 * ratio:.1f} % is too large to be of use;"
            " pull further, or more often",
        )
    if ratio > p.wanted_ratio:
        notes.append(
            f"its error of {100 * ratio:.2f} % is above the {100 * p.wanted_ratio:g} % wanted;"
            " pull further, or more often"
        )
    return ScaleCalibration(
        counts_per_m=Measured(scale, scale * ratio),
        scale_sigma=ratio,
        worst_m=worst_m,
        notes=tuple(notes),
    )


_LENGTHS = ("standoff", "height", "lateral")
_LIMITS: dict[str, tuple[float, float]] = {
    f.name: f.metadata["range"] for f in fields(EncoderRig) if "range" in f.metadata
}
_LIMITS_M = tuple(_LIMITS[f"{name}_m"] for name in _LENGTHS)
IN_LINE = Measured(0.0, 0.05)
"""A reel put in the line of the run by eye stands within 5 cm of it (1 SE, judged)."""


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
    few of many like calibrations, those few lean towards large values. No lag. science.md 5.4,
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
    marks, payout = _arrays(marks_m, payout_m)
    spread_m2 = np.square(payout_sigma_m) + p.stand_sigma_m**2
    nothing = np.full((3, 3), np.nan)
    refusal = _too_little(marks, payout + 0.0 * spread_m2, "walk", "stand at", p.least_range_m)
    if not refusal and np.polynomial.Polynomial.fit(marks, payout, 1).convert().coef[1] <= 0:
        refusal = "walk: cord comes in as marks go out; check the order of marks and the direction"
    if refusal:
        return ReelGeometry(covariance_m2=nothing, refusal=refusal)
    given = tuple(
        prior if math.isfinite(prior.value + prior.sigma) else UNKNOWN
        for prior in (standoff_m, height_m, lateral_m)
    )
    errors_m2 = _same(marks) * p.mark_sigma_m**2 + np.diag(np.broadcast_to(spread_m2, marks.shape))
    # Nobody looked sideways: the cord shows one side, and what the height leaves of it is lateral.
    one_side = not given[2].known
    fitted = (given[0], UNKNOWN, Measured(0.0, 0.0)) if one_side else given
    fit = fit_reel(marks, payout, errors_m2, fitted, p.scale_sigma)
    freedom = len(marks) + sum(prior.known for prior in fitted) - 4  # the scale has its prior
    if freedom > 0 and _probability(freedom, fit.chi2) < p.least_probability:
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


def store(
    rig: Rig,
    *,
    day: str = "",
    scale: ScaleCalibration | None = None,
    reel: ReelGeometry | None = None,
) -> Rig:
    """The rig with what was measured; a refused or partly unknown calibration changes nothing.

    Parameters
    ----------
    rig : Rig
        As it stood.
    day : str
        When the scale was measured, as ``2026-11-25``.
    scale, reel : ScaleCalibration, ReelGeometry, optional
        What was measured. Of the reel's place all three lengths must be known: a measured standoff
        beside a height that nobody measured would be worse than neither.

    Returns
    -------
    Rig
        A new one, which ``format_rig`` writes.

    Examples
    --------
    >>> from sledmon.rig import format_rig
    >>> scale = counts_per_metre(np.array([0.0, 10.0]), np.array([0.0, 49_870.0]))
    >>> print(format_rig(store(Rig(), day="2026-11-25", scale=scale)), end="")
    [encoder]
    counts_per_m = 4987.0
    scale_sigma = 0.00161
    calibrated = "2026-11-25"
    """
    if scale is not None and scale.counts_per_m.known:
        rig = with_calibration(
            rig,
            calibrated=day,
            counts_per_m=round(scale.counts_per_m.value, 2),
            scale_sigma=round(scale.scale_sigma, 5),
        )
    if reel is not None and reel.known:
        rig = with_calibration(
            rig,
            standoff_m=round(reel.standoff_m.value, 3),
            height_m=round(reel.height_m.value, 3),
            lateral_m=round(reel.lateral_m.value, 3),
            geometry_sigma_m=round(reel.geometry_sigma_m, 4),
        )
    return rig


def _arrays(first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
    a, b = np.asarray(first, float), np.asarray(second, float)
    if a.ndim != 1 or a.shape != b.shape:
        raise ValueError(f"two rows of equal length are needed, not {a.shape} and {b.shape}")
    return a, b


def _too_little(marks: FloatArray, read: FloatArray, what: str, act: str, least_m: float) -> str:
    """Why no line can be drawn through these marks; empty if one can."""
    if not (np.isfinite(marks).all() and np.isfinite(read).all()):
        return f"{what}: a mark or reading is unknown; leave that visit out"
    different = 1 + int(np.sum(np.diff(np.sort(marks)) > _SAME_MARK_M)) if len(marks) else 0
    if different < 2:
        number = f"{different} mark{'' if different == 1 else 's'}"
        return f"{what}: {number} is no distance; {act} at least two marks {least_m:g} m apart"
    if np.ptp(marks) < least_m:
        return (
            f"{what}: marks {np.ptp(marks):.2f} m apart are too close;"
            f" {act} marks at least {least_m:g} m apart"
        )
    return ""


def _same(marks_m: FloatArray) -> FloatArray:
    """(n, n) of ones where two visits were to one mark."""
    return (np.abs(marks_m[:, None] - marks_m) < _SAME_MARK_M).astype(float)


def _probability(freedom: int, chi2: float) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(freedom, chi2))


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
