"""What a rig measures of itself: scale of the cord, place of the reel, a belt lying still.

Nothing here changes a rig; ``store`` makes a new one. METHODS.md says where the errors come from.
"""

import math
from dataclasses import dataclass, fields
from datetime import date
from typing import NamedTuple

import numpy as np

from sledmon.estimate.geometry import distance_sensitivity
from sledmon.results import NAN, UNKNOWN, Measured
from sledmon.rig import EncoderRig, Rig, calibration_age_days, with_calibration
from sledmon.samples import FloatArray, IntArray
from sledmon.units import STANDARD_GRAVITY_MPS2

_NIL = 1e-12  # square metres: keeps an exact length or a cord of none from dividing by zero
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
    correlation: float = NAN
    """Of the errors of standoff and height; NaN where one is unknown."""
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


@dataclass(frozen=True, kw_only=True, slots=True)
class PauseParams:
    """When a walking athlete stands."""

    window_s: float = 0.8
    """Seconds: stillness is judged over this time, longer than a step of a slow walk."""
    still_m: float = 0.06
    """Metres: cord that moves less in a window stands. Sway 8 mm (1 SD), slow walk 240 mm."""
    trim_s: float = 0.4
    """Seconds left off at both ends of a pause: arriving and leaving."""
    least_s: float = 1.0
    """Seconds of standing that must be left."""
    same_m: float = 0.10
    """Metres: pauses closer than this ..."""
    same_s: float = 1.5
    """... and no further apart than this are one: the athlete shifted the feet."""
    gap_s: float = 0.25
    """Seconds without samples end a pause."""
    sway_m: float = 0.008
    """Metres (1 SD): sway of a standing belt where the pause shows less of it. Judged."""
    sway_s: float = 1.0
    """Seconds: sway this far apart is independent (twice its correlation time). Judged."""


class Pauses(NamedTuple):
    """Where a walk stood still, in order of time; arrays of equal length."""

    from_s: FloatArray
    to_s: FloatArray
    payout_m: FloatArray
    sigma_m: FloatArray
    """One standard error of the mean position, from sway; not how the feet met the mark."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StillnessParams:
    """A belt lying on a table."""

    least_s: float = 2.0
    """Seconds: firmware_notes, timing_and_calibration: 2 s a face."""
    moving_acc_mps2: float = 0.15
    """m/s^2, SD of any axis: half of science.md 7.3 for standing people; a table shows 0.03."""
    moving_gyr_radps: float = float(np.radians(1.0))
    """rad/s, SD of any axis: a third of science.md 7.3; a table shows 0.2 deg/s at most."""
    turning_rad: float = float(np.radians(1.0))
    """rad: gravity turning by more between the first and last quarter is a belt being carried."""
    most_bias_radps: float = float(np.radians(3.0))
    """rad/s of any axis: science.md 6.1, "clip 3"; three BMI270 parts were measured there."""
    fair_bias_radps: float = float(np.radians(1.0))
    """rad/s of any axis: firmware_notes "must"; more is noted."""
    gravity_mps2: float = STANDARD_GRAVITY_MPS2
    """m/s^2: gravity of the place, ..."""
    gravity_sigma_mps2: float = 0.015
    """... and its standard error: 9.78 at the equator, 9.83 at the poles."""
    most_gravity_ratio: float = 0.03
    """Ratio: firmware_notes allows 1 % of scale and 20 mg of bias, 3 % in all."""
    most_acc_noise_mps2: float = 0.06
    """m/s^2, SD of any axis: twice 300 ug/sqrt(Hz) over 100 Hz (firmware_notes)."""
    most_gyr_noise_radps: float = float(np.radians(0.4))
    """rad/s, SD of any axis: twice 0.02 deg/s/sqrt(Hz) over 100 Hz (firmware_notes)."""
    bias_floor_radps: float = float(np.radians(0.002))
    """rad/s: bias instability of 3-10 deg/h, science.md 6.1; no average beats it."""
    acc_floor_mps2: float = 0.0005
    """m/s^2: the same, 0.02-0.05 mg."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stillness:
    """What a belt at rest shows of its sensor; unknown while it moves."""

    still: bool = False
    usable: bool = False
    """Still, and nothing found that spoils a session."""
    gyr_bias_radps: tuple[Measured, Measured, Measured] = (UNKNOWN, UNKNOWN, UNKNOWN)
    gravity_error_mps2: Measured = UNKNOWN
    """Mean length of specific force less gravity; its sigma holds that of local gravity."""
    acc_noise_mps2: Measured = UNKNOWN
    """SD of one axis, root mean square of three, at the rate it was sampled."""
    gyr_noise_radps: Measured = UNKNOWN
    verdict: str = ""


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
# Nobody's reel lies outside: keeps the fit in hand, weighs next to nothing on what becomes known.
_WEAK = (Measured(4.0, 10.0), Measured(0.75, 3.0), Measured(0.0, 3.0))
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
    spread_m2 = np.square(payout_sigma_m) + p.stand_sigma_m**2 + _NIL
    nothing = np.full((3, 3), np.nan)
    refusal = _too_little(marks, payout + 0.0 * spread_m2, "walk", "stand at", p.least_range_m)
    if not refusal and np.polynomial.Polynomial.fit(marks, payout, 1).convert().coef[1] <= 0:
        refusal = "walk: cord comes in as marks go out; check the order of marks and the direction"
    if refusal:
        return ReelGeometry(covariance_m2=nothing, refusal=refusal)
    given = tuple(
        prior if np.isfinite(prior.value) and np.isfinite(prior.sigma) else UNKNOWN
        for prior in (standoff_m, height_m, lateral_m)
    )
    errors_m2 = _same(marks) * p.mark_sigma_m**2 + np.diag(np.broadcast_to(spread_m2, marks.shape))
    # Nobody looked sideways: the cord shows one side, and what the height leaves of it is lateral.
    one_side = not given[2].known
    fitted = (given[0], UNKNOWN, Measured(0.0, 0.0)) if one_side else given
    fit = _fit_reel(marks, payout, errors_m2, fitted, p.scale_sigma)
    freedom = len(marks) + sum(prior.known for prior in fitted) - 4  # the scale has its prior
    if freedom > 0 and _probability(freedom, fit.chi2) < p.least_probability:
        return ReelGeometry(
            covariance_m2=nothing,
            worst_m=fit.worst_m,
            refusal=f"walk: the belt at {marks[fit.worst]:.3f} m (visit {fit.worst + 1}) lies"
            f" {fit.worst_m:.3f} m out of line, or a tape measure or the scale is wrong;"
            " check them, walk again",
        )
    side = float(np.hypot(*fit.lengths_m[1:]))
    toward = fit.lengths_m[1:] / max(side, 1e-9)
    side_sigma = float(np.sqrt(toward @ fit.covariance_m2[1:, 1:] @ toward))
    if one_side:
        fit = _split_side(fit, given[1])
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
        side_m=_length(side, side_sigma, UNKNOWN, p, (0.0, math.inf)),
        covariance_m2=covariance,
        correlation=float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])),
        geometry_sigma_m=_one_sigma(lengths, covariance, p.gates_m) if known.all() else NAN,
        worst_m=fit.worst_m,
        words=tuple(
            _words(*row, p.most_sigma_m)
            for row in zip(_LENGTHS, lengths, given, sigma_m, strict=True)
        ),
    )


def marks_from_walk(
    time_s: FloatArray, payout_m: FloatArray, *, params: PauseParams | None = None
) -> Pauses:
    """Where a slow walk with pauses stood still.

    Parameters
    ----------
    time_s : (n,) array, seconds
        Sample times, rising.
    payout_m : (n,) array, metres
        Cord paid out; NaN where unknown.
    params : PauseParams, optional
        When cord counts as standing.

    Returns
    -------
    Pauses
        Of each pause from the first to the last: times in seconds, mean payout and its standard
        error in metres. Which mark each one was is for the caller to say; the stand before the walk
        and the one after it are pauses too.

    Notes
    -----
    A sample stands if it lies in a window of 0.8 s in which cord moved by less than 60 mm. The
    standard error takes sway one second apart for independent. No lag: whole traces only.

    Examples
    --------
    >>> time_s = np.arange(0.0, 12.0, 0.01)
    >>> payout_m = np.interp(time_s, [0.0, 4.0, 8.0, 12.0], [0.0, 0.0, 4.5, 4.5])
    >>> [round(float(payout), 2) for payout in marks_from_walk(time_s, payout_m).payout_m]
    [0.0, 4.5]
    """
    p = params or PauseParams()
    time, payout = _arrays(time_s, payout_m)
    seen = np.isfinite(time) & np.isfinite(payout)
    time, payout = time[seen], payout[seen]
    stretches = np.split(np.arange(len(time)), np.flatnonzero(np.diff(time) > p.gap_s) + 1)
    pauses = [pause for part in stretches for pause in _standing(part, time, payout, p)]
    merged: list[IntArray] = []
    for pause in pauses:
        if (
            merged
            and time[pause[0]] - time[merged[-1][-1]] <= p.same_s
            and abs(payout[pause].mean() - payout[merged[-1]].mean()) <= p.same_m
        ):
            merged[-1] = np.concatenate([merged[-1], pause])
        else:
            merged.append(pause)
    rows = [
        (time[k[0]], time[k[-1]], payout[k].mean(), _mean_sigma(time[k], payout[k], p))
        for k in merged
    ]
    return Pauses(*np.array(rows, float).reshape(-1, 4).T)


def imu_stillness(
    time_s: FloatArray,
    acc_sensor_mps2: FloatArray,
    gyr_sensor_radps: FloatArray,
    *,
    params: StillnessParams | None = None,
) -> Stillness:
    """Whether a belt lies still, and what its sensor shows then.

    Parameters
    ----------
    time_s : (n,) array, seconds
        Sample times, rising.
    acc_sensor_mps2 : (n, 3) array, m/s^2
        Specific force in the sensor's axes: +9.8 upwards at rest.
    gyr_sensor_radps : (n, 3) array, rad/s
        Angular rate in the same axes.
    params : StillnessParams, optional
        Lines between still and moving, good and bad.

    Returns
    -------
    Stillness
        Bias of each gyro axis, error of gravity, noise, each with its standard error, and a verdict
        in words. Unknown while the belt moves.

    Notes
    -----
    Standard errors of means come from the scatter of twenty parts of the recording, so slow wander
    counts, and never fall below the sensor's instability. Nothing is flagged unless it is beyond
    its line by a standard error. One pose cannot tell the scale of an accelerometer from its bias;
    six faces can. A steady turn about the vertical looks like bias. No lag. science.md 6.1, 7.3.

    Examples
    --------
    >>> time_s = np.arange(0.0, 5.0, 0.005)
    >>> rng = np.random.default_rng(1)
    >>> acc = [0.0, 0.0, 9.31] + 0.02 * rng.standard_normal((1000, 3))
    >>> gyr = 0.001 * rng.standard_normal((1000, 3))
    >>> imu_stillness(time_s, acc, gyr).verdict
    'reads 9.31 m/s2 for gravity: accelerometer scale off by 5 %, or its bias; calibrate six faces'
    """
    p = params or StillnessParams()
    time = np.asarray(time_s, float)
    acc, gyr = np.asarray(acc_sensor_mps2, float), np.asarray(gyr_sensor_radps, float)
    seen = np.isfinite(time) & np.isfinite(acc).all(axis=1) & np.isfinite(gyr).all(axis=1)
    time, acc, gyr = time[seen], acc[seen], gyr[seen]
    if len(time) < 2 * _PARTS or time[-1] - time[0] < 0.95 * p.least_s:
        return Stillness(verdict=f"too short: leave the belt lying for {p.least_s:g} s")
    acc_sd, gyr_sd = acc.std(axis=0, ddof=1), gyr.std(axis=0, ddof=1)
    quarter = len(time) // 4
    turned_rad = _angle_rad(acc[:quarter].mean(axis=0), acc[-quarter:].mean(axis=0))
    if (
        acc_sd.max() > p.moving_acc_mps2
        or gyr_sd.max() > p.moving_gyr_radps
        or turned_rad > p.turning_rad
    ):
        return Stillness(verdict="moving: lay the belt down and leave it")
    if not np.ptp(acc, axis=0).any() and not np.ptp(gyr, axis=0).any():
        return Stillness(verdict="no value changes at all: the sensor is stuck; restart it")
    bias, bias_sigma = gyr.mean(axis=0), np.hypot(_sigma_of_mean(gyr), p.bias_floor_radps)
    force = np.linalg.norm(acc.mean(axis=0))
    along = acc @ (acc.mean(axis=0) / max(force, 1e-9))
    error = float(force) - p.gravity_mps2
    error_sigma = float(
        np.linalg.norm([_sigma_of_mean(along[:, None])[0], p.acc_floor_mps2, p.gravity_sigma_mps2])
    )
    faults, notes = [], []
    axis = int(np.argmax(np.abs(bias)))
    worst, worst_sigma = abs(float(bias[axis])), float(bias_sigma[axis])
    said = f"gyro bias {np.degrees(worst):.1f} deg/s is beyond"
    if worst - worst_sigma > p.most_bias_radps:
        faults.append(f"{said} {np.degrees(p.most_bias_radps):g}: replace or warm up")
    elif worst - worst_sigma > p.fair_bias_radps:
        notes.append(f"{said} {np.degrees(p.fair_bias_radps):g}, and is removed before each rep")
    if abs(error) - error_sigma > p.most_gravity_ratio * p.gravity_mps2:
        faults.append(
            f"reads {force:.2f} m/s2 for gravity: accelerometer scale off by"
            f" {100 * abs(error) / p.gravity_mps2:.0f} %, or its bias; calibrate six faces"
        )
    loud = 1.0 - 1.0 / np.sqrt(2.0 * len(time))
    if acc_sd.max() * loud > p.most_acc_noise_mps2:
        faults.append(
            f"accelerometer noise {acc_sd.max():.2f} m/s2: something shakes, or it is bad"
        )
    if gyr_sd.max() * loud > p.most_gyr_noise_radps:
        faults.append(
            f"gyro noise {np.degrees(gyr_sd.max()):.2f} deg/s: something shakes, or it is bad"
        )
    return Stillness(
        still=True,
        usable=not faults,
        gyr_bias_radps=(
            Measured(float(bias[0]), float(bias_sigma[0])),
            Measured(float(bias[1]), float(bias_sigma[1])),
            Measured(float(bias[2]), float(bias_sigma[2])),
        ),
        gravity_error_mps2=Measured(error, error_sigma),
        acc_noise_mps2=_noise(acc_sd, len(time)),
        gyr_noise_radps=_noise(gyr_sd, len(time)),
        verdict="; ".join(faults or ["still, sensor good", *notes]),
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


def calibration_note(rig: Rig, today: date, *, stale_days: float = 90.0) -> str:
    """A sentence where the scale was measured long ago, or after today; else empty.

    Parameters
    ----------
    rig : Rig
        Its ``calibrated`` key may be empty: nothing is said then.
    today : date
        The day of the session.
    stale_days : float
        A quarter of a year: cord wears and spools are rewound. Judged.

    Returns
    -------
    str
        One sentence, or nothing.

    Examples
    --------
    >>> from sledmon.rig import parse_rig
    >>> rig = parse_rig('encoder = {calibrated = "2026-11-25"}')
    >>> calibration_note(rig, date(2027, 4, 1))
    'counts per metre were measured 127 days ago (2026-11-25); pull out again'
    """
    age_days = calibration_age_days(rig, today)
    when = rig.encoder.calibrated
    if age_days < 0:
        return f"counts per metre were measured on {when}, after today; check the date"
    if age_days > stale_days:
        return f"counts per metre were measured {age_days:.0f} days ago ({when}); pull out again"
    return ""


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


class _ReelFit(NamedTuple):
    lengths_m: FloatArray
    covariance_m2: FloatArray
    chi2: float
    worst: int
    worst_m: float


def _fit_reel(
    marks: FloatArray,
    payout: FloatArray,
    errors_m2: FloatArray,
    given: tuple[Measured, ...],
    scale_sigma: float,
) -> _ReelFit:
    """Standoff, height, lateral, zero and scale error, from several starts."""
    from scipy.optimize import least_squares

    priors = [g if g.known else weak for g, weak in zip(given, _WEAK, strict=True)]
    centre = np.array([prior.value for prior in priors])
    spread = np.array([max(prior.sigma, 1e-6) for prior in priors])
    whiten = np.linalg.inv(np.linalg.cholesky(errors_m2))
    tail = np.diag([*(1.0 / spread), 0.0, 1.0 / max(scale_sigma, 1e-9)])[[0, 1, 2, 4]]

    def cord(theta: FloatArray) -> FloatArray:
        return np.asarray(
            np.sqrt((marks + theta[0]) ** 2 + theta[1] ** 2 + theta[2] ** 2 + _NIL), float
        )

    def residual(theta: FloatArray) -> FloatArray:
        off = whiten @ (payout + theta[3] - (1.0 + theta[4]) * cord(theta))
        known = np.append((theta[:3] - centre) / spread, theta[4] / max(scale_sigma, 1e-9))
        return np.concatenate([off, known])

    def slope(theta: FloatArray) -> FloatArray:
        length = cord(theta)
        grow = -(1.0 + theta[4]) / length
        columns = [
            grow * (marks + theta[0]),
            grow * theta[1],
            grow * theta[2],
            np.ones_like(marks),
            -length,
        ]
        return np.vstack([whiten @ np.column_stack(columns), tail])

    best = None
    for standoff in [centre[0]] if given[0].known else [0.7, 2.0, 6.0]:
        for height in [centre[1]] if given[1].known else [0.3, 1.0]:
            start = np.array([standoff, height, centre[2], 0.0, 0.0])
            start[3] = float(np.mean(cord(start) - payout))
            fit = least_squares(residual, start, slope, method="lm", x_scale=[1, 1, 1, 1, 0.01])
            if best is None or fit.cost < best.cost:
                best = fit
    assert best is not None  # noqa: S101 - there is always a start
    theta = np.asarray(best.x, float)
    if not given[1].known:
        theta[1] = abs(theta[1])
    # Cord goes with the square of a taped length: near 0 its slope vanishes, its spread does not.
    taped = np.array([False, given[1].known, given[2].known])
    theta_wide = theta.copy()
    theta_wide[:3] = np.where(taped, np.hypot(theta[:3], spread / np.sqrt(2.0)), theta[:3])
    jacobian = slope(theta_wide)
    covariance = np.asarray(np.linalg.inv(jacobian.T @ jacobian)[:3, :3], float)
    rest = payout + theta[3] - (1.0 + theta[4]) * cord(theta)
    worst = int(np.argmax(np.abs(rest)))
    return _ReelFit(
        theta[:3],
        covariance,
        2.0 * float(best.cost),
        worst,
        abs(float(rest[worst])),
    )


def _split_side(fit: _ReelFit, height: Measured) -> _ReelFit:
    """Height as the tape measure said, and lateral as what it leaves of the one side found."""
    side = float(fit.lengths_m[1])
    lateral = math.sqrt(max(side**2 - height.value**2, 0.0)) if height.known else NAN
    if not lateral > 0.0:
        lateral = NAN
    turn = np.array(
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, side / lateral, -height.value / lateral]]
    )
    found = np.zeros((3, 3))
    found[:2, :2] = fit.covariance_m2[:2, :2]
    found[2, 2] = height.sigma**2
    covariance = np.full((3, 3), np.nan)
    rows = np.flatnonzero([True, height.known, not math.isnan(lateral)])
    covariance[np.ix_(rows, rows)] = turn[rows] @ np.nan_to_num(found) @ turn[rows].T
    lengths = np.array([fit.lengths_m[0], height.value, lateral])
    return fit._replace(lengths_m=lengths, covariance_m2=covariance)


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


def _one_sigma(
    lengths: list[Measured], covariance_m2: FloatArray, gates_m: tuple[float, ...]
) -> float:
    """One error for three lengths taken as independent: right at the gates and between them."""
    rig = with_calibration(
        Rig(),
        standoff_m=lengths[0].value,
        height_m=lengths[1].value,
        lateral_m=lengths[2].value,
        geometry_sigma_m=0.0,
    )
    at = np.array([distance_sensitivity(gate, rig)[:3] for gate in gates_m])
    rows = np.vstack([at, np.diff(at, axis=0)])
    size = np.linalg.norm(rows, axis=1)
    if size.min() < 1e-6:  # the cord runs along the run: its place does not matter
        return max(length.sigma for length in lengths)
    error = np.sqrt(np.einsum("ij,jk,ik->i", rows, covariance_m2, rows))
    return float(np.max(error / size))


def _standing(
    part: IntArray, time: FloatArray, payout: FloatArray, p: PauseParams
) -> list[IntArray]:
    """Pauses in a stretch without gaps, as indices, trimmed."""
    if len(part) < 3:
        return []
    step_s = float(np.median(np.diff(time[part])))
    size = round(p.window_s / step_s) + 1 if step_s > 0 else 0
    if not 3 <= size <= len(part):
        return []
    windows = np.lib.stride_tricks.sliding_window_view(payout[part], size)
    quiet = np.ptp(windows, axis=1) < p.still_m
    # A sample stands if any window that holds it is quiet.
    still = np.convolve(quiet, np.ones(size)) > 0.5
    edges = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]).astype(np.int8)))
    found = []
    for first, after in edges.reshape(-1, 2):
        k = part[first:after]
        k = k[(time[k] >= time[k[0]] + p.trim_s) & (time[k] <= time[k[-1]] - p.trim_s)]
        if len(k) > 1 and time[k[-1]] - time[k[0]] >= p.least_s:
            found.append(k)
    return found


def _mean_sigma(time: FloatArray, payout: FloatArray, p: PauseParams) -> float:
    """Standard error of a pause's mean; the SD seen falls short by what the mean took."""
    share = min(p.sway_s / float(time[-1] - time[0]), 0.75)
    sway_m = max(float(payout.std()) / np.sqrt(1.0 - share), p.sway_m)
    return float(sway_m * np.sqrt(share))


_PARTS = 20


def _sigma_of_mean(rows: FloatArray) -> FloatArray:
    """(k,) standard error of the mean of each column, from the scatter of twenty parts."""
    size = len(rows) // _PARTS
    parts = rows[: size * _PARTS].reshape(_PARTS, size, -1).mean(axis=1)
    return np.asarray(parts.std(axis=0, ddof=1) / np.sqrt(_PARTS), float)


def _angle_rad(a: FloatArray, b: FloatArray) -> float:
    return float(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b))


def _noise(sd: FloatArray, n: int) -> Measured:
    rms = float(np.sqrt(np.mean(sd**2)))
    return Measured(rms, rms / math.sqrt(2.0 * sd.size * (n - 1)))
