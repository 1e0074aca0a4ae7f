"""Beside the curves: a rep's numbers and sentences, or a table of what differs between reps."""

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from sledmon.present.dashboard.look import BOLD, Look
from sledmon.present.dashboard.replay.plots import style
from sledmon.present.replay.compare import CAVEAT, Compared, Difference, rows
from sledmon.present.replay.facts import Mark, facts, hero, mark_of, sentences
from sledmon.present.replay.session import ShownRep

_TILES = {Mark.INSIDE: "▲ INSIDE", Mark.PAST: "▼ PAST YOUR LINE"}


class Panel(QWidget):
    """Labels only, so that screen readers read what eyes do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hero, self._caption, self._tile, self._table, self._words = (
            QLabel(self) for _ in range(5)
        )
        layout = QVBoxLayout(self)
        for label in (self._hero, self._caption, self._tile, self._table, self._words):
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addStretch(1)
        self._look: Look | None = None

    def set_look(self, look: Look) -> None:
        """Take colours and sizes."""
        self._look = look
        self._hero.setFont(look.font(6.5, BOLD))
        for label in (self._caption, self._table, self._words):
            label.setFont(look.font(1.7))
        self._tile.setFont(look.font(2.0, BOLD))
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(look.px(1.5), 0, look.px(1.5), 0)
            layout.setSpacing(look.px(1.1))

    def show_rep(self, shown: ShownRep) -> None:
        """One rep's numbers, verdict, trust and notes."""
        look = self._look
        if look is None:
            return
        quantities, palette = look.quantities, look.palette
        number = hero(shown.rep, quantities)
        self._say(self._hero, escape(number.value))
        self._hero.setAccessibleName(f"{number.value} {number.error} {number.name}")
        self._say(self._caption, f"<b>{escape(number.error)}</b> {escape(number.name)}")
        mark = mark_of(shown.rep)
        tile = "EXCLUDED" if shown.rep.excluded else _TILES.get(mark, "")
        back, front = {
            Mark.INSIDE: (palette.inside, palette.on_inside),
            Mark.PAST: (palette.past, palette.on_past),
        }.get(mark, (palette.page, palette.ink))
        if shown.rep.excluded:
            back, front = palette.page, palette.ink
        self._tile.setStyleSheet(
            f"background: {back}; color: {front}; border: {look.px(0.3)}px solid {front};"
            f"border-radius: {look.px(0.9)}px; padding: {look.px(0.8)}px {look.px(1.2)}px;"
        )
        self._say(self._tile, tile)
        cells = [
            f"<td>{escape(name)}</td><td align='right'><b>{escape(value)}</b></td>"
            f"<td>&nbsp;{escape(error)}</td>"
            for name, value, error in facts(shown.rep, quantities)
        ]
        self._say(self._table, _table([f"<tr>{cell}</tr>" for cell in cells], look))
        self._say(self._words, "<br>".join(escape(each) for each in sentences(shown)))

    def _say(self, label: QLabel, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))


class Differences(QLabel):
    """Reps beside each other: a line of each, and every value against the first's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)

    def show_compared(self, compared: Sequence[Compared], look: Look) -> None:
        """Fill the table."""
        self.setFont(look.font(1.7))
        told = tuple(rows(compared, look.quantities))
        names = "".join(f"<th align='left' colspan='2'>{escape(row.name)}</th>" for row in told)
        lines = [f"<tr><th></th>{names}</tr>"]
        for place, each in enumerate(compared):
            line, _, tone = style(look.palette, place)[1]
            cells = [row.cells[place] for row in told]
            lines.append(
                f"<tr><td><b style='color:{tone}'>{line}</b> <b>{place + 1}</b>"
                f" {escape(each.name)} &nbsp;</td>{''.join(map(_cell, cells))}</tr>"
            )
        words = f"Against 1; <b>bold</b>: beyond twice its error. {CAVEAT}"
        self.setText(f"{_table(lines, look)}<p>{words}</p>")


def _cell(cell: Difference) -> str:
    off = escape(cell.difference)
    off = f"<b>{off}</b>" if cell.clear else off
    return f"<td>{escape(cell.value)} &nbsp;</td><td>{off} &nbsp;</td>"


def _table(lines: Sequence[str], look: Look) -> str:
    return f"<table cellspacing='0' cellpadding='{look.px(0.35)}'>{''.join(lines)}</table>"
