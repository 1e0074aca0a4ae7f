"""UUIDs of the two sledmon sensors and of the standard services beside them."""

from typing import Final

BASE: Final = "7c2e{slot:04x}-5b0d-4f3a-9c61-d1b8a2e40f57"


def _uuid(slot: int) -> str:
    return BASE.format(slot=slot)


BELT_IMU_SERVICE: Final = _uuid(0x0100)
TETHER_ENCODER_SERVICE: Final = _uuid(0x0200)

# The same four characteristics stand in both services.
STREAM: Final = _uuid(0x0001)
DESCRIPTOR: Final = _uuid(0x0002)
CONTROL: Final = _uuid(0x0003)
CLOCK: Final = _uuid(0x0004)

BATTERY_SERVICE: Final = "0000180f-0000-1000-8000-00805f9b34fb"
BATTERY_LEVEL: Final = "00002a19-0000-1000-8000-00805f9b34fb"
DEVICE_INFORMATION_SERVICE: Final = "0000180a-0000-1000-8000-00805f9b34fb"
MODEL_NUMBER: Final = "00002a24-0000-1000-8000-00805f9b34fb"
SERIAL_NUMBER: Final = "00002a25-0000-1000-8000-00805f9b34fb"
FIRMWARE_REVISION: Final = "00002a26-0000-1000-8000-00805f9b34fb"
HARDWARE_REVISION: Final = "00002a27-0000-1000-8000-00805f9b34fb"
