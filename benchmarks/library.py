"""The library at a club's size, and what it survives.

``python -m benchmarks.library`` fills a library with 1,000 athletes, 20,000 sessions and 1,000,000
reps and times what is asked of it; ``--kills 100`` kills writers, ``--cuts 100`` cuts
synchronising. ``--postgresql URL`` of an empty database runs the sizes there too.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert, select

from sledmon.library import (
    Library,
    SessionStore,
    find_athlete,
    history,
    leaderboard,
    open_library,
    session_list,
    synchronise,
)
from sledmon.library.athletes import ensure_athletes
from sledmon.library.from_document import as_json, document_row, rep_row, verdict_row
from sledmon.library.ids import session_id
from sledmon.library.schema import rep_documents, reps, sessions, verdicts
from sledmon.library.sessions import Results
from tests.library.cuts import CutError, counting, cut_at
from tests.library.sessions import DISTANCE_M, drawn, everything, rep, results

_Row = dict[str, Any]

CHILD = """
import sys
from sledmon.library import SessionStore, open_library
from tests.library.sessions import rep, results
with open_library(sys.argv[1]) as library:
    store = SessionStore(library, results([]).opened, tell=sys.exit)
    number = 0
    while True:
        number += 1
        store.store_rep(results([rep(number)]).document["reps"][0])
        print(number, flush=True)
"""


class Killed(NamedTuple):
    """What a killed writer left."""

    stored: int
    """Reps whose storing had returned."""
    lost: int
    """Of those, missing afterwards."""
    by_half: int
    """Reps without their verdict, or the other way round."""


def killed_while_storing(
    new_place: Callable[[], str], kills: int, seed: int = 1
) -> Iterator[Killed]:
    """Writers killed by SIGKILL at a random moment, several times on the same library."""
    draw = random.Random(seed)
    place = new_place()
    open_library(place).close()
    for _ in range(kills):
        with subprocess.Popen(
            [sys.executable, "-c", CHILD, place], stdout=subprocess.PIPE, bufsize=0
        ) as child:
            assert child.stdout is not None
            last = child.stdout.readline()  # it writes
            time.sleep(draw.uniform(0.0, 0.3))
            child.kill()
            rest = child.stdout.read()
        told = [int(line) for line in (last + rest).split(b"\n")[:-1]]
        with open_library(place) as library, library.reading() as connection:
            newest = connection.execute(
                select(sessions.c.id).order_by(sessions.c.change.desc()).limit(1)
            ).scalar_one()
            found = [
                set(
                    connection.execute(select(t.c.number).where(t.c.session_id == newest)).scalars()
                )
                for t in (reps, verdicts, rep_documents)
            ]
        yield Killed(
            len(told), len(set(told) - found[0]), len(set.union(*found) - set.intersection(*found))
        )


def synchronised_with_cuts(new_place: Callable[[], str], cuts: int, seed: int = 1) -> int:
    """Pairs of libraries that differ, cut at random statements until they agree; how many cuts."""
    draw = random.Random(seed)
    done = 0
    while done < cuts:
        with open_library(new_place()) as home, open_library(new_place()) as other:
            done += _cut_until_equal(home, other, cuts - done, draw)
    return done


def _cut_until_equal(home: Library, other: Library, most: int, draw: random.Random) -> int:
    done, number, whole = 0, 0, 40
    for _ in range(3):
        for library in (home, other):
            for _ in range(draw.randint(1, 4)):
                number += 1
                _store(library, number, draw)
        for _ in range(4):
            if done == most:
                break
            try:
                with cut_at(draw.randint(1, whole), home, other):
                    synchronise(home, other)
                break
            except CutError:
                done += 1
        with counting(home, other) as count:
            synchronise(home, other)
            whole = max(whole, count())
        if everything(home) != everything(other):
            raise AssertionError(f"after {done} cuts the two libraries differ")
    return done


def _store(library: Library, number: int, draw: random.Random) -> None:
    from sledmon.library import AthleteChange, change_athlete, store_results

    if draw.random() < 0.3:
        with library.editing() as edit:
            change_athlete(
                edit,
                draw.choice(("Ann", "Bo", "Cy")),
                AthleteChange(under_16=draw.random() < 0.5, group=draw.choice(("", "u18"))),
            )
    store_results(library, drawn(draw.choice((number, draw.randint(1, number)))))


class Size(NamedTuple):
    """How much a library holds."""

    athletes: int
    sessions: int
    reps_a_session: int


def fill(library: Library, size: Size, seed: int = 1) -> None:
    """Sessions of a few athletes each, through the rows that storing makes, many at a time."""
    draw = random.Random(seed)
    names = [f"Athlete {n}" for n in range(size.athletes)]
    with library.editing() as edit:
        ids = ensure_athletes(edit, names)
    one_rep = results([rep(1)]).document["reps"][0]
    given = results([])
    for first in range(0, size.sessions, 200):
        rows: tuple[list[_Row], ...] = ([], [], [], [])
        for number in range(first, min(first + 200, size.sessions)):
            day = f"{2020 + number // 4000}-{1 + number // 350 % 12:02}-{1 + number % 28:02}"
            started = f"{day}T{number % 24:02}:00:00Z"
            one = session_id(f"filled {number}")
            rows[0].append(_session_row(library, one, started, given, number))
            who = draw.sample(names, 5)
            for n in range(1, size.reps_a_session + 1):
                velocity = round(draw.uniform(3.0, 5.5), 9)
                unresisted = n <= 15
                document = one_rep | {
                    "number": n,
                    "athlete": who[n % 5],
                    "unresisted": unresisted,
                    "window_velocity_mps": one_rep["window_velocity_mps"] | {"value": velocity},
                }
                rows[1].append(rep_row(document, one, ids[who[n % 5]], started))
                rows[2].append(verdict_row(document, one))
                rows[3].append(document_row(document, one))
        with library.editing() as edit:
            for row in rows[0]:
                row["change"] = edit.change
            for table, some in zip((sessions, reps, verdicts, rep_documents), rows, strict=True):
                edit.connection.execute(insert(table), some)


def _session_row(library: Library, one: UUID, started: str, given: Results, number: int) -> _Row:
    return {
        "id": one,
        "revision": 1,
        "edited_by": library.id,
        "version": {str(library.id): 1},
        "erased": False,
        "finished": True,
        "recorded_utc": started,
        "title": f"Session {number}",
        "source": "ble",
        "rig_toml": given.opened.rig_toml,
        "duration_s": 3600.0,
        "software": "0.1.0",
        "parameters": as_json(given.parameters),
        "packets_sha256": f"{number:064x}",
        "events_sha256": "",
        "document": {**given.document, "reps": []},
    }


class Took(NamedTuple):
    """Milliseconds by the clock, and of this process's own work."""

    wall_ms: float
    cpu_ms: float


def timings(
    library: Library, asked: int = 20, seed: int = 2, *, athletes: int = 1000
) -> dict[str, list[Took]]:
    """What each question took, for athletes drawn at random, and storing a rep."""
    draw = random.Random(seed)
    names = [f"Athlete {draw.randrange(athletes)}" for _ in range(asked)]
    out: dict[str, list[Took]] = defaultdict(list)
    for name in names:
        with library.reading() as connection:
            who = find_athlete(connection, name).id
            for what, ask in (
                ("an athlete's history", partial(history, connection, who)),
                ("the newest 50 sessions", partial(session_list, connection)),
                ("an athlete's sessions", partial(session_list, connection, athlete=who)),
                ("the leaderboard", partial(leaderboard, connection, DISTANCE_M)),
            ):
                out[what].append(_took(ask))
    store = SessionStore(library, results([]).opened, tell=sys.exit)
    for number in range(1, 201):
        document = results([rep(number, draw.choice(names))]).document["reps"][0]
        out["storing a rep"].append(_took(partial(store.store_rep, document)))
    return out


def _took(work: Callable[[], object]) -> Took:
    began, worked = time.perf_counter(), time.process_time()  # noqa: TID251 - a benchmark
    work()
    wall_s = time.perf_counter() - began  # noqa: TID251
    return Took(1000 * wall_s, 1000 * (time.process_time() - worked))


def main() -> None:
    """Fill, ask, kill, cut and print."""
    parser = argparse.ArgumentParser(description="The library at size, and what it survives.")
    parser.add_argument("--athletes", type=int, default=1000)
    parser.add_argument("--sessions", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--cuts", type=int, default=0)
    parser.add_argument("--keep", default="", help="file to fill, or filled before")
    parser.add_argument("--postgresql", default="", help="address of an empty database")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        numbers = iter(range(10**6))

        def new_place() -> str:
            return str(Path(folder) / f"{next(numbers)}.sqlite")

        for place in filter(None, (asked.keep or new_place(), asked.postgresql)):
            if asked.sessions:
                with open_library(place) as library:
                    _print_sizes(library, Size(asked.athletes, asked.sessions, 50), place)
        if asked.kills:
            outcomes = list(killed_while_storing(new_place, asked.kills))
            print(
                f"{len(outcomes)} writers killed, {sum(o.stored for o in outcomes)} reps stored:"
                f" {sum(o.lost for o in outcomes)} lost, {sum(o.by_half for o in outcomes)} by half"
            )
        if asked.cuts:
            done = synchronised_with_cuts(new_place, asked.cuts)
            print(f"{done} cuts while synchronising: both sides equal after each")


def _print_sizes(library: Library, size: Size, place: str) -> None:
    with library.reading() as connection:
        filled = bool(session_list(connection, 1))
    took = Took(0.0, 0.0) if filled else _took(lambda: fill(library, size))
    print(f"{library.place}: {size.athletes} athletes, {size.sessions} sessions,", end=" ")
    print(
        f"{size.sessions * size.reps_a_session} reps, filled in {took.wall_ms / 1e3:.0f} s", end=""
    )
    if os.path.exists(place):  # noqa: PTH110
        print(f", {Path(place).stat().st_size / 1e9:.2f} GB", end="")
    print()
    for what, times in timings(library, athletes=size.athletes).items():
        wall = sorted(took.wall_ms for took in times)
        most = wall[int(0.95 * len(wall))]
        print(
            f"  {what:24} median {median(wall):6.1f} ms, 95 % {most:6.1f} ms, worst"
            f" {wall[-1]:6.1f} ms; own work {median(took.cpu_ms for took in times):5.1f} ms"
        )


if __name__ == "__main__":
    main()
