"""How much one client may ask for: a bucket each that fills again with time; pure."""

from dataclasses import dataclass
from typing import Final

MOST_CLIENTS: Final = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitParams:
    """A phone asks once, then once a rep; a coach's tablet likewise."""

    at_once: float = 60.0
    """Requests in a burst: a crowd behind one address."""
    per_second: float = 6.0
    refused_cost: float = 10.0
    """What a request for nothing that exists costs."""
    connections: int = 16
    """Open at once, of one client."""
    connections_in_all: int = 256
    head_s: float = 5.0
    """A request's head must be whole this long after its connection, or after the last answer."""
    head_bytes: int = 8192


class Limits:
    """The buckets of all clients; times are of any one clock that only goes forward."""

    def __init__(self, params: LimitParams) -> None:
        self.params = params
        self._left: dict[str, tuple[float, float]] = {}

    def left(self, client: str, now_s: float) -> float:
        """How much a client may still ask for; not above zero: nothing.

        >>> limits = Limits(LimitParams(at_once=2.0, per_second=1.0))
        >>> limits.charge("a", 3.0, 0.0)
        >>> limits.left("a", 0.5), limits.left("a", 2.0), limits.left("b", 0.5)
        (-0.5, 1.0, 2.0)
        """
        left, then_s = self._left.get(client, (self.params.at_once, now_s))
        return min(self.params.at_once, left + (now_s - then_s) * self.params.per_second)

    def charge(self, client: str, cost: float, now_s: float) -> None:
        """Take from a client's bucket; never so much that it stays shut for long."""
        left = max(self.left(client, now_s) - cost, -self.params.at_once)
        self._left.pop(client, None)
        self._left[client] = left, now_s
        if len(self._left) > MOST_CLIENTS:
            del self._left[next(iter(self._left))]  # the one not seen for longest
