"""``sledmon probe``: does a sensor keep to firmware_notes."""

import asyncio
import time
from collections.abc import Callable
from typing import Annotated

import typer

from sledmon.acquire.choose import ChoiceError, listen
from sledmon.acquire.conformance import Arrival, Finding, Outcome
from sledmon.acquire.examination import examine
from sledmon.acquire.radio import Link, LinkError
from sledmon.acquire.talk import Talk
from sledmon.cli.options import LiveFormat, write_out
from sledmon.cli.radios import Adapter, Demo, open_radio
from sledmon.present.export.results_json import to_json
from sledmon.present.sensor_tables import findings_table
from sledmon.present.terminal import console_for
from sledmon.wire import uuids

EXAMPLE = "Example: sledmon probe 1A2B --seconds 120"
LISTEN_S = 10.0
FURTHER_S = 1.5


def run(
    sensor: Annotated[
        str, typer.Argument(metavar="SENSOR", help="Its name, the end of it, or its address.")
    ],
    seconds: Annotated[
        float,
        typer.Option("--seconds", min=5.0, max=3600.0, help="How long to watch its stream."),
    ] = 30.0,
    output_format: Annotated[LiveFormat, typer.Option("--format")] = LiveFormat.TABLE,
    adapter: Adapter = None,
    demo: Demo = False,
) -> None:
    """Hold a sensor to firmware_notes; exit 1 where it fails.

    The firmware engineer's test bench: every *must* that can be seen from here. Let the sensor lie
    still; the longer, the surer.
    """
    console = console_for()
    if console.is_terminal:
        console.print(f"Watching {sensor} for {seconds:g} s.")
    name, findings = asyncio.run(_probe(sensor, seconds, adapter, demo=demo))
    failed = sum(finding.outcome is Outcome.FAIL for finding in findings)
    if output_format is LiveFormat.JSON:
        rows = [{**finding._asdict(), "demand": finding.demand or None} for finding in findings]
        write_out(to_json({"sensor": name, "failed": failed, "findings": rows}), None)
    else:
        console.print(findings_table(findings))
        held = "keeps to firmware_notes" if not failed else f"fails {failed} of its demands"
        console.print(f"{name} {held}.")
    if failed:
        raise typer.Exit(1)


async def _probe(
    named: str, seconds: float, adapter: str | None, *, demo: bool
) -> tuple[str, list[Finding]]:
    radio = open_radio(adapter, demo=demo)
    sensors = await listen(
        radio, LISTEN_S, lambda heard: any(one.is_called(named) for one in heard)
    )
    sensors += await listen(radio, FURTHER_S)  # another of that name may be as near
    meant = {heard.sighting.address: heard for heard in sensors if heard.is_called(named)}
    if len(meant) != 1 or not named:
        what = "no sensor" if not meant else "more than one sensor"
        raise ChoiceError(f"{what} called {named!r} was heard; see: sledmon scan")
    choice = next(iter(meant.values())).choice
    if not choice.model.numbered:
        raise ChoiceError(
            f"{choice.name} is a {choice.model.name} with its maker's own protocol; firmware_notes"
            " says what is known of it"
        )
    link = await radio.connect(choice.address)
    arrivals: list[Arrival] = []
    findings: list[Finding] = []
    try:
        size = link.payload_bytes
        if size:
            findings.append(
                Finding(
                    "notification size of this link", "up to 244", f"{size} bytes", Outcome.SEEN
                )
            )
        await Talk(link, _Stream(link, arrivals.append)).hold(examine(seconds, arrivals, findings))
    except LinkError as error:
        findings.append(Finding("the link", "lasts", str(error), Outcome.FAIL))
    finally:
        await link.close()
    return choice.name, findings


class _Stream:
    """Stamps what the sensor notifies."""

    def __init__(self, link: Link, take: Callable[[Arrival], None]) -> None:
        self._link = link
        self._take = take

    async def subscribe(self) -> None:
        await self._link.subscribe(uuids.STREAM, self._received)

    def begin(self, descriptor: bytes) -> None:
        """The stream is watched from its first notification."""

    def _received(self, payload: bytes) -> None:
        now_ns = time.perf_counter_ns()
        self._take(Arrival(now_ns, payload))
