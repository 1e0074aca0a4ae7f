"""Every word on the pages that is not the judge's, in one place for a translator."""

from typing import Final, NamedTuple

from sledmon.judge.wording import percent_words, verdict_sentence
from sledmon.present.share.shown import yards_text
from sledmon.results import Rep

_FLAGS: Final = {
    "watch": ("down", "▼", "watch"),
    "strength-load": ("down", "▼▼", "strength load"),
    "fatigue": ("down", "▼", "fatigue"),
}
_ZONES: Final = {
    "speed": ("up", "▲"),
    "transition": ("plain", "◆"),
    "strength": ("plain", "■"),
}


class Badge(NamedTuple):
    """A verdict in a shape and a word; the colour only repeats them."""

    kind: str
    shape: str
    word: str


def badge(rep: Rep) -> Badge:
    """What stands beside a rep."""
    verdict = rep.verdict
    if rep.excluded:
        return Badge("off", "×", "not counted")
    if not rep.estimates.complete:
        return Badge("off", "×", "stopped short")
    if verdict.flag:
        return Badge(*_FLAGS[verdict.flag])
    if verdict.cause == "sensor" or rep.estimates.trust == "poor":
        return Badge("off", "?", "not judged")
    if verdict.zone == "unknown":
        return Badge("plain", "○", "no baseline")
    if verdict.zone == "baseline":
        return Badge("plain", "○", "free")
    unsure = "?" if verdict.certainty == "within-error" else ""
    return Badge(*_ZONES[verdict.zone], f"{verdict.zone}{unsure}")


def sentence(rep: Rep) -> str:
    """One plain sentence on a rep: the judge's where it says one, else what was measured."""
    if rep.excluded:
        return "Your coach took this rep out."
    if not rep.estimates.complete:
        return f"Stopped before {yards_text(rep.conditions.distance_m)}: not judged."
    said = verdict_sentence(rep)
    if said:
        return said
    verdict = rep.verdict
    if verdict.zone == "baseline":
        return "Free backpedal: sled reps are compared with these."
    if not verdict.velocity_decrement.known:
        return "Not compared: three reps without a sled come first."
    if verdict.velocity_decrement.value < 0:
        return "Not slower than your free backpedal."
    return f"{percent_words(verdict.velocity_decrement.value)} slower than your free backpedal."
