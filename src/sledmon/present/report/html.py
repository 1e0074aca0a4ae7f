"""A page as one HTML file: nothing is fetched, nothing runs, and it prints."""

from collections.abc import Iterator
from importlib.resources import files

from sledmon.present.colours import SUN
from sledmon.present.report.drawing import Area, Letters, Stroke, drawn
from sledmon.present.report.page import Chart, Figure, Grid, Page, Sentences


def page_html(page: Page) -> str:
    """The whole file as text."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = files("sledmon.present.report").joinpath("page.html").read_text("utf-8")
    return environment.from_string(template).render(page=page, palette=SUN, kind=_kind, marks=marks)


def _kind(block: object) -> str:
    return {Grid: "grid", Sentences: "sentences", Figure: "figure"}[type(block)]


def marks(chart: Chart, panel: tuple[float, float]) -> Iterator[tuple[str, dict[str, str]]]:
    """SVG elements with their attributes, and ``text`` where there are letters."""
    for mark in drawn(chart, *panel):
        if isinstance(mark, Letters):
            yield (
                "text",
                {
                    "x": _short(mark.x),
                    "y": _short(mark.y),
                    "font-size": _short(mark.size),
                    "text-anchor": mark.anchor,
                    "font-weight": "600" if mark.bold else "400",
                    "fill": mark.colour,
                    "text": mark.text,
                },
            )
            continue
        places = " ".join(f"{_short(x)},{_short(y)}" for x, y in mark.places)
        if isinstance(mark, Area):
            look = {"fill": mark.colour, "fill-opacity": _short(mark.opacity, 2)}
            yield "polygon", {"points": places, **look}
        elif isinstance(mark, Stroke):
            look = {"fill": "none", "stroke": mark.colour, "stroke-width": _short(mark.width)}
            dash = {"stroke-dasharray": "3 2"} if mark.dashed else {}
            yield "polyline", {"points": places, **look, **dash}


def _short(number: float, decimals: int = 1) -> str:
    """As few digits as can be seen.

    >>> _short(12.04), _short(0.18, 2)
    ('12', '0.18')
    """
    return f"{round(number, decimals):g}"
