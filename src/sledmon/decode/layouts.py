"""Which decoder reads which packets: one row a layout."""

from collections.abc import Callable

from sledmon.decode.polar import PolarDecoder
from sledmon.decode.sensor import EncoderDecoder, ImuDecoder, SensorDecoder
from sledmon.decode.table import TableDecoder
from sledmon.decode.witmotion import WitMotionDecoder
from sledmon.rig import Rig
from sledmon.samples import Device

LAYOUTS: dict[str, Callable[[Device, Rig], SensorDecoder]] = {
    "sledmon-1": lambda device, _: ImuDecoder() if device == "imu" else EncoderDecoder(),
    "table-1": lambda device, rig: TableDecoder(device, rig.encoder.counts_per_m),
    "polar-pmd-1": lambda device, _: PolarDecoder(device),
    "witmotion-1": lambda device, _: WitMotionDecoder(device),
}
"""A new sensor model is one row here and the module it names: see CONTRIBUTING.md."""
