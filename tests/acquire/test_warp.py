"""The loop of simulated time: exact instants at any pace, unmoved by what comes from outside."""

import asyncio
import threading

import pytest

from sledmon.acquire.warp import WarpedLoop


async def _instants() -> list[int]:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, WarpedLoop)
    seen: list[int] = []

    async def often(period_s: float, times: int) -> None:
        for _ in range(times):
            await asyncio.sleep(period_s)
            seen.append(loop.time_ns())

    await asyncio.gather(often(0.015, 40), often(0.1, 6), often(1 / 3, 2))
    return seen


@pytest.mark.parametrize("speed", [7.0, 100.0])
def test_what_runs_in_it_happens_at_the_same_instants_at_any_speed(speed: float) -> None:
    with asyncio.Runner(loop_factory=lambda: WarpedLoop(None)) as runner:
        wanted = runner.run(_instants())
    with asyncio.Runner(loop_factory=lambda: WarpedLoop(speed)) as runner:
        assert runner.run(_instants()) == wanted
    assert wanted == sorted(wanted)
    assert wanted[-1] == pytest.approx(2e9 / 3, abs=10)


def test_an_hour_passes_at_once() -> None:
    with asyncio.Runner(loop_factory=lambda: WarpedLoop(None)) as runner:
        runner.run(asyncio.sleep(3600.0))
        loop = runner.get_loop()
        assert isinstance(loop, WarpedLoop)
        assert loop.time_ns() == 3600 * 10**9


def test_a_call_from_another_thread_runs_and_moves_no_instant() -> None:
    called = threading.Event()

    async def disturbed() -> list[int]:
        loop = asyncio.get_running_loop()
        disturber = threading.Thread(
            target=lambda: [loop.call_soon_threadsafe(called.set) for _ in range(50)]
        )
        disturber.start()
        seen = await _instants()
        disturber.join()
        return seen

    with asyncio.Runner(loop_factory=lambda: WarpedLoop(None)) as runner:
        wanted = runner.run(_instants())
    with asyncio.Runner(loop_factory=lambda: WarpedLoop(20.0)) as runner:
        assert runner.run(disturbed()) == wanted
    assert called.is_set()
