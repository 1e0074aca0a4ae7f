"""The live screen's sizes, contrast and targets, read from the real widgets."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sledmon.present.colours import PALETTES, contrast, luminance
from sledmon.present.dashboard.live import panels
from sledmon.present.dashboard.live.athlete import AthleteWindow
from sledmon.present.dashboard.live.screen import LiveScreen
from sledmon.present.dashboard.look import Look
from sledmon.present.dashboard.painted import clauses_that_fit, text_width
from sledmon.present.dashboard.window import Window
from sledmon.present.settings import Settings, ThemeName
from sledmon.present.sideline.tiles import Tone
from tests.dashboard.live_screens import LIVE

pytestmark = pytest.mark.usefixtures("home")
SIZES = ((1366, 768), (1920, 1080), (2560, 1440))


def shown(name: str, size: tuple[int, int], theme: ThemeName = ThemeName.SUN) -> Window:
    window = Window(replace(Settings(), theme=theme), lambda _: None)
    window.resize(*size)
    window.show_screen(LIVE[name]())
    window.show()
    assert QTest.qWaitForWindowExposed(window)
    return window


def ink_rows(image: QImage, colour: str) -> int:
    """How many rows of a picture hold a colour."""
    wanted = QColor(colour).rgb()
    return sum(
        any(image.pixel(x, y) == wanted for x in range(0, image.width(), 3))
        for y in range(image.height())
    )


@pytest.mark.parametrize("size", SIZES)
def test_the_number_is_a_third_of_the_window_high_and_pure(
    application: QApplication, size: tuple[int, int]
) -> None:
    window = shown("past", size)
    live = window.screen_shown
    assert isinstance(live, LiveScreen)
    board = live.boards[0]
    number = board.hero.grab().copy(0, 0, board.hero.width(), round(board.hero.height() * 0.88))
    image = number.toImage().convertToFormat(QImage.Format.Format_RGB32)
    assert ink_rows(image, "#000000") >= 0.345 * window.height()
    assert image.pixelColor(2, 2) == QColor("#ffffff")
    window.close()


def test_names_and_states_are_as_large_as_they_must_be_and_nothing_is_smaller_than_it_may() -> None:
    assert panels.HERO_CAP >= 35.0
    assert panels.NAME_CAP >= 10.0
    assert panels.TILE_CAP >= 7.0
    assert panels.LEAST_CAP >= 2.5


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", [*LIVE])
def test_parts_do_not_overlap_and_stay_inside(
    application: QApplication, name: str, size: tuple[int, int]
) -> None:
    window = shown(name, size)
    live = window.screen_shown
    assert isinstance(live, LiveScreen)
    parts = [*live.boards, live.strip, live.advice, *live.buttons, live.status]
    for place, part in enumerate(parts):
        assert live.rect().contains(part.geometry()), part.accessibleName()
        for other in parts[place + 1 :]:
            assert not part.geometry().intersects(other.geometry()), (
                f"{part.accessibleName()} over {other.accessibleName()}"
            )
    window.close()


@pytest.mark.parametrize("size", SIZES)
def test_buttons_are_for_gloves(application: QApplication, size: tuple[int, int]) -> None:
    window = shown("past", size)
    live = window.screen_shown
    assert isinstance(live, LiveScreen)
    assert len(live.buttons) == 5
    for button in live.buttons:
        assert button.height() >= max(44, 0.085 * window.height())
        assert button.width() >= 128
        assert button.accessibleName()
        assert button.focusPolicy().value & 1, "Tab reaches it"
    gaps = [
        right.x() - left.geometry().right()
        for left, right in zip(live.buttons, live.buttons[1:], strict=False)
    ]
    assert min(gaps) >= 8
    window.close()


@pytest.mark.parametrize("theme", [*ThemeName])
def test_contrast_is_twelve_to_one_and_states_differ_in_greyscale(theme: ThemeName) -> None:
    palette = PALETTES[theme]
    assert contrast(palette.ink, palette.page) == pytest.approx(21.0)
    assert contrast(palette.quiet_ink, palette.page) >= 12.0
    for tone in (Tone.INSIDE, Tone.PAST):
        assert contrast(*panels.tone_colours(palette, tone)) >= 7.0
    for curve in (palette.baseline, palette.best):
        assert contrast(curve, palette.page) >= 3.0
    assert contrast(palette.inside, palette.past) >= 4.5


def test_a_grey_picture_still_tells_past_from_inside(application: QApplication) -> None:
    tones = {}
    for name in ("past", "inside"):
        window = shown(name, SIZES[0])
        live = window.screen_shown
        assert isinstance(live, LiveScreen)
        tile = live.boards[0].tile
        assert tile.value is not None
        grey = tile.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        tones[name] = (grey.pixelColor(grey.width() - 80, 12).lightness(), tile.value)
        window.close()
    past, inside = tones["past"], tones["inside"]
    assert past[1].tone is Tone.PAST
    assert inside[1].tone is Tone.INSIDE
    assert past[0] - inside[0] > 60
    assert past[1].mark != inside[1].mark
    assert past[1].word != inside[1].word


def test_every_part_says_what_it_shows_to_a_screen_reader(application: QApplication) -> None:
    window = shown("past", SIZES[0])
    live = window.screen_shown
    assert isinstance(live, LiveScreen)
    board = live.boards[0]
    for part in (board.header, board.hero, board.tile, board.cells, live.strip, live.status):
        assert part.accessibleName()
        assert part.accessibleDescription()
    assert "slower" in live.advice.accessibleDescription()
    window.close()


def test_the_athletes_number_is_near_half_the_window_and_alone(
    application: QApplication, tmp_path: Path
) -> None:
    live = LIVE["past"]()
    window = AthleteWindow(Settings())
    window.resize(1920, 1080)
    window.show()
    assert QTest.qWaitForWindowExposed(window)
    window.panel.show_value(live.athlete_value())
    image = window.panel.grab().copy(0, 150, 1920, 600).toImage()
    assert ink_rows(image.convertToFormat(QImage.Format.Format_RGB32), "#000000") >= 0.42 * 1080
    window.close()


def test_light_of_the_two_themes_is_far_apart() -> None:
    sun, dark = PALETTES[ThemeName.SUN], PALETTES[ThemeName.DARK]
    assert luminance(sun.page) == pytest.approx(1.0)
    assert luminance(dark.page) == pytest.approx(0.0)


def test_a_line_that_is_too_long_ends_with_a_whole_clause(application: QApplication) -> None:
    font = Look(settings=Settings(), height_px=768).font(2.6)
    said = "Trust: good, belt and tether agree"
    wide = text_width(said, font)
    assert clauses_that_fit(said, font, wide) == said
    assert clauses_that_fit(said, font, wide - 1.0) == "Trust: good"
    assert clauses_that_fit(said, font, 1.0) == "Trust: good"


def test_hidden_numbers_leave_no_curve_behind(application: QApplication) -> None:
    window = shown("hidden", SIZES[0])
    live = window.screen_shown
    assert isinstance(live, LiveScreen)
    palette = window.look.palette
    picture = live.boards[0].trace.grab().toImage()
    assert not ink_rows(picture, palette.best)
    assert not ink_rows(picture, palette.baseline)
    window.close()
