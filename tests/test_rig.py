"""A rig file is read back as it was written, and every mistake in it is named."""

import math
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sledmon.errors import RigError
from sledmon.rig import (
    EncoderRig,
    ImuRig,
    Rig,
    SledRig,
    StrapRig,
    calibration_age_days,
    format_rig,
    parse_rig,
    with_calibration,
)

FULL = """
[encoder]
counts_per_m = 5000.0
standoff_m = 4.0
height_m = 0.75
lateral_m = 0.0
scale_sigma = 0.002
geometry_sigma_m = 0.03
clipped_to = "belt"
[imu]
position = "back"
[sled]
mass_kg = 15.0
surface = "turf"
[strap]
length_m = 4.0
"""
SECTIONS = {"encoder": EncoderRig, "imu": ImuRig, "sled": SledRig, "strap": StrapRig}


def test_an_empty_file_is_all_defaults_and_says_so() -> None:
    rig = parse_rig("")
    assert rig == Rig()
    keys = sum(len(fields(kind)) for kind in SECTIONS.values())
    # Where the IMU is worn is found from the data, and a day may be unknown: nothing is assumed.
    assert len(rig.assumed) == keys - 2 == 10
    assert "encoder.counts_per_m = 5000.0" in rig.assumed
    assert "sled.surface = turf" in rig.assumed
    assert not rig.has_geometry


def test_the_whole_example_of_the_contract_assumes_nothing() -> None:
    rig = parse_rig(FULL)
    assert rig.assumed == ()
    assert rig.has_geometry
    assert rig.imu.position == "back"
    assert (rig.encoder, rig.sled, rig.strap) == (EncoderRig(), SledRig(), StrapRig())


def test_what_is_given_is_not_assumed_even_at_its_default() -> None:
    rig = parse_rig("[strap]\nlength_m = 4")
    assert rig.given == {"strap.length_m"}
    assert not any(line.startswith("strap") for line in rig.assumed)


@pytest.mark.parametrize("key", ["standoff_m", "height_m", "lateral_m"])
def test_any_length_of_the_reel_is_geometry(key: str) -> None:
    assert parse_rig(f"[encoder]\n{key} = 1").has_geometry


def test_a_scale_alone_is_no_geometry() -> None:
    assert not parse_rig("[encoder]\ncounts_per_m = 2000").has_geometry


def test_whole_numbers_are_numbers() -> None:
    height_m = parse_rig("[encoder]\nheight_m = 1").encoder.height_m
    assert isinstance(height_m, float)
    assert height_m == 1.0


_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "encoder.calibrated": st.just("") | st.dates().map(date.isoformat),
    "encoder.clipped_to": st.sampled_from(["belt", "sled"]),
    "imu.position": st.sampled_from(["front", "back", ""]),
    "sled.surface": st.text(max_size=40),
}


@st.composite
def rigs(draw: st.DrawFn) -> Rig:
    parts: dict[str, Any] = {}
    given_keys = set()
    for section, kind in SECTIONS.items():
        values = {}
        for spec in fields(kind):
            name = f"{section}.{spec.name}"
            if draw(st.booleans()):
                limits = spec.metadata.get("range")
                values[spec.name] = draw(st.floats(*limits) if limits else _VALUES[name])
                given_keys.add(name)
        parts[section] = kind(**values)
    return Rig(**parts, given=frozenset(given_keys))


@given(rigs())
def test_a_written_rig_is_read_back(rig: Rig) -> None:
    assert parse_rig(format_rig(rig)) == rig
    assert parse_rig(format_rig(rig)) == rig


_MEASURED = st.just(math.nan)


@given(
    rigs(),
    st.dates(),
    _MEASURED | st.floats(10.0, 1e6),
    _MEASURED | st.floats(0.0, 50.0),
    _MEASURED | st.floats(-2.0, 3.0),
    st.floats(0.0, 0.2),
)
def test_a_calibrated_rig_is_read_back_and_changes_nothing_else(
    rig: Rig, day: date, counts_per_m: float, standoff_m: float, height_m: float, sigma: float
) -> None:
    scaled = not math.isnan(counts_per_m)
    placed = not (math.isnan(standoff_m) and math.isnan(height_m))
    calibrated = with_calibration(
        rig,
        calibrated=day.isoformat() if scaled else "",
        counts_per_m=counts_per_m,
        scale_sigma=sigma if scaled else math.nan,
        standoff_m=standoff_m,
        height_m=height_m,
        geometry_sigma_m=sigma if placed else math.nan,
    )
    assert parse_rig(format_rig(calibrated)) == calibrated
    assert calibrated.given >= rig.given
    assert (calibrated.imu, calibrated.sled, calibrated.strap) == (rig.imu, rig.sled, rig.strap)
    assert calibrated.encoder.lateral_m == rig.encoder.lateral_m
    assert calibrated.encoder.clipped_to == rig.encoder.clipped_to
    for key, value in (("counts_per_m", counts_per_m), ("height_m", height_m)):
        before, after = getattr(rig.encoder, key), getattr(calibrated.encoder, key)
        assert after == (before if math.isnan(value) else value)
    assert scaled == (calibration_age_days(calibrated, day) == 0.0) or rig.encoder.calibrated


def test_nothing_measured_changes_nothing() -> None:
    rig = parse_rig(FULL)
    assert with_calibration(rig) == rig


@pytest.mark.parametrize(
    ("measured", "sentence"),
    [
        (
            {"counts_per_m": 5000.0},
            "calibration: a measured scale has no calibrated, scale_sigma; give all three",
        ),
        (
            {"calibrated": "2026-11-25"},
            "calibration: a measured scale has no counts_per_m, scale_sigma; give all three",
        ),
        (
            {"height_m": 0.9},
            "calibration: a measured length has no geometry_sigma_m; give its error",
        ),
        (
            {"height_m": 9.0, "geometry_sigma_m": 0.02},
            "calibration: encoder.height_m = 9 lies outside -2 to 3",
        ),
        (
            {"counts_per_m": 5000.0, "scale_sigma": 0.001, "calibrated": "25.11.2026"},
            "calibration: encoder.calibrated = '25.11.2026' is not a day such as \"2026-11-25\"",
        ),
    ],
)
def test_a_calibration_without_its_error_or_day_is_refused(
    measured: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(RigError) as mistake:
        with_calibration(Rig(), **measured)
    assert str(mistake.value) == sentence


@given(st.dates(), st.integers(0, 4000))
def test_the_age_of_a_calibration_is_whole_days_or_unknown(day: date, age: int) -> None:
    rig = parse_rig(f"[encoder]\ncalibrated = {day.isoformat()}")
    assert rig == parse_rig(f'[encoder]\ncalibrated = "{day.isoformat()}"')
    if (date.max - day).days >= age:
        assert calibration_age_days(rig, day + timedelta(days=age)) == age
    assert math.isnan(calibration_age_days(Rig(), day))


@given(rigs())
def test_every_key_is_either_given_or_assumed(rig: Rig) -> None:
    assumed = {line.split(" = ")[0] for line in rig.assumed}
    assert assumed.isdisjoint(rig.given)
    assert (
        len((assumed | rig.given | {"imu.position"}) - {"encoder.calibrated"}) == 11
    )  # a day may be unknown, and is not assumed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[encoder]\nhight_m = 1",
            "rig.toml: unknown key 'hight_m' in [encoder]; did you mean 'height_m'?",
        ),
        ("[strap]\nzzz = 1", "rig.toml: unknown key 'zzz' in [strap]; known: length_m"),
        ("[encodr]\n", "rig.toml: unknown section [encodr]; did you mean 'encoder'?"),
        ("[reel]\n", "rig.toml: unknown section [reel]; known: encoder, imu, sled, strap"),
        ("encoder = 3", "rig.toml: [encoder] is a section of keys, not a single value"),
        ("[[sled]]\nmass_kg = 1", "rig.toml: [sled] is a section of keys, not a single value"),
        (
            "[encoder]\ncounts_per_m = 0",
            "rig.toml: encoder.counts_per_m = 0 lies outside 10 to 1e+06",
        ),
        (
            "[encoder]\nheight_m = -2.5",
            "rig.toml: encoder.height_m = -2.5 lies outside -2 to 3",
        ),
        ("[sled]\nmass_kg = inf", "rig.toml: sled.mass_kg = inf lies outside 0 to 500"),
        ("[sled]\nmass_kg = nan", "rig.toml: sled.mass_kg = nan is not a number"),
        ("[sled]\nmass_kg = true", "rig.toml: sled.mass_kg = True is not a number"),
        ('[sled]\nmass_kg = "15"', "rig.toml: sled.mass_kg = '15' is not a number"),
        ("[sled]\nsurface = 3", "rig.toml: sled.surface = 3 is not text in quotes"),
        ('[imu]\nposition = "side"', 'rig.toml: imu.position = "side" is not "front" or "back"'),
        (
            '[encoder]\ncalibrated = "20261125"',
            "rig.toml: encoder.calibrated = '20261125' is not a day such as \"2026-11-25\"",
        ),
        (
            "[encoder]\ncalibrated = 20261125",
            'rig.toml: encoder.calibrated = 20261125 is not a day such as "2026-11-25"',
        ),
        (
            '[encoder]\nclipped_to = "cone"',
            'rig.toml: encoder.clipped_to = "cone" is not "belt" or "sled"',
        ),
    ],
)
def test_a_mistake_is_named(text: str, sentence: str) -> None:
    with pytest.raises(RigError) as mistake:
        parse_rig(text)
    assert str(mistake.value) == sentence


@pytest.mark.parametrize(
    "text",
    [
        "[encoder",
        "[encoder]\nheight_m = ",
        "[sled]\n[sled]",
        "a = " + "[" * 100_000,
        "a = " + "9" * 5000,
        f"[sled]\nmass_kg = 1{'0' * 400}",
        f"[sled]\nmass_kg = 0x1{'0' * 4500}",
        "[sled]\nmass_kg = 2026-02-30",
    ],
    ids=lambda text: text[:24],
)
def test_what_is_not_toml_or_no_number_is_one_sentence(text: str) -> None:
    with pytest.raises(RigError, match=r"^field\.toml: "):
        parse_rig(text, where="field.toml")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_rig(text)
    except RigError as mistake:
        assert str(mistake)
