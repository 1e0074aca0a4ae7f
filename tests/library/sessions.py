"""Sessions to store, made of result values as the pipeline makes them."""

import hashlib
import math
import random
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from sledmon.library import Library, Results, schema
from sledmon.library.rows import load
from sledmon.library.schema import AGGREGATES
from sledmon.present.export.results_json import session_document
from sledmon.results import (
    Conditions,
    Estimates,
    Lean,
    Measured,
    Quality,
    Rep,
    SensorQuality,
    Session,
    Split,
    Steps,
    Verdict,
    WindowVelocity,
)
from sledmon.samples import Opened

DISTANCE_M = 9.144


def rep(
    number: int,
    athlete: str = "Ann",
    *,
    velocity_mps: float = 4.5,
    load_kg: float = 0.0,
    unresisted: bool = False,
    flag: str | None = None,
    trust: str = "good",
    complete: bool = True,
    excluded: bool = False,
    surface: str = "turf",
) -> Rep:
    """One rep; an incomplete one knows neither its end nor its velocities."""
    start_s = 30.0 * number
    nan = float("nan")

    def known(value: float, sigma: float) -> Measured:
        return Measured(value, sigma) if complete else Measured()

    return Rep(
        number=number,
        conditions=Conditions(
            athlete=athlete,
            set_number=1 + number // 4,
            unresisted=unresisted,
            load_kg=load_kg,
            sled_kg=0.0 if unresisted else 15.0,
            surface=surface,
        ),
        estimates=Estimates(
            start_s=start_s,
            end_s=start_s + 2.75 if complete else nan,
            complete=complete,
            splits=(
                Split(distance_m=4.572, time_s=Measured(1.75, 0.004)),
                Split(distance_m=DISTANCE_M, time_s=known(2.75, 0.004)),
            ),
            mean_velocity_mps=known(DISTANCE_M / 2.75, 0.01),
            window=WindowVelocity(
                from_m=4.572, to_m=DISTANCE_M, velocity_mps=known(velocity_mps, 0.01)
            ),
            peak_velocity_mps=known(velocity_mps + 0.3, 0.03),
            steps=Steps(count=11, frequency_hz=Measured(3.9, 0.1)),
            lean=Lean(mean_rad=0.21, min_rad=0.15, max_rad=0.26, sigma_rad=0.02),
            trust=trust,
            notes=("a note",),
        ),
        start_rule="first-movement 0.10 m/s",
        excluded=excluded,
        verdict=Verdict(
            zone="baseline" if unresisted else "transition",
            certainty="clear",
            velocity_decrement=Measured() if unresisted else Measured(0.18, 0.01),
            flag=flag,
            line="decrement 0.10",
            probability=0.99,
            cause="load" if flag else None,
            advice="Take off 10 lb." if flag else None,
        ),
    )


def results(
    reps: Sequence[Rep],
    *,
    packets: str = "packets",
    events: str = "events",
    started_utc: str = "2026-11-20T17:00:00Z",
    title: str = "Tuesday",
    software: str = "0.1.0",
) -> Results:
    """A session's results; ``packets`` stands for what its sensors sent."""
    session = Session(
        software=software,
        duration_s=600.0,
        sha256=hashlib.sha256(packets.encode()).hexdigest(),
        events_sha256=hashlib.sha256(events.encode()).hexdigest(),
        quality=Quality(encoder=SensorQuality(rate_hz=100.0, samples=60000)),
        reps=tuple(reps),
        notes=("rig defaults assumed: encoder",),
    )
    return Results(
        document=session_document(session, "somewhere/session.mcap"),
        opened=Opened(0, "ble", "[sled]\nmass_kg = 15.0\n", "sledmon", started_utc, title),
        parameters={"finder": {"start_threshold_mps": 0.1, "limits": (1.0, math.nan)}},
    )


def drawn(seed: int, athletes: Sequence[str] = ("Ann", "Bo"), number: int = 6) -> Results:
    """A session drawn from a seed: another seed, other packets."""
    draw = random.Random(seed)
    reps = [
        rep(
            n,
            draw.choice(athletes),
            velocity_mps=round(draw.uniform(3.0, 5.5), 9),
            load_kg=draw.choice((0.0, 4.54, 9.07)),
            unresisted=draw.random() < 0.3,
            flag=draw.choice((None, None, "watch")),
        )
        for n in range(1, number + 1)
    ]
    return results(
        reps, packets=f"drawn {seed}", started_utc=f"2026-11-{1 + seed % 28:02}T17:00:00Z"
    )


def everything(library: Library, *, real_names: bool = False) -> dict[str, Any]:
    """All contents and histories, as two libraries that agree have them."""
    told: dict[str, Any] = {}
    with library.reading() as connection:
        for aggregate in AGGREGATES:
            root = aggregate.root
            if root is schema.real_names and not real_names:
                continue
            rows = connection.execute(
                select(root.c.id, root.c.revision, root.c.edited_by, root.c.version, root.c.erased)
            ).all()
            contents = load(connection, aggregate, [row.id for row in rows])
            told[root.name] = {
                row.id: (tuple(row), contents[row.id].root, contents[row.id].parts) for row in rows
            }
    return told
