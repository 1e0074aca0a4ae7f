"""What may not be written to the control, clock and descriptor characteristics."""

import uuid
from dataclasses import replace

import pytest

from sledmon.errors import WireError
from sledmon.wire import uuids
from sledmon.wire.control import (
    Answer,
    Command,
    Opcode,
    Pong,
    Status,
    pack_answer,
    pack_command,
    pack_ping,
    pack_pong,
    unpack_answer,
)
from sledmon.wire.descriptor import SIZE, Descriptor, Kind, pack_descriptor, unpack_descriptor

IMU = Descriptor(
    kind=Kind.IMU,
    serial="A",
    sample_period_ns=5_000_000,
    boot_id=1,
    acc_mps2_per_count=0.00479,
    gyr_radps_per_count=0.001065,
)


@pytest.mark.parametrize("serial", ["seventeen letters", "tête", "line\nfeed", "nul\0inside"])
def test_a_serial_of_other_than_16_printable_ascii_characters_is_not_written(serial: str) -> None:
    with pytest.raises(WireError, match="16 printable ASCII"):
        pack_descriptor(replace(IMU, serial=serial))


def test_a_descriptor_number_that_its_field_cannot_hold_is_not_written() -> None:
    for wrong in (
        replace(IMU, sample_period_ns=1 << 32),
        replace(IMU, samples_per_notification=256),
        replace(IMU, counts_per_m=1e300),
    ):
        with pytest.raises(WireError, match="field cannot"):
            pack_descriptor(wrong)


def test_a_descriptor_has_52_bytes() -> None:
    assert len(pack_descriptor(IMU)) == SIZE == 52


def test_features_of_a_newer_minor_version_are_kept_and_ignored() -> None:
    newer = replace(IMU, version_minor=9, features=0xF0)
    read = unpack_descriptor(pack_descriptor(newer) + b"tail")
    assert (read.version_minor, read.features) == (9, 0xF0)


def test_numbers_that_do_not_fit_are_not_written() -> None:
    with pytest.raises(WireError):
        pack_command(Command(Opcode.SET_RATE, 70_000))
    with pytest.raises(WireError):
        pack_command(Command(Opcode.RESEND, 0, -1))
    with pytest.raises(WireError):
        pack_answer(Answer(Opcode.START, Status.OK, 70_000))
    with pytest.raises(WireError):
        pack_ping(1 << 32)
    with pytest.raises(WireError):
        pack_pong(Pong(0, 0, -1))


def test_firmware_may_name_an_opcode_that_the_host_does_not_know() -> None:
    answer = Answer(0x55, Status.UNKNOWN_OPCODE, 0)
    assert unpack_answer(pack_answer(answer)) == answer


def test_the_uuids_are_distinct_and_well_formed() -> None:
    own = [
        uuids.BELT_IMU_SERVICE,
        uuids.TETHER_ENCODER_SERVICE,
        uuids.STREAM,
        uuids.DESCRIPTOR,
        uuids.CONTROL,
        uuids.CLOCK,
    ]
    parsed = [uuid.UUID(text) for text in own]
    assert len(set(parsed)) == len(own)
    assert {(u.version, u.variant) for u in parsed} == {(4, uuid.RFC_4122)}
    assert [str(u) for u in parsed] == own
