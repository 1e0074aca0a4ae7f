"""A session on paper: a PDF file, black on white, every athlete's table and chart."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from sledmon.errors import PrintError, unwritable
from sledmon.present import words
from sledmon.present.dashboard.cells import draw_cells
from sledmon.present.dashboard.load_chart import paint_chart
from sledmon.present.dashboard.look import BOLD, Look, colour
from sledmon.present.settings import Settings, ThemeName
from sledmon.present.summary.days import AthleteDay
from sledmon.present.summary.load_chart import load_chart
from sledmon.present.summary.words import (
    PULL_COLUMNS,
    explained,
    heads,
    pull_rows,
    sentences,
)

_DPI: Final = 300
_LOOK_HEIGHT: Final = 2400
"""As if the page were a window of such a height: type of 9 to 14 points."""


def print_summary(
    path: Path, days: Sequence[AthleteDay], settings: Settings, when: str = ""
) -> None:
    """Write one PDF; each athlete is kept on one page. Never ranked."""
    try:
        path.open("wb").close()
    except OSError as error:
        raise PrintError(unwritable(path, error)) from None
    writer = QPdfWriter(str(path))
    writer.setResolution(_DPI)
    writer.setTitle(words.SUMMARY_TITLE)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            QMarginsF(15, 15, 15, 15),
            QPageLayout.Unit.Millimeter,
        )
    )
    look = Look(settings=replace(settings, theme=ThemeName.SUN), height_px=_LOOK_HEIGHT)
    painter = QPainter(writer)
    paper = _Paper(writer, painter, look)
    paper.text(words.SUMMARY_TITLE + (f", {when}" if when else ""), 2.6, bold=True)
    paper.text(explained(days, look.quantities), 1.2)
    for day in days:
        paper.athlete(day)
    painter.end()


class _Paper:
    """Where on which page the next thing goes."""

    def __init__(self, writer: QPdfWriter, painter: QPainter, look: Look) -> None:
        self._writer, self._painter, self._look = writer, painter, look
        self._width, self._height = writer.width(), writer.height()
        self._y = 0.0

    def text(self, text: str, cap: float, *, bold: bool = False) -> None:
        """A paragraph."""
        if not text:
            return
        self._painter.setFont(self._look.font(cap, BOLD) if bold else self._look.font(cap))
        self._painter.setPen(colour(self._look.palette.ink))
        flags = int(Qt.TextFlag.TextWordWrap)
        room = QRectF(0, self._y, self._width, self._height)
        used = self._painter.boundingRect(room, flags, text)
        self._painter.drawText(room, flags, text)
        self._y += used.height() + self._look.px(1.0)

    def athlete(self, day: AthleteDay) -> None:
        """A heading, the table, what is to be said, and the chart."""
        look, quantities = self._look, self._look.quantities
        rows, row_px = pull_rows(day, quantities), look.px(2.6)
        chart = load_chart(day.line, quantities) if day.line else None
        chart_px = look.px(20) if chart else 0
        said = sentences(day, quantities)
        needed = look.px(10) + row_px * (len(rows) + 1) + chart_px + look.px(3) * len(said)
        if self._y > 0 and self._y + needed > self._height:
            self._writer.newPage()
            self._y = 0.0
        self._y += look.px(2.0)
        self._rule(look.px(0.2))
        self._y += look.px(0.6)
        self.text(day.name, 2.0, bold=True)
        for place, row in enumerate((heads(words.PULL_HEADS, quantities), *rows)):
            box = QRectF(0, self._y, self._width, row_px)
            self._painter.setPen(colour(look.palette.ink))
            draw_cells(self._painter, look, box, PULL_COLUMNS, row, cap=1.1)
            self._y += row_px
            self._rule(1 if place else 3)
        self._y += look.px(1.0)
        self.text("\n".join(said), 1.2)
        if chart is not None:
            paint_chart(
                self._painter,
                QRectF(0, self._y, self._width * 0.7, chart_px),
                chart,
                replace(look, height_px=round(0.75 * look.height_px)),
            )
            self._y += chart_px

    def _rule(self, thick: float) -> None:
        self._painter.setPen(QPen(colour(self._look.palette.ink), thick))
        self._painter.drawLine(0, round(self._y), self._width, round(self._y))
        self._y += thick
