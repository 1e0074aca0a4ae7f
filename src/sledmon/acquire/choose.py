"""Which sensors a lane uses: those named, else those of last time, else the only ones heard."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import aclosing
from typing import Final, NamedTuple

from sledmon.acquire.models import SensorModel, recognise
from sledmon.acquire.radio import Radio, Sighting
from sledmon.acquire.sensor import SensorChoice
from sledmon.errors import SledmonError
from sledmon.samples import DEVICES, Device

LISTEN_S: Final = 5.0
"""How long to listen for sensors: several advertisements of the slowest."""

KINDS: Final[dict[Device, str]] = {"imu": "belt IMU", "encoder": "tether encoder"}
OPTIONS: Final[dict[Device, str]] = {"imu": "--imu", "encoder": "--encoder"}


class ChoiceError(SledmonError):
    """It is not clear which sensor is meant, or it is not there."""


class Heard(NamedTuple):
    """A sensor in range, of a model that we know."""

    sighting: Sighting
    model: SensorModel

    @property
    def choice(self) -> SensorChoice:
        """As a lane's sensor."""
        seen = self.sighting
        return SensorChoice(
            model=self.model, address=seen.address, name=seen.name or self.model.name
        )

    def is_called(self, named: str) -> bool:
        """Whether a person who writes that means this sensor: its address, or a name's end."""
        said = named.casefold()
        texts = (self.sighting.name, self.sighting.address)
        return any(text.casefold().endswith(said) for text in texts if text)


async def listen(
    radio: Radio, seconds: float, enough: Callable[[Collection[Heard]], bool] = lambda _: False
) -> list[Heard]:
    """Sensors heard within a time, or until there are enough; the strongest first."""
    latest: dict[str, Heard] = {}
    try:
        async with asyncio.timeout(seconds), aclosing(_known(radio)) as sensors:
            async for sensor in sensors:
                seen = sensor.sighting
                if not seen.name and seen.address in latest:
                    # Names come in every second packet only.
                    seen = seen._replace(name=latest[seen.address].sighting.name)
                latest[seen.address] = Heard(seen, sensor.model)
                if enough(latest.values()):
                    break
    except TimeoutError:
        pass
    return sorted(latest.values(), key=lambda heard: -(heard.sighting.signal_dbm or -127))


async def choose(
    radio: Radio,
    wanted: Mapping[Device, str],
    before: Collection[SensorChoice] = (),
    taken: Collection[SensorChoice] = (),
    seconds: float = LISTEN_S,
) -> tuple[SensorChoice, ...]:
    """Choose a lane's sensors.

    ``wanted`` names them, ``none`` for a kind that is left out. A kind that is not named is the one
    of ``before`` if that is heard, else the only one heard, else still the one of ``before``. What
    other lanes have ``taken`` is not there.
    """
    elsewhere = {choice.address for choice in taken}
    before = [choice for choice in before if choice.address not in elsewhere]
    asked = {device: wanted.get(device, "") for device in DEVICES}
    last = {choice.model.device: choice for choice in before}

    def is_the_one(device: Device, heard: Heard) -> bool:
        if heard.model.device != device:
            return False
        if asked[device]:
            return heard.is_called(asked[device])
        return device in last and heard.sighting.address == last[device].address

    def enough(sensors: Collection[Heard]) -> bool:
        return all(
            asked[device] == "none" or any(is_the_one(device, heard) for heard in sensors)
            for device in DEVICES
        )

    everything = await listen(radio, seconds, enough)
    sensors = [heard for heard in everything if heard.sighting.address not in elsewhere]
    chosen: list[SensorChoice] = []
    for device in DEVICES:
        if asked[device] == "none":
            continue
        of_kind = [heard for heard in sensors if heard.model.device == device]
        meant = [heard for heard in of_kind if is_the_one(device, heard)]
        if not meant and asked[device]:
            if any(is_the_one(device, heard) for heard in everything):
                raise ChoiceError(
                    f"{KINDS[device]} {asked[device]} is another lane's already; name another one"
                )
            raise ChoiceError(
                f"no {KINDS[device]} {asked[device]} was heard in {seconds:g} s; switch it on, or"
                " see what is in range: sledmon scan"
            )
        meant = meant or of_kind
        if len(meant) > 1:
            names = ", ".join(f"{heard.choice.name} ({heard.choice.address})" for heard in meant)
            raise ChoiceError(
                f"more than one {KINDS[device]} is meant by that: {names}; choose with"
                f" {OPTIONS[device]} ID"
            )
        if meant:
            chosen.append(meant[0].choice)
        elif device in last:
            chosen.append(last[device])
    if not chosen:
        raise ChoiceError(
            f"no sensor was heard in {seconds:g} s; switch them on and bring them near, or see:"
            " sledmon doctor"
        )
    return tuple(chosen)


async def _known(radio: Radio) -> AsyncGenerator[Heard, None]:
    async with aclosing(radio.sightings()) as sightings:
        async for sighting in sightings:
            model = recognise(sighting)
            if model is not None:
                yield Heard(sighting, model)
