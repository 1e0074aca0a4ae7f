"""How everything looks now: palette, type face, sizes from the window's height, units."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF

from sledmon.present.colours import PALETTES, Palette
from sledmon.present.quantities import Quantities
from sledmon.present.settings import Settings

FACES: Final = (
    "Inter",
    "Segoe UI",
    "Helvetica Neue",
    "Noto Sans",
    "Liberation Sans",
    "Arial",
    "DejaVu Sans",
)
"""The first that this computer has and whose figures are all of one width, so that none jumps."""

REGULAR: Final = QFont.Weight.Normal
BOLD: Final = QFont.Weight.Bold
LEAST_TARGET: Final = 44
"""Pixels that anything to press measures at least each way, on whatever screen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What a screen needs to lay itself out; a new one comes with each resize or change."""

    settings: Settings
    height_px: int
    """Of the window's content."""

    @property
    def palette(self) -> Palette:
        """Colours of the theme."""
        return PALETTES[self.settings.theme]

    @property
    def quantities(self) -> Quantities:
        """Values in the user's units."""
        return Quantities(self.settings)

    def px(self, percent: float) -> int:
        """A length in per cent of the window's height."""
        return max(1, round(self.height_px * percent / 100.0))

    def font(self, percent: float, weight: QFont.Weight = REGULAR) -> QFont:
        """A font whose capitals are so high, in per cent of the window's height."""
        return font(self.height_px * percent / 100.0, weight)


def colour(name: str) -> QColor:
    """A colour of the palette as Qt takes it."""
    return QColor(name)


def font(cap_height_px: float, weight: QFont.Weight = REGULAR) -> QFont:
    """The program's face with capitals of a given height."""
    made = QFont(face())
    made.setWeight(weight)
    made.setPixelSize(max(6, round(cap_height_px / _cap_ratio())))
    if hasattr(made, "setFeature"):
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


@cache
def face() -> str:
    """The type face of every text."""
    present = set(QFontDatabase.families())
    for name in FACES:
        if name in present and _has_even_figures(name):
            return name
    return QFont().defaultFamily()


def _has_even_figures(name: str) -> bool:
    made = QFont(name)
    made.setPixelSize(100)
    if hasattr(made, "setFeature"):
        made.setFeature(QFont.Tag("tnum"), 1)
    metrics = QFontMetricsF(made)
    widths = [metrics.horizontalAdvance(figure) for figure in "0123456789"]
    return max(widths) - min(widths) < 0.5


@cache
def _cap_ratio() -> float:
    """Height of capitals over the size that Qt is asked for."""
    made = QFont(face())
    made.setPixelSize(1000)
    return QFontMetricsF(made).capHeight() / 1000.0
