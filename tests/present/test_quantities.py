"""Values as people read them, settings as they keep them, colours as they see them."""

import math
from dataclasses import asdict
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sledmon.errors import SettingsError
from sledmon.present.colours import DARK, PALETTES, SUN, Palette, contrast, luminance
from sledmon.present.quantities import Quantities, clock, plus_minus, seconds
from sledmon.present.settings import (
    AudioMode,
    DistanceUnit,
    MassUnit,
    Settings,
    SpeedUnit,
    ThemeName,
    parse_settings,
    read_settings,
    settings_path,
    write_settings,
)
from sledmon.results import Measured


def quantities(
    speed: SpeedUnit = SpeedUnit.MPS,
    distance: DistanceUnit = DistanceUnit.YARD,
    mass: MassUnit = MassUnit.POUND,
) -> Quantities:
    return Quantities(Settings(speed=speed, distance=distance, mass=mass))


@pytest.mark.parametrize(
    ("unit", "value", "error"),
    [
        (SpeedUnit.MPS, "4.12", "±0.02"),
        (SpeedUnit.MPH, "9.2", "±0.1"),
        (SpeedUnit.KMH, "14.8", "±0.1"),
    ],
)
def test_a_velocity_and_its_error_are_in_one_unit(unit: SpeedUnit, value: str, error: str) -> None:
    shown = quantities(unit)
    assert shown.speed(4.1234) == value
    assert shown.speed_error(Measured(4.1234, 0.0132)) == error
    assert shown.speed_unit == unit.value


@pytest.mark.parametrize("unit", [*SpeedUnit])
def test_a_cord_that_hardly_moves_stands_still_in_either_direction(unit: SpeedUnit) -> None:
    assert quantities(unit).speed(-0.001) == quantities(unit).speed(0.001)


def test_distances_and_masses_wear_their_unit_and_no_needless_digits() -> None:
    yards, metres = quantities(), quantities(distance=DistanceUnit.METRE)
    assert [yards.distance(m) for m in (4.572, 9.144, 5.0)] == ["5 yd", "10 yd", "5.47 yd"]
    assert [metres.distance(m) for m in (4.572, 5.0)] == ["4.57 m", "5 m"]
    pounds, kilograms = quantities(), quantities(mass=MassUnit.KILOGRAM)
    assert [pounds.mass(kg) for kg in (4.54, 9.07, 0.0)] == ["10 lb", "20 lb", "0 lb"]
    assert [kilograms.mass(kg) for kg in (4.54, 2.5)] == ["4.5 kg", "2.5 kg"]
    assert pounds.load(15.0, 4.54, unresisted=False) == "sled 33 + 10 lb"
    assert pounds.load(15.0, 4.54, unresisted=True) == "no sled"


def test_unknown_is_a_dash_in_every_unit_and_never_nought() -> None:
    for speed, distance, mass in product(SpeedUnit, DistanceUnit, MassUnit):
        shown = quantities(speed, distance, mass)
        assert shown.speed(math.nan) == shown.distance(math.nan) == shown.mass(math.nan) == "–"
        assert shown.speed_error(Measured()) == ""
    assert seconds(Measured()) == clock(math.nan) == "–"


@given(st.floats(0.0, 10.0), st.integers(0, 3))
def test_an_error_is_never_shown_smaller_than_it_is_nor_as_nought(
    sigma: float, decimals: int
) -> None:
    shown = float(plus_minus(sigma, decimals).removeprefix("±"))
    assert shown >= sigma - 1e-8
    assert 10.0**-decimals - 1e-12 <= shown <= max(sigma, 0.0) + 10.0**-decimals + 1e-8


def test_settings_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "settings.toml"
    assert read_settings(path) == Settings()
    for speed, theme, audio in product(SpeedUnit, ThemeName, AudioMode):
        settings = Settings(speed=speed, theme=theme, audio=audio, mass=MassUnit.KILOGRAM)
        write_settings(settings, path)
        assert read_settings(path) == settings
        assert settings.blinded == (audio is AudioMode.BLINDED)
    assert [each.name for each in path.parent.iterdir()] == ["settings.toml"]


def test_what_is_not_set_keeps_its_default() -> None:
    assert parse_settings('mass = "kg"') == Settings(mass=MassUnit.KILOGRAM)
    assert parse_settings("") == Settings()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('sped = "mph"', "unknown key 'sped'; did you mean 'speed'?"),
        ('speed = "knots"', "speed = 'knots' is not one of m/s, mph, km/h"),
        ("speed = 3", "speed = 3 is not one of m/s, mph, km/h"),
        ('speed = ["mph"]', "speed = ['mph'] is not one of m/s, mph, km/h"),
        ("speed = {}", "speed = {} is not one of m/s, mph, km/h"),
        ("speed = ", "settings.toml"),
    ],
)
def test_settings_that_make_no_sense_are_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_settings(text)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_settings_that_cannot_be_read_or_written_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").mkdir()
    (tmp_path / "file").write_bytes(b"\xff\xfe\x00")
    for failing in (
        lambda: read_settings(tmp_path / "settings.toml"),
        lambda: read_settings(tmp_path / "file"),
        lambda: write_settings(Settings(), tmp_path / "file" / "settings.toml"),
    ):
        with pytest.raises(SettingsError) as refused:
            failing()
        assert str(tmp_path) in str(refused.value)
        assert "\n" not in str(refused.value)


def test_settings_lie_where_the_system_keeps_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings_path().name == "settings.toml"
    write_settings(Settings(theme=ThemeName.DARK))
    assert read_settings().theme is ThemeName.DARK


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_what_is_read_and_what_bears_meaning_stands_out(palette: Palette) -> None:
    assert contrast(palette.ink, palette.page) == pytest.approx(21.0)
    assert contrast(palette.quiet_ink, palette.page) >= 12.0
    assert contrast(palette.on_inside, palette.inside) >= 7.0
    assert contrast(palette.on_past, palette.past) >= 7.0
    for line in (palette.rule, palette.baseline, palette.best, palette.focus):
        assert contrast(line, palette.page) >= 3.0
    assert contrast(palette.past, palette.inside) >= 4.5, "two states, in greyscale too"


def test_contrast_is_the_one_of_wcag_and_knows_no_order() -> None:
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#0072b2", "#ffffff") == pytest.approx(5.19, abs=0.01)
    assert luminance("#00ff00") == pytest.approx(0.7152)
    assert luminance("#030303") == pytest.approx(3 / 255 / 12.92)


def test_every_colour_is_a_colour() -> None:
    for palette in (SUN, DARK):
        for colour in asdict(palette).values():
            assert 0.0 <= luminance(colour) <= 1.0
            assert len(colour) == 7
