"""``sledmon library show``: one athlete's history, or one session."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sledmon.cli.library.asked import (
    Format,
    Place,
    TextOrJson,
    athlete_line,
    opened,
    print_json,
    print_table,
)
from sledmon.errors import LibraryError
from sledmon.present.terminal import value_text
from sledmon.results import NAN, Measured
from sledmon.units import kilograms_to_pounds, metres_to_yards

if TYPE_CHECKING:
    from sledmon.library import Library

NAME = "show"
EXAMPLE = "Example: sledmon library show Bea --limit 20. Or: sledmon library show 596cdb7e"


def run(
    what: Annotated[str, typer.Argument(metavar="ATHLETE|SESSION|RECORDING|PLAN|RIG")],
    place: Place = "",
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=10_000, help="Reps of an athlete.")
    ] = 50,
    output_format: Format = TextOrJson.TABLE,
) -> None:
    """Show an athlete, a session (by its id's first letters or its recording), a plan or a rig."""
    with opened(place) as library:
        try:
            document = _document(library, what)
        except LibraryError as no_session:
            try:
                _athlete(library, what, limit, output_format)
            except LibraryError as no_athlete:
                kept = _kept_text(library, what)
                if not kept:
                    raise LibraryError(f"{no_athlete}; {no_session}") from None
                typer.echo(kept, nl=False)
            return
    if output_format is TextOrJson.JSON:
        print_json(document)
    else:
        _session(document)


def _document(library: "Library", what: str) -> dict[str, Any]:
    from sledmon import library as of

    with library.reading() as connection:
        one = of.find_session(connection, what)
        paths = of.recording_paths(connection, one)
        return of.session_document(connection, one, str(paths[0]) if paths else "")


def _kept_text(library: "Library", name: str) -> str:
    from sledmon import library as of

    with library.reading() as connection:
        return (
            of.find_text(connection, "plans", name) or of.find_text(connection, "rigs", name) or ""
        )


def _athlete(library: "Library", nickname: str, limit: int, output_format: TextOrJson) -> None:
    from sledmon import library as of

    with library.reading() as connection:
        athlete = of.find_athlete(connection, nickname)
        reps = of.history(connection, athlete.id, limit)
        baselines = of.of_athlete(connection, "baselines", athlete.id)
        points = of.of_athlete(connection, "load_velocity_points", athlete.id)
    if output_format is TextOrJson.JSON:
        print_json(
            {
                "athlete": asdict(athlete) | {"real_name": ""},
                "baselines": baselines,
                "load_velocity_points": points,
                "reps": reps,
            }
        )
        return
    typer.echo(athlete_line(athlete))
    print_table(
        ("recorded", "session", "rep", "sled+load", "yd", "end m/s", "zone", "flag", "trust"),
        (
            (
                row["recorded_utc"][:10] or "-",
                str(row["session_id"])[:8],
                str(row["number"]),
                _resistance(row),
                f"{metres_to_yards(row['distance_m']):g}",
                _velocity(row["window_velocity_mps"], row["window_velocity_sigma_mps"]),
                row["zone"] or "-",
                row["flag"] or "",
                "excluded" if row["excluded"] else row["trust"],
            )
            for row in reps
        ),
        "no reps yet",
    )
    newest = {(row["distance_m"], row["surface"]): row for row in baselines}
    for (distance_m, surface), row in newest.items():
        where = f"{metres_to_yards(distance_m):g} yd" + (f", {surface}" if surface else "")
        free = _velocity(row["velocity_mps"], row["velocity_sigma_mps"])
        day = f" ({row['recorded_utc'][:10]})" if row["recorded_utc"] else ""
        typer.echo(f"{where}: free backpedal {free} m/s{day}")


def _session(document: dict[str, Any]) -> None:
    recording = document.get("recording", {})
    typer.echo(f"{recording.get('path') or 'recording not on this computer'}")
    print_table(
        ("rep", "athlete", "set", "sled+load", "yd", "end m/s", "zone", "flag"),
        (
            (
                str(rep["number"]),
                rep["athlete"],
                str(rep["set"]),
                _resistance(rep),
                f"{metres_to_yards(rep['distance_m']):g}",
                _velocity(*map(rep["window_velocity_mps"].get, ("value", "sigma"))),
                rep["verdict"]["zone"],
                rep["verdict"]["flag"] or "",
            )
            for rep in document["reps"]
        ),
        "no reps in it",
        wraps="athlete",
    )
    for rep in document["reps"]:
        if advice := rep["verdict"]["advice"]:
            typer.echo(f"rep {rep['number']}: {advice}")


def _velocity(value: float | None, sigma: float | None) -> str:
    return value_text(Measured(NAN if value is None else value, NAN if sigma is None else sigma), 2)


def _resistance(rep: dict[str, Any]) -> str:
    if rep["unresisted"]:
        return "-"
    return f"{rep['sled_kg']:g} kg+{kilograms_to_pounds(rep['load_kg']):.0f} lb"
