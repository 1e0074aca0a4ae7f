"""``sledmon correct``: what a coach notices afterwards, said in the recording as if live."""

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer

from sledmon.acquire import played_back
from sledmon.cli.coach import coach_input
from sledmon.cli.options import plan_from
from sledmon.errors import EventError, RecordingError
from sledmon.pipeline import Pipeline
from sledmon.pipeline import run as run_pipeline
from sledmon.present.terminal import console_for, reps_table, session_text
from sledmon.recording import Said, append_events, open_recording
from sledmon.results import Session

EXAMPLE = (
    "Example: sledmon correct monday.mcap load_lb 10 --rep 4. Or: sledmon correct monday.mcap"
    " exclude_rep --rep 7. Or: sledmon correct monday.mcap undo"
)
_OF_NO_REP: Final = ("undo", "note", "zero", "rep_edges")
_OF_A_MOMENT: Final = ("exclude_rep", "include_rep", "recover_rep")
"""Their value may name it."""


def run(
    recording: Annotated[Path, typer.Argument(metavar="RECORDING")],
    event: Annotated[str, typer.Argument(metavar="EVENT")],
    value: Annotated[list[str] | None, typer.Argument(metavar="[VALUE]")] = None,
    rep: Annotated[
        int | None,
        typer.Option("--rep", min=1, metavar="N", help="The rep it speaks of, as analyze numbers."),
    ] = None,
    at: Annotated[
        float | None, typer.Option("--at", metavar="S", help="Or the moment, in session seconds.")
    ] = None,
) -> None:
    """Add a coach's input to a closed recording; nothing in it is edited, and undo takes it back.

    Loads, names and the like hold from that rep on, until the next input of their kind.
    """
    _, kind, text = coach_input(" ".join((event, *(value or ()))), lanes=1)
    if kind == "plan":
        text = plan_from(text).text
    if rep is not None and at is not None:
        raise typer.BadParameter("give --rep or --at, not both")
    if rep is not None:
        at = _start_of(rep, _session(recording), recording)
    if at is None and kind not in _OF_NO_REP and not (text and kind in _OF_A_MOMENT):
        raise EventError(f"{event} speaks of a rep or holds from one on; name it: --rep N")
    append_events(recording, [Said(kind, text, at)])
    session = _session(recording)
    console = console_for()
    console.print(str(recording), soft_wrap=True)
    console.print(reps_table(session.reps, "", console.width))
    console.print(session_text(session), soft_wrap=not console.is_terminal)
    typer.echo(f"A library that holds it follows with: sledmon library rebuild {recording}")


def _session(path: Path) -> Session:
    recording = open_recording(path)
    pipeline = Pipeline(reread=recording.batches)
    return asyncio.run(run_pipeline(played_back(recording), pipeline))


def _start_of(number: int, session: Session, path: Path) -> float:
    for rep in session.reps:
        if rep.number == number:
            return rep.estimates.start_s
    raise RecordingError(f"{path} has no rep {number}; it has {len(session.reps)}")
