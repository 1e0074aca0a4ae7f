"""Which records of a recording are one athlete's; pure.

Theirs is what the sensors measured from an event that names them to the next one that names
another, by the time of the samples: a packet that was sent again later is theirs too. A rep stays
its athlete's to its end, even if the next athlete was named before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Final, NamedTuple

import numpy as np

from sledmon.decode import Decoder
from sledmon.decode.decoder import Decoded
from sledmon.errors import EventError, PlanError
from sledmon.events import parse_event
from sledmon.library.ids import mentions, name_key
from sledmon.library.plan_text import without_athlete
from sledmon.plan import read_plan
from sledmon.results import Conditions
from sledmon.samples import EncoderBlock, Event, ImuBlock, Packet, Record
from sledmon.units import NANOSECONDS_PER_SECOND

REP_MARGIN_S: Final = 1.0
"""A rep's neighbourhood: the step before its start, and the estimator's wait behind its gate."""
_PERSONAL: Final = frozenset(
    {"baseline", "note", "exclude_rep", "include_rep", "recover_rep", "rep_edges"}
)
"""Inputs that speak of one athlete's work; loads, sets and distances hold for who comes next."""


class Span(NamedTuple):
    """Session time in ``[start_s, end_s)``."""

    start_s: float
    end_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Theirs:
    """One athlete's times in one recording, and the others' reps that reach into them."""

    key: str
    """The athlete's ``name_key``."""
    spans: tuple[Span, ...]
    others: tuple[Span, ...] = ()

    def holds(self, first_s: float, last_s: float) -> bool:
        """Whether samples in ``[first_s, last_s]`` are theirs, if only in part."""
        if any(s.start_s <= last_s and first_s < s.end_s for s in self.others):
            return False
        return any(s.start_s <= last_s and first_s < s.end_s for s in self.spans)


def names_in(events: Iterable[Event]) -> list[str]:
    """Every athlete that events name, each once."""
    return list(dict.fromkeys(e.value for e in events if e.kind == "athlete"))


def theirs(
    nickname: str, events: Sequence[Event], reps: Iterable[tuple[str, float, float]] = ()
) -> Theirs:
    """An athlete's times, from a recording's events and its reps (athlete, start, end).

    >>> told = [Event(0, 5.0, "athlete", "Ann"), Event(0, 9.0, "athlete", "Bo")]
    >>> theirs("ann", told).spans
    (Span(start_s=5.0, end_s=9.0),)
    """
    key = name_key(nickname)
    undone = set(_undone_by(events))
    named = [(-inf, Conditions().athlete)]
    named += [
        (event.time_s, event.value)
        for place, event in enumerate(events)
        if event.kind == "athlete" and place not in undone
    ]
    named.sort(key=lambda pair: pair[0])  # of equal times the later input holds
    own = [
        Span(start_s, end_s)
        for (start_s, name), (end_s, _) in pairwise([*named, (inf, "")])
        if name_key(name) == key and start_s < end_s
    ]
    around = [
        (name, Span(start_s - REP_MARGIN_S, end_s + REP_MARGIN_S)) for name, start_s, end_s in reps
    ]
    own += [span for name, span in around if name_key(name) == key]
    others = tuple(span for name, span in around if name_key(name) != key)
    return Theirs(key=key, spans=tuple(own), others=others)


def kept(events: Sequence[Event], gone: Theirs) -> list[Event | None]:
    """Each event as it may stay; None where it names the athlete or speaks of their work.

    A plan stays without the athlete's own lines. An undo goes with the event that it undoes.
    """
    stays = [_kept(event, gone) for event in events]
    undoes = _undone_by(events)
    return [
        None if undone is not None and stays[undone] is None else event
        for event, undone in zip(stays, undoes, strict=True)
    ]


def _kept(event: Event, gone: Theirs) -> Event | None:
    if event.kind == "plan" and mentions(event.value, gone.key):
        text = without_athlete(event.value, gone.key)
        return None if text is None else event._replace(value=text.strip())
    return None if _speaks_of(event, gone) else event


def _speaks_of(event: Event, gone: Theirs) -> bool:
    if event.kind == "athlete":
        return name_key(event.value) == gone.key
    if event.kind == "note" and mentions(event.value, gone.key):
        return True
    if event.kind not in _PERSONAL:
        return False
    moment_s = event.time_s
    try:
        meant = parse_event(event.kind, event.value)
    except EventError:
        meant = None
    if event.kind == "rep_edges" and isinstance(meant, tuple):
        moment_s = sum(meant) / 2
    elif isinstance(meant, float):
        moment_s = meant
    return gone.holds(moment_s, moment_s)


def _undone_by(events: Sequence[Event]) -> list[int | None]:
    """For each event the place of the one that it undoes, as the pipeline takes them."""
    stands: list[int] = []
    undoes: list[int | None] = []
    for place, event in enumerate(events):
        undone = None
        try:
            parse_event(event.kind, event.value)
            if event.kind == "plan":
                read_plan(event.value)
        except (EventError, PlanError):
            pass  # never had an effect, so nothing undoes it
        else:
            if event.kind != "undo":
                stands.append(place)
            elif stands:
                undone = stands.pop()
        undoes.append(undone)
    return undoes


def times_of_packets(batches: Iterable[Sequence[Record]]) -> dict[int, tuple[float, float]]:
    """First and last sample time of each packet, by its record's ordinal.

    A packet that nothing can be read from counts by its arrival.
    """
    decoder, first, last_ns = Decoder(), 0, 0
    arrived: dict[int, tuple[float, float]] = {}
    sampled: dict[int, tuple[float, float]] = {}
    for batch in batches:
        for ordinal, record in enumerate(batch, first):
            last_ns = record.received_ns
            if isinstance(record, Packet):
                arrived_s = record.received_ns / NANOSECONDS_PER_SECOND
                arrived[ordinal] = arrived_s, arrived_s
        _widen(sampled, decoder.push(batch, first))
        first += len(batch)
    _widen(sampled, decoder.finish(last_ns))
    return arrived | sampled


def _widen(times: dict[int, tuple[float, float]], decoded: Decoded) -> None:
    blocks: list[ImuBlock | EncoderBlock] = [*decoded.imu, *decoded.encoder]
    for block in blocks:
        ordinals, place = np.unique(block.record, return_inverse=True)
        low, high = np.full(len(ordinals), inf), np.full(len(ordinals), -inf)
        np.minimum.at(low, place, block.time_s)
        np.maximum.at(high, place, block.time_s)
        for ordinal, first_s, last_s in zip(ordinals.tolist(), low, high, strict=True):
            before = times.get(ordinal, (inf, -inf))
            times[ordinal] = min(before[0], float(first_s)), max(before[1], float(last_s))
