"""How firmware gathers samples into numbered notifications."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from sledmon.samples import IntArray
from sledmon.wire.descriptor import Kind
from sledmon.wire.stream import (
    SEQUENCE_MODULUS,
    TICK_MODULUS,
    VERSION,
    Flags,
    Header,
    pack_encoder,
    pack_imu,
)

LEAST_I16: Final = -32768
MOST_I16: Final = 32767


class Numbered(NamedTuple):
    """A finished notification."""

    finished_tick: int
    """When its last sample was taken, unwrapped, before ``tick_zero`` is taken off."""
    sequence: int
    payload: bytes


class Packer:
    """Samples in, numbered notifications out; a sample goes into exactly one of them."""

    def __init__(self, kind: Kind, first_sequence: int = 0, tick_zero: int = 0) -> None:
        self.sequence = first_sequence % SEQUENCE_MODULUS
        """The number of the next notification."""
        self._tick_zero = tick_zero
        self._imu = kind is Kind.IMU
        self._tick: list[int] = []
        self._sample: list[IntArray] = []
        self._overflow = False

    def push(self, tick: IntArray, sample: IntArray, size: int) -> Iterator[Numbered]:
        """Add samples: (n, 6) of an IMU or (n,) counts; gives what reaches ``size`` samples."""
        for at, value in zip(tick.tolist(), sample, strict=True):
            if self._out_of_reach(value):
                yield from self.finish()
            self._tick.append(at)
            self._sample.append(value)
            while len(self._tick) >= size:
                yield self._finished(size)

    def finish(self) -> Iterator[Numbered]:
        """End the notification in hand, if there is one, however short."""
        if self._tick:
            yield self._finished(len(self._tick))

    def drop(self) -> Iterator[Numbered]:
        """Samples were dropped here: end what is in hand, mark what comes next."""
        yield from self.finish()
        self._overflow = True

    def _out_of_reach(self, count: IntArray) -> bool:
        if self._imu or not self._sample:
            return False
        return not LEAST_I16 <= int(count) - int(self._sample[-1]) <= MOST_I16

    def _finished(self, size: int) -> Numbered:
        sample = np.array(self._sample[:size])
        finished_tick = self._tick[size - 1]
        flags = Flags.OVERFLOW if self._overflow else Flags(0)
        if self._imu:
            sample = np.clip(sample, LEAST_I16, MOST_I16)
            if np.any((sample == LEAST_I16) | (sample == MOST_I16)):
                flags |= Flags.CLIPPED
        tick = (self._tick[0] - self._tick_zero) % TICK_MODULUS
        header = Header(VERSION, self.sequence, tick, int(flags))
        payload = (
            pack_imu(header, sample.astype(np.int16)) if self._imu else pack_encoder(header, sample)
        )
        numbered = Numbered(finished_tick, self.sequence, payload)
        del self._tick[:size], self._sample[:size]
        self.sequence = (self.sequence + 1) % SEQUENCE_MODULUS
        self._overflow = False
        return numbered
