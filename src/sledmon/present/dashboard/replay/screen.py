"""The replay screen: plays a recording, lets its reps be corrected and laid over one another."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from sledmon.estimate import RepTrace
from sledmon.present.dashboard.look import Look
from sledmon.present.dashboard.replay.asking import AskingLine
from sledmon.present.dashboard.replay.controls import Control, Controls
from sledmon.present.dashboard.replay.correcting import Corrections
from sledmon.present.dashboard.replay.player import Player
from sledmon.present.dashboard.replay.view import View
from sledmon.present.dashboard.replay.work import Work
from sledmon.present.dashboard.screen import Screen
from sledmon.present.replay.compare import SetAside
from sledmon.present.replay.curves import Axis
from sledmon.present.replay.edges import MovedEdges
from sledmon.present.replay.edits import undoing
from sledmon.present.replay.session import Replayed, ShownRep, read_replay

_STEP_S: Final = 0.01
_BEFORE_S: Final = 1.0
"""So long before its start a rep comes into view."""
_CORRECT: Final = "correct"
_EDGES: Final = "edges"
_NO_REP: Final = "No rep was found in this recording: a rep goes 2 m or more, at 1.5 m/s or more."
_NOTHING: Final = "Nothing is open. Press O to open a recording."
_HINT: Final = "Home and End go to the rep's start and end; Shift and an arrow ten times as far."
_MOVE: Final = "Drag an edge, or move it with ← → (Shift: 0.1 s)."
_K = Qt.Key


class ReplayScreen(Screen):
    """Open it with a recording; everything else is reached from here."""

    title = "Replay"
    left = Signal()
    """Asked to go back to where one came from."""
    summary_asked = Signal(object)
    """Its ``Replayed``."""
    settled = Signal()
    """What was asked for was read, written or refused, and is shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.replayed: Replayed | None = None
        """What is shown."""
        self._selected = 0
        self._axis = Axis.TIME
        self._aside = SetAside()
        self._comparing = False
        self._edges: MovedEdges | None = None
        self._look: Look | None = None
        self._reading = ""
        self._view, self._asking = View(self), AskingLine(self)
        self._work = Work(self)
        self._corrections = Corrections(self._asking, self._work, self)
        self._player = Player(self)
        self._controls = self._all_controls()
        self._player.moved.connect(self._follow)
        self._player.changed.connect(self._say_words)
        self._work.failed.connect(self._refused)
        self._work.share.connect(self._read_share)
        self._corrections.corrected.connect(self._corrected)
        self._view.charts.scrubbed.connect(self._player.go_to)
        self._view.charts.edge_moved.connect(
            lambda place, to_s: self._change_edges(lambda edges: edges.moved(place, to_s))
        )
        whole = QVBoxLayout(self)
        whole.addWidget(self._view, 1)
        whole.addWidget(self._asking)
        whole.addWidget(self._controls)

    def open(self, path: Path) -> None:
        """Read a recording; the window stays free meanwhile. Reps set aside stay so."""
        if not self._work.busy:
            self._leave_edges()
            self._player.hold()
            self._reading = path.name
            self._read_share(0.0)
            self._work.start(partial(read_replay, path, self._work.share.emit), self._opened)

    def set_look(self, look: Look) -> None:
        self._look = look
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(look.px(2), look.px(1.2), look.px(2), look.px(1.5))
            layout.setSpacing(look.px(0.8))
        self._view.set_look(look)
        self._asking.set_look(look)
        self._controls.set_look(look)
        self._refresh()

    def press(self, event: QKeyEvent) -> bool:
        key, held = _K(event.key()), event.modifiers()
        if self._asking.asking:  # letters are letters then
            if key == _K.Key_Escape:
                self._asking.leave()
            return key != _K.Key_F11
        if held & Qt.KeyboardModifier.ControlModifier:
            if key == _K.Key_Z:
                self._undo()
            return key == _K.Key_Z
        if held & Qt.KeyboardModifier.ShiftModifier and key in (_K.Key_Left, _K.Key_Right):
            self._step(-10 * _STEP_S if key == _K.Key_Left else 10 * _STEP_S)
            return True
        if key in (_K.Key_Home, _K.Key_End):
            self._to_edge(int(key == _K.Key_End))
            return True
        return self._controls.press(key)

    def leave(self) -> None:
        self._player.hold()

    def _all_controls(self) -> Controls:
        correct, say, change = self._of_rep, self._corrections, self._change_edges
        always = (
            Control("Play 1×", "Space", (_K.Key_Space,), self._player.toggle),
            Control("Slower", "−", (_K.Key_Minus,), partial(self._player.faster, -1)),
            Control("Faster", "+", (_K.Key_Plus, _K.Key_Equal), partial(self._player.faster, 1)),
            Control("Back", "←", (_K.Key_Left,), partial(self._step, -_STEP_S)),
            Control("On", "→", (_K.Key_Right,), partial(self._step, _STEP_S)),
            Control("Previous", "PgUp", (_K.Key_PageUp,), partial(self._choose_by, -1)),
            Control("Next", "PgDn", (_K.Key_PageDown,), partial(self._choose_by, 1)),
            Control("By distance", "D", (_K.Key_D,), self._other_axis),
            Control("Summary", "S", (_K.Key_S,), self._ask_for_summary),
        )
        corrections = (
            Control("Edges", "E", (_K.Key_E,), partial(correct, self._edit_edges)),
            Control("Exclude", "X", (_K.Key_X,), partial(correct, say.exclude)),
            Control("Note", "N", (_K.Key_N,), partial(correct, say.note)),
            Control("Athlete", "A", (_K.Key_A,), partial(correct, self._rename)),
            Control("Load", "L", (_K.Key_L,), partial(correct, self._reload)),
            Control("Undo", "⌫", (_K.Key_Backspace,), self._undo),
            Control("Set aside", "K", (_K.Key_K,), self._set_aside),
            Control("Compare", "C", (_K.Key_C,), self._compare),
            Control("Open", "O", (_K.Key_O,), self._ask_for_file),
            Control("Leave", "Esc", (_K.Key_Escape,), self.left.emit),
        )
        edges = (
            Control("Other edge", "↑", (_K.Key_Up, _K.Key_Down), partial(change, MovedEdges.other)),
            Control("Keep edges", "Enter", (_K.Key_Return, _K.Key_Enter), self._keep_edges),
            Control("As found", "0", (_K.Key_0,), partial(change, MovedEdges.as_found)),
            Control("Leave edges", "Esc", (_K.Key_Escape,), self._leave_edges),
        )
        return Controls(always, {_CORRECT: corrections, _EDGES: edges})

    # What is shown.

    @property
    def _reps(self) -> tuple[ShownRep, ...]:
        return self.replayed.reps if self.replayed else ()

    @property
    def _rep(self) -> ShownRep | None:
        return self._reps[self._selected] if self._selected < len(self._reps) else None

    def _read_share(self, share: float) -> None:
        self._asking.say(f"Reading {self._reading} … {100 * share:.0f} %")

    def _opened(self, replayed: Replayed) -> None:
        self.replayed, self._selected, self._comparing = replayed, 0, False
        self._corrections.begin(replayed)
        self._player.begin(replayed.span_s)
        self._to_edge(0)
        self._asking.say(replayed.correctable or (_HINT if replayed.reps else ""))
        self._settle()

    def _corrected(self, replayed: Replayed) -> None:
        self.replayed = replayed
        self._aside = self._aside.now(replayed.path, replayed.reps)
        self._selected = min(self._selected, max(0, len(replayed.reps) - 1))
        self._settle()

    def _refused(self, sentence: str) -> None:
        self._asking.say(sentence[:1].upper() + sentence[1:] + ".")
        self._settle()

    def _settle(self) -> None:
        self._refresh()
        self.settled.emit()

    def _refresh(self, *, session: bool = True) -> None:
        """Draw everything anew; the whole session only where it may look otherwise."""
        look, replayed, shown = self._look, self.replayed, self._rep
        if look is None:
            return
        self._say_words()
        if self._comparing:
            self._view.show_compared(self._aside.reps, self._axis, look)
        elif shown is not None:
            self._view.show_rep(shown, self._axis, self._edges, look)
        else:
            self._view.show_nothing(_NO_REP if replayed else _NOTHING)
        if session:
            self._view.show_session(replayed)
        self._view.charts.choose(self._selected)
        self._move_cursor()

    def _say_words(self) -> None:
        """What the buttons do now."""
        shown, replayed, button = self._rep, self.replayed, self._controls.button
        playing = self._player.playing
        word = "Hold" if playing.running else "Play"
        button("Space").set_words(f"{word} {playing.words}", filled=playing.running)
        button("D").set_words("By distance" if self._axis is Axis.TIME else "By time")
        excluded = shown is not None and shown.rep.excluded
        button("X", _CORRECT).set_words("Include" if excluded else "Exclude")
        lies = replayed and shown and self._aside.place(replayed.path, shown) is not None
        button("K", _CORRECT).set_words("Put back" if lies else "Set aside")
        compare = f"Compare {len(self._aside.reps) or ''}".strip()
        button("C", _CORRECT).set_words(compare, filled=self._comparing)
        can = self._corrections.possible
        for key in ("E", "X", "N", "A", "L"):
            button(key, _CORRECT).setEnabled(can and shown is not None and not self._comparing)
        button("S").setEnabled(replayed is not None and self._edges is None)
        undo = replayed is not None and bool(undoing(replayed))
        button("⌫", _CORRECT).setEnabled(can and undo)
        self._controls.show_page(_CORRECT if self._edges is None else _EDGES)

    def _move_cursor(self) -> None:
        if self.replayed is not None and self._look is not None:
            told = None if self._comparing else self._rep
            self._view.set_cursor(self._player.playing.time_s, self.replayed, told, self._look)

    # Playing.

    def _step(self, by_s: float) -> None:
        if self._edges is not None:
            self._change_edges(lambda edges: edges.moved_by(by_s))
        else:
            self._player.hold()
            self._player.go_to(self._player.playing.time_s + by_s)

    def _to_edge(self, place: int) -> None:
        if self._rep is not None:
            self._player.go_to(self._rep.span_s[place])

    def _follow(self) -> None:
        """The rep that the cursor comes to is shown."""
        at_s, fixed = self._player.playing.time_s, self._edges is not None or self._comparing
        begun = [i for i, rep in enumerate(self._reps) if rep.span_s[0] - _BEFORE_S <= at_s]
        if begun and begun[-1] != self._selected and not fixed:
            self._selected = begun[-1]
            self._refresh(session=False)
        else:
            self._move_cursor()

    def _choose_by(self, steps: int) -> None:
        if self._reps and self._edges is None:
            self._comparing = False
            self._selected = min(max(self._selected + steps, 0), len(self._reps) - 1)
            self._refresh(session=False)
            self._to_edge(0)

    def _other_axis(self) -> None:
        if self._edges is None:
            self._axis = Axis.DISTANCE if self._axis is Axis.TIME else Axis.TIME
            self._refresh(session=False)

    # Correcting.

    def _of_rep(self, act: Callable[[ShownRep], None]) -> None:
        """Do something to the rep that is shown, if it may be done."""
        if self.replayed is not None and self.replayed.correctable:
            self._asking.say(self.replayed.correctable)
        elif self._rep is not None and self._corrections.possible and not self._comparing:
            act(self._rep)
        self._say_words()

    def _rename(self, _shown: ShownRep) -> None:
        self._corrections.rename(self._reps, self._selected)

    def _reload(self, _shown: ShownRep) -> None:
        if self._look is not None:
            self._corrections.reload(self._reps, self._selected, self._look.quantities)

    def _undo(self) -> None:
        if self._edges is None:
            self._of_rep(lambda _: self._corrections.undo())

    def _edit_edges(self, shown: ShownRep) -> None:
        if isinstance(shown.trace, RepTrace):
            self._player.hold()
            self._axis, self._edges = Axis.TIME, MovedEdges(shown, shown.span_s)
            self._refresh(session=False)
            self._asking.say(_MOVE)

    def _change_edges(self, change: Callable[[MovedEdges], MovedEdges]) -> None:
        if self._edges is not None:
            self._edges = change(self._edges)
            self._view.charts.set_edges(self._edges.edges_s, self._edges.moving)
            self._asking.say(self._edges.words)

    def _keep_edges(self) -> None:
        edges = self._edges
        self._leave_edges()
        if edges is not None:
            number = edges.shown.rep.number
            words = f"Rep {number} is measured between these edges; Undo takes it back."
            self._corrections.write(edges.said(), words if edges.said() else "Nothing was moved.")
            self._say_words()

    def _leave_edges(self) -> None:
        if self._edges is not None:
            self._edges = None
            self._asking.say("")
            self._refresh(session=False)

    # Comparing.

    def _set_aside(self) -> None:
        if self.replayed is not None and self._rep is not None:
            self._aside, words = self._aside.toggled(self.replayed.path, self._rep)
            self._asking.say(words)
            self._comparing = self._comparing and len(self._aside.reps) > 1
            self._refresh(session=False)

    def _compare(self) -> None:
        if not self._comparing and len(self._aside.reps) < 2:
            self._asking.say("Set two or more reps aside with K, then compare them with C.")
            return
        self._comparing = not self._comparing
        self._player.hold()
        self._asking.say("")
        self._refresh()

    def _ask_for_summary(self) -> None:
        if self.replayed is not None and self._edges is None:
            self.summary_asked.emit(self.replayed)

    def _ask_for_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a recording", "", "Recordings (*.mcap)")
        if name:
            self.open(Path(name))
