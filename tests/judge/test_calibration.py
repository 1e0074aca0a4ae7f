"""A calibration grows old, and says so."""

from datetime import date

import pytest

from sledmon.judge.calibration import calibration_note
from sledmon.rig import parse_rig


@pytest.mark.parametrize(
    ("calibrated", "words"),
    [
        ("2026-11-25", ""),
        ("", ""),
        ("2026-06-01", "counts per metre were measured 183 days ago (2026-06-01); pull out again"),
        ("2026-12-24", "counts per metre were measured on 2026-12-24, after today; check the date"),
    ],
)
def test_an_old_scale_is_noted(calibrated: str, words: str) -> None:
    rig = parse_rig(f'[encoder]\ncalibrated = "{calibrated}"')
    assert calibration_note(rig, date(2026, 12, 1)) == words
