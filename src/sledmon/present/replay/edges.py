"""A rep's edges while they are moved; what was found is kept beside them."""

import math
from dataclasses import dataclass, replace
from typing import Final

from sledmon.present.replay.session import ShownRep
from sledmon.recording import Said

LEAST_REP_S: Final = 0.3
_SAME_S: Final = 0.002
_BEHIND_S: Final = 0.3
_APART_S: Final = 0.01


@dataclass(frozen=True, slots=True)
class MovedEdges:
    """Edges of one rep, and which of them keys move."""

    shown: ShownRep
    edges_s: tuple[float, float]
    moving: int = 0
    """0 the start, 1 the end."""

    @property
    def words(self) -> str:
        """Where they stand."""
        start_s, end_s = self.edges_s
        length_s = end_s - start_s
        return f"From {start_s:.2f} to {end_s:.2f} s of the session: {length_s:.2f} s."

    def other(self) -> "MovedEdges":
        """The other edge is to be moved."""
        return replace(self, moving=1 - self.moving)

    def moved_by(self, by_s: float) -> "MovedEdges":
        """The edge a little elsewhere."""
        return self.moved(self.moving, self.edges_s[self.moving] + by_s)

    def moved(self, place: int, to_s: float) -> "MovedEdges":
        """One edge elsewhere, as far as both still mean this rep.

        They keep their order, and their middle stays before the next rep.
        """
        start_s, end_s = self.edges_s
        first_s, next_s = self.shown.corrected.start_s, self.shown.next_start_s
        if place == 0:
            start_s = max(min(to_s, end_s - LEAST_REP_S), 2 * first_s - end_s + _APART_S)
        else:
            end_s = max(to_s, start_s + LEAST_REP_S, 2 * first_s - start_s + _APART_S)
            end_s = min(end_s, 2 * next_s - start_s - _APART_S)
        return replace(self, edges_s=(round(start_s, 4), round(end_s, 4)), moving=place)

    def as_found(self) -> "MovedEdges":
        """Back to where the rep was found."""
        found = self.shown.corrected.found
        if found is None:
            return self
        end_s = self.shown.span_s[1] if math.isnan(found.end_s) else found.end_s
        return replace(self, edges_s=(found.start_s, end_s))

    def said(self) -> tuple[Said, ...]:
        """The rep from edge to edge, as an event; none where nothing was moved.

        An end at the rep's gate means the gate: the edge then lies behind it, so that it is passed.
        """
        start_s, end_s = self.edges_s
        if self.edges_s == self.shown.span_s:
            return ()
        found = self.shown.corrected.found
        gates_s = (self.shown.rep.estimates.end_s, found.end_s if found else math.nan)
        if any(math.isclose(end_s, gate_s, abs_tol=_SAME_S) for gate_s in gates_s):
            end_s += _BEHIND_S
        return (Said("rep_edges", f"{start_s!r} {end_s!r}", self.shown.moment_s),)
