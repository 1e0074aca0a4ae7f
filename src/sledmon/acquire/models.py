"""The sensor models that sledmon knows: how each is recognised, greeted and decoded.

A new model is one row here and one decoder in ``sledmon.decode``; CONTRIBUTING.md says how.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sledmon.acquire.radio import Sighting
from sledmon.samples import Device
from sledmon.wire import polar, uuids, witmotion
from sledmon.wire.greeting import Words, greet_sledmon, part_sledmon
from sledmon.wire.polar_greeting import (
    greet_h10,
    greet_verity_sense,
    part_h10,
    part_verity_sense,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SensorModel:
    """One row of the table."""

    name: str
    """As people call it."""
    device: Device
    """What it measures."""
    service: str = ""
    """The advertised service by which it is recognised; empty: it advertises none of its own."""
    name_begins: str = ""
    """How its advertised name begins, where the service does not tell."""
    stream: str
    """The characteristic that notifies its samples."""
    layout: str
    """Which decoder reads them: a key of ``sledmon.decode.LAYOUTS``."""
    greet: Words
    """From connected to streaming."""
    part: Words
    """Before a link is closed on purpose."""
    numbered: bool = False
    """Its notifications bear sledmon's header, so what is missing can be asked for again."""


MODELS: Final = (
    SensorModel(
        name="sledmon belt",
        device="imu",
        service=uuids.BELT_IMU_SERVICE,
        stream=uuids.STREAM,
        layout="sledmon-1",
        greet=greet_sledmon,
        part=part_sledmon,
        numbered=True,
    ),
    SensorModel(
        name="sledmon tether",
        device="encoder",
        service=uuids.TETHER_ENCODER_SERVICE,
        stream=uuids.STREAM,
        layout="sledmon-1",
        greet=greet_sledmon,
        part=part_sledmon,
        numbered=True,
    ),
    SensorModel(
        name="Polar H10",
        device="imu",
        name_begins=polar.H10_NAME,
        stream=polar.FRAMES,
        layout="polar-pmd-1",
        greet=greet_h10,
        part=part_h10,
    ),
    SensorModel(
        name="Polar Verity Sense",
        device="imu",
        name_begins=polar.VERITY_SENSE_NAME,
        stream=polar.FRAMES,
        layout="polar-pmd-1",
        greet=greet_verity_sense,
        part=part_verity_sense,
    ),
    SensorModel(
        name="WitMotion",
        device="imu",
        name_begins=witmotion.NAME,
        stream=witmotion.NOTIFY,
        layout="witmotion-1",
        greet=witmotion.greet_witmotion,
        part=witmotion.part_witmotion,
    ),
)


def recognise(sighting: Sighting, models: Iterable[SensorModel] = MODELS) -> SensorModel | None:
    """The model of a sensor that was heard; None for anything that is none of ours."""
    for model in models:
        by_service = not model.service or model.service in sighting.services
        if by_service and sighting.name.startswith(model.name_begins):
            return model
    return None
