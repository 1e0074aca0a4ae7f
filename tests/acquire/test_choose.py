"""A lane gets the sensors that are named, those of last time, or the only ones there are."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from sledmon.acquire.choose import ChoiceError, choose
from sledmon.acquire.models import MODELS, SensorModel, recognise
from sledmon.acquire.radio import Link, LinkError, Sighting
from sledmon.acquire.remembered import remember, remembered
from sledmon.acquire.sensor import SensorChoice
from sledmon.decode import LAYOUTS
from sledmon.samples import Device
from sledmon.wire import uuids

BELT = Sighting("AA:01", "sledmon belt 1A2B", frozenset((uuids.BELT_IMU_SERVICE,)), -50)
OTHER_BELT = Sighting("AA:02", "sledmon belt 77CC", frozenset((uuids.BELT_IMU_SERVICE,)), -70)
TETHER = Sighting("BB:01", "sledmon tether 9F00", frozenset((uuids.TETHER_ENCODER_SERVICE,)), -55)
LAMP = Sighting("CC:01", "lamp", frozenset(("0000180f-0000-1000-8000-00805f9b34fb",)), -30)


class _Radio:
    def __init__(self, *sightings: Sighting) -> None:
        self._sightings = sightings

    async def sightings(self) -> AsyncGenerator[Sighting, None]:
        while True:
            for sighting in self._sightings:
                yield sighting
            await asyncio.sleep(0.01)

    async def connect(self, address: str) -> Link:
        raise LinkError("not this one")


def _model(device: Device) -> SensorModel:
    return next(model for model in MODELS if model.device == device)


def _chosen(
    *sightings: Sighting,
    wanted: dict[Device, str] | None = None,
    before: tuple[SensorChoice, ...] = (),
    seconds: float = 0.05,
) -> list[str]:
    choices = asyncio.run(choose(_Radio(*sightings), wanted or {}, before, seconds=seconds))
    return [choice.address for choice in choices]


def _last(address: str, device: Device = "imu") -> SensorChoice:
    return SensorChoice(model=_model(device), address=address, name="of last time")


def test_the_only_ones_heard_are_taken() -> None:
    assert _chosen(LAMP, TETHER, BELT) == ["AA:01", "BB:01"]
    assert _chosen(TETHER) == ["BB:01"]


@pytest.mark.parametrize("named", ["77CC", "77cc", "sledmon belt 77CC", "aa:02", "02"])
def test_a_sensor_is_named_by_its_address_or_the_end_of_its_name(named: str) -> None:
    assert _chosen(BELT, OTHER_BELT, TETHER, wanted={"imu": named}) == ["AA:02", "BB:01"]


def test_of_two_alike_the_one_of_last_time_is_taken_at_once() -> None:
    last = (_last("AA:02"), _last("BB:01", "encoder"))
    assert _chosen(BELT, OTHER_BELT, TETHER, before=last, seconds=3600.0) == ["AA:02", "BB:01"]


def test_one_that_is_not_here_today_gives_way_to_the_only_one_that_is() -> None:
    assert _chosen(OTHER_BELT, TETHER, before=(_last("AA:99"),)) == ["AA:02", "BB:01"]


def test_one_of_last_time_is_waited_for_when_none_is_heard() -> None:
    assert _chosen(TETHER, before=(_last("AA:99"),)) == ["AA:99", "BB:01"]


def test_none_leaves_a_kind_out() -> None:
    wanted: dict[Device, str] = {"imu": "none"}
    assert _chosen(BELT, TETHER, wanted=wanted) == ["BB:01"]


@pytest.mark.parametrize(
    ("sightings", "wanted", "sentence"),
    [
        ((BELT, OTHER_BELT), {}, r"more than one belt IMU .*1A2B.*77CC.*--imu ID"),
        ((LAMP,), {}, r"no sensor was heard in 0\.05 s; .*sledmon doctor"),
        ((BELT,), {"encoder": "9F00"}, r"no tether encoder 9F00 was heard .*sledmon scan"),
    ],
)
def test_what_is_not_clear_or_not_there_is_said_in_one_sentence(
    sightings: tuple[Sighting, ...], wanted: dict[Device, str], sentence: str
) -> None:
    with pytest.raises(ChoiceError, match=sentence):
        _chosen(*sightings, wanted=wanted)


def test_a_name_that_came_once_is_kept() -> None:
    nameless = BELT._replace(name="")
    choices = asyncio.run(choose(_Radio(BELT, nameless), {}, seconds=0.05))
    assert choices[0].name == BELT.name


def test_what_is_remembered_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "sensors.json"
    lanes = [(_last("AA:01"), _last("BB:01", "encoder")), (_last("AA:02"),)]
    remember(lanes, path)
    assert remembered(path) == lanes


@pytest.mark.parametrize("text", ["", "{", "[]", '{"lanes": [[{"model": "x"}]]}', "\x00\xff"])
def test_a_spoilt_memory_is_no_memory(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sensors.json"
    path.write_text(text)
    assert [lane for lane in remembered(path) if lane] == []


def test_a_memory_that_cannot_be_kept_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    remember([(_last("AA:01"),)], tmp_path / "file" / "sensors.json")


@pytest.mark.parametrize(
    ("name", "services", "model"),
    [
        ("whatever", frozenset((uuids.BELT_IMU_SERVICE,)), "sledmon belt"),
        ("", frozenset((uuids.TETHER_ENCODER_SERVICE, "x")), "sledmon tether"),
        ("Polar H10 8A6B3D21", frozenset(), "Polar H10"),
        ("Polar Sense 1A2B3C4D", frozenset(), "Polar Verity Sense"),
        ("WT901BLE67", frozenset(), "WitMotion"),
        ("Polar H9 8A6B3D21", frozenset(), None),
        ("", frozenset(), None),
        ("my WT", frozenset(), None),
    ],
)
def test_a_model_is_told_by_its_service_or_by_how_its_name_begins(
    name: str, services: frozenset[str], model: str | None
) -> None:
    recognised = recognise(Sighting("DD:01", name, services))
    assert (recognised.name if recognised else None) == model


def test_every_model_has_a_decoder() -> None:
    assert {model.layout for model in MODELS} <= LAYOUTS.keys()


def test_what_another_lane_has_taken_is_not_there() -> None:
    taken = (_last("AA:01"),)
    one = asyncio.run(choose(_Radio(BELT, OTHER_BELT, TETHER), {}, (), taken, 0.05))
    assert [choice.address for choice in one] == ["AA:02", "BB:01"]
    with pytest.raises(ChoiceError, match="1A2B is another lane's already"):
        asyncio.run(choose(_Radio(BELT, TETHER), {"imu": "1A2B"}, (), taken, 0.05))
