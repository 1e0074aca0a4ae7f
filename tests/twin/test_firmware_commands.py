"""The reference firmware answers every command as firmware_notes/profile.md tables."""

from dataclasses import replace

import pytest

from sledmon.twin.firmware import AttError, Firmware
from sledmon.twin.firmware_params import belt, tether
from sledmon.wire import uuids
from sledmon.wire.control import Answer, Opcode, Status
from sledmon.wire.descriptor import Kind
from sledmon.wire.stream import (
    TICKS_PER_SECOND,
    samples_that_fit,
    unpack_encoder,
)
from tests.twin.sampled import Sampler, answers, connected, sensor, stream
from tests.wire.examples import PACKETS, bytes_of

EXAMPLE = {example["name"]: bytes_of(example) for example in PACKETS}
BELT = belt("SM-B-2600017")
TETHER = tether("SM-T-2600017")


def _written(sampler: Sampler, payload: bytes) -> bytes:
    """The answer to a command, byte by byte."""
    sampler.firmware.write(uuids.CONTROL, payload, sampler.now)
    (out,) = [
        out
        for out in sampler.firmware.outgoing(sampler.now, room=1)
        if out.characteristic == uuids.CONTROL
    ]
    return out.payload


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("command-start", "answer-start"),
        ("command-stop", "answer-stop"),
        ("command-set-rate", "answer-set-rate"),
        ("command-resend", "answer-resend-none-left"),
        ("command-identify", "answer-identify"),
    ],
)
def test_a_stopped_belt_gives_the_worked_answer(command: str, answer: str) -> None:
    assert _written(connected(Firmware(BELT)), EXAMPLE[command]) == EXAMPLE[answer]


@pytest.mark.parametrize(
    ("payload", "answer"),
    [
        (EXAMPLE["command-start"], "answer-start"),
        (EXAMPLE["command-set-rate"], "answer-set-rate-not-now"),
        (bytes.fromhex("03 2c01"), "answer-set-rate-bad-value"),
        (bytes.fromhex("03 c8"), "answer-set-rate-bad-value"),
        (bytes.fromhex("05 0000 0000"), "answer-resend-bad-value"),
        (bytes.fromhex("05 0000 e903"), "answer-resend-bad-value"),
        (bytes.fromhex("2a"), "answer-unknown-opcode"),
    ],
)
def test_a_streaming_belt_gives_the_worked_answer(payload: bytes, answer: str) -> None:
    assert _written(sensor(Firmware(BELT)), payload) == EXAMPLE[answer]


def test_start_before_the_host_has_subscribed_is_not_now() -> None:
    sampler = connected(Firmware(BELT))
    sampler.firmware.subscribe(uuids.STREAM, False)
    assert sampler.command(Opcode.START) == Answer(Opcode.START, Status.NOT_NOW, 200)
    assert not sampler.firmware.streaming


def test_zero_sets_the_present_count_to_0_and_changes_the_boot_id() -> None:
    sampler = sensor(Firmware(TETHER))
    sampler.run(1.0)
    before = sampler.firmware.boot_id
    assert _written(sampler, EXAMPLE["command-zero"]) == EXAMPLE["answer-zero-not-now"]
    sampler.command(Opcode.STOP)
    sampler.drain()
    assert _written(sampler, EXAMPLE["command-zero"]) == EXAMPLE["answer-zero"]
    assert sampler.firmware.boot_id != before
    sampler.command(Opcode.START)
    carried = [*sampler.run(1.0), *sampler.drain()]
    # Sample 100 was the last before ZERO at 99 * 50 counts; the next stands 50 beyond it.
    assert unpack_encoder(carried[0].payload).counts.tolist() == [50, 100, 150, 200, 250]


def test_the_count_goes_on_while_the_encoder_does_not_stream() -> None:
    sampler = sensor(Firmware(TETHER))
    sampler.run(1.0)
    sampler.command(Opcode.STOP)
    sampler.run(1.0)
    sampler.drain()
    sampler.command(Opcode.START)
    received = stream(sampler.run(1.0), Kind.ENCODER)
    assert received[0].samples[0] == 200


@pytest.mark.parametrize("payload", ["04", "05 0000 0100"])
def test_a_belt_without_a_ring_knows_neither_zero_nor_resend(payload: str) -> None:
    sampler = connected(Firmware(replace(BELT, ring_notifications=0)))
    command = bytes.fromhex(payload)
    assert _written(sampler, command) == bytes([command[0] | 0x80, Status.UNKNOWN_OPCODE, 0, 0])
    assert sampler.firmware.descriptor.features & 1 == 0


def test_a_rate_that_the_mtu_cannot_carry_is_not_now() -> None:
    at_23 = connected(Firmware(BELT), att_mtu=23)
    assert at_23.command(Opcode.SET_RATE, 400) == Answer(Opcode.SET_RATE, Status.NOT_NOW, 200)
    at_50 = connected(Firmware(BELT), att_mtu=50)
    assert at_50.command(Opcode.SET_RATE, 400) == Answer(Opcode.SET_RATE, Status.OK, 400)
    at_50.link_breaks()
    at_50.host_returns(att_mtu=23)
    assert at_50.command(Opcode.START) == Answer(Opcode.START, Status.NOT_NOW, 400)


def test_a_new_rate_is_in_force_from_the_next_start_and_gone_after_a_restart() -> None:
    sampler = connected(Firmware(BELT))
    sampler.command(Opcode.SET_RATE, 400)
    assert sampler.firmware.descriptor.sample_period_ns == 2_500_000
    sampler.command(Opcode.START)
    first, second, *_ = stream(sampler.run(0.5), Kind.IMU)
    assert len(first.samples) == samples_that_fit(247, imu=True) == 19
    assert second.tick - first.tick == 19 * 2500
    sampler.firmware.restart(sampler.now)
    assert sampler.firmware.rate_hz == 200


def test_a_second_command_is_not_now_after_the_first_answer() -> None:
    sampler = connected(Firmware(BELT))
    sampler.firmware.write(uuids.CONTROL, EXAMPLE["command-start"], 0)
    sampler.firmware.write(uuids.CONTROL, EXAMPLE["command-stop"], 0)
    first, second = (answers(sampler.firmware.outgoing(now)) for now in (0, 15_000))
    assert first == [Answer(Opcode.START, Status.OK, 200)]
    assert second == [Answer(Opcode.STOP, Status.NOT_NOW, 200)]
    assert sampler.firmware.streaming


def test_the_attribute_protocol_refuses_an_empty_write_and_one_without_indications() -> None:
    sampler = connected(Firmware(BELT))
    with pytest.raises(AttError, match="0x0D"):
        sampler.firmware.write(uuids.CONTROL, b"", 0)
    sampler.firmware.subscribe(uuids.CONTROL, False)
    with pytest.raises(AttError, match="0xFD"):
        sampler.firmware.write(uuids.CONTROL, EXAMPLE["command-start"], 0)


def test_identify_blinks_for_five_seconds() -> None:
    sampler = connected(Firmware(BELT))
    sampler.command(Opcode.IDENTIFY)
    assert sampler.firmware.is_blinking(5 * TICKS_PER_SECOND - 1)
    assert not sampler.firmware.is_blinking(5 * TICKS_PER_SECOND)
