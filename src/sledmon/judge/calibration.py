"""Whether a rig's calibration is still to be trusted."""

from datetime import date

from sledmon.rig import Rig, calibration_age_days


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
