"""The real bluetoothd and the sensors as one program, which ``FakeRadio`` starts in the guest."""

import asyncio
import logging
import os
import pickle
import sys
from pathlib import Path

from tests.bluetooth.fake_bluez.private_bus import PrivateBus
from tests.bluetooth.fake_bluez.process import serve
from tests.bluetooth.real.air import RealAir


def main() -> None:
    logging.basicConfig(level=os.environ.get("SLEDMON_BUMBLE_LOG", "ERROR"))
    with PrivateBus() as bus:
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = bus.address
        answers = sys.stdout.buffer
        pickle.dump(bus.address, answers)
        answers.flush()

        async def run() -> None:
            bluetoothd = Path(os.environ["SLEDMON_BLUETOOTHD"])
            air = RealAir(bluetoothd, Path(os.environ["SLEDMON_GUEST_OUT"]) / "bluetoothd.log")
            try:
                await serve(air, sys.stdin.buffer, answers)
            finally:
                await air.close()

        asyncio.run(run())


if __name__ == "__main__":
    main()
