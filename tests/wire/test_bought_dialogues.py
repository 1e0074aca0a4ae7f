"""How a bought sensor is greeted, how its answers are judged, and what is kept of it."""

import math
from collections.abc import Iterator

import pytest

from sledmon.errors import WireError
from sledmon.wire import polar, polar_greeting, witmotion
from sledmon.wire.exchange import Exchange, pack_exchanges, unpack_exchanges
from sledmon.wire.greeting import Ask, Begin, Conversation, Pause, Step, Subscribe, Write
from sledmon.wire.polar import Measurement

ACC_52 = bytes.fromhex("0202000134000101100002010800040103")
ACC_STARTED = bytes.fromhex("f002020000")
GYRO_STARTED = bytes.fromhex("f0020500000501295c8f3d")


def hold(conversation: Conversation, answers: Iterator[bytes]) -> list[Step]:
    """Every step of a conversation in which each question gets the next answer."""
    steps: list[Step] = []
    reply = b""
    try:
        step = next(conversation)
        while True:
            steps.append(step)
            reply = next(answers) if isinstance(step, Ask) else b""
            step = conversation.send(reply)
    except StopIteration:
        return steps


def answers_of(*texts: str) -> Iterator[bytes]:
    return iter([bytes.fromhex(text) for text in texts])


VERITY_ANSWERS = ("f00302 06", "f00305 06", "f00209 00 00", "f00202 00 00", GYRO_STARTED.hex())


def test_a_verity_sense_is_stopped_then_goes_into_sdk_mode_then_is_started() -> None:
    steps = hold(polar_greeting.greet_verity_sense(), answers_of(*VERITY_ANSWERS))
    asked = [step.payload for step in steps if isinstance(step, Ask)]
    assert [request[:2].hex() for request in asked] == ["0302", "0305", "0209", "0202", "0205"]
    assert {step.characteristic for step in steps if isinstance(step, Ask)} == {polar.CONTROL}
    assert asked[3].hex() == "020200 01d000 0101 1000 0201 1000 0401 03".replace(" ", "")
    assert asked[4].hex() == "020500 01d000 0101 1000 0201 d007 0401 03".replace(" ", "")


def test_the_stream_is_subscribed_to_before_starts_and_used_when_a_count_is_known() -> None:
    steps = hold(polar_greeting.greet_verity_sense(), answers_of(*VERITY_ANSWERS))
    assert [type(step) for step in steps] == [Ask, Ask, Ask, Subscribe, Ask, Ask, Begin]
    last = steps[-1]
    assert isinstance(last, Begin)
    known = polar_greeting.unpack_streams(last.descriptor)
    assert {kind: stream[:2] for kind, stream in known.items()} == {
        Measurement.ACC: (208, 16),
        Measurement.GYRO: (208, 2000),
    }
    assert known[Measurement.GYRO].factor == pytest.approx(0.07)
    assert math.isnan(known[Measurement.ACC].factor)


def test_an_h10_is_asked_for_acceleration_at_200_hz_and_for_nothing_else() -> None:
    steps = hold(polar_greeting.greet_h10(), answers_of("f0030206", "f002020000"))
    asked = [step.payload.hex() for step in steps if isinstance(step, Ask)]
    assert asked == ["0302", "02020001c8000101100002010800"]
    last = steps[-1]
    assert isinstance(last, Begin)
    assert unpack_exchanges(last.descriptor)[0] == "Polar H10"
    assert set(polar_greeting.unpack_streams(last.descriptor)) == {Measurement.ACC}


def test_parting_ends_what_was_started() -> None:
    for part, stopped in (
        (polar_greeting.part_h10, ["0302"]),
        (polar_greeting.part_verity_sense, ["0302", "0305"]),
    ):
        steps = hold(part(), answers_of("f0030200", "f0030500"))
        assert [step.payload.hex() for step in steps if isinstance(step, Ask)] == stopped


def test_a_refusal_names_what_was_refused_and_why() -> None:
    with pytest.raises(WireError, match="refused to START ACC: INVALID_SAMPLE_RATE"):
        hold(polar_greeting.greet_h10(), answers_of("f0030200", "f0020208"))
    with pytest.raises(WireError, match="refused to START SDK_MODE: NOT_SUPPORTED"):
        hold(polar_greeting.greet_verity_sense(), answers_of("f0030200", "f0030500", "f0020903"))
    with pytest.raises(WireError, match="START ACC: ALREADY_IN_STATE"):
        polar_greeting.accepted(ACC_52, bytes.fromhex("f0020206"))


@pytest.mark.parametrize("answer", ["f003020000", "f002050000", "010202", ""])
def test_what_answers_something_else_is_no_answer(answer: str) -> None:
    with pytest.raises(WireError, match="connect it again"):
        polar_greeting.accepted(ACC_52, bytes.fromhex(answer))


def test_sdk_mode_that_is_on_already_is_on() -> None:
    answer = bytes.fromhex("f002090600")
    assert polar_greeting.accepted(bytes.fromhex("0209"), answer) == answer
    with pytest.raises(WireError):
        polar_greeting.accepted(bytes.fromhex("0309"), bytes.fromhex("f003090600"))


def test_a_measurement_that_was_refused_is_no_stream() -> None:
    gyro = bytes.fromhex("0205000134000101100002 01d0070401 03")
    refused = Exchange(gyro, bytes.fromhex("f0020503"))
    acc = Exchange(ACC_52, ACC_STARTED)
    assert set(polar_greeting.unpack_streams(pack_exchanges("H10", [acc, refused]))) == {
        Measurement.ACC
    }
    with pytest.raises(WireError, match="no Polar accelerometer was started"):
        polar_greeting.unpack_streams(pack_exchanges("H10", [Exchange(gyro, GYRO_STARTED)]))
    slow = acc._replace(request=bytes.fromhex("0202000105000101100002010800"))
    with pytest.raises(WireError, match="ACC at 5 Hz"):
        polar_greeting.unpack_streams(pack_exchanges("H10", [slow]))


@pytest.mark.parametrize(
    "descriptor",
    [
        b"",
        b"{}",
        b"[]",
        b'{"model": "x", "exchanges": [["zz", ""]]}',
        b'{"model": "x", "exchanges": [["00"]]}',
        b'{"model": "x", "exchanges": 3}',
        b"\xff\xfe",
    ],
)
def test_a_descriptor_that_is_not_the_tabled_json_is_refused(descriptor: bytes) -> None:
    for unpack in (polar_greeting.unpack_streams, witmotion.unpack_rate, unpack_exchanges):
        with pytest.raises(WireError):
            unpack(descriptor)


def test_a_witmotion_sensor_is_unlocked_set_and_saved_before_it_streams_and_asked_after() -> None:
    steps = hold(witmotion.greet_witmotion(), answers_of())
    assert [step.payload.hex(" ") if isinstance(step, Write) else type(step) for step in steps] == [
        "ff aa 69 88 b5",
        Pause,
        "ff aa 03 0b 00",
        Pause,
        "ff aa 00 00 00",
        Pause,
        Begin,
        Subscribe,
        "ff aa 27 03 00",
    ]
    assert {step.characteristic for step in steps if isinstance(step, Write)} == {witmotion.WRITE}
    assert [step.seconds for step in steps if isinstance(step, Pause)] == [0.1] * 3
    (begin,) = (step for step in steps if isinstance(step, Begin))
    assert witmotion.unpack_rate(begin.descriptor) == 200
    assert hold(witmotion.part_witmotion(), answers_of()) == []


def test_a_rate_that_is_not_tabled_or_too_slow_is_refused_with_what_to_do() -> None:
    with pytest.raises(WireError, match="has rate 0x0a; set 200 Hz: 0x0b"):
        witmotion.rate_of(0x0A)
    with pytest.raises(WireError, match="has rate 0x03"):
        witmotion.rate_of(0x03)
    with pytest.raises(WireError, match="no rate was set"):
        witmotion.unpack_rate(pack_exchanges("WitMotion", []))
