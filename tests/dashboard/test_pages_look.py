"""What anybody would see: nothing cut, nothing small, nothing pale, everything with a name."""

from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QFontMetricsF, QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QListWidget, QWidget

from sledmon.present.colours import contrast
from sledmon.present.dashboard.cells import cell_boxes
from sledmon.present.dashboard.controls import Words
from sledmon.present.dashboard.look import BOLD, LEAST_TARGET, REGULAR
from sledmon.present.dashboard.rows import HEAD_CAP, Heads, Rows
from sledmon.present.dashboard.screen import KeyButton
from sledmon.present.settings import Settings, ThemeName
from tests.dashboard.pages import PAGES, shown

SIZES = ((1366, 768), (1920, 1080), (2560, 1440))
SHAPES = (*SIZES, (1920, 1200), (1280, 1024), (1024, 600))
"""The others a laptop has, and the least window there is."""
GLOVE_PX = 128
"""20 mm on a laptop of 14 inches and 1920 x 1080."""


def seen(page: QWidget, kind: type[QWidget]) -> list[QWidget]:
    return [part for part in page.findChildren(kind) if part.isVisible()]


@pytest.mark.parametrize("size", SHAPES)
@pytest.mark.parametrize("name", list(PAGES))
def test_nothing_is_cut_off_and_nothing_overlaps(
    application: QApplication, name: str, size: tuple[int, int]
) -> None:
    with shown(PAGES[name](), size=size) as window:
        page = window.screen_shown
        assert page is not None
        whole = page.rect()
        parts = [
            part
            for part in page.findChildren(QWidget)
            if part.isVisible()
            and isinstance(part, QAbstractButton | QLabel | QLineEdit | QListWidget)
            and not isinstance(part.parent(), QListWidget)
        ]
        boxes = {part: QRect(part.mapTo(page, QPoint(0, 0)), part.size()) for part in parts}
        for part, box in boxes.items():
            assert whole.contains(box), part
        for (one, box), (other, its) in combinations(boxes.items(), 2):
            if not (one.isAncestorOf(other) or other.isAncestorOf(one)):
                assert not box.intersects(its), (one, other)
        for label in seen(page, Words):
            assert isinstance(label, Words)
            metrics = QFontMetrics(label.font())
            assert label.height() >= metrics.height(), label.text()
            if not label.wordWrap():
                assert metrics.horizontalAdvance(label.text()) <= label.width(), label.text()
            elif label.text():
                room = label.contentsRect()
                flags = int(Qt.TextFlag.TextWordWrap)
                assert metrics.boundingRect(room, flags, label.text()).height() <= room.height()


@pytest.mark.parametrize("size", SHAPES)
@pytest.mark.parametrize("name", list(PAGES))
def test_in_a_list_only_a_long_name_ends_in_an_ellipsis(
    application: QApplication, name: str, size: tuple[int, int]
) -> None:
    with shown(PAGES[name](), size=size) as window:
        for rows in seen(window, Rows):
            assert isinstance(rows, Rows)
            look = rows.look
            assert look is not None
            box = QRectF(0, 0, rows.viewport().width(), rows.row_px())
            places = cell_boxes(look, box, rows.columns, keyed=rows.keyed)
            heads = [
                (each.heads, HEAD_CAP) for each in window.findChildren(Heads) if each.rows is rows
            ]
            for row, cap in [*heads, *((row, rows.cap) for row in rows.rows())]:
                metrics = QFontMetricsF(look.font(cap, BOLD if row.on else REGULAR))
                for place, cell in zip(places, row.cells, strict=True):
                    wide = metrics.horizontalAdvance(cell)
                    assert wide <= place.width() + 1 or "Bartholomew" in cell, cell


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", list(PAGES))
def test_what_is_pressed_is_large_enough_for_a_glove(
    application: QApplication, name: str, size: tuple[int, int]
) -> None:
    with shown(PAGES[name](), size=size) as window:
        page = window.screen_shown
        assert page is not None
        for part in seen(page, QAbstractButton):
            assert min(part.width(), part.height()) >= LEAST_TARGET, part.accessibleName()
        for rows in seen(page, Rows):
            assert isinstance(rows, Rows)
            assert rows.row_px() >= LEAST_TARGET
        footers = [page.foot.itemAt(place).widget() for place in range(page.foot.count())]  # type: ignore[attr-defined]
        for button in filter(None, footers):
            assert button.height() >= GLOVE_PX * size[1] / 1080
            assert button.width() >= GLOVE_PX * size[1] / 1080


@pytest.mark.parametrize("name", list(PAGES))
def test_every_control_has_a_name_that_can_be_read_out(
    application: QApplication, name: str
) -> None:
    with shown(PAGES[name]()) as window:
        page = window.screen_shown
        assert page is not None
        for kind in (QAbstractButton, QLineEdit, QListWidget):
            for part in seen(page, kind):
                if not isinstance(part.parent(), QListWidget):
                    assert part.accessibleName(), part
        for rows in page.findChildren(Rows):
            for place in range(rows.count()):
                item = rows.item(place)
                assert item is not None
                assert item.text().strip()


@pytest.mark.parametrize("name", list(PAGES))
def test_every_control_is_reached_by_tab(application: QApplication, name: str) -> None:
    with shown(PAGES[name]()) as window:
        page = window.screen_shown
        assert page is not None
        wanted = {
            part
            for kind in (QAbstractButton, QLineEdit, Rows)
            for part in seen(page, kind)
            if part.isEnabled() and not isinstance(part.parent(), Rows)
        }
        reached: set[QWidget | None] = set()
        for _ in range(2 * len(wanted) + 4):
            reached.add(QApplication.focusWidget())
            window.focusNextChild()
        assert wanted <= reached


def colours(image: QImage) -> set[str]:
    return {
        QColor(image.pixel(x, y)).name()
        for y in range(0, image.height(), 3)
        for x in range(image.width())
    }


@pytest.mark.parametrize("theme", list(ThemeName))
@pytest.mark.parametrize("name", list(PAGES))
def test_all_words_stand_at_twelve_to_one(
    application: QApplication, name: str, theme: ThemeName
) -> None:
    with shown(PAGES[name](), Settings(theme=theme)) as window:
        page = window.screen_shown
        assert page is not None
        palette = window.look.palette
        for label in seen(page, Words):
            ink = label.palette().color(label.foregroundRole()).name()
            assert contrast(ink, palette.page) >= 12.0
        for button in seen(page, KeyButton):
            image = button.grab().toImage()
            assert {palette.page} <= colours(image)
            inks = {palette.ink, palette.quiet_ink} & colours(image)
            assert any(contrast(ink, palette.page) >= 12.0 for ink in inks)
        corner = window.grab().toImage().pixelColor(2, 2).name()
        assert corner == palette.page


def test_the_theme_changes_at_once_on_every_page(application: QApplication) -> None:
    for make in PAGES.values():
        with shown(make()) as window:
            before = window.grab().toImage().pixelColor(2, 2).name()
            window.change(Settings(theme=ThemeName.DARK))
            QApplication.processEvents()
            after = window.grab().toImage().pixelColor(2, 2).name()
            assert (before, after) == ("#ffffff", "#000000")
