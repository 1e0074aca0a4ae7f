"""The ``--lsl`` option: a session offered to a lab's other programs."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sledmon.present.lsl import LslOutlets

Lsl = Annotated[
    bool,
    typer.Option("--lsl", help="Offer samples and reps to LabRecorder and its like (LSL)."),
]


def outlets(asked: bool, *, speed: float | None = 1.0, lane: str = "") -> "LslOutlets | None":
    """What offers the session; None where nobody asked."""
    if not asked:
        return None
    if speed != 1.0:
        raise typer.BadParameter(
            "samples can be offered only as fast as they were taken", param_hint="'--speed'"
        )
    from sledmon.present.lsl import LslOutlets

    return LslOutlets(lane)


def tell_how_it_went(offered: "LslOutlets | None") -> None:
    """What was offered and whether anybody listened, on standard error."""
    for sentence in offered.told() if offered else ():
        typer.echo(f"sledmon: {sentence}", err=True)
