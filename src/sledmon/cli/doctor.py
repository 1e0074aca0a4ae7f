"""``sledmon doctor``: what this computer lacks."""

import asyncio
from typing import Annotated

import typer

from sledmon.acquire.computer import Diagnosis, State, examined
from sledmon.acquire.remembered import remembered
from sledmon.cli.options import LiveFormat, write_out
from sledmon.cli.places import recordings_folder
from sledmon.cli.radios import Adapter, open_radio
from sledmon.present.export.results_json import to_json
from sledmon.present.sensor_tables import diagnoses_text
from sledmon.present.terminal import console_for

EXAMPLE = "Example: sledmon doctor"


def run(
    output_format: Annotated[LiveFormat, typer.Option("--format")] = LiveFormat.TABLE,
    adapter: Adapter = None,
) -> None:
    """Look at Bluetooth, permissions, power saving, Qt's libraries and the disk; say how to mend.

    Exits with 1 where something must be mended before a session.
    """

    async def examine() -> list[Diagnosis]:
        return await examined(open_radio(adapter), recordings_folder())

    diagnoses = [*asyncio.run(examine()), *_remembered()]
    if output_format is LiveFormat.JSON:
        rows = [{**each._asdict(), "mend": each.mend or None} for each in diagnoses]
        write_out(to_json(rows), None)
    else:
        console = console_for()
        console.print(diagnoses_text(diagnoses), soft_wrap=not console.is_terminal)
    if any(diagnosis.state is State.BAD for diagnosis in diagnoses):
        raise typer.Exit(1)


def _remembered() -> list[Diagnosis]:
    return [
        Diagnosis(
            f"sensors of lane {lane}", State.GOOD, ", ".join(choice.name for choice in choices)
        )
        for lane, choices in enumerate(remembered(), start=1)
        if choices
    ]
