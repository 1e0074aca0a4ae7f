"""One line beneath the curves: says what is going on, or asks for a few words."""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from sledmon.present.dashboard.look import BOLD, LEAST_TARGET, Look


class AskingLine(QWidget):
    """Instead of dialogs, which hide what one decides about."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = QLabel(self)
        self._answer = QLineEdit(self)
        self._words.setWordWrap(True)
        self._answer.hide()
        self._answer.returnPressed.connect(self._take)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._answer, 2)
        self._then: Callable[[str], None] | None = None

    @property
    def asking(self) -> bool:
        """Whether an answer is waited for."""
        return self._then is not None

    @property
    def said(self) -> str:
        """The sentence that is shown."""
        return self._words.text()

    def set_look(self, look: Look) -> None:
        """Take colours and sizes."""
        self._words.setFont(look.font(1.8, BOLD))
        self._answer.setFont(look.font(1.8))
        self._answer.setMinimumHeight(max(LEAST_TARGET, look.px(4.5)))
        self._answer.setStyleSheet(
            f"border: {max(2, look.px(0.3))}px solid {look.palette.focus};"
            f"border-radius: {look.px(0.6)}px; padding: 0 {look.px(0.8)}px;"
            f"background: {look.palette.page}; color: {look.palette.ink};"
        )
        self.setMinimumHeight(max(LEAST_TARGET, look.px(4.5)))

    def say(self, sentence: str) -> None:
        """Show a sentence; it stays until the next."""
        self._words.setText(sentence)

    def ask(self, question: str, given: str, then: Callable[[str], None]) -> None:
        """Ask for words; ``then`` gets them when Enter is pressed and they are not empty."""
        self._then = then
        self.say(f"{question}  Enter keeps, Esc leaves.")
        self._answer.setAccessibleName(question)
        self._answer.setText(given)
        self._answer.selectAll()
        self._answer.show()
        self._answer.setFocus()

    def leave(self) -> None:
        """Ask no longer."""
        self._then = None
        self._answer.hide()
        self.say("")
        parent = self.parentWidget()
        if parent is not None:
            parent.setFocus()

    def _take(self) -> None:
        answer, then = self._answer.text().strip(), self._then
        if answer and then is not None:
            self.leave()
            then(answer)
