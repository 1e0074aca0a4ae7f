"""What is drawn of an athlete over several sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sledmon.analysis import Session
from sledmon.present.colours import SUN
from sledmon.present.report.charts import SPEED, curve_series, distance_axis, load_line, missing
from sledmon.present.report.page import Axis, Chart, Point, Series, Shape, Tick, axis, interval
from sledmon.present.report.words import UNITS, load_of
from sledmon.results import UNKNOWN, AthleteSummary, Measured, Rep

LOOKS: Final = (
    ("blue dots", SUN.inside, Shape.DOT),
    ("orange triangles", SUN.past, Shape.DOWN),
    ("rings", SUN.ink, Shape.RING),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One athlete in one session."""

    session: Session
    summary: AthleteSummary
    reps: tuple[Rep, ...]
    name: str
    """The day, or the number of the session where days are not known."""
    at: float


def curve_charts(visits: Sequence[Visit]) -> tuple[Chart, ...]:
    """Velocity by distance of the fastest rep, first session and last: free, and by load."""
    charts = []
    free = [(v.at, rep) for v in visits for rep in v.reps if rep.conditions.unresisted]
    for load, reps in [("no sled", free), *pulled_reps(visits).items()][:3]:
        seen = [(at, rep) for at, rep in reps if rep.estimates.curve]
        if not seen:
            charts.append(missing(load, "No rep was seen well enough for a curve."))
            continue
        days = sorted({at for at, _ in seen})
        shown = list(dict.fromkeys((days[0], days[-1])))
        series = []
        for day in shown:
            fastest = max(
                (rep for at, rep in seen if at == day),
                key=lambda rep: rep.estimates.window.velocity_mps,
            )
            first = day == shown[0] and len(shown) > 1
            series.append(
                curve_series(fastest, SUN.quiet_ink if first else SUN.inside, dashed=first)
            )
        tops = [p.high for each in series for p in each.points]
        charts.append(
            Chart(
                title=f"{load}, fastest rep",
                x=distance_axis(visits[0].summary.distance_m),
                y=axis(SPEED, tops, least=(0.0, 1.0)),
                series=tuple(series),
            )
        )
    return tuple(charts)


def free_chart(visits: Sequence[Visit]) -> Chart:
    """The free backpedal of every session that knows it."""
    title = "Free backpedal"
    known = [visit for visit in visits if visit.summary.baseline_mps.known]
    if not known:
        return missing(title, "No session has three unresisted reps, nor a baseline brought in.")
    points = tuple(interval(visit.at, visit.summary.baseline_mps) for visit in known)
    return Chart(
        title=title,
        x=_time_axis(visits),
        y=axis(SPEED, [value for p in points for value in (p.low, p.high)]),
        series=(
            Series(points=tuple(Point(p.x, p.y) for p in points), colour=SUN.quiet_ink, width=0.7),
            Series(points=points, shape=Shape.DOT, colour=SUN.inside),
        ),
    )


def pulled_reps(visits: Sequence[Visit]) -> dict[str, list[tuple[float, Rep]]]:
    """Reps at the loads that were pulled in most sessions, each with its session's place."""
    pulled: dict[str, list[tuple[float, Rep]]] = {}
    for visit in visits:
        for rep in visit.reps:
            if not rep.conditions.unresisted:
                pulled.setdefault(load_of(rep), []).append((visit.at, rep))
    most = sorted(pulled, key=lambda load: -len({at for at, _ in pulled[load]}))
    return {load: pulled[load] for load in most[: len(LOOKS)]}


def loads_chart(visits: Sequence[Visit]) -> Chart:
    """The fastest rep at each of the loads that were pulled most."""
    title = "Fastest rep by load"
    pulled = pulled_reps(visits)
    if not pulled:
        return missing(title, "No rep was pulled to its last gate.")
    series: list[Series] = []
    for load, (_, colour, shape) in zip(pulled, LOOKS, strict=False):
        at = sorted({at for at, _ in pulled[load]})
        points = tuple(
            interval(day, fastest([rep for when, rep in pulled[load] if when == day])) for day in at
        )
        path = tuple(Point(p.x, p.y) for p in points)
        series += [
            Series(points=path, colour=colour, width=0.8),
            Series(points=points, colour=colour, shape=shape),
        ]
    values = [value for each in series for p in each.points for value in (p.low, p.high, p.y)]
    return Chart(title=title, x=_time_axis(visits), y=axis(SPEED, values), series=tuple(series))


def lines_chart(visits: Sequence[Visit]) -> Chart:
    """Load-velocity lines of the first session and the last."""
    title = "Load and velocity, first and last"
    known = [visit for visit in visits if not visit.summary.load_velocity.why_not]
    if not known:
        return missing(title, "No session has a load-velocity line: that needs three loads each.")
    heaviest = max(p.load_kg for visit in known for p in visit.summary.load_velocity.points)
    shown = known[:1] + known[1:][-1:]
    series = []
    for visit in shown:
        points = load_line(visit.summary.load_velocity, np.linspace(0.0, heaviest, 20))
        first = visit is shown[0] and len(shown) > 1
        colour = SUN.quiet_ink if first else SUN.inside
        series.append(Series(points=points, colour=colour, dashed=first))
    values = [value for each in series for p in each.points for value in (p.low, p.high)]
    label = f"sled and plates, {UNITS.settings.mass}" + (
        f"; dashed: {shown[0].name}" if len(shown) > 1 else ""
    )
    return Chart(
        title=title,
        x=axis(label, [p.x for each in series for p in each.points]),
        y=axis(SPEED, values),
        series=tuple(series),
    )


def _time_axis(visits: Sequence[Visit]) -> Axis:
    at = [visit.at for visit in visits]
    room = 0.06 * (max(at) - min(at)) or 0.5
    ticks = tuple(Tick(visit.at, visit.name.removeprefix("session ")) for visit in visits)
    label = "session" if visits[0].name.startswith("session") else "day"
    return Axis(label=label, low=min(at) - room, high=max(at) + room, ticks=ticks)


def fastest(reps: Sequence[Rep]) -> Measured:
    """Window velocity of the fastest rep."""
    return max((rep.estimates.window.velocity_mps for rep in reps), default=UNKNOWN)
