"""The core knows neither Qt, nor Bluetooth, nor SQL: its tests pass where none of them is there."""

import os
import subprocess
import sys
from pathlib import Path

BLOCKED = ("PySide6", "shiboken6", "pyqtgraph", "bleak", "sqlalchemy", "alembic", "sqlite3")
CORE = (
    "tests/wire/test_packets.py",
    "tests/decode",
    "tests/judge/test_verdict.py",
    "tests/pipeline/test_live_and_replay.py",
    "tests/present/test_state.py",
    "tests/present/test_terminal.py",
    "tests/recording/test_round_trip.py",
)
RUN = f"""
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED!r}:
            raise ModuleNotFoundError(f"{{name}} is not here", name=name)

sys.meta_path.insert(0, Nothing())
import pytest
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "--no-header", *sys.argv[1:]]))
"""


def test_the_core_passes_where_qt_bleak_and_sql_are_not_there(repository: Path) -> None:
    there = [path for path in CORE if (repository / path).exists()]
    assert len(there) == len(CORE), "a test has moved"
    # Of its own, not of the workers that this test may run in.
    environment = {key: value for key, value in os.environ.items() if "XDIST" not in key}
    environment["PYTEST_ADDOPTS"] = ""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *CORE],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout
