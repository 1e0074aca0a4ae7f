"""Which radio a command uses."""

from typing import Annotated

import typer

from sledmon.acquire.radio import Radio
from sledmon.acquire.virtual import VirtualRadio
from sledmon.twin import SessionParams, simulate

Adapter = Annotated[
    str | None,
    typer.Option(
        "--adapter", metavar="NAME", help="Bluetooth adapter, where there are several (Linux)."
    ),
]
Demo = Annotated[
    bool, typer.Option("--demo", help="Simulated sensors instead of Bluetooth: try it at a desk.")
]


def open_radio(adapter: str | None, *, demo: bool = False) -> Radio:
    """The radio that was asked for; to be called in the event loop that will use it."""
    if demo:
        return VirtualRadio(simulate(SessionParams(seed=1, reps=8, faults="mild")))
    # Not before it is needed: no other command waits for bleak to be imported.
    from sledmon.acquire.ble import BleRadio

    return BleRadio(adapter)
