"""What a report says: every rep, every flag with its reason, nothing empty without a sentence."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import sledmon
from sledmon.judge.wording import verdict_sentence
from sledmon.present.report.athlete_page import athlete_page
from sledmon.present.report.charts import load_line
from sledmon.present.report.drawing import Area, Letters, drawn
from sledmon.present.report.page import Chart, Figure, Grid, Page, Sentences, Tone
from sledmon.present.report.session_page import session_page
from sledmon.recording import RecordingWriter
from sledmon.results import LoadVelocity, Measured
from sledmon.samples import Opened
from tests.pipeline.sessions import path_of
from tests.present.report.recordings import one_session, season, write

ODD = ("simulated-false-starts", "simulated-both-sensors-die", "simulated-polar-h10",
       "simulated-5yd-loads")  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


def charts(page: Page) -> Iterator[tuple[Chart, Figure]]:
    for section in page.sections:
        for block in section.blocks:
            if isinstance(block, Figure):
                yield from ((chart, block) for chart in block.charts)


def grids(page: Page) -> list[Grid]:
    return [b for section in page.sections for b in section.blocks if isinstance(b, Grid)]


def lines(page: Page) -> list[str]:
    blocks = [b for section in page.sections for b in section.blocks]
    return [line.text for b in blocks if isinstance(b, Sentences) for line in b.lines]


def chart_named(page: Page, title: str) -> Chart:
    return next(chart for chart, _ in charts(page) if chart.title.startswith(title))


def test_every_rep_has_its_row_with_value_and_error(folder: Path) -> None:
    session = one_session(folder)
    grid = grids(session_page(session))[0]
    assert [row[0].text for row in grid.rows] == [str(rep.number) for rep in session.reps]
    end = grid.columns.index("end m/s")
    for row, rep in zip(grid.rows, session.reps, strict=True):
        value, error = row[end].text.split(" ±")
        assert float(value) == pytest.approx(rep.estimates.window.velocity_mps.value, abs=0.0051)
        assert float(error) >= rep.estimates.window.velocity_mps.sigma


def test_flags_stand_with_their_reasons_and_their_marks(folder: Path) -> None:
    session = one_session(folder)
    page = session_page(session)
    flagged = [rep for rep in session.reps if rep.verdict.flag]
    assert flagged, "the session is to have flags"
    for rep in flagged:
        assert f"Rep {rep.number}: {verdict_sentence(rep)}" in lines(page)
    grid = grids(page)[0]
    verdicts = [row[grid.columns.index("verdict")] for row in grid.rows]
    marked = [cell.tone is Tone.PAST for cell in verdicts]
    assert marked == [rep.verdict.flag is not None for rep in session.reps]


def test_a_recording_without_reps_says_so(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "empty.mcap") as writer:
        writer.write(Opened(0, "ble", "", "sledmon"))
    session = sledmon.analyze(tmp_path / "empty.mcap")
    assert "No rep was found in this recording." in lines(session_page(session))
    with pytest.raises(sledmon.SledmonError, match="these recordings hold no rep"):
        athlete_page([session, session])


@pytest.mark.parametrize("name", ODD)
def test_no_chart_is_empty_without_a_sentence(name: str) -> None:
    for chart, _ in charts(session_page(sledmon.analyze(path_of(name)))):
        drawn_points = sum(len(series.points) for series in chart.series)
        assert bool(drawn_points) != bool(chart.why_not), chart.title


def test_nothing_is_drawn_outside_its_panel(folder: Path) -> None:
    odd = [session_page(sledmon.analyze(path_of(name))) for name in ODD]
    pages = [session_page(one_session(folder)), athlete_page(season(folder)), *odd]
    for page in pages:
        for chart, figure in charts(page):
            width, height = figure.panel
            for mark in drawn(chart, width, height):
                if isinstance(mark, Letters):
                    wide = 0.5 * mark.size * len(mark.text)
                    share = {"start": 0.0, "middle": 0.5, "end": 1.0}[mark.anchor]
                    places = [
                        (mark.x - share * wide, mark.y),
                        (mark.x + (1 - share) * wide, mark.y),
                    ]
                else:
                    places = [*mark.places]
                for x, y in places:
                    assert -1.0 <= x <= width + 1.0, (chart.title, mark)
                    assert 0.0 <= y <= height, (chart.title, mark)


def test_the_bands_of_a_curve_are_its_95_per_cent_intervals(folder: Path) -> None:
    session = one_session(folder)
    free = chart_named(session_page(session), "no sled").series[0]
    curve = session.reps[0].estimates.curve
    x = [point.x for point in free.points]
    for point in curve[3:]:
        low, high = (
            np.interp(point.distance_m, x, [getattr(p, side) for p in free.points])
            for side in ("low", "high")
        )
        assert high - low == pytest.approx(2 * 1.96 * point.velocity_mps.sigma, rel=0.1)
        assert (high + low) / 2 == pytest.approx(point.velocity_mps.value, rel=0.01)


def test_the_load_line_widens_away_from_its_loads() -> None:
    line = LoadVelocity(
        v0_mps=Measured(5.0, 0.05), slope_mps_per_kg=Measured(0.04, 0.002), covariance=0.00009
    )
    points = load_line(line, np.array([0.0, 22.5, 60.0]))
    assert [round(p.y, 3) for p in points] == [5.0, 4.1, 2.6]
    half = [p.high - p.y for p in points]
    assert half[0] == pytest.approx(1.96 * 0.05)
    expected = 1.96 * math.sqrt(0.05**2 + (22.5 * 0.002) ** 2 - 2 * 22.5 * 0.00009)
    assert half[1] == pytest.approx(expected)
    assert half[1] < half[0] < half[2]


def test_a_change_is_called_one_only_beyond_its_error(folder: Path) -> None:
    sessions = season(folder)
    known = [s.athletes[0].baseline_mps for s in sessions]
    moved = known[-1].value - known[0].value
    sure = abs(moved) > 1.96 * math.hypot(known[0].sigma, known[-1].sigma)
    said = next(line for line in lines(athlete_page(sessions)) if line.startswith("Free backpedal"))
    assert ("more than its 95 % error" in said) == sure
    assert ("faster" in said) == (moved > 0)
    assert "2026-09-14" in said
    assert "2026-10-19" in said


def test_sessions_stand_in_order_of_day_however_they_are_given(folder: Path) -> None:
    first, second, third = season(folder)
    page = athlete_page([third, first, second])
    names = [row[0].text for row in grids(page)[0].rows]
    assert names == ["2026-09-14", "2026-09-28", "2026-10-19"]
    at = [tick.value for tick in chart_named(page, "Free backpedal").x.ticks]
    assert np.allclose(np.diff(at), [14, 21])


def test_sessions_without_days_are_numbered() -> None:
    sessions = [sledmon.analyze(path_of(name)) for name in ODD[:3]]
    page = athlete_page(sessions)
    assert [row[0].text for row in grids(page)[0].rows][:2] == ["session 1", "session 2"]


def test_each_athlete_has_a_section_or_is_the_only_one(folder: Path) -> None:
    session = sledmon.analyze(write(folder / "two.mcap", seed=5, names=("Ann", "Bo"), reps=6))
    titles = [section.title for section in session_page(session).sections]
    assert titles[:2] == ["Ann, 10 yd", "Bo, 10 yd"]
    alone = [section.title for section in session_page(session, "Bo").sections]
    assert [title for title in alone if "yd" in title] == ["Bo, 10 yd"]
    with pytest.raises(sledmon.SledmonError, match="no reps of 'Cy'; it has Ann, Bo"):
        session_page(session, "Cy")
    with pytest.raises(sledmon.SledmonError, match="Ann, Bo; name one of them"):
        athlete_page([session, session])


def test_quality_and_provenance_stand_in_it(folder: Path) -> None:
    session = one_session(folder)
    page = session_page(session)
    told = {cell.text for grid in grids(page) for row in grid.rows for cell in row}
    assert session.results.sha256 in told
    assert session.provenance.parameters_sha256 in told
    assert session.quality.imu is not None
    assert str(session.quality.imu.samples) in told
    assert areas(page) > 0


def areas(page: Page) -> int:
    return sum(
        isinstance(mark, Area)
        for chart, figure in charts(page)
        for mark in drawn(chart, *figure.panel)
    )
