"""A page as PDF: vector charts, and sheets that fit on A4 and on Letter alike."""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sledmon.present.colours import SUN
from sledmon.present.report.drawing import Area, Letters, Mark, Place, Stroke, drawn
from sledmon.present.report.letters import CODES, font_for
from sledmon.present.report.page import Cell, Figure, Grid, Page, Section, Sentences, Tone

SHEET: Final = (595.0, 792.0)
"""As wide as A4, as high as Letter, in points: either printer takes it without scaling."""
_MARGIN: Final = 36.0
_WIDTH: Final = SHEET[0] - 2 * _MARGIN
_FOOT: Final = 30.0
_TEXT: Final = 8.5
_CELL: Final = 7.5
_LEAD: Final = 1.35
_PAD: Final = 3.0
_NO_DAY: Final = datetime(1980, 1, 1, tzinfo=UTC)


def page_pdf(page: Page) -> bytes:
    """The whole file; the same page, the same bytes."""
    return _Sheets(page).output()


class _Sheets:
    """Sheets as they fill: ``y`` is where the next block begins."""

    def __init__(self, page: Page) -> None:
        from fpdf import FPDF

        logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of every table it leaves
        self._page = page
        self._pdf: Any = FPDF(unit="pt", format=SHEET)
        self._pdf.set_auto_page_break(False)
        self._pdf.core_fonts_encoding = CODES
        self._pdf.set_creation_date(_moment(page.made_utc))
        self._pdf.set_title(page.title)
        self._pdf.set_creator("sledmon")
        self._font = font_for(self._pdf, _texts(page))
        self._y = 0.0
        self._sheets = 0
        self._new_sheet()

    def output(self) -> bytes:
        """Lay everything out."""
        self._write(self._page.title, 20.0, bold=True)
        self._write(self._page.subtitle, _TEXT, colour=SUN.quiet_ink)
        self._rule(self._y + 2, 1.2)
        self._y += 6
        for section in self._page.sections:
            self._section(section)
        return bytes(self._pdf.output())

    def _section(self, section: Section) -> None:
        self._need(110)
        self._y += 12
        self._write(section.title, 12.0, bold=True)
        for block in section.blocks:
            self._y += 3
            if isinstance(block, Grid):
                self._grid(block)
            elif isinstance(block, Sentences):
                for line in block.lines:
                    self._sentence(line)
            else:
                self._figure(block)

    def _new_sheet(self) -> None:
        self._pdf.add_page()
        self._sheets += 1
        self._y = _MARGIN
        foot = SHEET[1] - _FOOT + 6
        self._letters(_MARGIN, foot, self._page.footer, 7.0, colour=SUN.quiet_ink)
        number = str(self._sheets)
        self._letters(SHEET[0] - _MARGIN, foot, number, 7.0, anchor="end", colour=SUN.quiet_ink)

    def _need(self, height: float) -> bool:
        """Begin a new sheet where a block would not fit; whether it did."""
        if self._y + height <= SHEET[1] - _FOOT - 8:
            return False
        self._new_sheet()
        return True

    def _sentence(self, line: Cell) -> None:
        indent = 11.0 if line.tone is Tone.PAST else 0.0
        rows = self._wrapped(line.text, _TEXT, _WIDTH - indent)
        self._need(len(rows) * _LEAD * _TEXT)
        if indent:
            self._triangle(_MARGIN + 4, self._y + 0.62 * _TEXT, Tone.PAST, SUN.past)
        for row in rows:
            self._y += _LEAD * _TEXT
            self._letters(_MARGIN + indent, self._y - 3, row, _TEXT)

    def _write(self, text: str, size: float, *, bold: bool = False, colour: str = SUN.ink) -> None:
        for row in self._wrapped(text, size, _WIDTH, bold=bold):
            self._y += _LEAD * size
            self._letters(_MARGIN, self._y - 0.3 * size, row, size, bold=bold, colour=colour)

    def _grid(self, grid: Grid) -> None:
        widths = self._widths(grid)
        height = _LEAD * _CELL + 2.5
        self._need(3 * height)
        self._head(grid, widths)
        for row in grid.rows:
            cut = [
                self._wrapped(cell.text, _CELL, width - 2 * _PAD)
                if cell.tone is Tone.PLAIN
                else [cell.text]
                for cell, width in zip(row, widths, strict=True)
            ]
            tall = max(len(lines) for lines in cut) * _LEAD * _CELL + 2.5
            if self._need(tall):
                self._head(grid, widths)
            x = _MARGIN
            for i, (cell, lines, width) in enumerate(zip(row, cut, widths, strict=True)):
                self._cell(cell, lines, x, width, left=i < grid.left)
                x += width
            self._y += tall
            self._rule(self._y, 0.4, SUN.thin_rule)

    def _head(self, grid: Grid, widths: Sequence[float]) -> None:
        self._y += _LEAD * _CELL
        x = _MARGIN
        for i, (name, width) in enumerate(zip(grid.columns, widths, strict=True)):
            left = i < grid.left
            at = x + _PAD if left else x + width - _PAD
            anchor = "start" if left else "end"
            self._letters(at, self._y - 2, name, _CELL, bold=True, anchor=anchor)
            x += width
        self._y += 2
        self._rule(self._y, 0.7)

    def _cell(
        self, cell: Cell, lines: Sequence[str], x: float, width: float, *, left: bool
    ) -> None:
        base = self._y + _LEAD * _CELL - 1.2
        at, anchor = (x + _PAD, "start") if left else (x + width - _PAD, "end")
        if cell.tone is Tone.PLAIN:
            for i, line in enumerate(lines):
                self._letters(at, base + i * _LEAD * _CELL, line, _CELL, anchor=anchor)
            return
        past = cell.tone is Tone.PAST
        ground, ink = (SUN.past, SUN.on_past) if past else (SUN.inside, SUN.on_inside)
        wide = self._width(cell.text, _CELL, bold=True) + 14
        begin = x + width - wide if not left else x
        self._pdf.set_fill_color(ground)
        self._pdf.rect(begin, self._y + 1.2, wide, _LEAD * _CELL, style="F")
        self._triangle(begin + 6, self._y + 0.72 * _CELL + 0.6, cell.tone, ink)
        self._letters(begin + 11, base, cell.text, _CELL, bold=True, colour=ink)

    def _figure(self, figure: Figure) -> None:
        across, (width, height) = figure.across, figure.panel
        step = width + (_WIDTH - across * width) / (across - 1)
        for i in range(0, len(figure.charts), across):
            self._need(height + 6)
            for k, chart in enumerate(figure.charts[i : i + across]):
                for mark in drawn(chart, width, height):
                    self._mark(mark, (_MARGIN + k * step, self._y + 6))
            self._y += height + 6

    def _mark(self, mark: Mark, corner: Place) -> None:
        if isinstance(mark, Letters):
            self._letters(
                corner[0] + mark.x,
                corner[1] + mark.y,
                mark.text,
                mark.size,
                bold=mark.bold,
                anchor=mark.anchor,
                colour=mark.colour,
            )
            return
        places = [(corner[0] + x, corner[1] + y) for x, y in mark.places]
        if isinstance(mark, Area):
            with self._pdf.local_context(fill_opacity=mark.opacity):
                self._pdf.set_fill_color(mark.colour)
                self._pdf.polygon(places, style="F")
        elif isinstance(mark, Stroke) and len(places) > 1:
            self._pdf.set_draw_color(mark.colour)
            self._pdf.set_line_width(mark.width)
            self._pdf.set_dash_pattern(dash=3, gap=2) if mark.dashed else None
            self._pdf.polyline(places)
            self._pdf.set_dash_pattern()

    def _triangle(self, x: float, y: float, tone: Tone, colour: str) -> None:
        way = 1.0 if tone is Tone.PAST else -1.0
        self._pdf.set_fill_color(colour)
        corners = [(x - 3, y - 2 * way), (x + 3, y - 2 * way), (x, y + 3 * way)]
        self._pdf.polygon(corners, style="F")

    def _letters(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        anchor: str = "start",
        colour: str = SUN.ink,
    ) -> None:
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        x -= share * self._width(text, size, bold=bold)
        self._pdf.set_text_color(colour)
        self._pdf.text(x, y, self._font.spelt(text))

    def _width(self, text: str, size: float, *, bold: bool = False) -> float:
        self._pdf.set_font(self._font.family, "B" if bold else "", size)
        return float(self._pdf.get_string_width(self._font.spelt(text)))

    def _wrapped(self, text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
        """Text in lines that fit; a word longer than a line is cut."""
        rows = [""]
        for word in text.split(" "):
            longer = f"{rows[-1]} {word}" if rows[-1] else word
            if self._width(longer, size, bold=bold) <= width:
                rows[-1] = longer
                continue
            rest = word
            if not rows[-1]:
                rows.pop()
            while rest:
                fits = len(rest)
                while fits > 1 and self._width(rest[:fits], size, bold=bold) > width:
                    fits -= 1
                rows.append(rest[:fits])
                rest = rest[fits:]
        return rows

    def _widths(self, grid: Grid) -> list[float]:
        """Columns as wide as what they hold; where that is too much, the widest give way."""
        needed = [
            max(
                [self._width(name, _CELL, bold=True)]
                + [
                    self._width(row[i].text, _CELL, bold=row[i].tone is not Tone.PLAIN)
                    + (14 - 2 * _PAD if row[i].tone is not Tone.PLAIN else 0)
                    for row in grid.rows
                ]
            )
            + 2 * _PAD
            for i, name in enumerate(grid.columns)
        ]
        over = sum(needed) - _WIDTH
        if over > 0:
            widest = max(range(len(needed)), key=needed.__getitem__)
            needed[widest] = max(needed[widest] - over, 60.0)
            return needed
        spare = -over / len(needed)
        return [width + spare for width in needed]

    def _rule(self, y: float, width: float, colour: str = SUN.rule) -> None:
        self._pdf.set_draw_color(colour)
        self._pdf.set_line_width(width)
        self._pdf.line(_MARGIN, y, SHEET[0] - _MARGIN, y)


def _texts(page: Page) -> Iterator[str]:
    """Everything that is printed."""
    yield from (page.title, page.subtitle, page.footer)
    for section in page.sections:
        yield section.title
        for block in section.blocks:
            if isinstance(block, Grid):
                yield from block.columns
                yield from (cell.text for row in block.rows for cell in row)
            elif isinstance(block, Sentences):
                yield from (line.text for line in block.lines)
            else:
                for chart in block.charts:
                    marks = drawn(chart, *block.panel)
                    yield from (mark.text for mark in marks if isinstance(mark, Letters))


def _moment(made_utc: str) -> datetime:
    try:
        moment = datetime.fromisoformat(made_utc)
    except ValueError:
        return _NO_DAY
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
