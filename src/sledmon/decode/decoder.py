"""The stage: records in, blocks, gaps and faults out, one decoder a sensor."""

from collections.abc import Sequence
from dataclasses import dataclass

from sledmon.decode.layouts import LAYOUTS
from sledmon.decode.sensor import Output, SensorDecoder
from sledmon.errors import WireError
from sledmon.results import Measured
from sledmon.rig import Rig
from sledmon.samples import (
    CLOSED,
    DEVICES,
    Connected,
    Device,
    EncoderBlock,
    Fault,
    Gap,
    ImuBlock,
    Lost,
    Packet,
    Record,
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What came out of a batch of records, each kind in order of arrival."""

    imu: tuple[ImuBlock, ...]
    encoder: tuple[EncoderBlock, ...]
    gaps: tuple[Gap, ...]
    faults: tuple[Fault, ...]


class Decoder:
    """Records to samples. However the records are cut into batches, the joined samples agree."""

    def __init__(self) -> None:
        self._sensors: dict[Device, SensorDecoder] = {}
        self._layouts: dict[Device, str] = {}
        self._stopped: set[Device] = set()
        self._rig = Rig()

    def set_rig(self, rig: Rig) -> None:
        """Take the rig that the recording names; before any sensor connects."""
        self._rig = rig

    @property
    def periods_s(self) -> dict[Device, float]:
        """Measured sample period of each sensor that ever connected."""
        return {device: sensor.period_s for device, sensor in self._sensors.items()}

    @property
    def drifts(self) -> dict[Device, Measured]:
        """Clock drift of each sensor that ever connected, as a ratio."""
        return {device: sensor.drift for device, sensor in self._sensors.items()}

    def push(self, records: Sequence[Record], first_ordinal: int) -> Decoded:
        """Decode records whose ordinals begin at ``first_ordinal``."""
        waiting: dict[Device, list[tuple[int, Packet]]] = {device: [] for device in DEVICES}
        out: list[Output] = []
        for ordinal, record in enumerate(records, first_ordinal):
            if isinstance(record, Packet):
                waiting[record.device].append((ordinal, record))
            elif isinstance(record, Connected):
                self._drain(record.device, waiting, out)
                self._stopped.discard(record.device)
                self._connected(record, out)
            elif isinstance(record, Lost) and record.reason == CLOSED:
                self._stopped.add(record.device)
        for device in DEVICES:
            self._drain(device, waiting, out)
        return _sorted_out(out)

    def finish(self, received_ns: int) -> Decoded:
        """What was still due when the last record had come: nothing of a sensor told to stop."""
        out: list[Output] = []
        for device, sensor in self._sensors.items():
            if device not in self._stopped:
                out += sensor.finish(received_ns)
        return _sorted_out(out)

    def _connected(self, record: Connected, out: list[Output]) -> None:
        if record.layout not in LAYOUTS:
            reason = f"packets of layout {record.layout!r} need a newer sledmon"
            out.append(Fault(record.device, record.received_ns, reason))
            self._sensors.pop(record.device, None)
            return
        if self._layouts.get(record.device) != record.layout or record.device not in self._sensors:
            self._sensors[record.device] = LAYOUTS[record.layout](record.device, self._rig)
            self._layouts[record.device] = record.layout
        try:
            self._sensors[record.device].connected(record.descriptor)
        except WireError as error:
            out.append(Fault(record.device, record.received_ns, str(error)))

    def _drain(
        self, device: Device, waiting: dict[Device, list[tuple[int, Packet]]], out: list[Output]
    ) -> None:
        packets = waiting[device]
        if not packets:
            return
        sensor = self._sensors.get(device)
        if sensor is None:
            reason = "came before any descriptor was read"
            out += [Fault(device, packet.received_ns, reason) for _, packet in packets]
        else:
            out += sensor.push(packets)
        waiting[device] = []


def _sorted_out(out: list[Output]) -> Decoded:
    return Decoded(
        tuple(o for o in out if isinstance(o, ImuBlock)),
        tuple(o for o in out if isinstance(o, EncoderBlock)),
        tuple(o for o in out if isinstance(o, Gap)),
        tuple(o for o in out if isinstance(o, Fault)),
    )
