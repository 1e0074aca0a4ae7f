"""Counts per metre from a measured pull-out (METHODS.md 10)."""

from dataclasses import dataclass

import numpy as np

from sledmon.estimate.calibrate.limits import LIMITS
from sledmon.estimate.calibrate.visits import probability, rows_of, same_mark, too_little
from sledmon.results import NAN, UNKNOWN, Measured
from sledmon.samples import FloatArray, IntArray


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaleParams:
    """What a pull-out along a tape can be trusted for."""

    hand_sigma_m: float = 0.01
    """Metres: how the clip is held at a mark, anew at each visit, 1 SE. Judged."""
    tape_sigma: float = 0.0003
    """Ratio: a tape's own scale, common to all marks. EC class II: 0.3 mm + 0.2 mm a metre."""
    resolution_counts: float = 1.0
    """Counts: width of one quantisation step; SOURCES 5.3."""
    least_range_m: float = 4.0
    """Metres between the outermost marks: 5 yd is the shortest pull-out of use. Judged."""
    most_ratio: float = 0.01
    """Ratio: a worse standard error is no calibration; uncalibrated spools are within 0.2-1 %
    (SOURCES 5.3)."""
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
    marks, measured = rows_of(marks_m, counts)
    zero = np.zeros(len(marks), np.int64) if pull is None else np.asarray(pull, np.int64)
    refusal = too_little(marks, measured, "pull-out", "draw the cord to", p.least_range_m)
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
    low, high = LIMITS["counts_per_m"]
    if not low <= rough <= high:
        return ScaleCalibration(
            refusal=f"pull-out: {rough:g} counts a metre is no encoder's; check marks and counts"
        )
    errors_m2 = same_mark(marks) * mark_sigma_m**2 + np.eye(len(marks)) * (
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
        if probability(freedom, chi2) < p.least_probability:
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
