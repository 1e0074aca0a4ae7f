"""Starts the fake bluetoothd in a process of its own and talks to it; safe from any thread."""

import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]


class FakeRadio:
    """One process for a whole test session; each test begins a new world in it.

    ``program`` may be another one that serves the same requests.
    """

    def __init__(self, program: str = "tests.bluetooth.fake_bluez.process") -> None:
        paths = [str(REPOSITORY), str(REPOSITORY / "src"), os.environ.get("PYTHONPATH", "")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._answers = self._process.stdin, self._process.stdout
        self._lock = threading.Lock()
        self.bus_address: str = pickle.load(self._answers)

    def ask(self, method: str, *arguments: object, **keywords: object) -> Any:
        """Call a method of ``Air`` there; its exception is raised here."""
        with self._lock:
            pickle.dump((method, arguments, keywords), self._requests)
            self._requests.flush()
            worked, value = pickle.load(self._answers)
        if not worked:
            raise value
        return value

    def close(self) -> None:
        """End the process and its D-Bus daemon."""
        self._requests.close()
        self._process.wait(10)
        self._answers.close()
