"""What is looked at before the first rep: both sensors as they are now, and a list of checks."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from sledmon.acquire.sensor import LOW_BATTERY_PERCENT, Phase, SensorStatus
from sledmon.present import words
from sledmon.present.preflight.choosing import KINDS, Choosing, battery_percent_words, signal_words
from sledmon.present.preflight.tape import MARK_M, MOST_RATIO, TapeCheck
from sledmon.present.quantities import Quantities, clock, plus_minus
from sledmon.present.rows import Column, Row
from sledmon.present.settings import AudioMode
from sledmon.present.sideline.state import LaneState
from sledmon.samples import DEVICES, Device
from sledmon.units import STANDARD_GRAVITY_MPS2

FULL_BATTERY_H: Final = 8.0
"""Streaming, from full: what firmware_notes asks of sledmon's own sensors; others do not say."""
BYTES_PER_HOUR: Final = 11_000_000
"""Of one lane: 200 Hz belt and 100 Hz tether, measured."""
LEAST_DISK_H: Final = 8.0
COLUMNS: Final = (Column(share=1.1), Column(share=12.0), Column(share=0.6, right=True))


class Mark(StrEnum):
    """How a check stands; each has its own shape."""

    GOOD = words.GOOD
    LOOK = words.LOOK
    TO_DO = words.TO_DO


@dataclass(frozen=True, kw_only=True, slots=True)
class Checks:
    """What the user has done so far, and what is known from elsewhere."""

    expected: Collection[Device] = DEVICES
    signals_dbm: Mapping[Device, int] = field(default_factory=dict)
    """As they were heard when they were chosen."""
    own: Collection[Device] = ()
    """Sensors of sledmon's own making, whose batteries last as firmware_notes asks."""
    zeroed_s: float = math.nan
    """Session time of the last zero."""
    tape: TapeCheck = field(default_factory=TapeCheck)
    sound_played: bool = False
    no_sound: str = ""
    """Why nothing can be heard; empty: it can."""
    disk_free: int | None = None
    """Bytes."""


def checks_for(choosing: Choosing) -> Checks:
    """What is known of the sensors when they are connected."""
    if choosing.demo:
        return Checks(own=DEVICES)
    chosen = choosing.chosen
    return Checks(
        expected=tuple(device for device in DEVICES if device in chosen),
        signals_dbm={
            device: one.sighting.signal_dbm
            for device, one in chosen.items()
            if one.sighting.signal_dbm is not None
        },
        own=tuple(device for device, one in chosen.items() if one.model.numbered),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class SensorCard:
    """One sensor as it is now."""

    title: str
    name: str
    value: str
    """The live value, or where the sensor stands."""
    unit: str
    lines: tuple[str, ...]
    mark: Mark


@dataclass(frozen=True, kw_only=True, slots=True)
class PreflightView:
    """All that the screen shows."""

    cards: tuple[SensorCard, ...]
    checks: tuple[Row, ...]
    ready: bool
    """Every expected sensor streams."""


def preflight_view(
    lane: LaneState, checks: Checks, quantities: Quantities, audio: AudioMode
) -> PreflightView:
    """Sensors and checks in words."""
    streaming = [device for device in checks.expected if _phase(lane, device) is Phase.STREAMING]
    rows = (
        _sensors(checks, streaming),
        _zero(lane, checks),
        _belt(lane, checks),
        _tape(lane, checks, quantities),
        _sound(checks, audio),
        _disk(checks),
    )
    return PreflightView(
        cards=tuple(_card(lane, device, checks, quantities) for device in DEVICES),
        checks=rows,
        ready=len(streaming) == len(checks.expected),
    )


def _card(lane: LaneState, device: Device, checks: Checks, quantities: Quantities) -> SensorCard:
    status = lane.sensors.get(device)
    card = SensorCard(
        title=KINDS[device],
        name=status.name if status else "",
        value=words.NOT_CHOSEN,
        unit="",
        lines=(),
        mark=Mark.TO_DO,
    )
    if device not in checks.expected:
        return card
    if status is None:
        return replace(card, value=words.NOT_THERE_YET)
    dbm = status.signal_dbm
    signal = signal_words(checks.signals_dbm.get(device) if dbm is None else dbm)
    if status.missed_percent:
        signal += words.MISSED.format(percent=status.missed_percent)
    battery, low = battery_words(status.battery_percent, own=device in checks.own)
    lines = (status.trouble, battery, signal) if status.trouble else (battery, signal)
    good = status.phase is Phase.STREAMING
    value, unit = _PHASES[status.phase], ""
    if good and device == "encoder" and not math.isnan(lane.trail.cord_m):
        value = cord_words(lane.trail.cord_m, quantities)
        unit = words.CORD.format(
            unit=quantities.settings.distance,
            speed=f"{quantities.speed(lane.trail.velocity_mps)} {quantities.speed_unit}",
        )
    if good and device == "imu" and not math.isnan(lane.belt_mps2):
        value, unit = f"{lane.belt_mps2 / STANDARD_GRAVITY_MPS2:.2f}", words.FELT
    return replace(
        card,
        value=value,
        unit=unit,
        lines=lines,
        mark=Mark.LOOK if low or status.trouble else Mark.GOOD if good else Mark.TO_DO,
    )


def cord_words(cord_m: float, quantities: Quantities) -> str:
    """A cord's length in the user's unit, without it."""
    return f"{quantities.distance_value(cord_m):.2f}"


def battery_words(percent: int | None, *, own: bool) -> tuple[str, bool]:
    """How long a battery lasts, as far as is known, and whether it must be charged.

    >>> battery_words(86, own=True)
    ('battery 86 %, about 6 h left', False)
    >>> battery_words(12, own=False)
    ('battery 12 %, hours unknown; charge it', True)
    """
    if percent is None:
        return battery_percent_words(None), False
    low = percent <= LOW_BATTERY_PERCENT
    hours = math.floor(FULL_BATTERY_H * percent / 100)
    text = words.BATTERY_HOURS if hours else words.BATTERY_SHORT
    if not own:
        text = words.BATTERY_NO_HOURS
    said = text.format(percent=percent, hours=hours)
    return (f"{said}; {words.CHARGE}" if low else said), low


_PHASES: Final = {
    Phase.LOOKING: words.LOOKING_FOR,
    Phase.GREETING: words.CONNECTING,
    Phase.STREAMING: words.STREAMING,
    Phase.STOPPED: words.STOPPED,
}


def _phase(lane: LaneState, device: Device) -> Phase | None:
    status: SensorStatus | None = lane.sensors.get(device)
    return status.phase if status else None


def _sensors(checks: Checks, streaming: Collection[Device]) -> Row:
    expected, connected = len(checks.expected), len(streaming)
    said = words.SOME_STREAM.format(expected=expected, connected=connected)
    return _row("", words.SENSORS, said, Mark.GOOD if connected == expected else Mark.LOOK)


def _zero(lane: LaneState, checks: Checks) -> Row:
    if "encoder" not in checks.expected:
        return _row("Z", words.ZERO, words.ZERO_NONE, Mark.TO_DO)
    if math.isnan(checks.zeroed_s):
        return _row("Z", words.ZERO, words.ZERO_TODO, Mark.TO_DO)
    ago = clock(max(0.0, lane.now_s - checks.zeroed_s))
    return _row("Z", words.ZERO, words.ZERO_DONE.format(ago=ago), Mark.GOOD)


def _belt(lane: LaneState, checks: Checks) -> Row:
    if "imu" not in checks.expected:
        return _row("", words.BELT_WAY, words.BELT_NONE, Mark.LOOK)
    found = any(rep.estimates.complete for rep in lane.reps)
    said, mark = (words.BELT_DONE, Mark.GOOD) if found else (words.BELT_TODO, Mark.TO_DO)
    return _row("", words.BELT_WAY, said, mark)


def _tape(lane: LaneState, checks: Checks, quantities: Quantities) -> Row:
    tape, cord_m = checks.tape, lane.trail.cord_m
    mark_words = quantities.distance(MARK_M)
    if tape.done:
        error, why = tape.scale_error(lane.rig)
        if not error.known:
            return _row("T", words.TAPE, words.TAPE_REFUSED.format(why=why), Mark.LOOK)
        walked = quantities.distance(MARK_M * (1.0 + error.value))
        said = words.TAPE_DONE.format(
            distance=walked,
            mark=mark_words,
            error=f"{100 * error.value:+.1f}".replace("-", "−"),
            sigma=plus_minus(100 * error.sigma, 1),
        )
        off = abs(error.value) - error.sigma > MOST_RATIO
        return _row(
            "T",
            words.TAPE,
            f"{said} {words.TAPE_OFF}" if off else said,
            Mark.LOOK if off else Mark.GOOD,
        )
    if math.isnan(cord_m):
        return _row("T", words.TAPE, words.TAPE_NO_CORD, Mark.TO_DO)
    if tape.walking:
        number = cord_words(tape.walked_m(cord_m, lane.rig), quantities)
        walked = f"{number} {quantities.settings.distance}"
        said = words.TAPE_WALK.format(distance=walked, mark=mark_words)
        return _row("T", words.TAPE, said, Mark.TO_DO)
    return _row("T", words.TAPE, words.TAPE_TODO.format(mark=mark_words), Mark.TO_DO)


def _sound(checks: Checks, audio: AudioMode) -> Row:
    if checks.no_sound:
        return _row("N", words.SOUND, checks.no_sound, Mark.LOOK)
    if audio is AudioMode.OFF:
        return _row("N", words.SOUND, words.SOUND_OFF, Mark.TO_DO)
    if checks.sound_played:
        return _row("N", words.SOUND, words.SOUND_PLAYED, Mark.GOOD)
    return _row("N", words.SOUND, words.SOUND_TODO, Mark.TO_DO)


def _disk(checks: Checks) -> Row:
    if checks.disk_free is None:
        return _row("", words.DISK, words.DISK_UNKNOWN, Mark.LOOK)
    hours = checks.disk_free / BYTES_PER_HOUR
    low = hours < LEAST_DISK_H
    said = (words.DISK_LOW if low else words.DISK_FREE).format(
        size=size_words(checks.disk_free),
        hours=words.MANY_HOURS if hours > 1000 else f"{math.floor(hours)}",
    )
    return _row("", words.DISK, said, Mark.LOOK if low else Mark.GOOD)


def size_words(free: int) -> str:
    """Bytes as people say them.

    >>> size_words(80_400_000_000), size_words(12_000_000)
    ('80 GB', '12 MB')
    """
    if free >= 1e9:
        return f"{free / 1e9:.0f} GB"
    return f"{math.floor(free / 1e6)} MB"


def _row(key: str, title: str, said: str, mark: Mark) -> Row:
    spoken = f"{title}: {words.MARKS_SPOKEN[mark]}. {said}"
    return Row(cells=(title, said, mark.value), key=key, spoken=spoken)
