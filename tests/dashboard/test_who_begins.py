"""`sledmon live` in the window: its first rep belongs to whoever the coach means."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from sledmon.acquire.radio import Radio
from sledmon.acquire.virtual import VirtualRadio
from sledmon.present.athletes.queue import Athlete, Queue, write_queue
from sledmon.present.dashboard.app import Dashboard, Places
from sledmon.present.running import LaneOrder
from sledmon.recording import open_recording
from sledmon.samples import Event
from sledmon.twin import SessionParams, simulate
from tests.dashboard.test_session_flow import WaitFor

BEN_IS_UP = Queue((Athlete(name="Ana"), Athlete(name="Ben")), slot=2)


def radio(_: str | None) -> Radio:
    """Sensors in range."""
    return VirtualRadio(simulate(SessionParams(seed=8, reps=1, unresisted=1, faults="none")))


@pytest.fixture
def dashboard(application: QApplication, home: Path) -> Iterator[Dashboard]:
    write_queue(BEN_IS_UP)
    made = Dashboard(
        Places(
            recordings=home / "recordings",
            demos=home / "demos",
            library="none",
            open_radio=radio,
            new_name=lambda: "session",
            now=lambda: datetime(2026, 11, 26, 10, 32, tzinfo=UTC),
        )
    )
    yield made
    made.window.close()


@pytest.mark.parametrize(
    ("events", "begins", "queue"),
    [
        ((), "Ben", ["Ana", "Ben"]),
        ((("plan", "pure-speed"),), "Ben", ["Ana", "Ben"]),
        ((("athlete", "ana"),), "ana", ["Ana", "Ben"]),
        ((("athlete", "Cy"),), "Cy", ["Ana", "Ben", "Cy"]),
    ],
)
def test_who_begins_is_up_in_the_recording_and_in_the_queue(
    dashboard: Dashboard,
    wait_for: WaitFor,
    home: Path,
    events: tuple[tuple[str, str], ...],
    begins: str,
    queue: list[str],
) -> None:
    dashboard.connect_sensors([LaneOrder(events=events)])
    flow = dashboard.flow
    assert flow is not None
    wait_for(lambda: flow.state.lane(1).conditions.athlete == begins, "who begins")
    line = flow.sideline
    assert [one.name for one in line.queue.athletes] == queue
    assert line.queue.now.name.casefold() == begins.casefold()
    flow.session.stop()
    wait_for(lambda: flow.state.ended, "the end")
    recorded = open_recording(home / "recordings" / "session.mcap")
    named = [
        record.value
        for batch in recorded.batches()
        for record in batch
        if isinstance(record, Event) and record.kind == "athlete"
    ]
    assert named == [begins]
