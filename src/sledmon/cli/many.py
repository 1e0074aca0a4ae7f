"""What commands on many recordings share: a bar while they work, and the bad ones at the end."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sledmon.batch import Outcome, analyze_all, default_cache
from sledmon.pipeline import PipelineParams
from sledmon.present.progress import progress

Jobs = Annotated[
    int, typer.Option("--jobs", min=1, max=256, help="Recordings at a time, each in a process.")
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Neither use earlier results nor keep these.")
]


def analyzed(
    paths: Sequence[Path],
    params: PipelineParams,
    *,
    jobs: int,
    no_cache: bool,
    scheduler: str | None = None,
) -> list[Outcome]:
    """The outcome of each recording; Ctrl-C ends it in one line, and what was done is kept."""
    cache = None if no_cache else default_cache()
    try:
        with progress(len(paths), "analysing") as step:
            return analyze_all(
                paths, params, jobs=jobs, scheduler=scheduler, cache=cache, step=step
            )
    except KeyboardInterrupt:
        kept = "; what was done is kept, run it again to go on" if cache else ""
        typer.echo(f"sledmon: stopped{kept}", err=True)
        raise typer.Exit(130) from None


def tell_the_bad(paths: Sequence[Path], outcomes: Sequence[Outcome]) -> None:
    """Recordings that are not whole, then those without a result, which end in exit code 1."""
    for path, outcome in zip(paths, outcomes, strict=True):
        if outcome.trouble:
            typer.echo(f"sledmon: {path} {outcome.trouble}; see: sledmon check", err=True)
    bad = [outcome.error for outcome in outcomes if outcome.error]
    for sentence in bad:
        typer.echo(f"sledmon: {sentence}", err=True)
    if bad:
        raise typer.Exit(1)
