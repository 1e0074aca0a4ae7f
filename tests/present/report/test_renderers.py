"""HTML and PDF: self-contained, the same words in both, the same bytes for the same page."""

import re
import zlib
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from sledmon.errors import SledmonError
from sledmon.present.report.athlete_page import athlete_page
from sledmon.present.report.html import page_html
from sledmon.present.report.letters import Font, font_for
from sledmon.present.report.page import Cell, Grid, Page, Section, Sentences, Tone
from sledmon.present.report.pdf import SHEET, page_pdf
from sledmon.present.report.session_page import session_page
from sledmon.present.report.svg import Kind, figure
from tests.present.report.recordings import one_session, season, write

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="module", params=["session", "athlete"])
def page(request: pytest.FixtureRequest, folder: Path) -> Page:
    if request.param == "session":
        return session_page(one_session(folder))
    return athlete_page(season(folder))


class _Read(HTMLParser):
    """Tags, addresses and words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self._style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._style = tag == "style"
        names = ("src", "href", "srcset", "data", "action")
        self.addresses += [value or "" for name, value in attrs if name in names]

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._style:
            self.words.append(data.strip())


def pdf_text(content: bytes) -> str:
    """Every string that a PDF in the built-in font shows, without spaces."""
    shown = b""
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            page = zlib.decompress(stream)
        except zlib.error:
            continue
        shown += b"".join(re.findall(rb"\(((?:\\.|[^\\()])*)\) Tj", page))
    plain = re.sub(rb"\\([()\\])", rb"\1", shown)
    return plain.decode("windows-1252").replace(" ", "")


def test_html_is_one_small_file_that_runs_and_fetches_nothing(page: Page) -> None:
    text = page_html(page)
    read = _Read(text)
    assert len(text.encode()) < 300_000
    assert {"svg", "table", "h1"} <= set(read.tags)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(read.tags)
    assert read.addresses == []
    assert "url(" not in text
    assert "@import" not in text
    assert "://" not in text


def test_a_long_session_stays_below_300_kilobytes(folder: Path) -> None:
    import sledmon

    session = sledmon.analyze(write(folder / "long.mcap", seed=9, reps=30))
    assert len(session.reps) == 30
    assert len(page_html(session_page(session)).encode()) < 300_000


def test_both_say_the_same(page: Page) -> None:
    in_pdf = pdf_text(page_pdf(page))
    for word in _Read(page_html(page)).words:
        plain = word.lstrip("▼▲ ").replace(" ", "")
        assert plain in in_pdf, word


def test_the_same_page_gives_the_same_bytes(page: Page) -> None:
    assert page_pdf(page) == page_pdf(page)
    assert page_html(page) == page_html(page)


def test_a_sheet_fits_on_a4_and_on_letter() -> None:
    assert SHEET[0] <= 595.3 < 612
    assert SHEET[1] <= 792 < 841.9


def test_names_are_text_and_never_markup() -> None:
    name = '<script>alert("x")</script> & "Ann"'
    text = page_html(page_of(name))
    assert "<script" not in text
    assert name in " ".join(_Read(text).words)


@pytest.mark.parametrize("name", ["Ann (7)", "Zoë \\ Müller", "Žofia Nováková", "李娜", "\x07"])
def test_any_name_can_be_printed(name: str) -> None:
    assert page_pdf(page_of(name)).startswith(b"%PDF-")
    assert name.strip("\x07") in page_html(page_of(name))


def test_letters_that_no_font_has_are_spelt_out() -> None:
    from fpdf import FPDF

    plain = font_for(FPDF(), ["Ann ±0.02 –"])
    assert plain == Font("Helvetica", None)
    assert Font("Helvetica", None).spelt("Novák Ř") == "Novák \\u0158"
    assert Font("own", frozenset(map(ord, "Nova"))).spelt("Nová") == "Nov\\xe1"


def test_a_table_longer_than_a_sheet_goes_on_with_its_head() -> None:
    rows = tuple((Cell(f"row {i}"), Cell(str(i), Tone.PAST)) for i in range(120))
    grid = Grid(columns=("name", "number"), rows=rows)
    content = page_pdf(
        Page(title="t", subtitle="", footer="f", sections=(Section(title="s", blocks=(grid,)),))
    )
    text = pdf_text(content)
    sheets = content.count(b"/Type /Page\n")
    assert sheets >= 2
    assert text.count("namenumber") == sheets
    assert all(f"row{i}" in text for i in range(120))


def page_of(name: str) -> Page:
    blocks = (
        Sentences((Cell(name, Tone.PAST),)),
        Grid(columns=("athlete", "m/s"), rows=((Cell(name), Cell("4.11 ±0.02")),)),
    )
    return Page(
        title=name, subtitle="", footer=name, sections=(Section(title=name, blocks=blocks),)
    )


@pytest.mark.parametrize("width", [412, 900])
def test_a_browser_shows_it_without_anything_sticking_out(
    page: Page, width: int, tmp_path: Path
) -> None:
    if not CHROMIUM.exists():
        pytest.skip("no chromium on this machine")
    from playwright.sync_api import sync_playwright

    path = tmp_path / "report.html"
    path.write_text(page_html(page), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": width, "height": 800}, java_script_enabled=True)
        asked: list[str] = []
        view.on("request", lambda request: asked.append(request.url))
        view.goto(path.as_uri())
        assert view.evaluate("document.documentElement.scrollWidth") <= width
        wide = "[...document.querySelectorAll('.wide')].map(e => e.scrollWidth - e.clientWidth)"
        if width == 900:
            assert view.evaluate(wide) == [0] * view.locator(".wide").count()
        assert asked == [path.as_uri()]
        browser.close()


@pytest.mark.parametrize(
    "kind", ["velocity-distance", "rep-by-rep", "velocity-loss", "load-velocity"]
)
def test_a_figure_is_a_picture_of_its_own(kind: Kind, folder: Path, tmp_path: Path) -> None:
    picture = figure(one_session(folder), kind)
    picture.save(tmp_path / "a.svg")
    tree = ET.parse(tmp_path / "a.svg").getroot()
    assert tree.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(tree.findall(".//{*}polyline")) > 5
    assert picture._repr_svg_() == picture.text


def test_a_figure_that_is_not_there_is_refused_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    session = one_session(folder)
    with pytest.raises(SledmonError, match="no figure 'pie'; ask for one of velocity-distance"):
        figure(session, "pie")  # type: ignore[arg-type]
    with pytest.raises(SledmonError, match="no reps of Nobody"):
        figure(session, "load-velocity", "Nobody")
    with pytest.raises(SledmonError, match="its folder does not exist"):
        figure(session, "load-velocity").save(tmp_path / "none" / "a.svg")
