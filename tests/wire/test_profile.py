"""The numbers that profile.md states are the numbers of the code."""

import re
from uuid import UUID

from sledmon.wire import uuids
from sledmon.wire.control import Opcode, Status
from sledmon.wire.descriptor import Features
from sledmon.wire.stream import TICK_MODULUS, Flags, samples_that_fit
from tests.wire.examples import NOTES

PROFILE = (NOTES / "profile.md").read_text(encoding="utf-8")


def test_the_uuids_stand_in_the_profile() -> None:
    base = uuids.BASE.replace("{slot:04x}", "SSSS")
    assert f"`{base}`" in PROFILE
    for name, own in (
        (r"\*\*Belt IMU service\*\*, primary", uuids.BELT_IMU_SERVICE),
        (r"\*\*Tether encoder service\*\*, primary", uuids.TETHER_ENCODER_SERVICE),
        ("Stream", uuids.STREAM),
        ("Descriptor", uuids.DESCRIPTOR),
        ("Control", uuids.CONTROL),
        ("Clock", uuids.CLOCK),
    ):
        assert re.search(rf"^\| {name} \| `{own[4:8]}` \|", PROFILE, re.MULTILINE)


def test_the_example_advertisement_carries_the_belt_service() -> None:
    service = UUID(uuids.BELT_IMU_SERVICE).bytes[::-1]
    assert (b"\x02\x01\x06" + b"\x11\x07" + service).hex(" ") in PROFILE


def test_opcodes_statuses_flags_and_features_are_the_tabled_ones() -> None:
    opcodes = re.findall(r"^\| 0x(\d\d) \| ([A-Z_]+) \|", PROFILE, re.MULTILINE)
    assert {name: int(code, 16) for code, name in opcodes} == dict(Opcode.__members__)
    bits = re.findall(r"^\| (\d) \| ([A-Z_]+) \| ", PROFILE, re.MULTILINE)
    enumerated = {(int(bit), name) for bit, name in bits}
    statuses = {(status.value, status.name) for status in Status}
    flags = {(flag.value.bit_length() - 1, flag.name) for flag in Flags}
    assert enumerated == statuses | flags
    for feature in Features:
        assert f"bit {feature.value.bit_length() - 1} {feature.name}" in PROFILE


def test_the_samples_that_fit_are_the_tabled_ones() -> None:
    rows = re.findall(r"^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", PROFILE, re.MULTILINE)
    assert len(rows) == 5
    for row in rows:
        att_mtu, imu, encoder, edges = map(int, row)
        assert samples_that_fit(att_mtu, imu=True) == imu
        assert samples_that_fit(att_mtu, imu=False) == encoder
        assert samples_that_fit(att_mtu, imu=False, edge_timed=True) == edges


def test_the_wrapping_times_are_the_tabled_ones() -> None:
    assert f"{TICK_MODULUS / 60e6:.2f} min" in PROFILE
    for minutes, rate in re.findall(r"([\d.]+) min at (\d+)/s", PROFILE):
        assert round(65536 / int(rate) / 60, 1) == float(minutes)
    assert round(2**32 / 5000 / 1000) == 859
