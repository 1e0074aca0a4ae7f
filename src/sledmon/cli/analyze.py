"""``sledmon analyze``: the results of recordings, as fast as can be."""

import asyncio
import io
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from sledmon.acquire import played_back
from sledmon.cli.destinations import require_results_place
from sledmon.cli.options import Output, each_or_told, open_or_warn, plan_from, write_out
from sledmon.estimate import RepFinderParams, RepParams
from sledmon.pipeline import Pipeline, PipelineParams
from sledmon.pipeline import run as run_pipeline
from sledmon.present.export.results_csv import reps_csv
from sledmon.present.export.results_json import session_document, to_json
from sledmon.present.terminal import console_for, reps_table, session_text
from sledmon.results import Session

EXAMPLE = "Example: sledmon analyze monday.mcap tuesday.mcap --format csv --output reps.csv"


class AnalyzeFormat(StrEnum):
    """How the results are written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


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
    require_results_place(output)
    params = PipelineParams(
        finder=RepFinderParams(rep=RepParams(start_threshold_mps=start_threshold)),
        plan=None if plan is None else plan_from(plan),
    )
    sessions: list[tuple[str, Session]] = []

    def work(path: Path) -> None:
        recording = open_or_warn(path)
        pipeline = Pipeline(params, reread=recording.batches)
        session = asyncio.run(run_pipeline(played_back(recording), pipeline))
        sessions.append((str(path), session))

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
