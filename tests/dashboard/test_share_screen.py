"""Codes on the screen are those of the athletes' pages, read back from its picture."""

from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from sledmon.errors import ShareError
from sledmon.present.dashboard.share import ShareScreen
from sledmon.present.settings import Settings, ThemeName
from sledmon.present.share.sideline import SessionShare
from tests.dashboard.pages import press, shown
from tests.dashboard.share_page import shared_session

pyzbar = pytest.importorskip("pyzbar.pyzbar", reason="zbar (libzbar0) is not on this machine")


@pytest.fixture
def screen(application: QApplication, tmp_path: Path) -> Iterator[ShareScreen]:
    share = shared_session(tmp_path)
    yield ShareScreen(share)
    share.stop()


def read_back(screen: ShareScreen, folder: Path) -> str:
    path = folder / "seen.png"
    assert screen.grab().save(str(path))
    with Image.open(path) as picture:
        (found,) = pyzbar.decode(picture)
    return str(found.data.decode())


@pytest.mark.parametrize("theme", [*ThemeName])
def test_each_athlete_has_a_code_that_opens_their_page(
    screen: ShareScreen, tmp_path: Path, theme: ThemeName
) -> None:
    with shown(screen, Settings(theme=theme)) as window:
        urls = {}
        for name in ("Ann", "Bo"):
            urls[name] = read_back(screen, tmp_path)
            assert urls[name] in screen.address.text()
            assert screen.address.text().startswith(name)
            press(window, Qt.Key.Key_Down)
        assert urls["Ann"] != urls["Bo"]
        with urlopen(urls["Ann"]) as page:
            text = page.read().decode()
        assert "Ann" in text
        assert ">Bo<" not in text
        assert screen.rows.count() == 2
        assert "Kim" in screen.sentence.text()


def test_without_a_network_the_code_holds_the_results(screen: ShareScreen, tmp_path: Path) -> None:
    with shown(screen) as window:
        press(window, "t")
        said = read_back(screen, tmp_path)
        assert said.startswith("Ann")
        assert "m/s" in said
        press(window, "t")
        assert read_back(screen, tmp_path).startswith("http://")


def test_a_demo_is_nobodys_to_share(tmp_path: Path) -> None:
    with pytest.raises(ShareError, match="a demo is nobody's own"):
        SessionShare("none", tmp_path / "demo.mcap").begin()
