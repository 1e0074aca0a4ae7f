"""Whatever a field does to a link: no sample is lost without a number that says so."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sledmon.twin.firmware import Firmware
from sledmon.twin.firmware_params import FirmwareParams, belt, tether
from sledmon.wire import uuids
from sledmon.wire.control import Opcode
from sledmon.wire.descriptor import Kind
from sledmon.wire.stream import SEQUENCE_MODULUS
from tests.twin.sampled import Received, sensor, stream

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("run"), st.integers(1, 40)),
        st.tuples(st.just("break"), st.just(0)),
        st.tuples(st.just("return"), st.sampled_from([23, 50, 185, 247])),
        st.tuples(st.just("hear"), st.integers(0, 1)),
        st.tuples(st.just("mtu"), st.sampled_from([23, 100, 247])),
        st.tuples(st.just("deaf radio"), st.integers(1, 40)),
        st.tuples(st.just("missed samples"), st.just(0)),
        st.tuples(st.just("resend"), st.integers(0, 300)),
    ),
    max_size=30,
)
FIRST = SEQUENCE_MODULUS - 36
"""Every script passes the wrap."""


class Host:
    """Does to a sensor what a script says, and keeps everything that arrives."""

    def __init__(self, params: FirmwareParams) -> None:
        self.kind = params.kind
        self.sampler = sensor(Firmware(params))
        self.received: list[Received] = []
        self._does: dict[str, Callable[[int], object]] = {
            "run": self._run,
            "break": lambda _: self.sampler.link_breaks(),
            "return": self._return,
            "hear": lambda on: self.sampler.firmware.subscribe(uuids.STREAM, bool(on)),
            "mtu": self.sampler.firmware.exchange_mtu,
            "deaf radio": self._deaf,
            "missed samples": lambda _: self.sampler.firmware.drop_samples(),
            "resend": self._resend,
        }

    def obey(self, steps: list[tuple[str, int]]) -> None:
        for name, value in steps:
            self._does[name](value)

    def fetch_everything(self) -> None:
        """Come back, let it all out, and ask for all there ever was."""
        self._return(247)
        self.sampler.command(Opcode.STOP)
        self._drain()
        numbered = (self.sampler.firmware.next_sequence - FIRST) % SEQUENCE_MODULUS
        for first in range(0, numbered, 1000):
            self._resend(first)
        self._drain()

    def _run(self, blocks: int) -> None:
        self.received += stream(self.sampler.run(blocks * 0.05), self.kind)

    def _deaf(self, blocks: int) -> None:
        """Samples come, but no connection event does."""
        room, self.sampler.room = self.sampler.room, 0
        self._run(blocks)
        self.sampler.room = room

    def _return(self, att_mtu: int) -> None:
        if not self.sampler.firmware.connected:
            self.sampler.host_returns(att_mtu)
        self.sampler.firmware.exchange_mtu(att_mtu)
        self.sampler.firmware.subscribe(uuids.STREAM)

    def _resend(self, first: int) -> None:
        if self.sampler.firmware.connected:
            first = (FIRST + first) % SEQUENCE_MODULUS
            self.sampler.command(Opcode.RESEND, first, 1000)

    def _drain(self) -> None:
        self.received += stream(self.sampler.drain(), self.kind)


@pytest.mark.parametrize("kind", list(Kind))
@given(steps=STEPS)
def test_every_sample_comes_once_as_new_or_can_be_fetched_by_its_number(
    kind: Kind, steps: list[tuple[str, int]]
) -> None:
    params = belt("SM-B-1") if kind is Kind.IMU else tether("SM-T-1")
    host = Host(replace(params, ring_notifications=60_000, first_sequence=FIRST))
    host.obey(steps)
    streaming = host.sampler.firmware.streaming
    host.fetch_everything()
    order = {one: (one.sequence - FIRST) % SEQUENCE_MODULUS for one in host.received}
    new = [order[one] for one in host.received if not one.resent]
    assert new == sorted(set(new)), "new notifications come once and in order"
    by_sequence: dict[int, Received] = {}
    for one in host.received:
        first = by_sequence.setdefault(order[one], one)
        assert (first.tick, first.samples) == (one.tick, one.samples)
    assert sorted(by_sequence) == list(range(len(by_sequence))), "no number is missing"
    samples = [n for k in sorted(by_sequence) for n in by_sequence[k].samples]
    assert samples == list(range(len(samples)))
    if streaming:
        assert len(samples) == host.sampler.taken
