"""Keys and cells of a row, painted: in lists, above them, and on paper."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from sledmon.present.dashboard.look import BOLD, REGULAR, Look
from sledmon.present.rows import Column, Row


def draw_key(painter: QPainter, look: Look, box: QRectF, key: str) -> None:
    """A key's name in its frame, in the painter's own colour."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(painter.pen().color(), max(1.0, look.px(0.15))))
    painter.drawRoundedRect(box, look.px(0.45), look.px(0.45))
    painter.setFont(look.font(1.36))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, key)


def cell_boxes(look: Look, box: QRectF, columns: Sequence[Column], *, keyed: bool) -> list[QRectF]:
    """Where each column of a row stands; ``keyed``: a key stands in front of this or another."""
    edge = look.px(1.6)
    left = box.left() + edge + (look.px(4.2) + edge if keyed else 0)
    width = box.right() - edge - left
    whole = sum(column.share for column in columns)
    boxes = []
    for column in columns:
        share = width * column.share / whole
        boxes.append(QRectF(left, box.top(), share - look.px(1.7), box.height()))
        left += share
    return boxes


def draw_cells(
    painter: QPainter,
    look: Look,
    box: QRectF,
    columns: Sequence[Column],
    row: Row,
    *,
    keyed: bool = False,
    cap: float = 1.8,
) -> None:
    """A row's key and cells, in the painter's own colour."""
    if row.key:
        key = QRectF(box.left() + look.px(1.6), 0, look.px(4.2), look.px(3.4))
        key.moveTop(box.center().y() - key.height() / 2)
        draw_key(painter, look, key, row.key)
    painter.setFont(look.font(cap, BOLD if row.on else REGULAR))
    places = cell_boxes(look, box, columns, keyed=keyed)
    for column, place, cell in zip(columns, places, row.cells, strict=False):
        side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
        fitting = painter.fontMetrics().elidedText(
            cell, Qt.TextElideMode.ElideRight, int(place.width()) + 1
        )
        painter.drawText(place, int(side | Qt.AlignmentFlag.AlignVCenter), fitting)
