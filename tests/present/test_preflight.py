"""Before the first rep: what is chosen by itself, what is asked, and what each check says."""

import math
import queue
import threading
from collections.abc import AsyncGenerator
from dataclasses import replace

import numpy as np
import pytest

from sledmon.acquire.choose import Heard
from sledmon.acquire.models import MODELS
from sledmon.acquire.radio import Link, RadioError, Sighting
from sledmon.acquire.sensor import Phase, SensorChoice, SensorStatus
from sledmon.estimate.geometry import distance_from_payout
from sledmon.present.preflight.checks import (
    Checks,
    Mark,
    PreflightView,
    battery_words,
    checks_for,
    preflight_view,
)
from sledmon.present.preflight.choosing import Choosing, signal_words
from sledmon.present.preflight.tape import MARK_M, TapeCheck
from sledmon.present.quantities import Quantities
from sledmon.present.running.listening import Listening
from sledmon.present.settings import AudioMode, DistanceUnit, Settings
from sledmon.present.sideline.state import LaneState
from sledmon.rig import Rig, parse_rig
from sledmon.samples import Device, VelocityBlock
from sledmon.wire import uuids

BELT, TETHER, POLAR = MODELS[0], MODELS[1], MODELS[2]


def heard(address: str, model: int = 0, dbm: int | None = -60) -> Heard:
    sighting = Sighting(address=address, name=address, services=frozenset(), signal_dbm=dbm)
    return Heard(sighting, MODELS[model])


def chosen(choosing: Choosing) -> set[str]:
    return {one.sighting.address for one in choosing.chosen.values()}


def test_the_only_belt_and_the_only_tether_are_chosen_without_a_word() -> None:
    choosing = Choosing().hearing([heard("belt")])
    assert choosing.sentence() == "Belt chosen; no tether yet. Enter goes on without it."
    choosing = choosing.hearing([heard("belt"), heard("tether", 1)])
    assert choosing.wanted == {"imu": "belt", "encoder": "tether"}
    assert choosing.sentence() == "Belt and tether chosen. Enter connects."


def test_of_several_the_one_of_last_time_is_chosen() -> None:
    before = (SensorChoice(model=BELT, address="mine", name=""),)
    choosing = Choosing(before=before).hearing([heard("other"), heard("mine")])
    assert chosen(choosing) == {"mine"}


def test_of_several_strangers_none_is_chosen_until_a_number_is_pressed() -> None:
    choosing = Choosing().hearing([heard("one"), heard("two", 2), heard("tether", 1)])
    assert chosen(choosing) == {"tether"}
    assert choosing.sentence() == "More than one belt heard: choose one by number."
    assert chosen(choosing.pressed(1)) == {"two", "tether"}
    assert chosen(choosing.pressed(1).pressed(0)) == {"one", "tether"}


def test_a_chosen_sensor_pressed_again_is_done_without() -> None:
    choosing = Choosing().hearing([heard("belt"), heard("tether", 1)]).pressed(0)
    assert choosing.wanted == {"imu": "none", "encoder": "tether"}


def test_the_demo_is_one_more_in_the_list_and_excludes_the_others() -> None:
    choosing = Choosing()
    assert len(choosing.rows()) == 1
    assert not choosing.ready
    assert choosing.pressed(0).ready
    choosing = choosing.hearing([heard("belt")])
    assert chosen(choosing.pressed(1)) == set()
    assert not choosing.pressed(1).pressed(0).demo


def test_sensors_keep_their_numbers_as_long_as_they_are_heard() -> None:
    choosing = Choosing().hearing([heard("a"), heard("b")]).hearing([heard("b", dbm=-50)])
    assert [row.cells[2] for row in choosing.rows()] == ["b", "Demo sensors"]
    choosing = choosing.hearing([heard("c"), heard("b")])
    assert [row.cells[2] for row in choosing.rows()] == ["b", "c", "Demo sensors"]


def test_signal_is_told_in_words() -> None:
    assert [signal_words(dbm).rpartition(", ")[2] for dbm in (-50, -70, -80, -95)] == [
        "strong",
        "good",
        "weak",
        "very weak",
    ]
    assert signal_words(None) == "signal not told"


def test_what_was_chosen_is_what_is_expected() -> None:
    choosing = Choosing().hearing([heard("polar", 2, -70), heard("tether", 1, None)])
    checks = checks_for(choosing)
    assert set(checks.expected) == {"imu", "encoder"}
    assert checks.signals_dbm == {"imu": -70}
    assert checks.own == ("encoder",)
    assert checks_for(choosing.pressed(0)).expected == ("encoder",)
    assert set(checks_for(choosing.pressed(2)).expected) == {"imu", "encoder"}


def view(
    lane: LaneState | None = None,
    checks: Checks | None = None,
    audio: AudioMode = AudioMode.READ,
    settings: Settings | None = None,
) -> PreflightView:
    quantities = Quantities(settings or Settings())
    return preflight_view(lane or LaneState(), checks or Checks(), quantities, audio)


def row(shown: PreflightView, title: str) -> tuple[str, Mark]:
    (found,) = [each for each in shown.checks if each.cells[0] == title]
    return found.cells[1], Mark(found.cells[2])


def test_the_belts_card_shows_what_it_feels() -> None:
    lane = streaming()
    assert view(lane).cards[0].value == "streaming"
    lane.belt_mps2 = 9.807
    card = view(lane).cards[0]
    assert card.value == "1.00"
    assert card.unit.startswith("g felt")


def streaming(cord_m: float = 3.0) -> LaneState:
    lane = LaneState(now_s=90.0)
    for device, name in (("imu", "belt 42"), ("encoder", "tether 17")):
        known: Device = "imu" if device == "imu" else "encoder"
        lane.sensors[known] = SensorStatus(
            device=known, name=name, address=name, phase=Phase.STREAMING, battery_percent=86
        )
    block = VelocityBlock(
        time_s=np.array([90.0]),
        distance_m=np.array([cord_m]),
        velocity_mps=np.array([0.25]),
        velocity_sigma_mps=np.array([0.1]),
    )
    lane.trail.push(block)
    return lane


def test_expected_stands_against_connected() -> None:
    shown = view()
    assert row(shown, "Sensors") == ("2 expected, 0 connected", Mark.LOOK)
    assert not shown.ready
    shown = view(streaming())
    assert row(shown, "Sensors") == ("2 expected, 2 connected", Mark.GOOD)
    assert shown.ready
    only: tuple[Device, ...] = ("encoder",)
    alone = Checks(expected=only)
    assert row(view(streaming(), alone), "Sensors")[0] == "1 expected, 1 connected"
    assert view(streaming(), alone).cards[0].value == "without it"


def test_the_tether_shows_its_cord_and_velocity_as_they_are() -> None:
    card = view(streaming()).cards[1]
    assert (card.value, card.unit) == ("3.28", "yd of cord, 0.25 m/s")
    metres = Settings(distance=DistanceUnit.METRE)
    assert view(streaming(), settings=metres).cards[1].value == "3.00"


def test_the_air_is_told_as_it_was_when_the_sensor_was_connected() -> None:
    lane = streaming()
    lane.sensors["encoder"] = replace(lane.sensors["encoder"], signal_dbm=-80, missed_percent=3)
    checks = Checks(signals_dbm={"imu": -60, "encoder": -60})
    belt, tether = view(lane, checks).cards
    assert belt.lines[-1] == "signal −60 dBm, strong"
    assert tether.lines[-1] == "signal −80 dBm, weak; 3 % lost in the air"


def test_trouble_is_told_and_the_last_value_is_not_shown_as_if_it_were_live() -> None:
    lane = streaming()
    status = lane.sensors["encoder"]
    lane.sensors["encoder"] = replace(status, phase=Phase.LOOKING, trouble="no data for 1.0 s")
    card = view(lane).cards[1]
    assert card.value == "looking for it"
    assert card.lines[0] == "no data for 1.0 s"
    assert card.mark is Mark.LOOK


@pytest.mark.parametrize(
    ("percent", "own", "said", "low"),
    [
        (100, True, "battery 100 %, about 8 h left", False),
        (16, True, "battery 16 %, about 1 h left", False),
        (15, True, "battery 15 %, about 1 h left; charge it", True),
        (12, True, "battery 12 %, less than 1 h left; charge it", True),
        (60, False, "battery 60 %, hours unknown", False),
        (None, True, "battery not told", False),
    ],
)
def test_a_battery_is_told_in_hours_only_where_they_are_known(
    percent: int | None, own: bool, said: str, low: bool
) -> None:
    assert battery_words(percent, own=own) == (said, low)


def test_a_tape_check_tells_the_scale_with_its_error() -> None:
    lane = streaming(cord_m=1.0)
    tape = TapeCheck().held(1.0)
    walked = replace(lane, trail=streaming(1.0 + MARK_M).trail)
    assert row(view(walked, Checks(tape=tape)), "Tape") == (
        "Walked 5.00 yd. At the 5 yd mark press T.",
        Mark.TO_DO,
    )
    good = Checks(tape=tape.held(1.0 + 1.002 * MARK_M))
    said, mark = row(view(lane, good), "Tape")
    assert said == "The cord says 5.01 yd where the tape says 5 yd: +0.2 ±0.4 %."
    assert mark is Mark.GOOD
    off = Checks(tape=tape.held(1.0 + 0.97 * MARK_M))
    said, mark = row(view(lane, off), "Tape")
    assert "−3.0 ±0.4 %" in said
    assert "calibrate" in said
    assert mark is Mark.LOOK


def test_a_tape_check_knows_where_the_reel_stands() -> None:
    rig = parse_rig("encoder = {standoff_m = 2.0, height_m = 0.9}")
    cord_m = math.hypot(2.0 + MARK_M, 0.9) - math.hypot(2.0, 0.9)
    assert float(distance_from_payout(np.array([cord_m]), rig)[0]) == pytest.approx(MARK_M)
    error, why = TapeCheck(5.0, 5.0 + cord_m).scale_error(rig)
    assert why == ""
    assert error.value == pytest.approx(0.0, abs=1e-9)
    straight, _ = TapeCheck(5.0, 5.0 + cord_m).scale_error(Rig())
    assert straight.value < -0.02


def test_a_tape_check_needs_a_cord_and_a_third_press_begins_anew() -> None:
    assert row(view(), "Tape") == ("The tether does not stream yet.", Mark.TO_DO)
    assert TapeCheck().held(math.nan) == TapeCheck()
    again = TapeCheck().held(1.0).held(5.0).held(2.0)
    assert again.walking
    assert again.start_m == 2.0


def test_a_walk_too_short_is_refused_in_words() -> None:
    said, mark = row(view(streaming(), Checks(tape=TapeCheck(1.0, 0.9))), "Tape")
    assert mark is Mark.LOOK
    assert said.startswith("No check:") or "calibrate" in said


def test_zero_sound_and_disk_say_what_is_done_and_what_is_not() -> None:
    assert row(view(streaming()), "Zero")[1] is Mark.TO_DO
    assert row(view(streaming(), Checks(zeroed_s=60.0)), "Zero") == ("Done 0:30 ago.", Mark.GOOD)
    mute = Checks(no_sound="No sound: none.")
    assert row(view(checks=mute), "Sound") == ("No sound: none.", Mark.LOOK)
    assert row(view(audio=AudioMode.OFF), "Sound")[0] == "Sound is off in the settings."
    assert row(view(checks=Checks(sound_played=True)), "Sound")[1] is Mark.GOOD
    assert row(view(checks=Checks(disk_free=5_500_000_000)), "Disk") == (
        "6 GB free: 500 h of recording.",
        Mark.GOOD,
    )
    said, mark = row(view(checks=Checks(disk_free=22_000_000)), "Disk")
    assert "only 2 h" in said
    assert mark is Mark.LOOK


class Air:
    """A radio that hears what it is given, once, then nothing; or fails."""

    def __init__(self, sightings: list[Sighting], failure: str = "") -> None:
        self._sightings, self._failure = sightings, failure
        self.closed = threading.Event()

    async def sightings(self) -> AsyncGenerator[Sighting, None]:
        try:
            if self._failure:
                raise RadioError(self._failure)
            for sighting in self._sightings:
                yield sighting
            import asyncio

            await asyncio.Event().wait()
        finally:
            self.closed.set()

    async def connect(self, address: str) -> Link:
        raise RadioError("nobody connects while listening")


def first(listening: Listening, wanted: int) -> tuple[Heard, ...] | str:
    """The first news that names so many sensors, or a sentence."""
    news: queue.SimpleQueue[tuple[Heard, ...] | str] = listening._news
    while True:
        one = news.get(timeout=10)
        if isinstance(one, str) or len(one) >= wanted:
            return one


def test_listening_tells_each_sensor_as_it_is_heard_and_lets_go_of_the_radio() -> None:
    seen = [
        Sighting("b", "sledmon-belt", frozenset({uuids.BELT_IMU_SERVICE}), -50),
        Sighting("x", "somebody's phone", frozenset(), -40),
        Sighting("t", "sledmon-tether", frozenset({uuids.TETHER_ENCODER_SERVICE}), -60),
    ]
    air = Air(seen)
    listening = Listening(lambda: air)
    listening.start()
    both = first(listening, 2)
    listening.stop()
    assert air.closed.is_set()
    assert {one.sighting.address for one in both if isinstance(one, Heard)} == {"b", "t"}
    assert list(listening.waiting()) == []


def test_a_radio_that_is_off_is_told_in_its_own_sentence() -> None:
    air = Air([], "Bluetooth is off; switch it on")
    listening = Listening(lambda: air)
    listening.start()
    assert first(listening, 1) == "Bluetooth is off; switch it on"
    listening.stop()
