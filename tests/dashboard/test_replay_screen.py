"""The replay screen on a real window: by keyboard and mouse, equal to analyze on its recording."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QElapsedTimer, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from sledmon.present.dashboard.look import LEAST_TARGET
from sledmon.present.dashboard.replay import ReplayScreen
from sledmon.present.dashboard.replay.charts import Charts
from sledmon.present.dashboard.replay.plots import LINE_PX
from sledmon.present.dashboard.screen import KeyButton
from sledmon.present.dashboard.window import Window
from sledmon.present.export.results_json import session_document
from sledmon.present.settings import Settings, SpeedUnit, ThemeName
from sledmon.recording import RecordingWriter, open_recording
from sledmon.samples import Opened, Tick
from tests.cli.command import sledmon

Until = Callable[..., None]
Key = Qt.Key


@pytest.fixture
def recording(repository: Path, tmp_path: Path) -> Path:
    name = "simulated-clean-10yd"
    return Path(
        shutil.copy(repository / "recordings" / name / f"{name}.mcap", tmp_path / "monday.mcap")
    )


@pytest.fixture
def window(application: QApplication) -> Iterator[Window]:
    shown = Window(Settings(), lambda _: None)
    shown.resize(1366, 768)
    shown.show()
    yield shown
    shown.close()
    shown.deleteLater()


@pytest.fixture
def screen(
    application: QApplication, window: Window, recording: Path, until: Until
) -> ReplayScreen:
    made = ReplayScreen()
    window.show_screen(made)
    until(made.settled, lambda: made.open(recording))
    laid_out(application)
    return made


def laid_out(application: QApplication) -> None:
    for _ in range(5):  # lay-outs within lay-outs take a turn each
        application.processEvents()


def press(window: Window, *keys: Qt.Key, held: Qt.KeyboardModifier | None = None) -> None:
    for key in keys:
        target = window.focusWidget() or window
        QTest.keyClick(target, key, held or Qt.KeyboardModifier.NoModifier)


def answer(window: Window, text: str) -> None:
    line = next(each for each in window.findChildren(QLineEdit) if each.isVisible())
    line.clear()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Key.Key_Return)


def words(window: Window) -> str:
    """All that stands on the screen and can be read aloud."""
    return "\n".join(each.text() for each in window.findChildren(QLabel) if each.isVisible())


def analyzed(path: Path) -> dict:
    done = sledmon("analyze", path, "--format", "json")
    assert done.code == 0, done.err
    document: dict = json.loads(done.out)
    return document


def shown_document(screen: ReplayScreen, path: Path) -> dict:
    assert screen.replayed is not None
    document: dict = json.loads(json.dumps(session_document(screen.replayed.session, str(path))))
    return document


def test_what_is_shown_is_what_analyze_gives(
    window: Window, screen: ReplayScreen, recording: Path
) -> None:
    document = analyzed(recording)
    assert shown_document(screen, recording) == document
    for rep in document["reps"]:
        text = words(window)
        assert f"Rep {rep['number']} ·" in text
        assert f"{rep['window_velocity_mps']['value']:.2f}" in text
        for split in rep["splits"]:
            assert f"{split['time_s']['value']:.2f} s" in text
        press(window, Key.Key_PageDown)


def test_a_session_by_keyboard_equals_analyze_after_every_correction(
    window: Window, screen: ReplayScreen, recording: Path, until: Until
) -> None:
    before = analyzed(recording)

    def agrees() -> dict:
        document = analyzed(recording)
        assert shown_document(screen, recording) == document
        return document

    press(window, Key.Key_PageDown, Key.Key_X)
    until(screen.settled, lambda: answer(window, "slipped"))
    assert [rep["excluded"] for rep in agrees()["reps"]] == [False, True, False, False]
    assert "Note: excluded: slipped" in words(window)
    assert "EXCLUDED" in words(window)

    press(window, Key.Key_A)
    until(screen.settled, lambda: answer(window, "Jersey 7"))
    names = [rep["athlete"] for rep in agrees()["reps"]]
    assert [names[1], *{names[0], *names[2:]}] == ["Jersey 7", before["reps"][0]["athlete"]]

    press(window, Key.Key_L)
    until(screen.settled, lambda: answer(window, "20"))
    loads = [rep["load_kg"] for rep in agrees()["reps"]]
    kept = [rep["load_kg"] for rep in before["reps"]]
    assert loads[2:] == kept[2:]

    press(window, Key.Key_E)
    press(window, Key.Key_Right, held=Qt.KeyboardModifier.ShiftModifier)
    until(screen.settled, lambda: press(window, Key.Key_Return))
    moved = agrees()["reps"][1]["start_s"]
    assert moved == pytest.approx(before["reps"][1]["start_s"] + 0.1, abs=1e-3)
    assert words(window).count("edges set by hand") == 1

    for _ in range(4):
        until(screen.settled, lambda: press(window, Key.Key_Backspace))
        agrees()
    after = analyzed(recording)
    assert after["reps"] == before["reps"]
    press(window, Key.Key_Backspace)
    assert "of the session itself; press again" in words(window)


def test_edges_are_dragged_and_as_found_is_one_key_back(
    window: Window, screen: ReplayScreen, recording: Path, until: Until
) -> None:
    found = analyzed(recording)["reps"][0]
    press(window, Key.Key_E)
    charts = window.findChildren(Charts)[0]
    view = charts.velocity.getViewBox()

    def at(x: float) -> QPoint:
        return QPoint(*charts.mapFromScene(view.mapViewToScene(QPointF(x, 1.0))).toTuple())

    port = charts.viewport()
    length_s = found["end_s"] - found["start_s"]
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=at(length_s))
    QTest.mouseMove(port, at(length_s - 0.3))
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=at(length_s - 0.3))
    until(screen.settled, lambda: press(window, Key.Key_Return))
    short = analyzed(recording)["reps"][0]
    assert short["complete"] is False
    assert shown_document(screen, recording)["reps"][0] == short
    press(window, Key.Key_E, Key.Key_0)
    until(screen.settled, lambda: press(window, Key.Key_Return))
    again = analyzed(recording)["reps"][0]
    assert again["complete"] is True
    assert again["window_velocity_mps"]["value"] == pytest.approx(
        found["window_velocity_mps"]["value"], abs=1e-3
    )


def test_the_mouse_scrubs_the_session_and_the_rep(window: Window, screen: ReplayScreen) -> None:
    charts = window.findChildren(Charts)[0]
    assert screen.replayed is not None
    last = screen.replayed.reps[-1]
    for plot, x in ((charts.session, last.span_s[0] + 0.5), (charts.velocity, 1.0)):
        where = charts.mapFromScene(plot.getViewBox().mapViewToScene(QPointF(x, 1.0)))
        QTest.mouseClick(charts.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert f"Rep {last.rep.number} ·" in words(window)
    assert screen._player.playing.time_s == pytest.approx(last.span_s[0] + 1.0, abs=0.01)


def test_it_plays_at_the_speed_that_is_said_and_holds(
    window: Window, screen: ReplayScreen, application: QApplication
) -> None:
    press(window, Key.Key_Minus, Key.Key_Minus)
    assert any(each.text() == "Play 0.25×" for each in window.findChildren(KeyButton))
    began_s = screen._player.playing.time_s
    passed = QElapsedTimer()
    passed.start()
    press(window, Key.Key_Space)
    while passed.elapsed() < 400:
        application.processEvents()
    press(window, Key.Key_Space)
    gone_s = screen._player.playing.time_s - began_s
    assert 0.5 * 0.25 * 0.4 < gone_s <= 0.25 * passed.elapsed() / 1000.0
    held_s = screen._player.playing.time_s
    application.processEvents()
    assert screen._player.playing.time_s == held_s


def test_reps_are_laid_over_one_another_by_time_or_distance(
    window: Window, screen: ReplayScreen, recording: Path, until: Until
) -> None:
    press(window, Key.Key_C)
    assert "Set two or more reps aside" in words(window)
    press(window, Key.Key_K, Key.Key_PageDown, Key.Key_K)
    other = recording.with_name("tuesday.mcap")
    shutil.copy(recording, other)
    until(screen.settled, lambda: screen.open(other))
    press(window, Key.Key_PageDown, Key.Key_PageDown, Key.Key_K, Key.Key_C)
    text = words(window)
    assert "rep 1 (monday)" in text
    assert "rep 2 (monday)" in text
    assert "rep 3 (tuesday)" in text
    first, third = (analyzed(path)["reps"][k] for path, k in ((recording, 0), (other, 2)))
    off = third["window_velocity_mps"]["value"] - first["window_velocity_mps"]["value"]
    assert f"{off:+.2f}".replace("-", "−") in text
    charts = window.findChildren(Charts)[0]
    drawn = [curve for curve in charts.velocity.curves if curve.isVisible()]
    pens = [curve.opts["pen"] for curve in drawn]
    assert len(pens) == 3
    assert all(pen.widthF() >= LINE_PX for pen in pens)
    assert len({tuple(pen.dashPattern()) for pen in pens}) == 3
    by_time = drawn[0].getData()[0].copy()
    press(window, Key.Key_D)
    assert drawn[0].getData()[0].max() > by_time.max()


def test_the_window_lives_while_a_recording_is_read(
    window: Window, recording: Path, until: Until
) -> None:
    screen = ReplayScreen()
    window.show_screen(screen)
    assert "Nothing is open. Press O to open a recording." in words(window)
    passed = QElapsedTimer()

    def begin() -> None:
        passed.start()
        screen.open(recording)
        assert passed.elapsed() < 100
        assert "Reading monday.mcap" in words(window)

    until(screen.settled, begin)


def test_no_chart_is_empty_without_a_sentence(window: Window, tmp_path: Path, until: Until) -> None:
    with RecordingWriter(tmp_path / "empty.mcap") as writer:
        writer.write(Opened(0, "ble", "", "x"))
        writer.write(Tick(3_000_000_000))
    screen = ReplayScreen()
    window.show_screen(screen)
    until(screen.settled, lambda: screen.open(tmp_path / "empty.mcap"))
    assert "No rep was found in this recording" in words(window)
    until(screen.settled, lambda: screen.open(tmp_path / "absent.mcap"))
    assert "absent.mcap does not exist; check the name" in words(window)


def test_reps_of_a_belt_alone_are_listed_and_say_why_they_have_no_curve(
    window: Window, recording: Path, until: Until
) -> None:
    alone = recording.with_name("belt.mcap")
    with RecordingWriter(alone) as writer:
        for batch in open_recording(recording).batches():
            for record in batch:
                if getattr(record, "device", "imu") == "imu":
                    writer.write(record)
    screen = ReplayScreen()
    window.show_screen(screen)
    until(screen.settled, lambda: screen.open(alone))
    text = words(window)
    assert "Rep 1 ·" in text
    assert "No curve: no tether was seen" in text
    assert "belt only" in text
    press(window, Key.Key_E, Key.Key_K, Key.Key_D)
    assert "has no curve to compare" in words(window)


def test_a_recording_that_was_never_closed_is_shown_but_not_corrected(
    window: Window, recording: Path, until: Until
) -> None:
    whole = recording.read_bytes()
    cut = open_recording(recording).data_end
    recording.write_bytes(whole[:cut])
    screen = ReplayScreen()
    window.show_screen(screen)
    until(screen.settled, lambda: screen.open(recording))
    press(window, Key.Key_X, Key.Key_Backspace)
    assert "never closed" in words(window)
    assert recording.read_bytes() == whole[:cut]


@pytest.mark.parametrize("theme", list(ThemeName))
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080), (2560, 1440)])
def test_every_control_is_big_enough_shows_its_key_and_is_named(
    application: QApplication,
    window: Window,
    screen: ReplayScreen,
    theme: ThemeName,
    width: int,
    height: int,
) -> None:
    window.resize(width, height)
    window.change(Settings(theme=theme, speed=SpeedUnit.MPH))
    laid_out(application)
    buttons = [each for each in window.findChildren(KeyButton) if each.isVisible()]
    assert len(buttons) == 19
    boxes = []
    for button in buttons:
        assert min(button.width(), button.height()) >= LEAST_TARGET
        assert button.accessibleName().endswith(")")
        box = button.rect().translated(button.mapTo(window, QPoint(0, 0)))
        assert window.rect().contains(box)
        boxes.append(box)
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert "mph, mean over" in words(window)
    for label in window.findChildren(QLabel):
        if label.isVisible() and not label.wordWrap():
            assert label.width() >= label.sizeHint().width()


def test_long_names_are_cut_and_break_nothing(
    application: QApplication, window: Window, screen: ReplayScreen, recording: Path, until: Until
) -> None:
    long = recording.with_name("a-recording-with-a-name-" + "as-long-as-may-be-" * 6 + "x.mcap")
    shutil.copy(recording, long)
    until(screen.settled, lambda: screen.open(long))
    press(window, Key.Key_A)
    name = "Maximiliane Philippa Wilhelmina von und zu Hohenstein-Waldeck, Jersey 7"
    until(screen.settled, lambda: answer(window, name))
    press(window, Key.Key_K, Key.Key_PageDown, Key.Key_K, Key.Key_C)
    laid_out(application)
    assert window.minimumSizeHint().width() <= window.width() == 1366
    press(window, Key.Key_C, Key.Key_PageUp)
    laid_out(application)
    assert window.minimumSizeHint().width() <= window.width() == 1366
    assert analyzed(long)["reps"][0]["athlete"] == name
    heads = [each for each in window.findChildren(QLabel) if each.text().startswith("Rep 1 ·")]
    assert heads[0].text().endswith("…")
    assert name in heads[0].accessibleName()


def test_a_key_pressed_while_one_types_is_a_letter(window: Window, screen: ReplayScreen) -> None:
    press(window, Key.Key_N)
    line = next(each for each in window.findChildren(QLineEdit) if each.isVisible())
    QTest.keyClicks(line, "dexknaleco")
    assert line.text() == "dexknaleco"
    press(window, Key.Key_Escape)
    assert not line.isVisible()
    assert "Rep 1 ·" in words(window)
