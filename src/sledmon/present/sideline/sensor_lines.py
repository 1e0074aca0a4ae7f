"""How a lane's sensors stand, for the live screen. No Qt."""

from dataclasses import dataclass

from sledmon.acquire.sensor import LOW_BATTERY_PERCENT, Phase, SensorStatus
from sledmon.present.sideline import words
from sledmon.present.sideline.state import LaneState
from sledmon.samples import DEVICES, Device


@dataclass(frozen=True, slots=True)
class SensorLine:
    """How one sensor stands."""

    name: str
    words: str
    trouble: bool = False


def sensor_lines(lane: LaneState) -> tuple[SensorLine, ...]:
    """Belt and tether."""
    return tuple(_sensor_line(lane, device) for device in DEVICES)


def alarm(lane: LaneState) -> str:
    """What is lost, in a sentence; empty where all is well."""
    if lane.unrecorded:
        return words.UNRECORDED
    lost = [words.BELT if device == "imu" else words.TETHER for device in sorted(lane.lost)]
    return words.SENSOR_LOST.format(sensor=" / ".join(lost)) if lost else ""


def _sensor_line(lane: LaneState, device: Device) -> SensorLine:
    name = words.BELT if device == "imu" else words.TETHER
    status = lane.sensors.get(device)
    if status is None:
        return SensorLine(name, words.ABSENT)
    return SensorLine(name, _phase_words(status), status.phase is not Phase.STREAMING)


def _phase_words(status: SensorStatus) -> str:
    said = {
        Phase.LOOKING: words.LOOKING,
        Phase.GREETING: words.GREETING,
        Phase.STREAMING: words.STREAMING,
        Phase.STOPPED: words.STOPPED,
    }[status.phase]
    percent = status.battery_percent
    if percent is not None and status.phase is Phase.STREAMING:
        low = percent <= LOW_BATTERY_PERCENT
        said += ", " + (words.BATTERY_LOW if low else words.BATTERY).format(percent=percent)
    return said
