"""A sensor's state as one line for people."""

from dataclasses import replace

import pytest

from sledmon.acquire.sensor import Phase, SensorStatus
from sledmon.present.sensor_tables import sensor_line

STREAMING = SensorStatus(
    device="imu",
    name="belt 0017",
    address="C0:FF:EE:00:00:01",
    phase=Phase.STREAMING,
    battery_percent=80,
    signal_dbm=-61,
    payload_bytes=244,
    missed_percent=2,
)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "streaming, battery 80 %, -61 dBm, MTU 247, 2 % lost"),
        ({"battery_percent": 9}, "streaming, battery 9 %, charge it, -61 dBm"),
        ({"missed_percent": 14}, "MTU 247, 14 % lost: come nearer"),
        ({"missed_percent": 0}, "-61 dBm, MTU 247"),
        (
            {"signal_dbm": None, "payload_bytes": 0, "missed_percent": None},
            "belt IMU belt 0017: streaming, battery 80 %",
        ),
        (
            {"phase": Phase.LOOKING, "trouble": "connection lost"},
            "looking for it (connection lost)",
        ),
    ],
)
def test_a_line_holds_what_is_known_and_what_to_do(changes: dict[str, object], line: str) -> None:
    shown = sensor_line(replace(STREAMING, **changes))  # type: ignore[arg-type]
    assert line in shown
    if not changes.get("missed_percent", 1):
        assert "lost" not in shown
    if "phase" in changes:
        assert "dBm" not in shown
