"""``sledmon library list``: sessions, athletes and what else is in it."""

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from sledmon.cli.library.asked import (
    Format,
    Place,
    TextOrJson,
    number,
    opened,
    print_json,
    print_table,
)
from sledmon.units import METRES_PER_YARD

if TYPE_CHECKING:
    from sledmon.library import Athlete, BoardLine, SessionLine

NAME = "list"
EXAMPLE = "Example: sledmon library list board --distance-yd 10"


class What(StrEnum):
    """What is listed."""

    SESSIONS = "sessions"
    ATHLETES = "athletes"
    BOARD = "board"
    GROUPS = "groups"
    RIGS = "rigs"
    PLANS = "plans"
    CONFLICTS = "conflicts"


_NAMED: Final[dict[What, Literal["groups", "rigs", "plans"]]] = {
    What.GROUPS: "groups",
    What.RIGS: "rigs",
    What.PLANS: "plans",
}


def run(
    what: Annotated[What, typer.Argument()] = What.SESSIONS,
    place: Place = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="At most so many.")] = 50,
    athlete: Annotated[
        str, typer.Option("--athlete", metavar="NAME", help="Sessions with this athlete.")
    ] = "",
    distance_yd: Annotated[
        float, typer.Option("--distance-yd", min=1.0, max=100.0, help="Of the board.")
    ] = 10.0,
    output_format: Format = TextOrJson.TABLE,
) -> None:
    """List the newest sessions, the athletes, the board of best reps, and what else is kept."""
    from sledmon import library as of

    with opened(place) as library, library.reading() as connection:
        if what is What.SESSIONS:
            who = of.find_athlete(connection, athlete).id if athlete else None
            _sessions(of.session_list(connection, limit, athlete=who), output_format)
        elif what is What.ATHLETES:
            _athletes(list(of.athletes(connection).values()), output_format)
        elif what is What.BOARD:
            distance_m = round(distance_yd * METRES_PER_YARD, 9)
            _board(of.leaderboard(connection, distance_m, limit), output_format)
        elif what is What.CONFLICTS:
            _names(
                list(of.conflicts(connection)), "no edits met that were made apart", output_format
            )
        else:
            kind = _NAMED[what]
            names = of.named(connection, kind)
            _names(names, f"no {kind} yet", output_format)


def _sessions(lines: "list[SessionLine]", output_format: TextOrJson) -> None:
    if output_format is TextOrJson.JSON:
        print_json([asdict(line) for line in lines])
        return
    print_table(
        ("id", "recorded", "title", "min", "reps", "flags", "athletes"),
        (
            (
                str(line.id)[:8],
                line.recorded_utc[:16].replace("T", " ") or "-",
                line.title or "-",
                number(None if line.duration_s is None else line.duration_s / 60, 1)
                if line.finished
                else "running",
                str(line.reps),
                str(line.flags),
                ", ".join(line.athletes),
            )
            for line in lines
        ),
        "no sessions yet; see: sledmon library add --help",
        wraps="title",
    )


def _athletes(lines: "list[Athlete]", output_format: TextOrJson) -> None:
    if output_format is TextOrJson.JSON:
        print_json([asdict(line) | {"real_name": ""} for line in lines])
        return
    print_table(
        ("athlete", "under 16", "groups", "consents"),
        (
            (
                line.nickname,
                "yes" if line.under_16 else "",
                ", ".join(line.groups),
                ", ".join(f"{c.scope} ({c.given_on})" for c in line.consents),
            )
            for line in lines
        ),
        "no athletes yet; see: sledmon library add --help",
        wraps="consents",
    )


def _board(lines: "list[BoardLine]", output_format: TextOrJson) -> None:
    if output_format is TextOrJson.JSON:
        print_json([line._asdict() for line in lines])
        return
    print_table(
        ("", "athlete", "end m/s", "+-", "recorded"),
        (
            (
                str(rank),
                line.athlete,
                number(line.velocity_mps, 2),
                number(line.velocity_sigma_mps, 3),
                line.recorded_utc[:10] or "-",
            )
            for rank, line in enumerate(lines, 1)
        ),
        "no unresisted reps over this distance by anybody who may stand on a board",
    )


def _names(names: list[str], empty: str, output_format: TextOrJson) -> None:
    if output_format is TextOrJson.JSON:
        print_json(names)
    else:
        typer.echo("\n".join(names) or empty)
