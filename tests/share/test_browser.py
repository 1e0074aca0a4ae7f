"""The pages in a real browser: a phone in the sun, in the dark, without script, out of reach."""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sledmon.library import SessionStore
from sledmon.present.export.results_json import rep_document
from sledmon.present.share.qr import as_svg, code_of
from tests.library.sessions import results
from tests.share.conftest import Shared
from tests.share.season import a_day, id_of, run

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONES = [(360, 640), (412, 915)]
TABLET = (1024, 768)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def reading(
    chromium: Any,
    url: str,
    size: tuple[int, int] = PHONES[0],
    *,
    theme: str = "light",
    script: bool = True,
) -> Iterator[Any]:
    """A page that is open; anything that the browser complains of fails the test."""
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=theme,
        java_script_enabled=script,
        accept_downloads=True,
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: (
            complaints.append(said.text) if "Content Security Policy" in said.text else None
        ),
    )
    page.goto(url)
    yield page
    context.close()
    assert complaints == []


@pytest.mark.parametrize("size", PHONES, ids=str)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_an_athletes_page(
    chromium: Any, shared: Shared, size: tuple[int, int], theme: str
) -> None:
    assert violations(chromium, shared.url("Ann"), size, theme) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_board_check_and_end(
    chromium: Any, shared: Shared, theme: str
) -> None:
    board = shared.server.board_url(shared.session)
    for url in (board, shared.server.check_url(), shared.server.check_url() + "x"):
        assert violations(chromium, url, TABLET, theme) == []


def violations(chromium: Any, url: str, size: tuple[int, int], theme: str) -> list[str]:
    """What axe found; its script is handed in past the page's policy."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=theme, bypass_csp=True
    )
    page = context.new_page()
    page.goto(url)
    found = axe.Axe().run(page)
    context.close()
    return [f"{one['id']}: {one['help']}" for one in found.response["violations"]]


@pytest.mark.parametrize("size", PHONES, ids=str)
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_page_fits_its_phone_and_can_be_read_and_touched(
    chromium: Any, shared: Shared, size: tuple[int, int], script: bool
) -> None:
    with reading(chromium, shared.url("Ann"), size, script=script) as page:
        assert page.get_by_text("Take off 10 lb.").is_visible()
        widths = [
            box(one)["x"] + box(one)["width"] for one in page.locator("main > *, main li > *").all()
        ]
        assert max(widths) <= size[0]
        for one in page.locator(".button").all():
            if one.is_visible():
                assert box(one)["height"] >= 48
        big = page.locator(".big b").first
        assert box(big)["height"] >= 40
        if script:
            sizes = page.evaluate(
                "[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() &&"
                " !e.closest('svg') && e.textContent.trim()).map(e =>"
                " parseFloat(getComputedStyle(e).fontSize))"
            )
            assert min(sizes) >= 16


def box(one: Any) -> dict[str, float]:
    return one.bounding_box() or {"x": 0.0, "y": 0.0, "width": 0.0, "height": 0.0}


def test_the_first_view_is_there_within_a_second(chromium: Any, shared: Shared) -> None:
    url = shared.url("Ann")
    with reading(chromium, url) as page:
        page.goto(url)
        painted_ms = page.evaluate(
            "new Promise(done => new PerformanceObserver(list => done("
            "list.getEntries().at(-1).startTime)).observe({type: 'paint', buffered: true}))"
        )
        asked = page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    assert painted_ms < 1000
    assert [one for one in asked if not one.endswith("/events")] == []


def test_a_new_rep_is_on_the_phone_within_a_second(chromium: Any, shared: Shared) -> None:
    told = results(a_day("Ann"), started_utc="2026-11-20T17:30:00Z", packets="running")
    store = SessionStore(shared.library, told.opened, tell=pytest.fail)
    store.store_reps(told.document["reps"])
    url = shared.server.url_for(id_of(shared.library, "Ann"), store.id)
    with reading(chromium, url) as page:
        page.get_by_role("link", name="mph").click()
        reps = [*told.document["reps"], rep_document(run(7, "Ann", 4.60, unresisted=True))]
        begun = time.perf_counter()  # noqa: TID251
        store.store_reps(reps)
        page.get_by_role("heading", name="Rep 7").wait_for(timeout=5000)
        took_s = time.perf_counter() - begun  # noqa: TID251
        assert took_s < 1.0
        assert page.locator(".big b:visible").first.inner_text() == "10.29"
        assert "Rep 7" in page.locator("#heard").inner_text()
        assert page.evaluate("document.activeElement.dataset.key") == "mph"
        # The session ends: it gets its lasting identity, and the page goes on.
        store.replace_session({**told.document, "reps": reps})
        page.reload()
        assert page.get_by_role("heading", name="Rep 7").is_visible()


def test_out_of_reach_the_page_still_reads_changes_units_and_saves(
    chromium: Any, shared: Shared, tmp_path: Path
) -> None:
    from PIL import Image

    with reading(chromium, shared.url("Ann")) as page:
        page.context.set_offline(True)
        shared.server.stop()
        page.get_by_text("Not connected.").wait_for(timeout=10_000)
        assert page.get_by_role("heading", name="Rep 6").is_visible()
        page.get_by_role("link", name="km/h").click()
        assert page.locator(".big b:visible").first.inner_text() == "13.36"
        with page.expect_download() as download:
            page.get_by_role("button", name="Save as picture").click()
        download.value.save_as(tmp_path / "saved.png")
    with Image.open(tmp_path / "saved.png") as picture:
        assert picture.size == (1080, 1350)
        dark = sum(picture.convert("L").histogram()[:64])
        assert 0.02 < dark / (1080 * 1350) < 0.3


def test_an_ended_page_says_so_and_stays_readable(chromium: Any, shared: Shared) -> None:
    with reading(chromium, shared.url("Ann")) as page:
        page.get_by_role("heading", name="Rep 6").wait_for()
        shared.server.revoke(session=shared.session)
        page.get_by_text("This page has ended.").wait_for(timeout=10_000)
        assert page.get_by_role("heading", name="Rep 6").is_visible()


def test_without_script_units_change_by_following_a_link(chromium: Any, shared: Shared) -> None:
    with reading(chromium, shared.url("Ann"), script=False) as page:
        page.get_by_role("link", name="mph").click()
        assert page.locator(".big b:visible").first.inner_text() == "8.30"
        page.get_by_role("link", name="kg", exact=True).click()
        assert page.get_by_text("15 + 9 kg").first.is_visible()
        assert page.locator(".big b:visible").first.inner_text() == "8.30"
        link = page.get_by_role("link", name="Save as picture")
        assert link.get_attribute("href").endswith("/picture.svg?speed=mph&load=kg")


def test_a_code_on_a_screen_is_read_by_a_reader_and_opens_the_page(
    chromium: Any, shared: Shared, tmp_path: Path
) -> None:
    decode = pytest.importorskip("pyzbar.pyzbar", reason="zbar is not installed").decode
    from PIL import Image

    context = chromium.new_context(viewport={"width": 800, "height": 600})
    page = context.new_page()
    page.set_content(f"<body style='background:#888'>{as_svg(code_of(shared.url('Ann')))}")
    (found,) = decode(Image.open(io.BytesIO(page.screenshot())))
    page.goto(found.data.decode())
    assert page.get_by_role("heading", name="Ann").is_visible()
    context.close()
