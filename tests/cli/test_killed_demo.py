"""``sledmon demo --record`` killed without warning: the file opens and lacks at most a second.

Four kills here; ``SLEDMON_KILLS=50`` or ``python -m benchmarks.sigkill`` for more.
"""

import os
from pathlib import Path

from benchmarks.sigkill import killed
from tests.cli.command import sledmon

KILLS = int(os.environ.get("SLEDMON_KILLS", "4"))


def test_a_killed_demo_leaves_a_recording_that_opens_and_lacks_at_most_a_second(
    tmp_path: Path,
) -> None:
    results = killed(KILLS, tmp_path)
    assert len(results) == KILLS
    for result in results:
        assert -0.1 < result.missing_s <= 1.0
        assert "never closed" in result.lines[0]
    for path in tmp_path.glob("killed-*.mcap"):
        ran = sledmon("analyze", path, "--format", "json")
        assert ran.code == 0
        assert ran.err == f"sledmon: {path} was never closed, its end may be missing;" + (
            " see: sledmon check\n"
        )
