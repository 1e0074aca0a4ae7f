"""Asks what is to be corrected, writes it as events, and gives back what follows from them."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from sledmon.present.dashboard.replay.asking import AskingLine
from sledmon.present.dashboard.replay.work import Work
from sledmon.present.quantities import Quantities
from sledmon.present.replay import edits
from sledmon.present.replay.session import Replayed, ShownRep, correct
from sledmon.recording import Said


class Corrections(QObject):
    """Of one recording at a time; nothing is edited, everything can be taken back."""

    corrected = Signal(object)
    """What the recording is now."""

    def __init__(self, asking: AskingLine, work: Work, parent: QObject) -> None:
        super().__init__(parent)
        self._asking, self._work = asking, work
        self._replayed: Replayed | None = None
        self._said_here: list[int] = []
        """How many events each correction of this sitting was."""
        self._undo_asked = ""

    def begin(self, replayed: Replayed) -> None:
        """Another recording is shown."""
        self._replayed, self._said_here, self._undo_asked = replayed, [], ""

    @property
    def possible(self) -> bool:
        """Whether something can be written just now."""
        return self._replayed is not None and not self._replayed.correctable and not self._work.busy

    def exclude(self, shown: ShownRep) -> None:
        """Leave a rep out for a reason, or count it again."""
        number = shown.rep.number
        if shown.rep.excluded:
            self.write(edits.included(shown), f"Rep {number} counts again.")
        else:
            self._ask(
                f"Why is rep {number} left out?",
                lambda why: (edits.excluded(shown, why), f"Rep {number} is left out."),
            )

    def note(self, shown: ShownRep) -> None:
        """Write something to a rep."""
        question = f"Note to rep {shown.rep.number}:"
        self._ask(question, lambda text: (edits.noted(shown, text), "Noted."))

    def rename(self, reps: Sequence[ShownRep], place: int) -> None:
        """Somebody else ran a rep."""
        rep = reps[place].rep
        self._ask(
            f"Who ran rep {rep.number}?",
            lambda name: (edits.renamed(reps, place, name), f"{name} ran it."),
            rep.conditions.athlete,
        )

    def reload(self, reps: Sequence[ShownRep], place: int, quantities: Quantities) -> None:
        """Other plates were on the sled."""
        rep, unit = reps[place].rep, quantities.settings.mass

        def answered(text: str) -> tuple[Sequence[Said], str]:
            kilograms = edits.mass_typed(text, quantities)
            if kilograms is None:
                return (), f"“{text}” is not a load; write a number in {unit}, such as 20."
            words = f"{quantities.mass(kilograms)} of plates were on the sled."
            return edits.reloaded(reps, place, kilograms), words

        given = quantities.mass_number(rep.conditions.load_kg)
        self._ask(f"Plates on the sled in rep {rep.number}, {unit}:", answered, given)

    def undo(self) -> None:
        """Take back what was said last: here at once, in the session itself when asked twice."""
        if self._replayed is None or not self.possible:
            return
        what = edits.undoing(self._replayed)
        if not what:
            self._asking.say("There is nothing to take back.")
        elif self._said_here or self._undo_asked == what:
            count = self._said_here[-1] if self._said_here else 1
            self.write([Said("undo")] * count, f"Taken back: {what}.")
        else:
            self._undo_asked = what
            self._asking.say(f"That takes back the {what} of the session itself; press again.")

    def write(self, said: Sequence[Said], words: str) -> None:
        """Write events behind the recording and measure what they concern; then say the words."""
        replayed = self._replayed
        if replayed is None or not self.possible:
            return
        if not said:
            self._asking.say(words)
            return
        self._asking.say("Writing and measuring …")

        def done(fresh: Replayed) -> None:
            self._replayed, self._undo_asked = fresh, ""
            if said[0].kind != "undo":
                self._said_here.append(len(said))
            elif self._said_here:
                self._said_here.pop()
            self._asking.say(words)
            self.corrected.emit(fresh)

        self._work.start(partial(correct, replayed, said), done)

    def _ask(
        self,
        question: str,
        answered: Callable[[str], tuple[Sequence[Said], str]],
        given: str = "",
    ) -> None:
        self._asking.ask(question, given, lambda text: self.write(*answered(text)))
