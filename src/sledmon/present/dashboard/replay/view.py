"""What is seen of a replay above its buttons: heading, curves, and the numbers beside them."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from sledmon.estimate import RepTrace
from sledmon.present.dashboard.look import BOLD, Look
from sledmon.present.dashboard.replay.charts import Charts
from sledmon.present.dashboard.replay.panel import Differences, Panel
from sledmon.present.quantities import clock
from sledmon.present.replay.compare import Compared
from sledmon.present.replay.curves import Axis
from sledmon.present.replay.edges import MovedEdges
from sledmon.present.replay.facts import at_cursor, heading, shortened, why_no_curve
from sledmon.present.replay.session import Replayed, ShownRep


class View(QWidget):
    """Shows one rep, several reps, or a sentence why there is nothing to show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.charts = Charts(self)
        self._panel, self._differences = Panel(self), Differences(self)
        self._who, self._where, self._sentence = QLabel(self), QLabel(self), QLabel(self)
        self._beside = QScrollArea(self)
        self._beside.setWidget(self._panel)
        self._beside.setWidgetResizable(True)
        self._beside.setFrameShape(QScrollArea.Shape.NoFrame)
        self._beside.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._beside.setAccessibleName("The rep's numbers")
        policy = self.charts.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.charts.setSizePolicy(policy)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setWordWrap(True)
        self._sentence.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        head, middle, curves = QHBoxLayout(), QHBoxLayout(), QVBoxLayout()
        self._who.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        head.addWidget(self._who, 1)
        head.addWidget(self._where)
        curves.addWidget(self.charts, 1)
        curves.addWidget(self._differences)
        middle.setSpacing(0)
        middle.addLayout(curves, 1)
        middle.addWidget(self._beside)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addLayout(head)
        self._layout.addLayout(middle, 1)

    def set_look(self, look: Look) -> None:
        """Take colours, sizes and units; everything is to be shown again afterwards."""
        self._layout.setSpacing(look.px(0.8))
        self._who.setFont(look.font(2.8, BOLD))
        self._where.setFont(look.font(1.9))
        self._sentence.setFont(look.font(2.4, BOLD))
        self._beside.setFixedWidth(look.px(50))
        self.charts.set_look(look)
        self._panel.set_look(look)

    def show_rep(self, shown: ShownRep, axis: Axis, edges: MovedEdges | None, look: Look) -> None:
        """One rep, big."""
        self._choose_side(compared=False)
        self._head(f"Rep {shown.rep.number} · {heading(shown, look.quantities)}")
        self._panel.show_rep(shown)
        if isinstance(shown.trace, RepTrace):
            self._say("")
            self.charts.show_rep(shown, shown.trace, axis, editing=edges is not None)
        else:
            self._say(why_no_curve(shown))
            self.charts.show_nothing()
        if edges is not None:
            self.charts.set_edges(edges.edges_s, edges.moving)

    def show_compared(self, compared: Sequence[Compared], axis: Axis, look: Look) -> None:
        """Several reps over one another."""
        self._choose_side(compared=True)
        self._say("")
        self._head(f"Comparing {len(compared)} reps")
        self.charts.show_compared(compared, axis)
        self._differences.show_compared(compared, look)

    def show_nothing(self, why: str) -> None:
        """No rep, in a sentence."""
        for side in (self._beside, self._differences):
            side.hide()
        self._head("Replay")
        self.charts.show_nothing()
        self._say(why)

    def show_session(self, replayed: Replayed | None) -> None:
        """The whole recording above it all; nothing where nothing was measured."""
        self.charts.setVisible(replayed is not None and bool(len(replayed.overview[0])))
        if replayed is not None:
            self.charts.show_session(replayed)

    def set_cursor(
        self, at_s: float, replayed: Replayed, shown: ShownRep | None, look: Look
    ) -> None:
        """Where playing stands; ``shown``: values there are told."""
        self.charts.set_cursor(at_s)
        where = f"{shortened(replayed.path.stem)} · {clock(max(0.0, at_s))}"
        if shown is not None:
            where = f"{at_cursor(shown, at_s, look.quantities)}  ·  {where}"
        self._where.setText(where)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._head(self._who.accessibleName())
        self._place_sentence()

    def _head(self, text: str) -> None:
        """Above it all; a name too long for it is cut at its end."""
        self._who.setAccessibleName(text)
        room = self.width() - self._where.sizeHint().width() - 20
        end = Qt.TextElideMode.ElideRight
        self._who.setText(self._who.fontMetrics().elidedText(text, end, room))

    def _choose_side(self, *, compared: bool) -> None:
        self._beside.setVisible(not compared)
        self._differences.setVisible(compared)

    def _say(self, sentence: str) -> None:
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        self._place_sentence()

    def _place_sentence(self) -> None:
        box = self.charts.geometry()
        aside, down = box.width() // 8, box.height() // 3
        self._sentence.setGeometry(box.adjusted(aside, down, -aside, 0))
        self._sentence.raise_()
