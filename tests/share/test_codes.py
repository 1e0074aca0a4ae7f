"""QR codes are read back by a real reader: from the picture, the drawing and the terminal."""

import io
import re
from pathlib import Path

import pytest

from sledmon.errors import ShareError
from sledmon.present.share.qr import MOST_BYTES, as_png, code_of, on_terminal, save_code, wifi_code

URL = "http://192.168.178.123:54321/abcdefghijklmnopqrstuv"


def read(png: bytes) -> list[str]:
    pytest.importorskip("pyzbar.pyzbar", reason="zbar is not installed (Debian: libzbar0)")
    from PIL import Image
    from pyzbar.pyzbar import decode  # type: ignore[import-untyped]

    return [found.data.decode() for found in decode(Image.open(io.BytesIO(png)))]


def test_the_address_of_a_page_is_read_back_and_small_enough_for_a_phone_at_arms_length() -> None:
    code = code_of(URL)
    assert read(as_png(code)) == [URL]
    assert int(code.version) <= 4


def test_results_as_text_are_read_back_whole() -> None:
    text = "Zoë, 20 November, 10 yd\nlast 4.11 m/s ±0.02\n" * 14
    assert len(text.encode()) <= MOST_BYTES
    assert read(as_png(code_of(text))) == [text]


@pytest.mark.parametrize("password", ['s;e:c,r\\e"t', ""])
def test_a_wifi_code_holds_name_and_password(password: str) -> None:
    (text,) = read(as_png(wifi_code("Club; field", password)))
    assert text.startswith("WIFI:")
    assert r"S:Club\; field;" in text
    assert ("T:WPA" in text) == bool(password)


def test_a_network_without_a_name_is_refused() -> None:
    with pytest.raises(ShareError, match="needs a name"):
        wifi_code("", "secret")


def test_the_terminal_shows_the_same_modules_black_on_white() -> None:
    pytest.importorskip("PIL")
    from PIL import Image

    lines = on_terminal(code_of(URL)).splitlines()
    rows = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in lines]
    assert all(
        line.startswith("\x1b[38;5;16;48;5;231m") and line.endswith("\x1b[0m") for line in lines
    )
    picture = Image.new("L", (len(rows[0]), 2 * len(rows)), 255)
    for y, row in enumerate(rows):
        for x, mark in enumerate(row):
            for half, dark in enumerate((mark in "▀█", mark in "▄█")):
                picture.putpixel((x, 2 * y + half), 0 if dark else 255)
    out = io.BytesIO()
    picture.resize((picture.width * 8, picture.height * 8), 0).save(out, "PNG")
    assert read(out.getvalue()) == [URL]


def test_codes_are_kept_under_names_that_every_disk_takes(tmp_path: Path) -> None:
    svg, png = save_code(code_of(URL), tmp_path / "codes", "../Zoë/7:*")
    assert svg.parent == png.parent == tmp_path / "codes"
    assert read(png.read_bytes()) == [URL]
    assert "<script" not in svg.read_text()
    (tmp_path / "file").touch()
    with pytest.raises(ShareError, match="cannot write"):
        save_code(code_of(URL), tmp_path / "file", "Ann")
