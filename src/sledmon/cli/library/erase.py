"""``sledmon library erase``: an athlete, from the library and from the recordings."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sledmon.cli.library.asked import (
    Format,
    Place,
    TextOrJson,
    opened,
    print_json,
    results_of,
    today,
)
from sledmon.cli.options import write_out

if TYPE_CHECKING:
    from sledmon.library import Plan, Receipt

NAME = "erase"
EXAMPLE = "Example: sledmon library erase Bea --receipt bea-erased.json"


def run(
    athlete: Annotated[str, typer.Argument(metavar="ATHLETE")],
    place: Place = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    receipt: Annotated[
        Path | None, typer.Option("--receipt", metavar="FILE", help="Write the receipt as JSON.")
    ] = None,
    output_format: Format = TextOrJson.TABLE,
) -> None:
    """Erase an athlete for good; their recordings are rewritten without them, or removed.

    After a cut, run it again. Copies made elsewhere (exports, memory sticks) are beyond its reach.
    """
    from sledmon import library as of
    from sledmon.batch import default_cache

    with opened(place) as library:
        plan = of.plan_erasure(library, athlete)
        if not yes:
            typer.echo(_question(plan), err=True)
            typer.confirm("Erase them for good?", abort=True, err=True)
        done = of.erase(library, plan, results_of, erased_on=today())
        if (cache := default_cache()) is not None:
            cache.clear()  # results that analyze kept name everybody
    if receipt is not None:
        write_out(_text(done), receipt)
    if output_format is TextOrJson.JSON:
        print_json(done.to_json())
    else:
        typer.echo(_sentences(plan.nickname, done))
    if done.left:
        raise typer.Exit(1)


def _question(plan: "Plan") -> str:
    lines = [f"{plan.nickname}: {plan.reps} reps in {plan.sessions} sessions."]
    lines += [f"Rewritten without them, or removed: {path}" for path in plan.recordings]
    lines += [f"Out of reach: {where}" for where in plan.elsewhere]
    lines += [f"Removed, a backup that may hold them: {name}" for name in plan.backups]
    return "\n".join(lines)


def _sentences(nickname: str, done: "Receipt") -> str:
    lines = [f"{nickname} is erased: {done.reps} reps in {done.sessions} sessions."]
    for entry in done.recordings:
        lines.append(f"{entry['file']}: {entry['action']}")
        lines.append(f"  packets before {entry['old_sha256']}")
        if entry["new_sha256"]:
            lines.append(f"  packets now    {entry['new_sha256']}")
    lines += [f"backup removed: {name}" for name in done.backups]
    lines += [f"left: {what}" for what in done.left]
    return "\n".join(lines)


def _text(done: "Receipt") -> str:
    import json

    return json.dumps(done.to_json(), indent=1, ensure_ascii=False) + "\n"
