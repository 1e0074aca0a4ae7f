"""The reference firmware over lost links and restarts: numbering, ring, RESEND."""

from dataclasses import replace

import numpy as np

from sledmon.twin.firmware import SAMPLES_ON_S, Firmware
from sledmon.twin.firmware_params import belt, tether
from sledmon.wire import uuids
from sledmon.wire.control import Opcode, Status
from sledmon.wire.descriptor import Kind
from sledmon.wire.stream import (
    TICKS_PER_SECOND,
    Flags,
    unpack_encoder,
    unpack_header,
)
from tests.twin.sampled import answers, sensor, stream
from tests.wire.examples import PACKETS, bytes_of

EXAMPLE = {example["name"]: bytes_of(example) for example in PACKETS}
BELT = belt("SM-B-2600017")
TETHER = tether("SM-T-2600017")


def test_numbering_goes_on_for_60_s_without_a_link_and_then_ends() -> None:
    sampler = sensor(Firmware(BELT))
    sampler.run(1.0)
    sampler.link_breaks()
    lost_at = sampler.now
    numbered = sampler.firmware.next_sequence
    sampler.run(SAMPLES_ON_S + 5.0)
    assert not sampler.firmware.streaming
    assert sampler.firmware.next_sequence - numbered == SAMPLES_ON_S * 20
    sampler.host_returns()
    assert sampler.command(Opcode.RESEND, sampler.firmware.next_sequence - 1, 1).value == 1
    (last,) = stream(sampler.drain(), Kind.IMU)
    last_sample = last.tick + 5000 * (len(last.samples) - 1)
    assert last_sample + 5000 == lost_at + SAMPLES_ON_S * TICKS_PER_SECOND


def test_a_host_that_returns_in_time_finds_the_stream_running_and_the_gap_in_the_ring() -> None:
    sampler = sensor(Firmware(BELT))
    before = stream(sampler.run(1.0), Kind.IMU)
    sampler.link_breaks()
    sampler.run(2.0)
    sampler.host_returns()
    assert sampler.command(Opcode.START).status is Status.OK
    after = stream(sampler.run(0.5), Kind.IMU)
    first, extent = before[-1].sequence + 1, after[0].sequence - before[-1].sequence - 1
    assert extent >= 40
    assert sampler.command(Opcode.RESEND, first, extent).value == extent
    rest = stream([*sampler.run(1.0), *sampler.drain()], Kind.IMU)
    resent = [one for one in rest if one.resent]
    assert [one.sequence for one in resent] == list(range(first, first + extent))
    everything = sorted([*before, *after, *rest])
    assert [n for one in everything for n in one.samples] == list(range(sampler.taken))


def test_what_is_sent_again_goes_out_between_new_ones_and_never_before_a_due_one() -> None:
    sampler = sensor(Firmware(replace(BELT, dither_s=0.0)))
    sampler.run(10.0)
    sampler.command(Opcode.RESEND, 0, 100)
    firmware, gone = sampler.firmware, 0
    for _ in range(30):
        firmware.take(sampler.now + 5000 * np.arange(1, 11), np.zeros((10, 6), int))
        sampler.now += 50_000
        new, *again = (unpack_header(out.payload) for out in firmware.outgoing(sampler.now, room=4))
        assert not new.flags & Flags.RESENT
        assert [header.sequence for header in again] == [gone, gone + 1, gone + 2]
        assert all(header.flags & Flags.RESENT for header in again)
        gone += 3


def test_the_ring_forgets_the_oldest_and_never_promises_what_was_not_sent() -> None:
    sampler = sensor(Firmware(replace(BELT, ring_notifications=5)))
    sampler.run(1.0)
    sampler.drain()
    assert sampler.firmware.next_sequence == 20
    assert sampler.command(Opcode.RESEND, 0, 1000).value == 5
    assert [one.sequence for one in stream(sampler.drain(), Kind.IMU)] == [15, 16, 17, 18, 19]
    assert sampler.command(Opcode.RESEND, 20, 5).value == 0


def test_what_no_longer_fits_the_mtu_is_not_sent_again() -> None:
    sampler = sensor(Firmware(replace(BELT, dither_s=0.0)))
    sampler.run(1.0)
    sampler.link_breaks()
    sampler.host_returns(att_mtu=23)
    carried = sampler.run(1.0)
    assert all(len(out.payload) <= 20 for out in carried)
    answer = sampler.command(Opcode.RESEND, 0, 1000)
    resent = [one for one in stream(sampler.drain(), Kind.IMU) if one.resent]
    assert answer.value == len(resent) == 200
    assert {len(one.samples) for one in resent} == {1}


def test_a_range_over_the_wrap_of_the_sequence_is_sent_again() -> None:
    sampler = sensor(Firmware(replace(BELT, first_sequence=65_530)))
    sampler.run(1.0)
    sampler.drain()
    sampler.command(Opcode.RESEND, 65_534, 4)
    assert [one.sequence for one in stream(sampler.drain(), Kind.IMU)] == [65_534, 65_535, 0, 1]


def test_asking_twice_for_the_same_sends_it_once_more_not_twice() -> None:
    sampler = sensor(Firmware(BELT))
    sampler.run(1.0)
    sampler.drain()
    sampler.firmware.write(uuids.CONTROL, bytes.fromhex("05 0000 0a00"), sampler.now)
    assert answers(sampler.firmware.outgoing(sampler.now, room=1))[0].value == 10
    assert sampler.command(Opcode.RESEND, 5, 10).value == 10
    assert [one.sequence for one in stream(sampler.drain(), Kind.IMU)] == list(range(15))


def test_a_restart_begins_anew_under_another_boot_id_with_an_empty_ring() -> None:
    sampler = sensor(Firmware(TETHER), att_mtu=247)
    sampler.run(1.0)
    boot_id = sampler.firmware.boot_id
    sampler.firmware.restart(sampler.now, first_tick=0, first_sequence=7)
    assert sampler.firmware.boot_id != boot_id
    assert not sampler.firmware.connected
    sampler.host_returns()
    assert sampler.command(Opcode.RESEND, 0, 1000).value == 0
    assert sampler.run(0.5) == []  # it does not stream by itself
    sampler.command(Opcode.START)
    (first, *_) = [*sampler.run(0.5), *sampler.drain()]
    header = unpack_header(first.payload)
    assert (header.sequence, header.tick) == (7, 510_000)
    assert unpack_encoder(first.payload).counts[0] == 51 * 50
