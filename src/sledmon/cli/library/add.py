"""``sledmon library add``: recordings, athletes, rigs and plans."""

from pathlib import Path
from typing import Annotated

import typer

from sledmon.cli.library.asked import Place, athlete_line, opened, results_of, shown_progress, today
from sledmon.cli.options import each_or_told
from sledmon.plan import read_plan_file
from sledmon.rig import read_rig

NAME = "add"
EXAMPLE = (
    "Example: sledmon library add monday.mcap tuesday.mcap. Or: sledmon library add --athlete Bea"
    " --under-16 --consent record --consent board --given-by 'her mother'"
)


def run(
    recordings: Annotated[list[Path] | None, typer.Argument(metavar="[RECORDING...]")] = None,
    place: Place = "",
    athlete: Annotated[
        str, typer.Option("--athlete", metavar="NAME", help="Enter or change an athlete.")
    ] = "",
    under_16: Annotated[
        bool | None, typer.Option("--under-16/--not-under-16", help="A tick, no birth date.")
    ] = None,
    consent: Annotated[
        list[str] | None,
        typer.Option(
            "--consent", metavar="SCOPE", help="record, board, share or research; repeatable."
        ),
    ] = None,
    withdraw: Annotated[
        list[str] | None, typer.Option("--withdraw", metavar="SCOPE", help="Consent taken back.")
    ] = None,
    given_by: Annotated[
        str, typer.Option("--given-by", metavar="WHO", help="Who consented, as of today.")
    ] = "",
    real_name: Annotated[
        str, typer.Option("--real-name", metavar="NAME", help="Kept apart; rarely needed.")
    ] = "",
    group: Annotated[
        str, typer.Option("--group", metavar="NAME", help="Put the athlete into a group.")
    ] = "",
    rig: Annotated[
        Path | None, typer.Option("--rig", metavar="FILE", help="Keep a rig under its file's name.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option("--plan", metavar="FILE", help="Keep a plan likewise.")
    ] = None,
) -> None:
    """Store the results of recordings; enter athletes, their consent, rigs and plans."""
    from sledmon import library as of

    details = (under_16 is not None, consent, withdraw, given_by, real_name, group)
    if any(details) and not athlete:
        raise typer.BadParameter("consent, names and groups need --athlete NAME")
    if not (recordings or athlete or rig or plan):
        raise typer.BadParameter("name a recording, or give --athlete, --rig or --plan")
    texts = [(kind, *_text(kind, path)) for kind, path in (("rig", rig), ("plan", plan)) if path]
    with opened(place) as library:
        if athlete or texts:
            change = of.AthleteChange(
                under_16=under_16,
                consents=[
                    of.Consent(scope=scope, given_on=today(), given_by=given_by)
                    for scope in consent or ()
                ],
                withdrawn=withdraw or (),
                real_name=real_name,
                group=group,
            )
            said: list[str] = []
            with library.editing() as edit:
                other = of.much_like(athlete, of.nicknames(edit.connection))
                if other:
                    said.append(f"{athlete} is new, and much like {other}")
                if athlete:
                    of.change_athlete(edit, athlete, change)
                for kind, name, toml in texts:
                    changed = of.store_text(edit, kind, name, toml)
                    said.append(f"{kind} {name}: {'stored' if changed else 'unchanged'}")
                if athlete:
                    said.append(athlete_line(of.find_athlete(edit.connection, athlete)))
            typer.echo("\n".join(said))

        def store(path: Path) -> None:
            results = results_of(path)
            with library.reading() as connection:
                known = of.nicknames(connection)
            one, changed = of.store_results(library, results, path)
            typer.echo(f"{path}: session {str(one)[:8]} {'stored' if changed else 'unchanged'}")
            for name in sorted({rep["athlete"] for rep in results.document["reps"]}):
                if other := of.much_like(name, known):
                    typer.echo(f"{path}: {name} is new, and much like {other}")

        if not each_or_told(shown_progress(recordings or [], "adding"), store):
            raise typer.Exit(1)


def _text(kind: str, path: Path) -> tuple[str, str]:
    toml = read_rig(path)[0] if kind == "rig" else read_plan_file(path).text
    return path.stem, toml
