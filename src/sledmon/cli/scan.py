"""``sledmon scan``: the sensors in range."""

import asyncio
from typing import Annotated

import typer

from sledmon.acquire.choose import KINDS, Heard, listen
from sledmon.cli.options import LiveFormat, write_out
from sledmon.cli.radios import Adapter, Demo, open_radio
from sledmon.present.export.results_json import to_json
from sledmon.present.sensor_tables import sensors_table
from sledmon.present.terminal import console_for

EXAMPLE = "Example: sledmon scan --seconds 10"


def run(
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.5, max=3600.0, help="How long to listen.")
    ] = 5.0,
    output_format: Annotated[LiveFormat, typer.Option("--format")] = LiveFormat.TABLE,
    adapter: Adapter = None,
    demo: Demo = False,
) -> None:
    """List the sensors in range: name, model, signal, battery."""

    async def scan() -> list[Heard]:
        return await listen(open_radio(adapter, demo=demo), seconds)

    sensors = asyncio.run(scan())
    if output_format is LiveFormat.JSON:
        write_out(to_json([_row(heard) for heard in sensors]), None)
    elif sensors:
        console_for().print(sensors_table(sensors))
    else:
        typer.echo(
            f"No sensor was heard in {seconds:g} s. Switch them on and bring them near; a sensor"
            " that is connected elsewhere cannot be heard. See also: sledmon doctor"
        )


def _row(heard: Heard) -> dict[str, object]:
    seen = heard.sighting
    return {
        "address": seen.address,
        "name": seen.name or None,
        "model": heard.model.name,
        "kind": KINDS[heard.model.device],
        "signal_dbm": seen.signal_dbm,
        "battery_percent": seen.battery_percent,
        "adapter": seen.adapter or None,
    }
