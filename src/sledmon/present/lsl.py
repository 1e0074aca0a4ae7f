"""Lab Streaming Layer: what the sensors send, offered to other programs as it comes.

Three streams a lane: ``sledmon-motion`` (MoCap: place and velocity of the belt along the cord, for
display), ``sledmon-imu`` (IMU: specific force and angular rate in the sensor's axes) and
``sledmon-events`` (Markers: JSON of reps and of the coach's inputs, without names). Sample times
are those of results, moved to LSL's clock by one offset, learnt in the first two seconds.
"""

import contextlib
import json
import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from sledmon.decode import Decoder
from sledmon.errors import RigError, StreamingError, WireError
from sledmon.estimate import LiveVelocity
from sledmon.results import Rep
from sledmon.rig import Rig, parse_rig
from sledmon.samples import Connected, Device, Event, ImuBlock, Opened, Record, VelocityBlock
from sledmon.units import NANOSECONDS_PER_SECOND
from sledmon.version import VERSION
from sledmon.wire.descriptor import unpack_descriptor

LEARN_S: Final = 2.0
"""So long the offset follows the promptest record; after that it stands."""
_NAMELESS: Final = ("athlete", "note", "plan")
"""Events whose value may name or describe a person."""


class Channel(NamedTuple):
    """One channel as LSL describes it."""

    label: str
    kind: str
    unit: str


MOTION: Final = (
    Channel("distance", "PositionX", "meters"),
    Channel("velocity", "VelocityX", "m/s"),
    Channel("velocity_sigma", "StandardError", "m/s"),
)
IMU: Final = (
    *(Channel(f"acc_{axis}", "Acceleration", "m/s^2") for axis in "xyz"),
    *(Channel(f"gyr_{axis}", "AngularVelocity", "rad/s") for axis in "xyz"),
)
MARKERS: Final = (Channel("event", "Marker", "json"),)


class _Stream:
    """One outlet, and who listened."""

    def __init__(self, lsl: Any, outlet: Any) -> None:
        self._lsl, self._outlet = lsl, outlet
        self.samples = 0
        self.heard = False

    def push(self, rows: Any, times_s: Sequence[float]) -> None:
        self.heard = self.heard or bool(self._outlet.have_consumers())
        self._outlet.push_chunk(rows, list(times_s))
        self.samples += len(times_s)


class LslOutlets:
    """A recorder that keeps nothing: it offers. ``show`` takes the reps as they stand."""

    def __init__(self, lane: str = "") -> None:
        """``lane`` goes behind the streams' names where there are several."""
        self._lsl = _pylsl()
        self._lane = lane
        self._decoder, self._live, self._rig = Decoder(), LiveVelocity(), Rig()
        self._records = 0
        self._offset_s = math.inf
        self._learn_until_ns: int | None = None
        self._streams: dict[str, _Stream] = {}
        self._shown = 0

    def write(self, record: Record) -> None:
        """Offer what a record brings."""
        self._follow(record)
        if isinstance(record, Opened):
            with contextlib.suppress(RigError):  # whoever analyses says so
                self._rig = parse_rig(record.rig_toml, where="the recording's rig")
            self._decoder.set_rig(self._rig)
        decoded = self._decoder.push([record], self._records)
        self._records += 1
        if isinstance(record, Connected):
            self._open(record)
        elif isinstance(record, Event):
            said = {} if record.kind in _NAMELESS else {"value": record.value}
            self._mark(record.time_s, {"event": record.kind, **said})
        for imu in decoded.imu:
            self._offer_imu(imu)
        if decoded.encoder:
            self._offer_motion(self._live.push(decoded.encoder, self._rig.encoder.counts_per_m))

    def show(self, reps: tuple[Rep, ...]) -> None:
        """Mark the beginning and end of every rep once, when it is final."""
        for rep in reps[self._shown :]:
            seen, under = rep.estimates, rep.conditions
            about = {
                "rep": rep.number,
                "unresisted": under.unresisted,
                "load_kg": under.load_kg,
                "sled_kg": under.sled_kg,
            }
            self._mark(seen.start_s, {"event": "rep_start", **about})
            if math.isfinite(seen.end_s):
                velocity = seen.window.velocity_mps.value
                known = {"window_velocity_mps": velocity} if math.isfinite(velocity) else {}
                self._mark(seen.end_s, {"event": "rep_end", **about, **known})
        self._shown = max(self._shown, len(reps))

    def told(self) -> Iterator[str]:
        """A sentence a stream: how much was offered, and whether anybody took it."""
        for name, stream in self._streams.items():
            heard = "listened to" if stream.heard else "nobody listened"
            yield f"LSL {name}: {stream.samples} samples, {heard}"

    def _follow(self, record: Record) -> None:
        """A record can only come late: the least of (now - arrival) says where the clocks are."""
        if self._learn_until_ns is None:
            learn_ns = round(LEARN_S * NANOSECONDS_PER_SECOND)
            self._learn_until_ns = record.received_ns + learn_ns
        if record.received_ns <= self._learn_until_ns:
            now_s = float(self._lsl.local_clock())
            self._offset_s = min(
                self._offset_s, now_s - record.received_ns / NANOSECONDS_PER_SECOND
            )

    def _open(self, connected: Connected) -> None:
        """Streams exist from the moment their sensor is there; a reconnection changes nothing."""
        serial = _serial(connected)
        period_s = self._decoder.periods_s.get(connected.device, math.nan)
        rate_hz = round(1.0 / period_s, 3) if period_s > 0.0 else 0.0
        if connected.device == "imu":
            self._stream("sledmon-imu", "IMU", IMU, rate_hz, serial, connected.device)
        else:
            self._stream("sledmon-motion", "MoCap", MOTION, rate_hz, serial, connected.device)
        self._stream("sledmon-events", "Markers", MARKERS, 0.0, serial, connected.device)

    def _stream(
        self,
        name: str,
        kind: str,
        channels: Sequence[Channel],
        rate_hz: float,
        serial: str,
        device: Device,
    ) -> None:
        name += self._lane
        if name in self._streams:
            return
        form = "string" if kind == "Markers" else "double64" if kind == "MoCap" else "float32"
        source = f"{name}-{serial}"
        info = self._lsl.StreamInfo(name, kind, len(channels), rate_hz, form, source)
        described = info.desc().append_child("channels")
        for channel in channels:
            one = described.append_child("channel")
            one.append_child_value("label", channel.label)
            one.append_child_value("type", channel.kind)
            one.append_child_value("unit", channel.unit)
            if kind == "MoCap":
                one.append_child_value("marker", "belt")
                one.append_child_value("object", "athlete")
        acquisition = info.desc().append_child("acquisition")
        acquisition.append_child_value("manufacturer", "sledmon")
        acquisition.append_child_value("model", f"sledmon {VERSION} {device}")
        acquisition.append_child_value("serial_number", serial)
        # Sample times are already freed of the link's usual delay (decode/device_clock.py).
        acquisition.append_child_value("compensated_lag", "0.0035")
        self._streams[name] = _Stream(self._lsl, self._lsl.StreamOutlet(info))

    def _offer_imu(self, block: ImuBlock) -> None:
        if not block.late:  # sent again, long after others have been offered
            rows = np.hstack([block.acc_sensor_mps2, block.gyr_sensor_radps])
            self._push("sledmon-imu", rows, block.time_s)

    def _offer_motion(self, block: VelocityBlock) -> None:
        rows = np.column_stack([block.distance_m, block.velocity_mps, block.velocity_sigma_mps])
        self._push("sledmon-motion", rows, block.time_s)

    def _mark(self, time_s: float, event: dict[str, Any]) -> None:
        self._push("sledmon-events", [[json.dumps(event)]], [time_s])

    def _push(self, name: str, rows: Any, times_s: Any) -> None:
        stream = self._streams.get(name + self._lane)
        if stream is not None and len(times_s):
            stream.push(rows, [float(time_s) + self._offset_s for time_s in times_s])


def _serial(connected: Connected) -> str:
    """What tells this sensor from others; never a file's name, which may name a person."""
    if connected.layout == "table-1":
        return f"import-{connected.device}"
    with contextlib.suppress(WireError):
        return unpack_descriptor(connected.descriptor).serial
    return connected.name or connected.device


def _pylsl() -> Any:
    try:
        import pylsl
    except (ImportError, OSError, RuntimeError):  # the last two: its library cannot be loaded
        raise StreamingError("--lsl needs pylsl; install it: pip install 'sledmon[lsl]'") from None
    own = (Path("lsl_api.cfg"), Path.home() / "lsl_api" / "lsl_api.cfg")
    if "LSLAPICFG" not in os.environ and not any(path.exists() for path in own):
        with contextlib.suppress(AttributeError, RuntimeError):  # an older liblsl chats on stderr
            pylsl.set_config_content("[log]\nlevel = -2\n")
    return pylsl
