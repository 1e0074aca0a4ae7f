"""``sledmon compare``: sessions side by side, their scatter, and another method beside."""

import io
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sledmon.batch import recordings_in
from sledmon.batch.checks import check_sensors
from sledmon.batch.compare import compare
from sledmon.batch.one import Outcome
from sledmon.batch.reference import match, read_reference
from sledmon.cli.destinations import require_results_place
from sledmon.cli.many import Jobs, NoCache, analyzed, tell_the_bad
from sledmon.cli.options import Output, write_out
from sledmon.pipeline import PipelineParams
from sledmon.present.comparison import (
    LEAST_WIDTH,
    Compared,
    comparison_csv,
    comparison_json,
    comparison_tables,
)
from sledmon.present.terminal import console_for
from sledmon.recording import open_recording

EXAMPLE = "Example: sledmon compare monday.mcap thursday.mcap --reference gates.csv"


class CompareFormat(StrEnum):
    """How the comparison is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def run(
    recordings: Annotated[list[Path], typer.Argument(metavar="RECORDING...")],
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference",
            metavar="CSV",
            help="Gates or video: rep or time_s, recording if several, and columns such as"
            " split_5yd_s, split_10yd_s, window_velocity_mps.",
        ),
    ] = None,
    output_format: Annotated[CompareFormat, typer.Option("--format")] = CompareFormat.TABLE,
    output: Output = None,
    jobs: Jobs = 1,
    no_cache: NoCache = False,
) -> None:
    """Reps, athletes, days and loads side by side, and how well the sensors worked."""
    require_results_place(output)
    rows, unused = read_reference(reference) if reference else ([], ())
    paths = recordings_in(recordings)
    outcomes = analyzed(paths, PipelineParams(), jobs=jobs, no_cache=no_cache)
    good = _once([(path, each) for path, each in zip(paths, outcomes, strict=True)])
    sessions = [(str(path), each.session) for path, each in good if each.session]
    if sessions:
        matched = match(reference, rows, sessions, unused) if reference else None
        compared = Compared(
            recordings=tuple(name for name, _ in sessions),
            sensors=tuple(
                check
                for name, session in sessions
                for check in check_sensors(name, open_recording(name), session)
            ),
            comparison=compare(sessions, [each.started_utc[:10] for _, each in good], matched),
        )
        _write(compared, output_format, output)
    tell_the_bad(paths, outcomes)


def _once(outcomes: list[tuple[Path, Outcome]]) -> list[tuple[Path, Outcome]]:
    """Those with results, copies of one recording once: twice, they would scatter too little."""
    first: dict[str, Path] = {}
    kept = []
    for path, outcome in outcomes:
        if outcome.session is None:
            continue
        packets = outcome.session.sha256
        if packets in first:
            typer.echo(f"sledmon: {path} is a copy of {first[packets]}: left out", err=True)
            continue
        first[packets] = path
        kept.append((path, outcome))
    return kept


def _write(compared: Compared, output_format: CompareFormat, output: Path | None) -> None:
    if output_format is CompareFormat.JSON:
        write_out(comparison_json(compared), output)
    elif output_format is CompareFormat.CSV:
        write_out(comparison_csv(compared), output)
    else:
        text = io.StringIO()
        console = console_for() if output is None else console_for(text)
        console.width = max(console.width, LEAST_WIDTH)  # lines that wrap lose nothing
        console.print(comparison_tables(compared, console.width))
        if output is not None:
            write_out(text.getvalue(), output)
