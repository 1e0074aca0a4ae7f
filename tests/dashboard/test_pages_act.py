"""What the pages do when keys and buttons are pressed, by keyboard alone."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QPoint, Qt, SignalInstance
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sledmon.present.athletes.queue import Queue
from sledmon.present.dashboard.preflight import PreflightScreen
from sledmon.present.dashboard.queue import QueueScreen
from sledmon.present.dashboard.settings import SettingsScreen
from sledmon.present.dashboard.sound import open_audio
from sledmon.present.dashboard.start import StartScreen
from sledmon.present.dashboard.summary import SummaryScreen
from sledmon.present.preflight.checks import Checks
from sledmon.present.preflight.choosing import Choosing
from sledmon.present.recent import Recent
from sledmon.present.settings import (
    AudioMode,
    DistanceUnit,
    MassUnit,
    Settings,
    SpeedUnit,
    ThemeName,
)
from sledmon.present.sound.announcing import NullAudio
from sledmon.present.sound.cues import Cue, Spoken
from tests.dashboard.pages import (
    NOW,
    connect,
    lane,
    press,
    queue,
    recent,
    reps,
    shown,
    start,
    summary,
)

Key = Qt.Key


def heard(signal: SignalInstance) -> list[object]:
    """What a signal brings from now on."""
    brought: list[object] = []
    signal.connect(lambda *values: brought.append(values[0] if values else None))
    return brought


def names(queue: Queue) -> list[str]:
    return [athlete.name for athlete in queue.athletes]


def test_a_first_start_needs_one_key_for_the_demo(application: QApplication) -> None:
    screen = StartScreen()
    demo = heard(screen.demo_asked)
    with shown(screen) as window:
        press(window, Key.Key_Return)
        press(window, "d")
        assert len(demo) == 2
        press(window, Key.Key_Escape)
        assert window.isVisible()


def test_every_choice_of_the_start_has_its_key(application: QApplication) -> None:
    screen = start()
    asked: dict[Qt.Key | str, list[object]] = {
        "c": heard(screen.connect_asked),
        Key.Key_F2: heard(screen.settings_asked),
        "g": heard(screen.resume_asked),
    }
    with shown(screen) as window:
        for key, brought in asked.items():
            press(window, key)
            assert len(brought) == 1
    assert asked["g"] == [Path("/recordings/running.mcap")]


def test_a_session_to_go_on_with_has_the_keyboard_first(application: QApplication) -> None:
    screen = start()
    resumed = heard(screen.resume_asked)
    with shown(screen) as window:
        press(window, Key.Key_Return)
        assert len(resumed) == 1
        screen.show_sessions((recent("closed", 1.0),), NOW)
        press(window, "g")
        assert len(resumed) == 1
        assert not screen.going_on.isVisible()


def test_enter_or_a_tap_opens_a_session_of_late(application: QApplication) -> None:
    screen = start()
    opened = heard(screen.open_asked)
    with shown(screen) as window:
        screen.rows.setFocus()
        press(window, Key.Key_Down, Key.Key_Return)
        QTest.mouseClick(screen.rows.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 10))
    assert [str(path) for path in opened] == ["/recordings/s1.mcap", "/recordings/running.mcap"]


def test_sessions_are_looked_for_beside_the_window(
    application: QApplication, until: Callable[..., None]
) -> None:
    screen, go = StartScreen(), Event()

    def find() -> tuple[Recent, ...]:
        go.wait(10)
        return (recent("one", 1.0),)

    with shown(screen):
        screen.look_for(find, NOW)
        assert screen.rows.count() == 0
        until(screen.found, go.set)
        assert screen.rows.count() == 1
        assert screen.connecting.isVisible()


def test_the_queue_is_made_by_typing_and_arrows_alone(application: QApplication) -> None:
    screen = QueueScreen(Queue())
    changes = heard(screen.changed)
    with shown(screen) as window:
        press(window, "r")
        press(window, *"Ana", Key.Key_Return)
        press(window, "a")
        press(window, *"Bea", Key.Key_Return)
        press(window, *"Cas", Key.Key_Return, Key.Key_Escape)
        assert names(screen.queue) == ["Ana", "Bea", "Cas"]
        assert screen.picked == 3
        press(window, Key.Key_Up, modifiers=Qt.KeyboardModifier.ControlModifier)
        assert names(screen.queue) == ["Ana", "Cas", "Bea"]
        press(window, "k")
        press(window, Key.Key_PageDown)
        assert screen.queue.now.name == "Bea"
        press(window, "2")
        assert screen.queue.now.name == "Cas"
        press(window, Key.Key_Down, "u", Key.Key_Return)
        assert screen.queue.now.name == "Bea"
        assert screen.queue.minors() == {"Bea"}
        press(window, Key.Key_Delete)
        assert names(screen.queue) == ["Ana", "Cas"]
        press(window, Key.Key_Backspace)
        assert names(screen.queue) == ["Ana", "Cas", "Bea"]
    assert changes[-1] == screen.queue


def test_all_that_was_done_to_the_queue_is_undone(application: QApplication) -> None:
    screen = queue()
    before = screen.queue
    with shown(screen) as window:
        press(window, Key.Key_Delete, Key.Key_Delete, Key.Key_PageDown, "k", "u")
        assert screen.queue != before
        for _ in range(5):
            press(window, "z", modifiers=Qt.KeyboardModifier.ControlModifier)
        assert screen.queue == before
        press(window, Key.Key_Backspace)
        assert screen.sentence.text() == "Nothing to undo here."


def test_the_last_rep_is_given_to_the_athlete_who_is_picked(application: QApplication) -> None:
    screen = queue()
    whose, swapped = heard(screen.last_rep_was), heard(screen.swap_asked)
    with shown(screen) as window:
        press(window, Key.Key_Down, "l", "x")
        assert (whose, len(swapped)) == (["Ana"], 1)
        assert screen.last.text() == "Last: rep 7, Bea, 3.40 m/s"
        window.change(Settings(audio=AudioMode.BLINDED))
        assert "3.4" not in screen.last.text()
        screen.set_last(None)
        press(window, "l", "x")
        assert (whose, len(swapped)) == (["Ana"], 1)


def test_a_name_that_is_taken_is_refused_and_stays_to_be_mended(
    application: QApplication,
) -> None:
    screen = queue()
    with shown(screen) as window:
        press(window, "a", *"ana", Key.Key_Return)
        assert "is in the queue already" in screen.sentence.text()
        assert screen.field.text() == "ana"
        assert len(screen.queue.athletes) == 6


def test_a_roster_is_imported_and_told(application: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "squad.csv"
    path.write_text("Gus\nHal\nGus\n", "utf-8")
    screen = queue()
    with shown(screen):
        screen.import_roster(path)
        assert names(screen.queue)[-2:] == ["Gus", "Hal"]
        assert screen.sentence.text() == (
            "Took 2 athletes from squad.csv; 1 name stood there twice."
        )
        screen.import_roster(tmp_path / "none.csv")
        assert "does not exist" in screen.sentence.text()


def test_sensors_are_chosen_by_number_and_connected_by_enter(application: QApplication) -> None:
    screen = connect()
    brought = heard(screen.chosen)
    with shown(screen) as window:
        press(window, Key.Key_Return)
        press(window, "2", Key.Key_Return)
        press(window, "3", Key.Key_Return)
    choices = [one for one in brought if isinstance(one, Choosing)]
    assert [one.wanted for one in choices[:2]] == [
        {"imu": "belt", "encoder": "tether"},
        {"imu": "belt", "encoder": "none"},
    ]
    assert choices[2].demo


def test_before_the_first_rep_each_check_has_its_key(application: QApplication) -> None:
    state = lane()
    screen = PreflightScreen(state, Checks(), demo=False)
    asked: dict[Qt.Key | str, list[object]] = {
        "z": heard(screen.zero_asked),
        "n": heard(screen.sound_test_asked),
        Key.Key_Return: heard(screen.start_asked),
        Key.Key_Escape: heard(screen.closed),
    }
    with shown(screen) as window:
        for key, brought in asked.items():
            press(window, key)
            assert len(brought) == 1
        press(window, "t")
        assert screen.checks.tape.walking
        assert screen.checks.zeroed_s == state.now_s
        state.now_s += 7.0
        screen.refresh()
        said = [item.text() for item in map(screen.rows.item, range(6)) if item is not None]
        assert "Zero: good. Done 0:07 ago." in said
        assert not screen.badge.isVisible()


def test_the_demo_bears_a_badge(application: QApplication) -> None:
    with shown(PreflightScreen(lane(), Checks(), demo=True)) as window:
        assert isinstance(window.screen_shown, PreflightScreen)
        assert window.screen_shown.badge.isVisible()
        assert "DEMO" in window.screen_shown.badge.text()


def test_every_setting_is_changed_at_once_by_its_own_key(application: QApplication) -> None:
    screen = SettingsScreen()
    kept: list[Settings] = []
    with shown(screen) as window:
        screen.changed.connect(window.change)
        screen.changed.connect(kept.append)
        press(window, "v", "d", "l", "t", "a")
        assert window.settings == Settings(
            speed=SpeedUnit.MPH,
            distance=DistanceUnit.METRE,
            mass=MassUnit.KILOGRAM,
            theme=ThemeName.DARK,
            audio=AudioMode.TARGET,
        )
        assert "Two tones rise" in screen.says.text()
        names = [button.accessibleName() for button in screen.choices["mass"].buttons]
        assert names == ["Load: lb", "Load: kg, on"]
        button = screen.choices["speed"].buttons[2]
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert window.settings.speed is SpeedUnit.KMH
        assert len(kept) == 6


def test_the_summary_is_read_by_number_and_ranked_only_when_asked(
    application: QApplication,
) -> None:
    screen = summary()
    with shown(screen) as window:
        first = [item.text() for item in map(screen.rows.item, range(2)) if item is not None]
        assert [text.partition(",")[0] for text in first] == ["Ana", "Bea"]
        press(window, "2")
        assert screen.name.text() == "Bea"
        press(window, "r")
        ranked = [item.text() for item in map(screen.rows.item, range(2)) if item is not None]
        assert [text.partition(",")[0] for text in ranked] == ["1. Ana", "Bea"]
        window.change(Settings(audio=AudioMode.BLINDED))
        assert not screen.ranking.isEnabled()
        hidden = [item.text() for item in map(screen.rows.item, range(2)) if item is not None]
        assert not any("." in text for text in hidden)


def test_a_session_is_printed_to_pdf_and_a_wrong_place_is_one_sentence(
    application: QApplication, tmp_path: Path
) -> None:
    screen = summary()
    with shown(screen):
        screen.print_to(tmp_path / "today.pdf")
        assert (tmp_path / "today.pdf").read_bytes().startswith(b"%PDF-")
        screen.print_to(tmp_path / "none" / "today.pdf")
        assert screen.sentence.text().endswith("make it first or choose another")


def test_an_empty_summary_says_so(application: QApplication) -> None:
    screen = SummaryScreen()
    with shown(screen) as window:
        for key in ("1", "r", "p", "h"):
            press(window, key)
        assert not screen.share.isEnabled()
        screen.show_session(reps(), ())
        assert screen.share.isEnabled()
        assert screen.name.isVisible()


def test_a_computer_without_sound_is_silent_and_says_why(application: QApplication) -> None:
    audio = open_audio()
    if not isinstance(audio, NullAudio):
        pytest.skip("this computer can be heard")
    assert audio.no_sound.startswith("No sound:")
    assert not audio.voice
    screen = SettingsScreen()
    screen.show_audio(audio)
    with shown(screen):
        assert screen.no_sound.isVisible()
        assert screen.no_sound.text() == audio.no_sound
    audio.play((Cue.LOST, Spoken("4 point 1 1")))
