"""One chart of a session as a picture of its own, for a paper or a notebook."""

import os
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final, Literal, get_args

from sledmon.analysis import Session
from sledmon.errors import RecordingError, SledmonError, unwritable
from sledmon.plan import Lines
from sledmon.present.report.charts import curve_charts, load_chart, loss_chart, velocity_chart
from sledmon.present.report.html import marks
from sledmon.present.report.page import Chart, Figure
from sledmon.results import AthleteSummary, Rep

Kind = Literal["velocity-distance", "rep-by-rep", "velocity-loss", "load-velocity"]
_GAP: Final = 10.0


@dataclass(frozen=True, slots=True)
class Svg:
    """A picture as SVG text; a notebook shows it by itself."""

    text: str

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a file."""
        try:
            Path(path).write_text(self.text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise RecordingError(unwritable(Path(path), error)) from None

    def _repr_svg_(self) -> str:
        return self.text


def figure(session: Session, kind: Kind, athlete: str | None = None) -> Svg:
    """A chart of one athlete, the first of the session unless named, with its 95 % intervals.

    >>> from sledmon.analysis import analyze
    >>> session = analyze("recordings/simulated-clean-10yd/simulated-clean-10yd.mcap")
    >>> figure(session, "velocity-distance").text[:4]
    '<svg'
    """
    if kind not in get_args(Kind):
        raise SledmonError(
            f"there is no figure '{kind}'; ask for one of {', '.join(get_args(Kind))}"
        )
    summaries = [s for s in session.athletes if athlete in (None, s.athlete)]
    if not summaries:
        raise SledmonError(f"{session.recording.path.name} has no reps of {athlete or 'anybody'}")
    return _svg(Figure(_charts(session, summaries[0], kind)))


def _charts(session: Session, summary: AthleteSummary, kind: Kind) -> tuple[Chart, ...]:
    reps = reps_of(session, summary)
    if kind == "velocity-distance":
        return curve_charts(reps)
    if kind == "load-velocity":
        return (load_chart(summary),)
    lines = lines_of(session, reps)
    if kind == "velocity-loss":
        return (loss_chart(reps, lines),)
    return (velocity_chart(reps, summary.baseline_mps, lines),)


def reps_of(session: Session, summary: AthleteSummary) -> list[Rep]:
    """Reps of one athlete over one distance."""
    return [
        rep
        for rep in session.reps
        if rep.conditions.athlete == summary.athlete
        and abs(rep.conditions.distance_m - summary.distance_m) < 1e-6
    ]


def lines_of(session: Session, reps: list[Rep]) -> Lines:
    """The lines that the last of an athlete's reps was judged by."""
    return session.plan_of(reps[-1]).lines_of(reps[-1].conditions.athlete) if reps else Lines()


def _svg(charts: Figure) -> Svg:
    """Charts side by side, rows beneath one another."""
    wide, high = charts.panel
    across = min(charts.across, len(charts.charts))
    rows = -(-len(charts.charts) // across)
    whole = f"{across * (wide + _GAP) - _GAP:g} {rows * (high + _GAP) - _GAP:g}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole}"'
        ' font-family="Helvetica, Arial, sans-serif">'
    ]
    for i, chart in enumerate(charts.charts):
        x, y = i % across * (wide + _GAP), i // across * (high + _GAP)
        parts.append(f'<g transform="translate({x:g} {y:g})"><title>{escape(chart.spoken)}</title>')
        for name, attributes in marks(chart, charts.panel):
            said = "".join(f' {k}="{escape(v)}"' for k, v in attributes.items() if k != "text")
            parts.append(f"<{name}{said}>{escape(attributes.get('text', ''))}</{name}>")
        parts.append("</g>")
    return Svg("\n".join([*parts, "</svg>", ""]))
