"""Letters for PDF: the fonts every reader has, or one of this computer's where those lack some."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

CODES: Final = "windows-1252"
"""What the built-in Helvetica has: western Europe, ± and –, but no ▲ (drawn) and no Ž-like rest."""
_PLACES: Final = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/Library/Fonts/Arial Unicode.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf",
    "C:/Windows/Fonts/segoeui.ttf",
    "C:/Windows/Fonts/msyh.ttc",
)
_BOLD: Final = {
    "DejaVuSans.ttf": "DejaVuSans-Bold.ttf",
    "NotoSans-Regular.ttf": "NotoSans-Bold.ttf",
}
_OWN: Final = "letters"


class Font(NamedTuple):
    """A family and what it can spell."""

    family: str
    known: frozenset[int] | None
    """Code points; None: those of the built-in font."""

    def spelt(self, text: str) -> str:
        r"""Text with what the font lacks written as escapes, as everywhere in sledmon.

        >>> Font("Helvetica", None).spelt("Ann ±0.02 李")
        'Ann ±0.02 \\u674e'
        """
        if self.known is None:
            return text.encode(CODES, errors="backslashreplace").decode(CODES)
        return "".join(
            letter
            if ord(letter) in self.known
            else letter.encode("ascii", "backslashreplace").decode()
            for letter in text
        )


def font_for(pdf: Any, texts: Iterable[str]) -> Font:
    """The built-in font where it has every letter, else this computer's font that has most."""
    wanted = {letter for text in texts for letter in text}
    missing = {letter for letter in wanted if not _is_built_in(letter)}
    if not missing:
        return Font("Helvetica", None)
    found = [(path, _letters_of(path)) for path in map(Path, _PLACES) if path.is_file()]
    path, known = max(
        found,
        key=lambda each: sum(ord(letter) in each[1] for letter in missing),
        default=(None, {}),
    )
    if path is None or not any(ord(letter) in known for letter in missing):
        return Font("Helvetica", None)
    bold = path.with_name(_BOLD.get(path.name, path.name))
    pdf.add_font(_OWN, "", path)
    pdf.add_font(_OWN, "B", bold if bold.is_file() else path)
    return Font(_OWN, frozenset(known))


def _is_built_in(letter: str) -> bool:
    try:
        letter.encode(CODES)
    except UnicodeEncodeError:
        return False
    return True


def _letters_of(path: Path) -> frozenset[int]:
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    try:
        if path.suffix == ".ttc":
            with TTCollection(path) as collection:
                return frozenset(collection.fonts[0].getBestCmap())
        with TTFont(path) as font:
            return frozenset(font.getBestCmap())
    except (OSError, TTLibError):
        return frozenset()
