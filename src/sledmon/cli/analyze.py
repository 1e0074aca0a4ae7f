"""``sledmon analyze``: the results of recordings, as fast as can be."""

import io
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sledmon.analysis import analyze
from sledmon.cli.destinations import require_results_place
from sledmon.cli.options import Output, each_or_told, open_or_warn, plan_from, write_out
from sledmon.estimate import RepFinderParams, RepParams
from sledmon.pipeline import PipelineParams
from sledmon.present.export.results_csv import reps_csv
from sledmon.present.export.results_json import session_document, to_json
from sledmon.present.export.tables_parquet import write_reps_parquet
from sledmon.present.terminal import console_for, reps_table, session_text
from sledmon.results import Session

EXAMPLE = "Example: sledmon analyze monday.mcap tuesday.mcap --format csv --output reps.csv"


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
) -> None:
    """Results of one or more recordings; a bad one is told and does not stop the rest."""
    if output_format is AnalyzeFormat.PARQUET and output is None:
        raise typer.BadParameter("parquet is for a file; add --output", param_hint="'--format'")
    require_results_place(output)
    params = PipelineParams(
        finder=RepFinderParams(rep=RepParams(start_threshold_mps=start_threshold)),
        plan=None if plan is None else plan_from(plan),
    )
    sessions: list[tuple[str, Session]] = []

    def work(path: Path) -> None:
        sessions.append((str(path), analyze(open_or_warn(path), params).results))

    went_well = each_or_told(recordings, work)
    if sessions:
        _write(sessions, output_format, output, several=len(recordings) > 1)
    if not went_well:
        raise typer.Exit(1)


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
