"""``sledmon report``: a session, or an athlete over several, as a page to print and to send."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from sledmon.analysis import analyze
from sledmon.batch import recordings_in
from sledmon.cli.destinations import require_results_place
from sledmon.cli.options import open_or_warn, plan_from
from sledmon.errors import RecordingError, unwritable
from sledmon.pipeline import PipelineParams
from sledmon.present.report.athlete_page import athlete_page
from sledmon.present.report.page import Page
from sledmon.present.report.session_page import session_page

EXAMPLE = "Example: sledmon report monday.mcap --output monday.html"


def run(
    recordings: Annotated[list[Path], typer.Argument(metavar="RECORDING...")],
    output: Annotated[
        Path, typer.Option("--output", metavar="FILE", help="A file ending in .html or .pdf.")
    ],
    athlete: Annotated[
        str | None,
        typer.Option(
            "--athlete",
            metavar="NAME",
            help="Whose reps; with several recordings: over time.",
        ),
    ] = None,
    plan: Annotated[
        str | None,
        typer.Option("--plan", metavar="FILE|NAME", help="Judge by this plan instead."),
    ] = None,
) -> None:
    """One recording: the session. Several, or a folder: one athlete over time.

    No network, nothing that runs.
    """
    write = _writer(output)
    require_results_place(output)
    params = PipelineParams(plan=None if plan is None else plan_from(plan))
    sessions = [analyze(open_or_warn(path), params) for path in recordings_in(recordings)]
    several = len(sessions) > 1
    page = athlete_page(sessions, athlete) if several else session_page(sessions[0], athlete)
    try:
        output.write_bytes(write(page))
    except OSError as error:
        raise RecordingError(unwritable(output, error)) from None


def _writer(output: Path) -> Callable[[Page], bytes]:
    ending = output.suffix.lower()
    if ending in (".html", ".htm"):
        from sledmon.present.report.html import page_html

        return lambda page: page_html(page).encode("utf-8", errors="backslashreplace")
    if ending == ".pdf":
        from sledmon.present.report.pdf import page_pdf

        return page_pdf
    raise RecordingError(f"{output} ends neither in .html nor in .pdf; a report is one of the two")
