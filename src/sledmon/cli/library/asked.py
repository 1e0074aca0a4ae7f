"""What several of the library's subcommands ask and share."""

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from sledmon.acquire import played_back
from sledmon.cli.options import open_or_warn
from sledmon.pipeline import Pipeline, PipelineParams
from sledmon.pipeline import run as run_pipeline
from sledmon.present.export.results_json import session_document
from sledmon.present.terminal import console_for

if TYPE_CHECKING:
    from sledmon.library import Athlete, Library, Results

Place = Annotated[
    str,
    typer.Option(
        "--library",
        metavar="FILE|URL",
        envvar="SLEDMON_LIBRARY",
        help="A library file, or postgresql://USER@HOST/NAME; without it, your own.",
    ),
]


class TextOrJson(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"


Format = Annotated[TextOrJson, typer.Option("--format", help="For people or for programs.")]


def opened(place: str) -> "Library":
    """The library asked for; what was done to bring it up to date is told."""
    from sledmon.library import open_library

    return open_library(place, tell=lambda sentence: typer.echo(f"sledmon: {sentence}", err=True))


def results_of(path: Path) -> "Results":
    """A recording's results by the one pipeline, ready to be stored."""
    from sledmon.library import Results

    recording = open_or_warn(path)
    params = PipelineParams()
    pipeline = Pipeline(params, reread=recording.batches)
    session = asyncio.run(run_pipeline(played_back(recording), pipeline))
    return Results(
        document=session_document(session, str(path)),
        opened=recording.opened,
        parameters=asdict(params),
    )


def today() -> str:
    """The day on which somebody says something; no result depends on it."""
    return datetime.now(tz=UTC).astimezone().date().isoformat()  # noqa: TID251


def shown_progress(paths: Sequence[Path], what: str) -> Iterator[Path]:
    """The paths one by one, with a bar on a terminal and nothing on a pipe."""
    console = Console(stderr=True)
    hidden = not console.is_terminal or len(paths) < 2
    yield from track(paths, what, console=console, transient=True, disable=hidden)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False, default=str))


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], empty: str, wraps: str = ""
) -> None:
    """Aligned columns, ``wraps`` in several lines where need be; or a sentence for nothing."""
    rows = list(rows)
    if not rows:
        typer.echo(empty)
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, no_wrap=column != wraps)
    for row in rows:
        table.add_row(*row)
    console = console_for()
    console.print(table)


def athlete_line(athlete: "Athlete") -> str:
    """Who they are here, and what they agreed to."""
    parts = [athlete.nickname, "under 16" if athlete.under_16 else "", ", ".join(athlete.groups)]
    consents = ", ".join(f"{c.scope} ({c.given_on})" for c in athlete.consents)
    parts.append(f"agreed to {consents}" if consents else "")
    return "  ".join(part for part in parts if part)


def number(value: float | None, digits: int) -> str:
    """A number for people; a dash where it is unknown."""
    return "-" if value is None else f"{value:.{digits}f}"
