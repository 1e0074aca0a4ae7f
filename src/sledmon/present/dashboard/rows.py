"""A list of big rows in columns, for gloves and for arrows; also a table's heading."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from sledmon.present.dashboard.cells import draw_cells
from sledmon.present.dashboard.look import LEAST_TARGET, Look, colour
from sledmon.present.rows import Column, Row

_ROW: Final = Qt.ItemDataRole.UserRole
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ARROWS: Final = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)


HEAD_CAP: Final = 1.4


class Rows(QListWidget):
    """Rows in columns. Arrows move, Enter and a press choose; every other key is the page's."""

    picked = Signal(int)
    """Another row is the current one."""
    chosen = Signal(int)

    def __init__(
        self,
        spoken: str,
        columns: Sequence[Column],
        *,
        empty: str = "",
        height: float = 7.0,
        cap: float = 1.8,
        tap: bool = True,
        enter: bool = True,
        acts: bool = True,
    ) -> None:
        """``height`` of a row and ``cap`` of capitals in per cent of the window's height.

        ``empty`` says why there is none.

        Whether a tap chooses a row, and whether Enter does; ``acts``: rows are there to be chosen,
        not only to be read.
        """
        super().__init__()
        self.columns = tuple(columns)
        self.look: Look | None = None
        self.keyed = False
        """Whether any row has a key."""
        self._empty = empty
        self._height = height
        self.cap = cap
        self.setAccessibleName(spoken)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.currentRowChanged.connect(self.picked)
        self._enter = enter and acts
        self._acts = acts
        if tap and acts:
            self.itemClicked.connect(lambda item: self.chosen.emit(self.row(item)))

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these; the same place stays current, and a press that has begun is not lost."""
        current = self.currentRow()
        self.blockSignals(True)
        self.keyed = any(row.key for row in rows)
        while self.count() > len(rows):
            self.takeItem(self.count() - 1)
        while self.count() < len(rows):
            self.addItem(QListWidgetItem())
        for place, row in enumerate(rows):
            item = self.item(place)
            if item.data(_ROW) != row:
                item.setText(row.spoken or ", ".join(filter(None, row.cells)))
                item.setData(_ROW, row)
        self.setCurrentRow(min(max(current, 0 if self._acts else -1), len(rows) - 1))
        self.blockSignals(False)

    def rows(self) -> list[Row]:
        """What is shown."""
        return [self.item(place).data(_ROW) for place in range(self.count())]

    def say_empty(self, sentence: str) -> None:
        """Why there is no row."""
        self._empty = sentence
        self.viewport().update()

    def set_look(self, look: Look) -> None:
        """Take colours and sizes."""
        self.look = look
        colours = look.palette
        bar = look.px(1.6)
        self.setStyleSheet(
            f"QListWidget {{ background: {colours.page}; border: none; outline: none; }}"
            f"QScrollBar:vertical {{ background: {colours.page}; width: {bar}px; margin: 0; }}"
            f"QScrollBar::handle:vertical {{ background: {colours.quiet_ink};"
            f" min-height: {4 * bar}px; border-radius: {bar // 3}px; margin-left: {bar // 3}px; }}"
            "QScrollBar::add-line, QScrollBar::sub-line { height: 0; }"
            "QScrollBar::add-page, QScrollBar::sub-page { background: none; }"
        )
        self.scheduleDelayedItemsLayout()
        self._whole_rows()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._whole_rows()

    def _whole_rows(self) -> None:
        """End where a row ends: half a row would look like a mistake."""
        self.setViewportMargins(0, 0, 0, self.height() % self.row_px())

    def row_px(self) -> int:
        """How high a row is."""
        return max(LEAST_TARGET, self.look.px(self._height)) if self.look else LEAST_TARGET

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._enter and event.key() in _ENTER and self.currentRow() >= 0:
            self.chosen.emit(self.currentRow())
        elif event.key() in _ARROWS and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.count() == 0 and self.look is not None:
            painter = QPainter(self.viewport())
            painter.setPen(colour(self.look.palette.ink))
            painter.setFont(self.look.font(1.8))
            flags = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            above = self.look.px(2.0)
            painter.drawText(
                self.viewport().rect().adjusted(0, above, 0, 0), int(flags), self._empty
            )


class _Delegate(QStyledItemDelegate):
    """Paints one row: key, cells, a thin rule beneath; the current row is turned black."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self._rows = rows

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, self._rows.row_px())

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        look, row = self._rows.look, index.data(_ROW)
        if look is None or not isinstance(row, Row):
            return
        colours = look.palette
        box = QRectF(option.rect)
        current = index.row() == self._rows.currentRow()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(box, colour(colours.ink if row.on else colours.page))
        thin = max(1, look.px(0.14))
        painter.fillRect(
            QRectF(box.left(), box.bottom() - thin, box.width(), thin), colour(colours.thin_rule)
        )
        if current and self._rows.hasFocus():
            line = max(3, look.px(0.5))
            painter.setPen(QPen(colour(colours.focus), line))
            painter.drawRect(box.adjusted(line / 2, line / 2, -line / 2, -line / 2 - thin))
        elif current:
            bar = QRectF(box.left(), box.top(), look.px(0.6), box.height() - thin)
            painter.fillRect(bar, colour(colours.focus))
        painter.setPen(colour(colours.page if row.on else colours.ink))
        draw_cells(
            painter, look, box, self._rows.columns, row, keyed=self._rows.keyed, cap=self._rows.cap
        )
        painter.restore()


class Heads(QWidget):
    """Headings above rows, in the same columns."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows
        self.heads = Row(cells=())

    def show_heads(self, heads: Row) -> None:
        """Show these."""
        self.heads = heads
        self.update()

    def set_look(self, look: Look) -> None:
        """Take sizes."""
        self.setFixedHeight(look.px(4.2))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = self.rows.look
        if look is None:
            return
        painter = QPainter(self)
        thin = max(1, look.px(0.14))
        line = QRectF(0, self.height() - thin, self.width(), thin)
        painter.fillRect(line, colour(look.palette.ink))
        painter.setPen(colour(look.palette.ink))
        box = QRectF(0, 0, self.rows.viewport().width(), self.height())
        draw_cells(
            painter, look, box, self.rows.columns, self.heads, keyed=self.rows.keyed, cap=HEAD_CAP
        )
