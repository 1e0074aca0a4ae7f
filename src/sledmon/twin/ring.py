"""The last notifications of a sensor, kept so that a host can ask for them again."""

from collections.abc import Iterator

from sledmon.wire.stream import ATT_OVERHEAD_BYTES, HEADER, SEQUENCE_MODULUS, Flags

_FLAGS_OFFSET = HEADER.size - 1


class Ring:
    """Keeps ``capacity`` notifications by their sequence; the oldest goes first."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._payloads: dict[int, bytes] = {}

    def __len__(self) -> int:
        return len(self._payloads)

    def put(self, sequence: int, payload: bytes) -> None:
        """Keep what has just been sent, or could not be."""
        self._payloads.pop(sequence, None)
        self._payloads[sequence] = payload
        if len(self._payloads) > self.capacity:
            del self._payloads[next(iter(self._payloads))]

    def again(self, first: int, extent: int, att_mtu: int) -> list[bytes]:
        """What is left of ``extent`` notifications from ``first``, oldest first, with RESENT set.

        Those that no longer fit the MTU are left out.
        """
        return list(self._found(first, extent, att_mtu - ATT_OVERHEAD_BYTES))

    def _found(self, first: int, extent: int, room: int) -> Iterator[bytes]:
        for k in range(extent):
            payload = self._payloads.get((first + k) % SEQUENCE_MODULUS)
            if payload is not None and len(payload) <= room:
                again = bytearray(payload)
                again[_FLAGS_OFFSET] |= Flags.RESENT
                yield bytes(again)
