"""``sledmon simulate``: a recording of a simulated session, with its truth."""

import json
from pathlib import Path
from typing import Annotated

import typer

from sledmon.acquire import with_ticks
from sledmon.cli.destinations import require_new_recording, require_results_place
from sledmon.cli.options import (
    FaultLevel,
    Faults,
    LoadLb,
    Reps,
    Seed,
    Unresisted,
    parse_loads,
    write_out,
)
from sledmon.recording import RecordingWriter
from sledmon.twin import SessionParams
from sledmon.twin import simulate as simulate_session
from sledmon.units import NANOSECONDS_PER_SECOND

EXAMPLE = "Example: sledmon simulate out.mcap --seed 7 --faults mild --truth truth.json"


def run(
    out: Annotated[Path, typer.Argument(metavar="OUT")],
    seed: Seed = 1,
    reps: Reps = 8,
    unresisted: Unresisted = 3,
    distance_yd: Annotated[
        float, typer.Option("--distance-yd", min=5.0, max=40.0, help="Programmed distance.")
    ] = 10.0,
    load_lb: LoadLb = "0,5,10,20",
    faults: FaultLevel = Faults.NONE,
    truth: Annotated[
        Path | None, typer.Option("--truth", metavar="FILE", help="Write the truth as JSON.")
    ] = None,
) -> None:
    """Write a recording of a simulated session, as its sensors and radio would have left it."""
    loads = parse_loads(load_lb)
    require_new_recording(out)
    require_results_place(truth, out)
    session = simulate_session(
        SessionParams(
            seed=seed,
            reps=reps,
            unresisted=min(unresisted, reps),
            distance_yd=distance_yd,
            load_lb=loads,
            faults=faults.value,
        )
    )

    until_ns = round(session.duration_s * NANOSECONDS_PER_SECOND)
    with RecordingWriter(out) as writer:
        for record in with_ticks(session.records, until_ns):
            writer.write(record)
    if truth is not None:
        write_out(json.dumps(session.truth.to_json(), indent=1) + "\n", truth)
