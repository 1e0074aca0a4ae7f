"""The replay screen: plays a recording, lets its reps be corrected and laid over one another."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, cast

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from sledmon.estimate import RepTrace
from sledmon.present.dashboard.look import BOLD, LEAST_TARGET, Look
from sledmon.present.dashboard.replay.asking import AskingLine
from sledmon.present.dashboard.replay.charts import Charts
from sledmon.present.dashboard.replay.panel import Differences, Panel
from sledmon.present.dashboard.replay.work import Work
from sledmon.present.dashboard.screen import KeyButton, Screen
from sledmon.present.quantities import clock
from sledmon.present.replay import edits
from sledmon.present.replay.compare import MOST, Compared
from sledmon.present.replay.curves import Axis
from sledmon.present.replay.facts import at_cursor, heading
from sledmon.present.replay.playing import Playing
from sledmon.present.replay.session import Replayed, ShownRep, correct, read_replay
from sledmon.recording import Said

_FRAME_MS: Final = 16
_STEP_S: Final = 0.01
_BEFORE_S: Final = 1.0
"""So long before its start a rep comes into view."""
_NO_REP: Final = "No rep was found in this recording: a rep goes 2 m or more, at 1.5 m/s or more."
_HINT: Final = "Home and End go to the rep's start and end; Shift and an arrow ten times as far."

_Key = Qt.Key


class _Control(NamedTuple):
    words: str
    key: str
    keys: tuple[Qt.Key, ...]
    act: Callable[[], None]


class ReplayScreen(Screen):
    """Open it with a recording; everything else is reached from here."""

    title = "Replay"
    left = Signal()
    """Asked to go back to where one came from."""
    settled = Signal()
    """What was asked for was read, written or refused, and is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._replayed: Replayed | None = None
        self._selected = 0
        self._axis = Axis.TIME
        self._playing = Playing(span_s=(0.0, 0.0), time_s=0.0)
        self._said_here: list[int] = []
        """How many events each correction of this sitting was."""
        self._undo_asked = ""
        self._kept: list[Compared] = []
        self._comparing = False
        self._edges_s: tuple[float, float] | None = None
        self._moving = 0
        self._look: Look | None = None
        self._work = Work(self)
        self._work.failed.connect(self._refused)
        self._work.share.connect(self._read_share)
        self._reading = ""
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._tick)
        self._elapsed = QElapsedTimer()
        self._who, self._where, self._sentence = QLabel(self), QLabel(self), QLabel(self)
        self._charts, self._panel, self._asking = Charts(self), Panel(self), AskingLine(self)
        self._differences, self._beside = Differences(self), QScrollArea(self)
        self._charts.scrubbed.connect(self._scrub)
        self._charts.edge_moved.connect(self._drag_edge)
        self._buttons: dict[str, KeyButton] = {}
        self._actions: dict[tuple[int, Qt.Key], Callable[[], None]] = {}
        self._rows = QStackedWidget(self)
        self._lay_out()

    # What the application calls.

    def open(self, path: Path) -> None:
        """Read a recording; the window stays free meanwhile. Kept reps stay for comparison."""
        if self._work.busy:
            return
        self._leave_edges()
        self._hold()
        self._reading = path.name
        self._read_share(0.0)
        self._work.start(partial(read_replay, path, self._work.share.emit), self._opened)

    def set_look(self, look: Look) -> None:
        self._look = look
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(look.px(2), look.px(1.2), look.px(2), look.px(1.5))
            layout.setSpacing(look.px(0.8))
        self._who.setFont(look.font(2.8, BOLD))
        self._where.setFont(look.font(1.9))
        self._sentence.setFont(look.font(2.4, BOLD))
        self._beside.setFixedWidth(look.px(50))
        self._rows.setFixedHeight(max(LEAST_TARGET, look.px(5.5)))
        self._charts.set_look(look)
        self._panel.set_look(look)
        self._asking.set_look(look)
        for button in self._buttons.values():
            button.set_look(look)
        self._refresh()

    def press(self, event: QKeyEvent) -> bool:
        if self._asking.asking:
            if event.key() == _Key.Key_Escape:
                self._asking.leave()
            return event.key() != _Key.Key_F11
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = _Key(event.key())
        if held & Qt.KeyboardModifier.ControlModifier:
            if key == _Key.Key_Z:
                self._undo()
                return True
            return False
        if held & Qt.KeyboardModifier.ShiftModifier and key in (_Key.Key_Left, _Key.Key_Right):
            self._step(-0.1 if key == _Key.Key_Left else 0.1)
            return True
        row = self._rows.currentIndex()
        act = self._actions.get((row, key)) or self._actions.get((-1, key))
        if act is None:
            return False
        act()
        return True

    def leave(self) -> None:
        self._hold()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows on a button are the screen's, not the focus's."""
        arrows = (_Key.Key_Left, _Key.Key_Right, _Key.Key_Up, _Key.Key_Down)
        key = event.key() if isinstance(event, QKeyEvent) else None
        if key in arrows and event.type() == QEvent.Type.KeyPress:
            return self.press(cast("QKeyEvent", event))
        return super().eventFilter(watched, event)

    # Lay-out.

    def _lay_out(self) -> None:
        always = (
            _Control("Play 1×", "Space", (_Key.Key_Space,), self._play),
            _Control("Slower", "−", (_Key.Key_Minus,), partial(self._faster, -1)),
            _Control("Faster", "+", (_Key.Key_Plus, _Key.Key_Equal), partial(self._faster, 1)),
            _Control("Back", "←", (_Key.Key_Left,), partial(self._step, -_STEP_S)),
            _Control("On", "→", (_Key.Key_Right,), partial(self._step, _STEP_S)),
            _Control("Previous", "PgUp", (_Key.Key_PageUp,), partial(self._choose_by, -1)),
            _Control("Next", "PgDn", (_Key.Key_PageDown,), partial(self._choose_by, 1)),
            _Control("By distance", "D", (_Key.Key_D,), self._other_axis),
        )
        corrections = (
            _Control("Edges", "E", (_Key.Key_E,), self._edit_edges),
            _Control("Exclude", "X", (_Key.Key_X,), self._exclude),
            _Control("Note", "N", (_Key.Key_N,), self._note),
            _Control("Athlete", "A", (_Key.Key_A,), self._rename),
            _Control("Load", "L", (_Key.Key_L,), self._reload),
            _Control("Undo", "⌫", (_Key.Key_Backspace,), self._undo),
            _Control("Set aside", "K", (_Key.Key_K,), self._keep),
            _Control("Compare", "C", (_Key.Key_C,), self._compare),
            _Control("Open", "O", (_Key.Key_O,), self._ask_for_file),
            _Control("Leave", "Esc", (_Key.Key_Escape,), self.left.emit),
        )
        edges = (
            _Control("Other edge", "↑", (_Key.Key_Up, _Key.Key_Down), self._other_edge),
            _Control("Keep edges", "Enter", (_Key.Key_Return, _Key.Key_Enter), self._keep_edges),
            _Control("As found", "0", (_Key.Key_0,), self._edges_as_found),
            _Control("Leave edges", "Esc", (_Key.Key_Escape,), self._leave_edges),
        )
        head = QHBoxLayout()
        head.addWidget(self._who)
        head.addStretch(1)
        head.addWidget(self._where)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        curves = QVBoxLayout()
        curves.addWidget(self._charts, 1)
        curves.addWidget(self._differences)
        middle.addLayout(curves, 1)
        self._beside.setWidget(self._panel)
        self._beside.setWidgetResizable(True)
        self._beside.setFrameShape(QScrollArea.Shape.NoFrame)
        self._beside.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._beside.setAccessibleName("The rep's numbers")
        middle.addWidget(self._beside)
        for page in (corrections, edges):
            self._rows.addWidget(self._row(page, self._rows.count()))
        whole = QVBoxLayout(self)
        whole.addLayout(head)
        whole.addLayout(middle, 1)
        whole.addWidget(self._asking)
        whole.addWidget(self._row(always, -1))
        whole.addWidget(self._rows)
        policy = self._charts.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._charts.setSizePolicy(policy)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setWordWrap(True)
        self._sentence.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._actions[-1, _Key.Key_Home] = partial(self._to_edge, 0)
        self._actions[-1, _Key.Key_End] = partial(self._to_edge, 1)

    def _row(self, controls: Sequence[_Control], page: int) -> QWidget:
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        for words, key, keys, act in controls:
            button = KeyButton(words, key, row)
            button.clicked.connect(act)
            button.installEventFilter(self)
            layout.addWidget(button, len(words) + len(key) + 5)
            self._buttons[key if page < 1 else f"{key} edges"] = button
            self._actions |= {(page, each): act for each in keys}
        return row

    # What is shown.

    def _read_share(self, share: float) -> None:
        self._asking.say(f"Reading {self._reading} … {100 * share:.0f} %")

    @property
    def _rep(self) -> ShownRep | None:
        reps = self._replayed.reps if self._replayed else ()
        return reps[self._selected] if self._selected < len(reps) else None

    def _opened(self, replayed: Replayed) -> None:
        self._replayed = replayed
        self._selected, self._comparing = 0, False
        self._said_here, self._undo_asked = [], ""
        self._playing = Playing(span_s=replayed.span_s, time_s=replayed.span_s[0])
        self._asking.say(replayed.correctable or _HINT)
        if replayed.reps:
            self._to_edge(0)
        self._refresh()
        self.settled.emit()

    def _refused(self, sentence: str) -> None:
        self._asking.say(sentence[:1].upper() + sentence[1:] + ".")
        self._refresh()
        self.settled.emit()

    def _refresh(self, *, session: bool = True) -> None:
        """Draw everything anew; the whole session only where it may look otherwise."""
        look, replayed, shown = self._look, self._replayed, self._rep
        if look is None:
            return
        self._say_words()
        sentence = ""
        self._beside.setVisible(not self._comparing)
        self._differences.setVisible(self._comparing)
        if self._comparing:
            self._charts.show_compared(self._kept, self._axis)
            self._differences.show_compared(self._kept, look)
        elif replayed is None:
            self._charts.show_nothing()
            self._panel.clear()
            sentence = "Nothing is open. Press O to open a recording."
        elif shown is None:
            self._charts.show_nothing()
            self._panel.clear()
            sentence = _NO_REP
        else:
            self._panel.show_rep(shown)
            if isinstance(shown.trace, RepTrace):
                editing = self._edges_s is not None
                self._charts.show_rep(shown, shown.trace, self._axis, editing=editing)
                self._charts.set_edges(self._edges_s, self._moving)
            else:
                self._charts.show_nothing()
                sentence = f"No curve: {shown.trace.why}."
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        self._charts.setVisible(replayed is not None)
        if replayed is not None and session:
            self._charts.show_session(replayed, self._selected)
        self._charts.choose(self._selected)
        self._place_sentence()
        self._move_cursor()

    def _say_words(self) -> None:
        """Header and buttons."""
        shown, replayed = self._rep, self._replayed
        quantities = self._look.quantities if self._look else None
        if self._comparing:
            self._who.setText(f"Comparing {len(self._kept)} reps")
        elif shown is None or quantities is None:
            self._who.setText("Replay")
        else:
            self._who.setText(f"Rep {shown.rep.number} · {heading(shown, quantities)}")
        say = self._buttons
        running = self._playing.running
        word = "Hold" if running else "Play"
        say["Space"].set_words(f"{word} {self._playing.words}", filled=running)
        other = Axis.DISTANCE if self._axis is Axis.TIME else Axis.TIME
        say["D"].set_words(f"By {other}")
        say["X"].set_words("Include" if shown and shown.rep.excluded else "Exclude")
        say["K"].set_words("Put back" if self._place_kept() is not None else "Set aside")
        say["C"].set_words(f"Compare {len(self._kept) or ''}".strip(), filled=self._comparing)
        can = replayed is not None and not replayed.correctable and not self._work.busy
        for key in ("E", "X", "N", "A", "L"):
            say[key].setEnabled(can and shown is not None and not self._comparing)
        say["⌫"].setEnabled(can and bool(replayed and edits.undoing(replayed)))
        self._rows.setCurrentIndex(0 if self._edges_s is None else 1)

    def _move_cursor(self) -> None:
        at_s, shown, replayed = self._playing.time_s, self._rep, self._replayed
        self._charts.set_cursor(at_s)
        if replayed is None or self._look is None:
            return
        where = f"{replayed.path.stem} · {clock(max(0.0, at_s))}"
        if shown is not None and not self._comparing:
            where = f"{at_cursor(shown, at_s, self._look.quantities)}  ·  {where}"
        self._where.setText(where)

    def resizeEvent(self, event: object) -> None:
        self._place_sentence()

    def _place_sentence(self) -> None:
        box = self._charts.geometry()
        aside, down = box.width() // 8, box.height() // 4
        self._sentence.setGeometry(box.adjusted(aside, down, -aside, 0))
        self._sentence.raise_()

    # Playing.

    def _play(self) -> None:
        if self._replayed is None:
            return
        self._playing = self._playing.toggled()
        if self._playing.running:
            self._elapsed.start()
            self._timer.start()
        else:
            self._timer.stop()
        self._say_words()

    def _hold(self) -> None:
        self._timer.stop()
        self._playing = replace(self._playing, running=False)

    def _tick(self) -> None:
        self._go_to(self._playing.after(self._elapsed.restart() / 1000.0))
        if not self._playing.running:
            self._timer.stop()
            self._say_words()

    def _faster(self, steps: int) -> None:
        self._playing = self._playing.faster(steps)
        self._say_words()

    def _step(self, by_s: float) -> None:
        if self._edges_s is not None:
            self._drag_edge(self._moving, self._edges_s[self._moving] + by_s)
            return
        self._hold()
        self._go_to(self._playing.at(self._playing.time_s + by_s))
        self._say_words()

    def _to_edge(self, place: int) -> None:
        if self._rep is not None:
            self._go_to(self._playing.at(self._rep.span_s[place]))

    def _scrub(self, time_s: float) -> None:
        self._go_to(self._playing.at(time_s))

    def _go_to(self, playing: Playing) -> None:
        """Move the cursor; the rep that it comes to is shown."""
        self._playing = playing
        reps = self._replayed.reps if self._replayed and self._edges_s is None else ()
        at_s = playing.time_s
        here = [i for i, rep in enumerate(reps) if rep.span_s[0] - _BEFORE_S <= at_s]
        if here and here[-1] != self._selected and not self._comparing:
            self._selected = here[-1]
            self._refresh(session=False)
        else:
            self._move_cursor()

    def _choose_by(self, steps: int) -> None:
        reps = self._replayed.reps if self._replayed else ()
        if reps and self._edges_s is None:
            self._comparing = False
            self._selected = min(max(self._selected + steps, 0), len(reps) - 1)
            self._playing = self._playing.at(reps[self._selected].span_s[0])
            self._refresh(session=False)

    def _other_axis(self) -> None:
        if self._edges_s is None:
            self._axis = Axis.DISTANCE if self._axis is Axis.TIME else Axis.TIME
            self._refresh()

    # Corrections: events, never edits.

    def _correct(self, said: Sequence[Said], words: str) -> None:
        replayed = self._replayed
        if replayed is None or self._work.busy or replayed.correctable:
            return
        self._asking.say("Writing and measuring …")

        def done(fresh: Replayed) -> None:
            self._replayed = fresh
            self._selected = min(self._selected, max(0, len(fresh.reps) - 1))
            self._undo_asked = ""
            if said[0].kind != "undo":
                self._said_here.append(len(said))
            elif self._said_here:
                self._said_here.pop()
            self._asking.say(words)
            self._refresh()
            self.settled.emit()

        self._work.start(partial(correct, replayed, said), done)
        self._say_words()

    def _can_correct(self) -> ShownRep | None:
        shown = self._rep
        if self._buttons["N"].isEnabled() and shown is not None:
            return shown
        if self._replayed is not None and self._replayed.correctable:
            self._asking.say(self._replayed.correctable)
        return None

    def _exclude(self) -> None:
        shown = self._can_correct()
        if shown is None:
            return
        number = shown.rep.number
        if shown.rep.excluded:
            self._correct(edits.included(shown), f"Rep {number} counts again.")
            return
        self._asking.ask(
            f"Why is rep {number} left out?",
            "",
            lambda why: self._correct(edits.excluded(shown, why), f"Rep {number} is left out."),
        )

    def _note(self) -> None:
        shown = self._can_correct()
        if shown is not None:
            self._asking.ask(
                f"Note to rep {shown.rep.number}:",
                "",
                lambda text: self._correct(edits.noted(shown, text), "Noted."),
            )

    def _rename(self) -> None:
        shown = self._can_correct()
        if shown is None or self._replayed is None:
            return
        reps, place = self._replayed.reps, self._selected
        self._asking.ask(
            f"Who ran rep {shown.rep.number}?",
            shown.rep.conditions.athlete,
            lambda name: self._correct(edits.renamed(reps, place, name), f"{name} ran it."),
        )

    def _reload(self) -> None:
        shown = self._can_correct()
        if shown is None or self._replayed is None or self._look is None:
            return
        reps, place, quantities = self._replayed.reps, self._selected, self._look.quantities

        def take(text: str) -> None:
            kilograms = edits.mass_typed(text, quantities)
            if kilograms is None:
                unit = quantities.settings.mass
                self._asking.say(f"“{text}” is not a load; write a number in {unit}, such as 20.")
            else:
                words = f"{quantities.mass(kilograms)} of plates were on the sled."
                self._correct(edits.reloaded(reps, place, kilograms), words)

        given = quantities.mass_number(shown.rep.conditions.load_kg)
        unit = quantities.settings.mass
        self._asking.ask(f"Plates on the sled in rep {shown.rep.number}, {unit}:", given, take)

    def _undo(self) -> None:
        """Take back what was said last: here at once, at the session itself when asked twice."""
        if self._replayed is None or self._edges_s is not None or self._work.busy:
            return
        what = edits.undoing(self._replayed)
        if self._replayed.correctable:
            self._asking.say(self._replayed.correctable)
        elif not what:
            self._asking.say("There is nothing to take back.")
        elif self._said_here or self._undo_asked == what:
            count = self._said_here[-1] if self._said_here else 1
            self._correct([Said("undo")] * count, f"Taken back: {what}.")
        else:
            self._undo_asked = what
            self._asking.say(f"That takes back the {what} of the session itself; press again.")

    def _edit_edges(self) -> None:
        shown = self._can_correct()
        if shown is None or not isinstance(shown.trace, RepTrace):
            return
        self._hold()
        self._axis = Axis.TIME
        self._edges_s, self._moving = shown.span_s, 0
        self._asking.say("Drag an edge, or move it with ← → (Shift: 0.1 s).")
        self._refresh()

    def _drag_edge(self, place: int, to_s: float) -> None:
        shown = self._rep
        if self._edges_s is None or shown is None:
            return
        self._moving = place
        edges = (to_s, self._edges_s[1]) if place == 0 else (self._edges_s[0], to_s)
        self._edges_s = edits.limited(shown, edges, place)
        self._charts.set_edges(self._edges_s, place)
        start_s, end_s = self._edges_s
        length_s = end_s - start_s
        self._asking.say(f"From {start_s:.2f} to {end_s:.2f} s of the session: {length_s:.2f} s.")

    def _other_edge(self) -> None:
        self._moving = 1 - self._moving
        self._charts.set_edges(self._edges_s, self._moving)

    def _edges_as_found(self) -> None:
        shown = self._rep
        if shown is not None and shown.corrected.found is not None:
            found = shown.corrected.found
            end_s = found.end_s if found.end_s == found.end_s else shown.span_s[1]
            self._edges_s = (found.start_s, end_s)
            self._charts.set_edges(self._edges_s, self._moving)

    def _keep_edges(self) -> None:
        shown, edges_s = self._rep, self._edges_s
        self._leave_edges()
        if shown is not None and edges_s is not None and edges_s != shown.span_s:
            words = f"Rep {shown.rep.number} is measured between these edges."
            self._correct(edits.with_edges(shown, edges_s), words)

    def _leave_edges(self) -> None:
        if self._edges_s is not None:
            self._edges_s = None
            self._asking.say("")
            self._refresh()

    # Comparing.

    def _place_kept(self) -> int | None:
        shown, replayed = self._rep, self._replayed
        if shown is None or replayed is None:
            return None
        mine = (replayed.path.stem, shown.corrected.start_s)
        kept = [(each.recording, each.shown.corrected.start_s) for each in self._kept]
        return kept.index(mine) if mine in kept else None

    def _keep(self) -> None:
        shown, replayed, place = self._rep, self._replayed, self._place_kept()
        if shown is None or replayed is None or self._edges_s is not None:
            return
        number = shown.rep.number
        if place is not None:
            del self._kept[place]
            self._asking.say(f"Rep {number} is put back.")
        elif not isinstance(shown.trace, RepTrace):
            self._asking.say(f"Rep {number} has no curve to compare.")
        elif len(self._kept) == MOST:
            self._asking.say(f"{MOST} reps are set aside already; put one back first.")
        else:
            self._kept.append(Compared(recording=replayed.path.stem, shown=shown))
            self._asking.say(f"Rep {number} is set aside; C compares, O opens another recording.")
        self._comparing = self._comparing and len(self._kept) > 1
        self._refresh()

    def _compare(self) -> None:
        if self._edges_s is not None:
            return
        if not self._comparing and len(self._kept) < 2:
            self._asking.say("Set two or more reps aside with K, then compare them with C.")
            return
        self._comparing = not self._comparing
        self._hold()
        self._asking.say("")
        self._refresh()

    def _ask_for_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a recording", "", "Recordings (*.mcap)")
        if name:
            self.open(Path(name))
