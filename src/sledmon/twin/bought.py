"""The same athlete with another belt: a sensor one can buy, and its bytes.

Everything but the belt's records stays as it was simulated; its links are lost when the first
belt's were. Clock, noise and faults are those of the twin's own IMU. What is the bought sensor's is
the rate it samples at, its range, its counts, what it puts into a notification, and its lack of a
gyro, of numbers or of a clock.
"""

import heapq
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from sledmon.errors import SimulationError
from sledmon.samples import Connected, Record
from sledmon.twin.faults import fault_level
from sledmon.twin.imu import ACC_MPS2_PER_COUNT, GYR_RADPS_PER_COUNT, ImuSamples, sense
from sledmon.twin.radio import Link, Notification, deliver
from sledmon.twin.session import SimulatedSession
from sledmon.units import STANDARD_GRAVITY_MPS2
from sledmon.wire.greeting import Ask, Begin, Conversation
from sledmon.wire.polar import Answer, Measurement, Opcode, Setting, Status, pack_answer
from sledmon.wire.polar_frames import PolarFrame, pack_frame
from sledmon.wire.polar_greeting import greet_h10, greet_verity_sense
from sledmon.wire.witmotion import greet_witmotion, pack_sample

_H10, _VERITY, _WITMOTION = "polar-h10", "polar-verity-sense", "witmotion"
MODELS: Final = (_H10, _VERITY, _WITMOTION)
_GREETINGS: Final[dict[str, Callable[[], Conversation]]] = {
    _H10: greet_h10,
    _VERITY: greet_verity_sense,
    _WITMOTION: greet_witmotion,
}
_LAYOUTS: Final = {_H10: "polar-pmd-1", _VERITY: "polar-pmd-1", _WITMOTION: "witmotion-1"}
_RATES_HZ: Final = {_H10: 200.0, _VERITY: 208.0, _WITMOTION: 200.0}
_POLAR_SAMPLES: Final = 36
"""Of a frame: what an H10 puts into one."""
_POLAR_ZERO_NS: Final = 599_616_000_000_000_000
"""2019-01-01 in Polar's time: where an H10 begins that lost its clock."""
_POLAR_TICK_NS: Final = 1e9 / 32768
_POLAR_RANGE_G: Final = {_H10: 8.0, _VERITY: 16.0}
_POLAR_DPS_PER_COUNT: Final = 0.07
_WITMOTION_BYTES: Final = (60, 140)
"""Of a notification, anywhere between: 3 to 7 frames, cut where it happens."""


def wear(session: SimulatedSession, model: str) -> SimulatedSession:
    """The session as it would have been recorded with that sensor on the belt."""
    if model not in MODELS:
        raise SimulationError(f"cannot simulate {model!r}: one of {', '.join(MODELS)}")
    seeds = np.random.SeedSequence((session.params.seed, 2 + MODELS.index(model)))
    sense_seed, radio_seed, cut_seed = seeds.spawn(3)
    faults, clock = fault_level(session.params.faults), session.clocks["imu"]
    samples, truth = sense(
        session.motion,
        session.worn.imu_m,
        faults,
        clock,
        sense_seed,
        nominal_rate_hz=_RATES_HZ[model],
    )
    if model == _WITMOTION:
        notifications = _witmotion(samples, np.random.default_rng(cut_seed))
    else:
        notifications = _polar(samples, model)
    before = session.sensors["imu"].link
    link = Link(
        device="imu",
        name=f"{model} (simulated)",
        descriptors=tuple(_said(_GREETINGS[model]()) for _ in before.descriptors),
        connected_s=before.connected_s,
        outages=before.outages,
    )
    belt = deliver(link, notifications, faults, session.stalls, session.duration_s, radio_seed)
    records: list[Record] = [
        record._replace(layout=_LAYOUTS[model]) if isinstance(record, Connected) else record
        for record in belt.records
    ]
    opened, *others = session.records
    records += [other for other in others if getattr(other, "device", "") != "imu"]
    records.sort(key=lambda record: record.received_ns)
    return replace(
        session,
        records=[opened, *records],
        imu=truth,
        sent={**session.sent, "imu": belt.sent},
        lost={**session.lost, "imu": belt.lost},
    )


def _said(conversation: Conversation) -> bytes:
    """What is kept of a greeting that such a sensor answers well."""
    descriptor, reply = b"", b""
    step = next(conversation)
    while True:
        if isinstance(step, Begin):
            descriptor = step.descriptor
        reply = _answer(step.payload) if isinstance(step, Ask) else b""
        try:
            step = conversation.send(reply)
        except StopIteration:
            return descriptor


def _answer(request: bytes) -> bytes:
    opcode, measurement = Opcode(request[0]), Measurement(request[1])
    counted = (opcode, measurement) == (Opcode.START, Measurement.GYRO)
    given = {Setting.FACTOR: (_POLAR_DPS_PER_COUNT,)} if counted else {}
    return pack_answer(Answer(opcode, measurement, Status.SUCCESS, False, given))


def _polar(samples: ImuSamples, model: str) -> Iterator[Notification]:
    """Frames of acceleration and, half a frame later each, of the gyro; in order of readiness."""
    milli_g = samples.raw[:, :3] * (1e3 * ACC_MPS2_PER_COUNT / STANDARD_GRAVITY_MPS2)
    most = 1e3 * _POLAR_RANGE_G[model]
    acc = np.rint(np.clip(milli_g, -most, most)).astype(np.int64)
    form = 0x01 if model == _H10 else 0x81
    streams = [_frames(samples, Measurement.ACC, form, acc, 0)]
    if model == _VERITY:
        dps = samples.raw[:, 3:] * math.degrees(GYR_RADPS_PER_COUNT)
        gyr = np.rint(np.clip(dps / _POLAR_DPS_PER_COUNT, -32768, 32767)).astype(np.int64)
        late = _POLAR_SAMPLES // 2
        streams.append(_frames(samples, Measurement.GYRO, 0x80, gyr, late))
    return heapq.merge(*streams, key=lambda notification: notification.ready_s)


def _frames(
    samples: ImuSamples,
    measurement: Measurement,
    form: int,
    raw: npt.NDArray[np.int64],
    first: int,
) -> Iterator[Notification]:
    for begin in range(first, len(raw) - _POLAR_SAMPLES + 1, _POLAR_SAMPLES):
        last = begin + _POLAR_SAMPLES - 1
        elapsed_ns = 1000.0 * int(samples.tick[last])
        stamp_ns = _POLAR_ZERO_NS + round(elapsed_ns // _POLAR_TICK_NS * _POLAR_TICK_NS)
        frame = PolarFrame(measurement, stamp_ns, form, raw[begin : last + 1])
        yield Notification(float(samples.time_s[last]), pack_frame(frame))


def _witmotion(samples: ImuSamples, rng: np.random.Generator) -> Iterator[Notification]:
    """A stream of frames, cut into notifications that do not care where one ends."""
    angles = np.zeros(3, np.int16)  # of no use to anyone here
    frames = [pack_sample(np.concatenate([raw, angles])) for raw in samples.raw]
    stream, size = b"".join(frames), len(frames[0])
    at = 0
    while at < len(stream):
        end = min(len(stream), at + int(rng.integers(*_WITMOTION_BYTES)))
        # The last byte's sample must have been taken.
        yield Notification(float(samples.time_s[(end - 1) // size]), stream[at:end])
        at = end
