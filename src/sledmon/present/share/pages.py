"""Pages as HTML, and an athlete's picture as SVG: templates filled with what was read."""

import base64
import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sledmon.judge.wording import CAVEAT
from sledmon.library import SessionBest
from sledmon.present.share import own as of
from sledmon.present.share import shown, words
from sledmon.present.share.curve import drawn, has_curve
from sledmon.present.share.own import Alike, Own
from sledmon.present.share.read import Board
from sledmon.results import Measured, Rep

_TEMPLATES: Final = Path(__file__).parent / "templates"
_HISTORY: Final = 12
"""Sessions in the history; the newest."""


class Chosen(NamedTuple):
    """The units a reader wants."""

    speed: str = shown.SPEEDS[0].key
    load: str = shown.LOADS[0].key


def chosen(speed: str, load: str) -> Chosen:
    """What was asked for, as far as there is such a unit."""
    return Chosen(
        shown.unit_named(shown.SPEEDS, speed).key, shown.unit_named(shown.LOADS, load).key
    )


@cache
def environment() -> Environment:
    """The templates; everything put into them is escaped."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        SPEEDS=shown.SPEEDS,
        LOADS=shown.LOADS,
        speeds=shown.speeds,
        loads=shown.loads,
        load_text=shown.load_text,
        measured_text=shown.measured_text,
        yards_text=shown.yards_text,
        day_text=shown.day_text,
        badge=words.badge,
        sentence=words.sentence,
        style=style(),
        script=script(),
    )
    return made


@cache
def style() -> str:
    """The one style sheet, which stands in every page."""
    return (_TEMPLATES / "page.css").read_text(encoding="utf-8")


@cache
def script() -> str:
    """The one script."""
    return (_TEMPLATES / "page.js").read_text(encoding="utf-8")


@cache
def content_security_policy() -> str:
    """Nothing runs or styles but the two texts above, known by their hashes."""
    return (
        f"default-src 'none'; style-src {_hash(style())}; script-src {_hash(script())};"
        " connect-src 'self'; img-src data: blob:; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )


def athlete_page(own: Own, units: Chosen, ends: datetime, token: str) -> str:
    """One athlete's page."""
    return _filled(
        "athlete.html",
        **_told(own),
        units=units,
        version=own.version,
        token=token,
        ends=shown.moment_text(ends),
        caveat=CAVEAT if any(rep.verdict.flag for rep in own.reps) else "",
        history=_history(own),
    )


def athlete_picture(own: Own, units: Chosen) -> str:
    """The picture to keep, in the chosen units alone."""
    speed = shown.unit_named(shown.SPEEDS, units.speed)
    load = shown.unit_named(shown.LOADS, units.load)
    return _filled("picture.svg", **(_told(own) | _only(speed, load)))


def board_page(board: Board, units: Chosen, *, ranking: bool, ranked: bool, ends: datetime) -> str:
    """The coach's board; ``ranked`` only where ``ranking`` was opted for."""
    rows = [_row(entry.ranked, own) for entry, own in board.athletes]
    return _filled(
        "board.html",
        session=board.session,
        rows=_placed(rows) if ranking and ranked else rows,
        ranking=ranking,
        ranked=ranking and ranked,
        units=units,
        version=board.version,
        ends=shown.moment_text(ends),
    )


def check_page() -> str:
    """What a phone sees that reaches this computer."""
    return _filled("check.html")


@cache
def gone_page() -> str:
    """The one answer to everything that is not to be shown."""
    return _filled("gone.html")


def _only(speed: shown.Unit, load: shown.Unit) -> dict[str, Any]:
    """What the picture shows: these units; in a page it holds all of them, for the script."""
    return {"picture_speeds": (speed,), "picture_loads": (load,)}


def _told(own: Own) -> dict[str, Any]:
    last, counted = own.last, own.last_counted
    best = of.best_like(own, counted) if counted else None
    curve = None
    if counted is not None and has_curve(counted):
        curve = drawn(counted, own.behind if has_curve(own.behind) else None)
    return {
        "own": own,
        "last": last,
        "counted": counted,
        "best": best,
        "best_velocity": of.velocity_of(best),
        "best_is_here": best is not None and best.session_id == own.session.id,
        "best_is_last": _is(best, own, counted),
        "against": of.last_time(own),
        "against_best": of.against_best(own),
        "curve": curve,
        "picture_speeds": shown.SPEEDS,
        "picture_loads": shown.LOADS,
    }


def _is(best: SessionBest | None, own: Own, rep: Rep | None) -> bool:
    if best is None or rep is None:
        return False
    return best.session_id == own.session.id and best.number == rep.number


def _history(own: Own) -> list[dict[str, Any]]:
    """A line a session: the best without a sled, and the best like the last rep."""
    last = own.last_counted
    like = of.alike(last) if last else None
    days: dict[str, list[SessionBest]] = {}
    for best in own.bests:
        days.setdefault(f"{best.recorded_utc} {best.session_id}", []).append(best)
    return [
        {
            "day": shown.short_day(bests[0].recorded_utc),
            "is_this": bests[0].session_id == own.session.id,
            "free": _fastest(bests, None, own),
            "like": _fastest(bests, like, own) if like and not like.unresisted else None,
        }
        for bests in list(days.values())[:_HISTORY]
    ]


def _fastest(bests: list[SessionBest], like: Alike | None, own: Own) -> Measured:
    """Without a sled over the session's distance, or under the same conditions."""
    distance_m = own.last_counted.conditions.distance_m if own.last_counted else 0.0
    fitting = [
        best
        for best in bests
        if (of.alike(best) == like)
        or (like is None and best.unresisted and abs(best.distance_m - distance_m) < 1e-3)
    ]
    return of.velocity_of(max(fitting, key=lambda best: best.velocity_mps, default=None))


def _row(ranked: bool, own: Own) -> dict[str, Any]:
    counted = own.last_counted
    best = of.best_like(own, counted) if counted else None
    velocity = counted.estimates.window.velocity_mps if counted else Measured()
    return {
        "own": own,
        "last": own.last,
        "counted": counted,
        "velocity": velocity,
        "best": of.velocity_of(best),
        "best_day": shown.short_day(best.recorded_utc) if best else "",
        "is_best": _is(best, own, counted),
        "share": velocity.value / best.velocity_mps if best else None,
        "free": _fastest([b for b in own.bests if b.session_id == own.session.id], None, own),
        "may_be_ranked": ranked,
        "place": None,
    }


def _placed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By free velocity of this session; who is not ranked, or has none, stands below by name."""
    ranked = [row for row in rows if row["may_be_ranked"] and row["free"].known]
    ranked.sort(key=lambda row: -row["free"].value)
    placed = [row | {"place": place} for place, row in enumerate(ranked, start=1)]
    return placed + [row for row in rows if not any(row["own"] is r["own"] for r in ranked)]


def _filled(name: str, **values: Any) -> str:
    return environment().get_template(name).render(**values)


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
