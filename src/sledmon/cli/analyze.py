"""``sledmon analyze``: the results of recordings, as fast as can be."""

import io
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from sledmon.batch import recordings_in
from sledmon.cli.destinations import require_results_place
from sledmon.cli.many import Jobs, NoCache, analyzed, tell_the_bad
from sledmon.cli.options import Output, plan_from, write_out
from sledmon.errors import RecordingError, unreadable
from sledmon.estimate import RepFinderParams, RepParams
from sledmon.pipeline import PipelineParams
from sledmon.present.export.results_csv import reps_csv
from sledmon.present.export.results_json import session_document, to_json
from sledmon.present.export.tables_parquet import write_reps_parquet
from sledmon.present.terminal import console_for, reps_table, session_text
from sledmon.results import Session

EXAMPLE = "Example: sledmon analyze season/ --jobs 4 --format csv --output reps.csv"


class AnalyzeFormat(StrEnum):
    """How the results are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


def run(
    recordings: Annotated[list[Path], typer.Argument(metavar="RECORDING...")],
    output_format: Annotated[AnalyzeFormat, typer.Option("--format")] = AnalyzeFormat.TABLE,
    output: Output = None,
    start_threshold: Annotated[
        float,
        typer.Option(
            "--start-threshold",
            min=0.02,
            max=1.0,
            metavar="MPS",
            help="First movement: velocity rises through this, m/s.",
        ),
    ] = RepParams().start_threshold_mps,
    plan: Annotated[
        str | None,
        typer.Option(
            "--plan",
            metavar="FILE|NAME",
            help="Judge by this plan (TOML, or a preset's name) instead of the recording's own.",
        ),
    ] = None,
    jobs: Jobs = 1,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="ADDRESS",
            help="A Dask cluster, tcp://...; its workers must see the same files.",
        ),
    ] = None,
    no_cache: NoCache = False,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="FILE",
            help="Older results of --format json: say which numbers moved and by how much.",
        ),
    ] = None,
) -> None:
    """Results of recordings, or of all in a folder; a bad one does not stop the rest.

    What has been analysed once is kept, so a run that was stopped goes on where it was.
    """
    if output_format is AnalyzeFormat.PARQUET and output is None:
        raise typer.BadParameter("parquet is for a file; add --output", param_hint="'--format'")
    require_results_place(output)
    older = None if against is None else _older(against)
    params = PipelineParams(
        finder=RepFinderParams(rep=RepParams(start_threshold_mps=start_threshold)),
        plan=None if plan is None else plan_from(plan),
    )
    paths = recordings_in(recordings)
    outcomes = analyzed(paths, params, jobs=jobs, no_cache=no_cache, scheduler=scheduler)
    sessions = [
        (str(path), outcome.session)
        for path, outcome in zip(paths, outcomes, strict=True)
        if outcome.session is not None
    ]
    if sessions:
        _write(sessions, output_format, output, several=len(paths) > 1)
    if older is not None:
        readable = output is not None or output_format is AnalyzeFormat.TABLE
        _print_moved(older, sessions, to_stderr=not readable)
    tell_the_bad(paths, outcomes)


def _write(
    sessions: list[tuple[str, Session]],
    output_format: AnalyzeFormat,
    output: Path | None,
    *,
    several: bool,
) -> None:
    if output_format is AnalyzeFormat.CSV:
        write_out(reps_csv(sessions), output)
    elif output_format is AnalyzeFormat.PARQUET and output is not None:
        write_reps_parquet(sessions, output)
    elif output_format is AnalyzeFormat.JSON:
        documents = [session_document(session, path) for path, session in sessions]
        write_out(to_json(documents if several else documents[0]), output)
    elif output is None:
        _print(sessions, console_for())
    else:
        text = io.StringIO()
        _print(sessions, console_for(text))
        write_out(text.getvalue(), output)


def _print(sessions: list[tuple[str, Session]], console: Console) -> None:
    for path, session in sessions:
        console.print(path, soft_wrap=True)  # a table's title would break a long one
        console.print(reps_table(session.reps, "", console.width))
        console.print(session_text(session), soft_wrap=not console.is_terminal)


def _older(path: Path) -> list[dict[str, Any]]:
    """Results that ``--format json`` wrote."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecordingError(unreadable(path, error)) from None
    except ValueError:
        document = None
    documents = document if isinstance(document, list) else [document]
    if not all(
        isinstance(each, dict) and {"recording", "reps"} <= each.keys() for each in documents
    ):
        raise RecordingError(f"{path} holds no results; --against wants those of --format json")
    return documents


def _print_moved(
    older: list[dict[str, Any]], sessions: list[tuple[str, Session]], *, to_stderr: bool
) -> None:
    from sledmon.batch.moved import moved
    from sledmon.present.moved_table import moved_table

    # Through text, as the older ones came: what that rounds has not moved.
    fresh = [json.loads(to_json(session_document(session, path))) for path, session in sessions]
    console = Console(stderr=True) if to_stderr else console_for()
    console.print(moved_table(moved(older, fresh)))
