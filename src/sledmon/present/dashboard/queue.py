"""The queue: whose turn it is, in which order, and whose the last rep was."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QVBoxLayout

from sledmon.errors import QueueError
from sledmon.present import words
from sledmon.present.athletes.queue import Queue, queue_rows
from sledmon.present.athletes.roster import read_roster
from sledmon.present.dashboard.controls import Field, Words
from sledmon.present.dashboard.look import LEAST_TARGET, Look
from sledmon.present.dashboard.page import PRIMARY, Page, spaced
from sledmon.present.dashboard.rows import Rows
from sledmon.present.rows import Column
from sledmon.results import Rep

_COLUMNS = (Column(share=5), Column(share=4), Column(share=1.4, right=True))
_CTRL = Qt.KeyboardModifier.ControlModifier


class QueueScreen(Page):
    """Changes a queue and tells each change; what was done can be undone as long as it is open."""

    passing = True
    changed = Signal(object)
    """A ``Queue``."""
    last_rep_was = Signal(str)
    """The last rep was this athlete's."""
    swap_asked = Signal()
    """The last two reps were each other's."""
    closed = Signal()

    def __init__(self, queue: Queue) -> None:
        super().__init__(words.QUEUE_TITLE, talks=True)
        self.queue = queue
        self._before: list[Queue] = []
        self._last: Rep | None = None
        self._hidden = False
        self._look: Look | None = None
        self._renaming: int | None = None
        self.rows = Rows(words.QUEUE_LIST, _COLUMNS, tap=False)
        self.rows.picked.connect(lambda _: self._show_picked())
        self.rows.chosen.connect(lambda place: self._put(self.queue.at(place + 1)))
        self.first = self.rows
        self.field = Field(words.ADD_SPOKEN, words.ADD_HINT)
        self.field.typed.connect(self._typed)
        self.field.left.connect(self._leave_field)
        self.last = Words(words.NO_LAST_REP, 1.8)
        key = Qt.Key
        self.was = self.button(words.LAST_REP_WAS, "L", (key.Key_L,), self._last_was)
        self.swap = self.button(words.SWAP_LAST_TWO, "X", (key.Key_X,), self.swap_asked.emit)
        self.sits = self.button(words.SITS_OUT, "K", (key.Key_K,), self._of_slot(Queue.sitting_out))
        self.young = self.button(words.UNDER_16, "U", (key.Key_U,), self._of_slot(Queue.of_age))
        self._smaller = (
            self.button(words.EARLIER, "Ctrl ↑", (key.Key_Up,), lambda: self._move(-1), _CTRL),
            self.button(words.LATER, "Ctrl ↓", (key.Key_Down,), lambda: self._move(1), _CTRL),
            self.sits,
            self.young,
            self.button(words.RENAME, "R", (key.Key_R,), self._rename),
            self.button(words.REMOVE, "Del", (key.Key_Delete,), self._remove),
            self.button(words.IMPORT, "I", (key.Key_I,), self._choose_roster),
            self.button(words.UNDO, "⌫", (key.Key_Backspace,), self.undo),
        )
        self.key((key.Key_Z,), self.undo, _CTRL)
        self._columns, self._left, self._right = QHBoxLayout(), QVBoxLayout(), QVBoxLayout()
        self._grid, self._adding = QGridLayout(), QHBoxLayout()
        self.add = self.button(words.ADD, "A", (key.Key_A,), self._add)
        self._adding.addWidget(self.field, 1)
        self._adding.addWidget(self.add)
        self._left.addLayout(self._adding)
        self._left.addWidget(self.rows, 1)
        self._right.addWidget(self.last)
        self._right.addWidget(self.was)
        self._right.addWidget(self.swap)
        for place, button in enumerate(self._smaller):
            self._grid.addWidget(button, place // 2, place % 2)
        self._right.addStretch(1)
        self._right.addLayout(self._grid)
        self._columns.addLayout(self._left, 5)
        self._columns.addLayout(self._right, 4)
        self.body.addLayout(self._columns)
        take = self.button(words.RUNS_NOW, "↵", (key.Key_Return, key.Key_Enter), self._run_now)
        take.set_words(words.RUNS_NOW, filled=True)
        ahead = (key.Key_PageDown, key.Key_Right)
        behind = (key.Key_PageUp, key.Key_Left)
        for button in (
            take,
            self.button(
                words.NEXT_ATHLETE, "PgDn", ahead, lambda: self._put(self.queue.advanced())
            ),
            self.button(
                words.PREVIOUS_ATHLETE, "PgUp", behind, lambda: self._put(self.queue.back())
            ),
            self.button(words.DONE, "Esc", (key.Key_Escape,), self.closed.emit),
        ):
            self.foot.addWidget(button)
        self._show()

    @property
    def picked(self) -> int:
        """The slot of the row that is current."""
        return self.rows.currentRow() + 1

    def set_last(self, rep: Rep | None, *, hidden: bool = False) -> None:
        """Which rep "the last one" is; its number is ``hidden``, as all are."""
        if rep is not self._last or hidden != self._hidden:
            self._last, self._hidden = rep, hidden
            self._show_last()

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        spaced(self._columns, look, 4.0)
        for layout in (self._left, self._right, self._grid, self._adding):
            spaced(layout, look, 1.4)
        self.add.setFixedWidth(look.px(16))
        for button in self._smaller:
            button.setFixedHeight(max(LEAST_TARGET, look.px(7.0)))
        for button in (self.was, self.swap):
            button.setFixedHeight(max(LEAST_TARGET, look.px(PRIMARY)))
        self._look = look
        self._show_last()

    def enter(self) -> None:
        super().enter()
        self._before.clear()
        self.say("")
        self._show()
        self.rows.setCurrentRow(self.queue.slot - 1)

    def press(self, event: QKeyEvent) -> bool:
        if event.text().isdigit() and self.queue.has(int(event.text())):
            self._put(self.queue.at(int(event.text())))
            self.rows.setCurrentRow(self.queue.slot - 1)
            return True
        return super().press(event)

    def import_roster(self, path: Path) -> None:
        """Take the athletes of a table."""
        try:
            roster = read_roster(path)
        except QueueError as error:
            self.say(str(error))
            return
        self._put(self.queue.with_roster(roster.athletes))
        self.say(roster.told)

    def undo(self) -> None:
        """Take back what was changed last."""
        if not self._before:
            self.say(words.NOTHING_TO_UNDO)
            return
        self.queue = self._before.pop()
        self.say("")
        self._show()
        self.changed.emit(self.queue)

    def _put(self, queue: Queue) -> None:
        self.say("")
        if queue != self.queue:
            self._before.append(self.queue)
            self.queue = queue
            self._show()
            self.changed.emit(queue)

    def _of_slot(self, change: Callable[[Queue, int], Queue]) -> Callable[[], None]:
        return lambda: self._put(change(self.queue, self.picked))

    def _run_now(self) -> None:
        self._put(self.queue.at(self.picked))

    def _move(self, by: int) -> None:
        to = self.picked + by
        if self.queue.has(to):
            self._put(self.queue.moved(self.picked, to))
            self.rows.setCurrentRow(to - 1)

    def _remove(self) -> None:
        name = self.queue.athletes[self.picked - 1].name
        self._put(self.queue.without(self.picked))
        self.say(words.REMOVED.format(name=name))

    def _add(self) -> None:
        if self.field.text().strip():
            self._typed(self.field.text())
        else:
            self.field.setFocus()

    def _rename(self) -> None:
        self._renaming = self.picked
        name = self.queue.athletes[self.picked - 1].name
        self.field.setText(name)
        self.field.selectAll()
        self.field.setPlaceholderText(words.RENAME_HINT)
        self.field.setAccessibleName(words.RENAME_SPOKEN.format(name=name))
        self.field.setFocus()

    def _typed(self, name: str) -> None:
        try:
            if self._renaming is not None:
                self._put(self.queue.renamed(self._renaming, name))
                self._leave_field()
            else:
                self._put(self.queue.with_added(name))
                self.rows.setCurrentRow(len(self.queue.athletes) - 1)
                self.rows.scrollToBottom()
        except QueueError as error:
            self.say(str(error))
            return
        self.field.clear()

    def _leave_field(self) -> None:
        self._renaming = None
        self.field.clear()
        self.field.setPlaceholderText(words.ADD_HINT)
        self.field.setAccessibleName(words.ADD_SPOKEN)
        self.rows.setFocus()

    def _choose_roster(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, words.ROSTER_FILE, "", words.ROSTERS)
        if name:
            self.import_roster(Path(name))

    def _last_was(self) -> None:
        self.last_rep_was.emit(self.queue.athletes[self.picked - 1].name)

    def _show(self) -> None:
        now, following = self.queue.now.name, self.queue.following
        self.aside.setText(
            words.QUEUE_NOW_NEXT.format(now=now, next=following.name)
            if following
            else words.QUEUE_NOW.format(now=now)
        )
        self.rows.show_rows(queue_rows(self.queue))
        self._show_picked()

    def _show_picked(self) -> None:
        if not self.queue.has(self.picked):
            return
        athlete = self.queue.athletes[self.picked - 1]
        self.was.set_words(words.LAST_REP_WAS.format(name=athlete.name))
        self.sits.set_words(words.BACK_IN if athlete.sits_out else words.SITS_OUT)
        self.young.set_words(words.OF_AGE if athlete.under_16 else words.UNDER_16)

    def _show_last(self) -> None:
        self.was.setEnabled(self._last is not None)
        self.swap.setEnabled(self._last is not None and self._last.number > 1)
        look = self._look
        if self._last is None or look is None:
            self.last.setText(words.NO_LAST_REP)
            return
        rep, quantities = self._last, look.quantities
        hidden = self._hidden or look.settings.blinded
        speed = quantities.speed(rep.estimates.window.velocity_mps.value)
        self.last.setText(
            words.LAST_REP.format(
                number=rep.number,
                name=rep.conditions.athlete,
                speed=words.UNKNOWN if hidden else speed,
                unit=quantities.speed_unit,
            )
        )
