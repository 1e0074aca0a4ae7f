"""Options and outputs that several subcommands share."""

import asyncio
import sys
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sledmon.cli.destinations import is_recording
from sledmon.errors import PlanError, RecordingError, SledmonError, unreadable, unwritable
from sledmon.pipeline import Pipeline, Recorder, Source, run
from sledmon.plan import PRESETS, Plan, read_plan, read_plan_file
from sledmon.present.export.results_json import session_document, to_json
from sledmon.present.terminal import LiveTable, console_for, session_text
from sledmon.recording import Recording, open_recording
from sledmon.results import Rep, Session
from sledmon.samples import Record

if TYPE_CHECKING:
    from sledmon.present.lsl import LslOutlets


class Faults(StrEnum):
    """How badly the simulated sensors and radio behave; contract.md tables them."""

    NONE = "none"
    MILD = "mild"
    HARSH = "harsh"


class LiveFormat(StrEnum):
    """What a session played live leaves behind."""

    TABLE = "table"
    JSON = "json"


def parse_speed(text: str) -> float | None:
    """``max`` is None, else how many times real time."""
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.0 < speed <= 1e6:
        raise typer.BadParameter(
            f"{text!r} is neither a positive number nor max", param_hint="'--speed'"
        )
    return speed


_MOST_LB = 200.0


def parse_loads(text: str) -> tuple[float, ...]:
    """Pounds between commas."""
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not numbers between commas, like 0,5,10", param_hint="'--load-lb'"
        ) from None
    if not all(0.0 <= number <= _MOST_LB for number in numbers):
        raise typer.BadParameter(
            f"{text!r} is not 0 to {_MOST_LB:g} lb each", param_hint="'--load-lb'"
        )
    return numbers


def plan_from(said: str) -> Plan:
    """A plan from a file, or from a preset's name."""
    path, known = Path(said), f"name a plan (.toml) or {', '.join(PRESETS)}"
    if not path.is_file():
        if path.is_dir():
            raise PlanError(f"{said or '--plan'} names no plan; {known}")
        if path.suffix or len(path.parts) > 1:
            raise PlanError(f"{said} does not exist; {known}")
        return read_plan(said, where="--plan")
    return read_plan_file(path)


Speed = Annotated[str, typer.Option("--speed", help="Times real time, or max.", metavar="X|max")]
Output = Annotated[
    Path | None, typer.Option("--output", help="Write the results to this file.", metavar="FILE")
]
Headless = Annotated[bool, typer.Option("--headless", help="In the terminal, without a window.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The same seed, the same session.")]
Reps = Annotated[
    int,
    typer.Option(
        "--reps", min=1, max=200, help="Reps in all; the first --unresisted of them have no sled."
    ),
]
Unresisted = Annotated[
    int, typer.Option("--unresisted", min=0, help="Reps without a sled, for the baseline.")
]
LoadLb = Annotated[
    str,
    typer.Option("--load-lb", metavar="A,B,...", help="Plates on the sled, pounds, taken in turn."),
]
FaultLevel = Annotated[Faults, typer.Option("--faults", help="Sensor and radio trouble.")]


def play(
    source: Source,
    *,
    title: str,
    path: str,
    output_format: LiveFormat,
    output: Path | None,
    recorder: Recorder | None = None,
    offered: "LslOutlets | None" = None,
    new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None,
    reread: Callable[[], Iterable[Sequence[Record]]] | None = None,
) -> Session:
    """Run a session to its end before the user's eyes, then leave its results as asked.

    ``offered`` is given every record behind the recorder, and the reps. ``new_loop`` makes the
    event loop that the source needs, where any will not do; ``reread`` gives its records from the
    beginning once more, for corrections that reach far back.
    """
    pipeline = Pipeline(reread=reread)

    def played(*shows: Callable[[tuple[Rep, ...]], None]) -> Session:
        told = [*shows, offered.show] if offered else list(shows)

        def show(reps: tuple[Rep, ...]) -> None:
            for each in told:
                each(reps)

        kept = _InTurn([each for each in (recorder, offered) if each is not None])
        with asyncio.Runner(loop_factory=new_loop) as runner:
            return runner.run(run(source, pipeline, recorder=kept, show=show if told else None))

    if output_format is LiveFormat.JSON and output is None:
        session = played()
        write_out(to_json(session_document(session, path)), None)
        return session
    console = console_for()
    with LiveTable(console, title) as table:
        session = played(table.show)
    console.print(session_text(session), soft_wrap=not console.is_terminal)
    if output is not None:
        write_out(to_json(session_document(session, path)), output)
    return session


class _InTurn:
    """Several recorders as one."""

    def __init__(self, recorders: Sequence[Recorder]) -> None:
        self._recorders = recorders

    def write(self, record: Record) -> None:
        """Give a record to each."""
        for recorder in self._recorders:
            recorder.write(record)


def open_or_warn(path: Path) -> Recording:
    """Open a recording; one that is not whole is told on stderr, and what can be read is used."""
    recording = open_recording(path)
    if recording.trouble:
        typer.echo(f"sledmon: {path} {recording.trouble}; see: sledmon check", err=True)
    return recording


def write_out(text: str, output: Path | None) -> None:
    """Text to a file, or to standard output."""
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    if is_recording(output):
        raise RecordingError(f"{output} is a recording and stays as it is; name another file")
    try:
        output.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise RecordingError(unwritable(output, error)) from None


def each_or_told(paths: Iterable[Path], work: Callable[[Path], None]) -> bool:
    """Work on every path; a bad one is told on stderr and does not stop the rest."""
    went_well = True
    for path in paths:
        try:
            work(path)
        except SledmonError as error:
            typer.echo(f"sledmon: {error}", err=True)
            went_well = False
        except OSError as error:
            typer.echo(f"sledmon: {unreadable(path, error)}", err=True)
            went_well = False
    return went_well
