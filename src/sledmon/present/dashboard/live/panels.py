"""Parts of the live screen: each paints one value of the live view."""

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from sledmon.present.colours import Palette
from sledmon.present.dashboard.look import BOLD, REGULAR, Look, font
from sledmon.present.dashboard.painted import (
    Painted,
    clauses_that_fit,
    draw_text,
    draw_wrapped,
    fitted,
    text_width,
)
from sledmon.present.quantities import UNKNOWN
from sledmon.present.sideline.live_view import Cell, Hero
from sledmon.present.sideline.sensor_lines import SensorLine
from sledmon.present.sideline.tiles import Tile, Tone

NAME_CAP = 10.0
"""Per cent of the window's height: the name is read from three metres."""
HERO_CAP = 35.0
"""The number, from five to ten."""
TILE_CAP = 7.0
"""The state, from two metres and more."""
LEAST_CAP = 2.5


class Heading(NamedTuple):
    """Who runs, what, and what comes."""

    athlete: str
    rep: str
    work: str
    following: str
    rest: str


class Header(Painted[Heading]):
    """The name and the rep, large; set, load, next and rest beside them."""

    def spoken(self, value: Heading) -> str:
        return ", ".join(part for part in value if part)

    def paint(self, painter: QPainter, look: Look, value: Heading) -> None:
        palette, margin = look.palette, look.px(3.0)
        wide = self.width() - 2 * margin
        side = wide * 0.28
        cap = look.px(NAME_CAP)
        base = look.px(1.0) + cap
        large = wide - side - look.px(3.0)
        rep_font = fitted(value.rep, font(cap), large * 0.45)
        rep_px = text_width(value.rep, rep_font)
        name = fitted(value.athlete, font(cap, BOLD), large - rep_px - look.px(5.0))
        left = margin + draw_text(painter, value.athlete, name, margin, base, colour=palette.ink)
        draw_text(painter, value.rep, rep_font, left + look.px(5.0), base)
        small = look.font(LEAST_CAP)
        lines = ((value.work, small), (value.following, small), (value.rest, look.font(3.0, BOLD)))
        for row, (line, of_line) in enumerate(lines):
            x = self.width() - margin - min(side, text_width(line, of_line))
            draw_text(painter, line, of_line, x, look.px(4.1 + 4.1 * row), side)
        painter.setPen(QPen(QColor(palette.rule), max(2, look.px(0.25))))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)


class HeroPanel(Painted[Hero]):
    """The number, as high as its row allows but never lower than a third of the window."""

    def spoken(self, value: Hero) -> str:
        return f"{value.text} {value.unit}, {value.label}"

    def paint(self, painter: QPainter, look: Look, value: Hero) -> None:
        palette, margin = look.palette, look.px(3.0)
        label_px = look.px(LEAST_CAP + 2.6)
        room = QRectF(margin, 0, self.width() - 2 * margin, self.height() - label_px)
        weight = REGULAR if value.text == UNKNOWN else BOLD
        number = fitted(value.text, font(look.px(HERO_CAP), weight), room.width())
        painter.setFont(number)
        cap = painter.fontMetrics().capHeight()
        base = room.center().y() + cap / 2
        wide = draw_text(painter, value.text, number, margin, base, colour=palette.ink)
        if value.struck:
            painter.setPen(QPen(QColor(palette.ink), look.px(1.2)))
            y = base - cap / 2
            painter.drawLine(QPointF(margin, y), QPointF(margin + wide, y))
        base = self.height() - look.px(1.6)
        unit = look.font(LEAST_CAP + 0.2, BOLD)
        after = margin + draw_text(painter, value.unit, unit, margin, base) + look.px(1.2)
        label = fitted(value.label, look.font(LEAST_CAP), self.width() - after - margin)
        draw_text(painter, value.label, label, after, base)


class TilePanel(Painted[Tile]):
    """A state by tone, shape and word."""

    def spoken(self, value: Tile) -> str:
        return ". ".join((value.word, *value.lines))

    def paint(self, painter: QPainter, look: Look, value: Tile) -> None:
        margin, line = look.px(3.0), max(2.0, look.px(0.3))
        frame = QRectF(margin, line, self.width() - 2 * margin, self.height() - 2 * line)
        front, back = tone_colours(look.palette, value.tone)
        painter.setBrush(QColor(back))
        painter.setPen(QPen(QColor(look.palette.ink if value.tone is Tone.PLAIN else back), line))
        painter.drawRoundedRect(frame, look.px(1.0), look.px(1.0))
        pad = look.px(2.0)
        words_wide = frame.width() - 2 * pad
        beside = frame.width() * 0.36 if value.lines else 0.0
        said = f"{value.mark} {value.word}"
        large = fitted(said, look.font(TILE_CAP, BOLD), words_wide - beside)
        painter.setFont(large)
        cap = painter.fontMetrics().capHeight()
        base = frame.center().y() + cap / 2
        wide = draw_text(painter, said, large, frame.left() + pad, base, colour=front)
        if value.lines:
            left = frame.left() + pad + wide + look.px(2.0)
            room = QRectF(left, frame.top(), frame.right() - pad - left, frame.height())
            painter.setPen(QColor(front))
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            draw_wrapped(painter, "\n".join(value.lines), look.font(LEAST_CAP), room, flags)


class Cells(Painted[tuple[Cell, ...]]):
    """Smaller values side by side, thin rules between."""

    def spoken(self, value: tuple[Cell, ...]) -> str:
        return ", ".join(f"{cell.title} {cell.value} {cell.after}" for cell in value)

    def paint(self, painter: QPainter, look: Look, value: tuple[Cell, ...]) -> None:
        palette = look.palette
        each = self.width() / max(1, len(value))
        pad, small = look.px(1.6), look.font(LEAST_CAP)
        for place, cell in enumerate(value):
            left, room = place * each + pad, each - 2 * pad
            number = fitted(cell.value, look.font(4.2, BOLD), room)
            rows = ((cell.title, small, 3.4), (cell.value, number, 9.4), (cell.after, small, 13.8))
            for text, of_row, base in rows:
                shown = fitted(text, of_row, room)
                draw_text(painter, text, shown, left, look.px(base), colour=palette.ink)
            if place:
                painter.setPen(QPen(QColor(palette.thin_rule), max(1, look.px(0.12))))
                painter.drawLine(QPointF(place * each, 0), QPointF(place * each, self.height()))


class Saying(NamedTuple):
    """What the coach should read now."""

    words: str
    sentence: str = ""
    """The whole of it, for a screen reader; empty: the words are."""
    urgent: bool = False


class AdvicePanel(Painted[Saying]):
    """One thing to do, or what was just done."""

    def spoken(self, value: Saying) -> str:
        return value.sentence or value.words

    def paint(self, painter: QPainter, look: Look, value: Saying) -> None:
        room = QRectF(self.rect()).adjusted(look.px(1.5), 0, -look.px(3.0), 0)
        palette = look.palette
        if value.urgent:
            painter.setBrush(QColor(palette.past))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(room, look.px(1.0), look.px(1.0))
            room = room.adjusted(look.px(1.2), look.px(0.5), -look.px(1.2), -look.px(0.5))
        painter.setPen(QColor(palette.on_past if value.urgent else palette.ink))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        draw_wrapped(painter, value.words, look.font(3.0, BOLD), room, flags)


class Status(NamedTuple):
    """The lowest line."""

    sensors: tuple[SensorLine, ...]
    trust: str
    recording: str
    badge: str = ""


class StatusBar(Painted[Status]):
    """Sensors, trust and recording in words."""

    def spoken(self, value: Status) -> str:
        sensors = ", ".join(f"{line.name} {line.words}" for line in value.sensors)
        return f"{sensors}. {value.trust}. {value.badge} {value.recording}"

    def paint(self, painter: QPainter, look: Look, value: Status) -> None:
        palette, margin = look.palette, look.px(3.0)
        painter.setPen(QPen(QColor(palette.thin_rule), max(1, look.px(0.12))))
        painter.drawLine(0, 0, self.width(), 0)
        bold, plain = look.font(LEAST_CAP, BOLD), look.font(LEAST_CAP)
        base = (self.height() + look.px(LEAST_CAP)) / 2
        right = self.width() - margin - text_width(value.recording, plain)
        draw_text(painter, value.recording, plain, right, base, colour=palette.ink)
        if value.badge:
            right -= self._paint_badge(painter, look, value.badge, right, base)
        left = float(margin)
        for line in value.sensors:
            mark = "▼ " if line.trouble else ""
            left += draw_text(painter, mark + line.name, bold, left, base, colour=palette.ink)
            left += look.px(0.9)
            left += draw_text(painter, line.words, plain, left, base) + look.px(2.6)
        room = right - left - look.px(2.0)
        draw_text(painter, clauses_that_fit(value.trust, plain, room), plain, left, base, room)

    @staticmethod
    def _paint_badge(painter: QPainter, look: Look, badge: str, right: float, base: float) -> float:
        palette, bold = look.palette, look.font(LEAST_CAP, BOLD)
        wide, pad = text_width(badge, bold), look.px(0.9)
        left = right - look.px(2.0) - wide - 2 * pad
        box = QRectF(left, base - look.px(3.6), wide + 2 * pad, look.px(4.7))
        painter.setBrush(QColor(palette.ink))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box, look.px(0.6), look.px(0.6))
        draw_text(painter, badge, bold, left + pad, base, colour=palette.page)
        painter.setPen(QColor(palette.ink))
        return right - left


def tone_colours(palette: Palette, tone: Tone) -> tuple[str, str]:
    """Front and back."""
    return {
        Tone.INSIDE: (palette.on_inside, palette.inside),
        Tone.PAST: (palette.on_past, palette.past),
        Tone.PLAIN: (palette.ink, palette.page),
    }[tone]
