"""A simulated session through the sensors' links: streaming, lost and found, and asked again."""

import asyncio
from itertools import pairwise

from sledmon.acquire.sensor import SILENCE_S, Phase, SensorStatus
from sledmon.acquire.streaming import simulated
from sledmon.acquire.warp import WarpedLoop
from sledmon.decode import Decoder
from sledmon.samples import TICK_PERIOD_NS, Connected, Lost, Opened, Packet, Record, Tick
from sledmon.twin import Disconnect, SessionParams, SimulatedSession, simulate
from sledmon.wire.stream import Flags, unpack_header
from tests.pipeline.sessions import session_of


def _streamed(session: SimulatedSession) -> tuple[list[Record], list[SensorStatus]]:
    statuses: list[SensorStatus] = []

    async def stream() -> list[Record]:
        return [record async for batch in simulated(session, statuses.append) for record in batch]

    with asyncio.Runner(loop_factory=lambda: WarpedLoop(None)) as runner:
        return runner.run(stream()), statuses


def test_records_come_in_order_with_a_tick_every_tenth_of_a_second() -> None:
    session = simulate(SessionParams(seed=2, reps=1, unresisted=0, faults="mild"))
    records, statuses = _streamed(session)
    assert isinstance(records[0], Opened)
    arrivals = [record.received_ns for record in records]
    assert arrivals == sorted(arrivals)
    ticks = [record.received_ns for record in records if isinstance(record, Tick)]
    assert {later - earlier for earlier, later in pairwise(ticks)} == {TICK_PERIOD_NS}
    assert ticks[-1] / 1e9 > session.duration_s - 0.2
    for device in ("imu", "encoder"):
        of_one = [status for status in statuses if status.device == device]
        assert [status.phase for status in of_one[:2]] == [Phase.GREETING, Phase.STREAMING]
        assert of_one[-1].phase is Phase.STOPPED
        assert of_one[-1].battery_percent == 86
        assert {(s.signal_dbm, s.payload_bytes) for s in of_one if s.phase is Phase.STREAMING} == {
            (-58, 244)
        }


def test_what_the_air_takes_is_told_in_per_cent_while_it_streams() -> None:
    session = simulate(SessionParams(seed=2, reps=2, unresisted=0, faults="harsh"))
    _, statuses = _streamed(session)
    for device in ("imu", "encoder"):
        of_one = [s for s in statuses if s.device == device and s.phase is Phase.STREAMING]
        assert of_one[0].missed_percent is None, "not before ten seconds of it"
        told = [s.missed_percent for s in of_one if s.missed_percent is not None]
        assert 1 <= max(told) <= 15
    clean = simulate(SessionParams(seed=2, reps=1, unresisted=0, faults="none"))
    assert {s.missed_percent for s in _streamed(clean)[1]} == {None, 0}


def test_what_the_radio_loses_is_asked_for_and_serves_the_rep() -> None:
    session = simulate(SessionParams(seed=6, reps=3, unresisted=1, faults="mild"))
    records, _ = _streamed(session)
    flags = [
        unpack_header(record.payload).flags for record in records if isinstance(record, Packet)
    ]
    assert sum(bool(flag & Flags.RESENT) for flag in flags) > 3
    streamed, sent_once = session_of(records), session_of(session.records)
    assert sent_once.quality.imu is not None
    assert sent_once.quality.imu.lost > 0
    assert streamed.quality.imu is not None
    assert streamed.quality.imu.lost == 0
    assert [rep.estimates.trust for rep in streamed.reps] == ["good"] * 3


def test_a_lost_sensor_is_back_at_once_and_what_it_kept_meanwhile_is_fetched() -> None:
    lost_s, silent_s = 12.0, 2.0
    session = simulate(
        SessionParams(
            seed=6, reps=2, unresisted=1, faults="none",
            disconnects=(Disconnect(device="encoder", at_s=lost_s, duration_s=silent_s),),
        )
    )  # fmt: skip
    records, statuses = _streamed(session)
    lost = [record for record in records if isinstance(record, Lost)]
    assert lost[0].device == "encoder"
    assert lost[0].reason == "connection timed out"
    back = [
        record.received_ns / 1e9
        for record in records
        if isinstance(record, Connected) and record.device == "encoder"
    ]
    assert back[1] - (lost_s + silent_s) < 0.3
    troubles = [status.trouble for status in statuses if status.device == "encoder"]
    assert "connection timed out" in troubles
    quality = session_of(records).quality.encoder
    assert quality is not None
    assert quality.lost == 0
    assert len(quality.gaps) == 1  # when nothing came is told all the same


def test_a_sensor_that_restarts_is_a_new_segment_and_owes_nothing() -> None:
    session = simulate(
        SessionParams(
            seed=6, reps=2, unresisted=1, faults="none",
            disconnects=(Disconnect(device="imu", at_s=12.0, duration_s=1.0, restart=True),),
        )
    )  # fmt: skip
    records, _ = _streamed(session)
    assert not any(
        unpack_header(record.payload).flags & Flags.RESENT
        for record in records
        if isinstance(record, Packet)
    )
    belt = Decoder().push(records, 0).imu
    assert {block.segment for block in belt} == {0, 1}
    assert len(session_of(records).reps) == 2


def test_a_sensor_that_falls_silent_is_given_up_after_a_second_and_found_again() -> None:
    session = simulate(SessionParams(seed=6, reps=1, unresisted=0, faults="none"))
    statuses: list[SensorStatus] = []

    class Silencing:
        """Swallows what the first link to each sensor notifies after a few packets."""

        def __init__(self, radio):  # type: ignore[no-untyped-def]
            self._radio = radio
            self._met: set[str] = set()
            self.sightings = radio.sightings

        async def connect(self, address: str):  # type: ignore[no-untyped-def]
            link = await self._radio.connect(address)
            if address not in self._met:
                self._met.add(address)
                subscribe = link.subscribe

                async def quiet(characteristic, received):  # type: ignore[no-untyped-def]
                    left = iter(range(20))

                    def few(payload: bytes) -> None:
                        if next(left, None) is not None:
                            received(payload)

                    await subscribe(characteristic, few)

                link.subscribe = quiet
            return link

    async def stream() -> list[Record]:
        source = simulated(session, statuses.append, through=Silencing)
        return [record async for batch in source for record in batch]

    with asyncio.Runner(loop_factory=lambda: WarpedLoop(None)) as runner:
        records = runner.run(stream())
    for device in ("imu", "encoder"):
        lost = [r for r in records if isinstance(r, Lost) and r.device == device]
        assert "silent" in lost[0].reason
        before = [
            r.received_ns
            for r in records
            if isinstance(r, Packet) and r.device == device and r.received_ns < lost[0].received_ns
        ]
        assert SILENCE_S < (lost[0].received_ns - before[-1]) / 1e9 < SILENCE_S + 1.0
        after = [r for r in records if isinstance(r, Packet) and r.device == device]
        assert after[-1].received_ns / 1e9 > session.duration_s - 0.5
