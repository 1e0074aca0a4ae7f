"""Colours that people see, and their contrast; widgets, reports and pages take them from here.

Black on white for sun, white on black for the evening. Two states only, blue and orange of the
Okabe-Ito palette, 4.6 : 1 apart in luminance so that they differ in greyscale too; each also bears
a shape and a word.
"""

from dataclasses import dataclass
from typing import Final

from sledmon.present.settings import ThemeName


@dataclass(frozen=True, kw_only=True, slots=True)
class Palette:
    """Colours of one theme as ``#rrggbb``."""

    page: str
    ink: str
    quiet_ink: str
    """Second in rank; still 12 : 1 on the page."""
    rule: str
    thin_rule: str
    """Between columns and behind curves; bears no meaning."""
    inside: str = "#00446b"
    on_inside: str = "#ffffff"
    past: str = "#e69f00"
    on_past: str = "#000000"
    baseline: str
    """Curve of the free backpedal."""
    best: str
    """Curve of the best rep."""
    hatching: str
    """Past the line, behind curves."""
    focus: str
    """Ring about the control that has the keyboard."""


SUN: Final = Palette(
    page="#ffffff",
    ink="#000000",
    quiet_ink="#333333",
    rule="#000000",
    thin_rule="#c8c8c8",
    baseline="#0072b2",
    best="#d55e00",
    hatching="#e69f00",
    focus="#0072b2",
)
DARK: Final = Palette(
    page="#000000",
    ink="#ffffff",
    quiet_ink="#dddddd",
    rule="#ffffff",
    thin_rule="#4a4a4a",
    baseline="#56b4e9",
    best="#e69f00",
    hatching="#8a5f00",
    focus="#56b4e9",
)
PALETTES: Final = {ThemeName.SUN: SUN, ThemeName.DARK: DARK}


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` after WCAG 2: 0 black, 1 white."""
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio after WCAG 2, from 1 to 21.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
