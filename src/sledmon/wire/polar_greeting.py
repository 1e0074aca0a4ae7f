"""How Polar sensors are started and stopped, and what is kept of it as their descriptor."""

import math
from collections.abc import Generator
from typing import Final, NamedTuple

from sledmon.errors import WireError
from sledmon.wire.exchange import Exchange, pack_exchanges, unpack_exchanges
from sledmon.wire.greeting import Ask, Begin, Conversation, Step, Subscribe
from sledmon.wire.polar import (
    ANSWER,
    CONTROL,
    Measurement,
    Opcode,
    Request,
    Setting,
    Settings,
    Status,
    pack_request,
    unpack_answer,
    unpack_request,
)


class Stream(NamedTuple):
    """One measurement as it was started."""

    rate_hz: float
    range_units: float
    """Full scale: g, or degrees a second; NaN where it was not chosen."""
    factor: float
    """A count's worth, of the answer; NaN where the answer gave none."""


class PolarSetup(NamedTuple):
    """What a model is asked to send."""

    acc: Settings
    gyr: Settings | None
    sdk_mode: bool


def _chosen(rate_hz: int, full_scale: int) -> dict[Setting, tuple[float, ...]]:
    return {
        Setting.SAMPLE_RATE: (rate_hz,),
        Setting.RESOLUTION: (16,),
        Setting.RANGE: (full_scale,),
    }


H10: Final = PolarSetup(acc=_chosen(200, 8), gyr=None, sdk_mode=False)
VERITY_SENSE: Final = PolarSetup(
    acc=_chosen(208, 16) | {Setting.CHANNELS: (3,)},
    gyr=_chosen(208, 2000) | {Setting.CHANNELS: (3,)},
    sdk_mode=True,
)


def greet_h10() -> Conversation:
    """Start the accelerometer at 200 Hz."""
    return _greet(H10, "Polar H10")


def greet_verity_sense() -> Conversation:
    """Into SDK mode, then start acceleration and gyro at 208 Hz."""
    return _greet(VERITY_SENSE, "Polar Verity Sense")


def part_h10() -> Conversation:
    """End what was started."""
    return _part(H10)


def part_verity_sense() -> Conversation:
    """End what was started; SDK mode ends when the sensor is switched off."""
    return _part(VERITY_SENSE)


def accepted(request: bytes, answer: bytes) -> bytes:
    """The answer, if it answers the request and does not refuse it; else WireError."""
    if answer[:3] != bytes([ANSWER]) + request[:2]:
        raise WireError(f"the Polar sensor answered {answer.hex(' ')}: connect it again")
    read = unpack_answer(answer)
    on_already = request == _SDK_MODE_ON and read.status is Status.ALREADY_IN_STATE
    if read.status is Status.SUCCESS or on_already:
        return answer
    raise WireError(
        f"the Polar sensor refused to {read.opcode.name} {read.measurement.name}:"
        f" {read.status.name}"
    )


def unpack_streams(descriptor: bytes) -> dict[Measurement, Stream]:
    """The measurements that were started, by what was written and answered."""
    _, exchanges = unpack_exchanges(descriptor)
    streams: dict[Measurement, Stream] = {}
    for exchange in exchanges:
        request = unpack_request(exchange.request)
        if request.opcode is not Opcode.START or Setting.SAMPLE_RATE not in request.settings:
            continue
        answer = unpack_answer(exchange.answer)
        if answer.status is not Status.SUCCESS:
            continue
        given = answer.settings.get(Setting.FACTOR, ())
        chosen = {kind: values[0] for kind, values in request.settings.items() if values}
        streams[request.measurement] = Stream(
            chosen.get(Setting.SAMPLE_RATE, math.nan),
            chosen.get(Setting.RANGE, math.nan),
            given[0] if given else math.nan,
        )
    for kind, stream in streams.items():
        if not 10 <= stream.rate_hz <= 2000:
            raise WireError(f"Polar {kind.name} at {stream.rate_hz:g} Hz lies outside 10 to 2000")
    if Measurement.ACC not in streams:
        raise WireError("no Polar accelerometer was started: connect the sensor again")
    return streams


_SDK_MODE_ON: Final = pack_request(Request(Opcode.START, Measurement.SDK_MODE, {}))


def _measured(setup: PolarSetup) -> dict[Measurement, Settings]:
    acc = {Measurement.ACC: setup.acc}
    return acc if setup.gyr is None else {**acc, Measurement.GYRO: setup.gyr}


def _greet(setup: PolarSetup, model: str) -> Conversation:
    said: list[Exchange] = []
    # What a host that went away left running would refuse other settings, and SDK mode.
    for kind in _measured(setup):
        request = pack_request(Request(Opcode.STOP, kind, {}))
        said.append(Exchange(request, (yield Ask(CONTROL, request))))
    if setup.sdk_mode:
        answer = accepted(_SDK_MODE_ON, (yield Ask(CONTROL, _SDK_MODE_ON)))
        said.append(Exchange(_SDK_MODE_ON, answer))
    yield Subscribe()
    for kind, chosen in _measured(setup).items():
        request = pack_request(Request(Opcode.START, kind, chosen))
        said.append(Exchange(request, accepted(request, (yield Ask(CONTROL, request)))))
    # Only the last answer tells what a count of the gyro is worth.
    yield Begin(pack_exchanges(model, said))


def _part(setup: PolarSetup) -> Generator[Step, bytes, None]:
    for kind in _measured(setup):
        yield Ask(CONTROL, pack_request(Request(Opcode.STOP, kind, {})))
