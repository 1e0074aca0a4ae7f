"""A season to share: an athlete's sessions with curves, as the pipeline tells them."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from sledmon.library import (
    AthleteChange,
    Consent,
    Library,
    change_athlete,
    find_athlete,
    store_results,
)
from sledmon.results import CurvePoint, Measured, Rep
from tests.library.sessions import DISTANCE_M, rep, results

TODAY_UTC = "2026-11-20T17:00:00Z"
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
SHARE = Consent(scope="share", given_on="2026-11-01", given_by="her mother")
BOARD = Consent(scope="board", given_on="2026-11-01", given_by="her mother")


def run(number: int, athlete: str, velocity_mps: float, **more: object) -> Rep:
    """One rep with a curve that fits its speed."""
    made = rep(number, athlete, velocity_mps=velocity_mps, **more)  # type: ignore[arg-type]
    curve = tuple(
        CurvePoint(
            distance_m=i * DISTANCE_M / 10,
            velocity_mps=Measured(velocity_mps * math.sqrt(1 - math.exp(-0.45 * i)), 0.03),
        )
        for i in range(1, 11)
    )
    return replace(made, estimates=replace(made.estimates, curve=curve))


def session_of(
    library: Library, reps: Sequence[Rep], started_utc: str = TODAY_UTC, packets: str = ""
) -> UUID:
    """A finished session in the library."""
    told = results(reps, packets=packets or started_utc, started_utc=started_utc)
    return store_results(library, told)[0]


def a_day(athlete: str, gain_mps: float = 0.0, first: int = 1) -> list[Rep]:
    """Three free reps, three with a sled; the last is flagged."""
    return [
        run(first, athlete, 4.48 + gain_mps, unresisted=True),
        run(first + 1, athlete, 4.51 + gain_mps, unresisted=True),
        run(first + 2, athlete, 4.44 + gain_mps, unresisted=True),
        run(first + 3, athlete, 4.02 + gain_mps, load_kg=4.536),
        run(first + 4, athlete, 3.95 + gain_mps, load_kg=4.536),
        run(first + 5, athlete, 3.71 + gain_mps, load_kg=9.072, flag="watch"),
    ]


def enter(library: Library, nickname: str, **change: object) -> None:
    """Write something about an athlete."""
    with library.editing() as edit:
        change_athlete(edit, nickname, AthleteChange(**change))  # type: ignore[arg-type]


def id_of(library: Library, nickname: str) -> UUID:
    """Who bears a nickname."""
    with library.reading() as connection:
        return find_athlete(connection, nickname).id
