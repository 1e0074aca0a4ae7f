"""A rep's state in words: by tone, shape and word, so that sun or eyes may take any two. No Qt.

Nothing is decided here: zones, flags and causes are ``judge/``'s.
"""

from dataclasses import dataclass
from enum import StrEnum

from sledmon.judge.wording import CAUSES, line_words, surety_words, worst_loss
from sledmon.present.quantities import UNKNOWN, plus_minus
from sledmon.present.sideline import words
from sledmon.results import Measured, Rep


class Tone(StrEnum):
    """How a state looks."""

    INSIDE = "inside"
    PAST = "past"
    PLAIN = "plain"  # nothing is claimed: an outline only


@dataclass(frozen=True, slots=True)
class Tile:
    """A state in words."""

    tone: Tone
    mark: str
    word: str
    lines: tuple[str, ...] = ()


def tile_of(rep: Rep) -> Tile:
    """What is said of a finished rep."""
    verdict = rep.verdict
    if rep.excluded:
        return Tile(Tone.PLAIN, "×", words.TILE_EXCLUDED)
    if not rep.estimates.complete:
        return Tile(Tone.PLAIN, "■", words.TILE_SHORT)
    if verdict.flag is not None:
        mark = "▼▼" if verdict.flag == "strength-load" else "▼"
        return Tile(Tone.PAST, mark, words.TILE_PAST[verdict.flag], _flag_lines(rep))
    if rep.estimates.trust == "poor" or not rep.estimates.window.velocity_mps.known:
        return Tile(Tone.PLAIN, "?", words.TILE_NOT_JUDGED, rep.estimates.notes[:1])
    if verdict.zone == "baseline":
        return Tile(Tone.PLAIN, "●", words.TILE_BASELINE)
    if verdict.zone == "unknown":
        return Tile(Tone.PLAIN, "○", words.TILE_NO_BASELINE)
    slower = words.SLOWER_ALONE.format(percent=_percent(verdict.velocity_decrement))
    if verdict.zone == "speed" and verdict.certainty != "within-error":
        return Tile(Tone.INSIDE, "▲", words.TILE_INSIDE, (slower,))
    return Tile(Tone.PLAIN, "◆", words.TILE_WITHIN, (slower,))


def blind_tile(rep: Rep) -> Tile:
    """The same where results are hidden: whether it counts, and nothing of how it went."""
    tile = tile_of(rep)
    judged = rep.verdict.flag is not None or rep.verdict.zone in ("speed", "transition", "strength")
    if judged and tile.word not in (words.TILE_EXCLUDED, words.TILE_SHORT, words.TILE_NOT_JUDGED):
        return Tile(Tone.PLAIN, "●", words.TILE_DONE)
    return Tile(tile.tone, tile.mark, tile.word)


def _flag_lines(rep: Rep) -> tuple[str, ...]:
    verdict = rep.verdict
    line = line_words(verdict)
    sure = words.SURE.format(surety=surety_words(verdict), cause=CAUSES[verdict.cause or "load"])
    if verdict.flag == "fatigue":
        return words.LOST.format(percent=_percent(worst_loss(verdict)), line=line), sure
    return words.SLOWER.format(percent=_percent(verdict.velocity_decrement), line=line), sure


def _percent(measured: Measured) -> str:
    if not measured.known:
        return UNKNOWN
    error = plus_minus(100 * measured.sigma, 0)
    return f"{100 * measured.value:.0f}{f' {error}' if error else ''} %"
