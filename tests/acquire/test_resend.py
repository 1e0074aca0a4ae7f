"""What did not come is asked for, oldest first, twice at most, never beyond the ring."""

from hypothesis import given
from hypothesis import strategies as st

from sledmon.acquire.resend import ASK_TIMES, Missing
from sledmon.wire.control import Command, Opcode
from sledmon.wire.descriptor import Descriptor, Features, Kind
from sledmon.wire.stream import HEADER, SEQUENCE_MODULUS, Flags


def _descriptor(*, boot_id: int = 1, ring: int = 400, resend: bool = True) -> Descriptor:
    return Descriptor(
        kind=Kind.ENCODER,
        serial="T",
        sample_period_ns=10_000_000,
        boot_id=boot_id,
        features=Features.RESEND if resend else 0,
        ring_notifications=ring,
    )


def _payload(sequence: int, flags: int = 0) -> bytes:
    return HEADER.pack(1, sequence % SEQUENCE_MODULUS, 0, flags)


def _asked(missing: Missing) -> list[tuple[int, int]]:
    out = []
    while (command := missing.ask()) is not None:
        assert command.opcode is Opcode.RESEND
        out.append((command.argument, command.extent))
    return out


@given(
    first=st.integers(0, SEQUENCE_MODULUS - 1),
    came=st.lists(st.booleans(), min_size=1, max_size=300),
    watch_every=st.integers(1, 50),
)
def test_every_hole_and_nothing_else_is_asked_for_whenever_one_looks(
    first: int, came: list[bool], watch_every: int
) -> None:
    missing = Missing()
    missing.begin(_descriptor())
    came = [True, *came, True]
    asked: dict[int, int] = {}
    for k, here in enumerate(came):
        if here:
            missing.saw(_payload(first + k))
        if k % watch_every == 0 or k == len(came) - 1:
            for begin, extent in _asked(missing):
                for j in range(extent):
                    sequence = (begin + j) % SEQUENCE_MODULUS
                    asked[sequence] = asked.get(sequence, 0) + 1
    holes = {(first + k) % SEQUENCE_MODULUS for k, here in enumerate(came) if not here}
    assert asked.keys() == holes
    assert set(asked.values()) <= {ASK_TIMES}


@given(
    first=st.integers(0, SEQUENCE_MODULUS - 1),
    came=st.lists(st.booleans(), max_size=300),
    ring=st.sampled_from([0, 400]),
)
def test_losses_of_a_link_are_counted_from_its_first_notification_on(
    first: int, came: list[bool], ring: int
) -> None:
    missing = Missing()
    missing.begin(_descriptor(ring=ring))
    missing.saw(_payload(first - 50))
    missing.begin(_descriptor(ring=ring))
    came = [True, *came, True]
    for k, here in enumerate(came):
        if here:
            missing.saw(_payload(first + k))
    missing.saw(_payload(first + came.index(True), Flags.RESENT))
    assert (missing.came, missing.missed) == (came.count(True), came.count(False))


def test_what_comes_again_is_asked_for_no_more() -> None:
    missing = Missing()
    missing.begin(_descriptor())
    for sequence in (10, 15):
        missing.saw(_payload(sequence))
    assert missing.ask() == Command(Opcode.RESEND, 11, 4)
    missing.saw(_payload(12, Flags.RESENT))
    missing.saw(_payload(13))  # late, without the flag
    assert _asked(missing) == [(11, 1), (14, 1)]
    assert missing.ask() is None


def test_what_the_ring_holds_no_more_is_not_asked_for() -> None:
    missing = Missing()
    missing.begin(_descriptor(ring=5))
    missing.saw(_payload(0))
    missing.saw(_payload(100))
    assert _asked(missing) == [(96, 4)] * ASK_TIMES


def test_a_lost_link_is_a_hole_and_a_new_boot_is_not() -> None:
    missing = Missing()
    missing.begin(_descriptor(boot_id=7))
    missing.saw(_payload(20))
    missing.begin(_descriptor(boot_id=7))
    missing.saw(_payload(23))
    assert missing.ask() == Command(Opcode.RESEND, 21, 2)
    missing.begin(_descriptor(boot_id=8))
    missing.saw(_payload(900))
    assert missing.ask() is None


def test_what_a_lost_link_left_unsent_is_asked_for_on_the_next_one() -> None:
    missing = Missing()
    missing.begin(_descriptor())
    for sequence in (10, 15):
        missing.saw(_payload(sequence))
    assert _asked(missing) == [(11, 4)] * ASK_TIMES
    missing.begin(_descriptor())
    missing.saw(_payload(18))
    assert missing.ask() == Command(Opcode.RESEND, 11, 4)
    missing.begin(_descriptor(boot_id=2))
    assert missing.ask() is None


def test_a_firmware_without_a_ring_is_asked_for_nothing() -> None:
    missing = Missing()
    missing.begin(_descriptor(resend=False))
    missing.saw(_payload(1))
    missing.saw(_payload(50))
    assert missing.ask() is None


@given(st.lists(st.binary(max_size=12), max_size=50))
def test_garbage_is_harmless(payloads: list[bytes]) -> None:
    missing = Missing()
    missing.begin(_descriptor())
    for payload in payloads:
        missing.saw(payload)
        missing.ask()
