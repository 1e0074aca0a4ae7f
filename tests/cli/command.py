"""The ``sledmon`` command run inside the test process (fast) or as a process of its own (true)."""

import contextlib
import io
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from sledmon.cli import main


class Ran(NamedTuple):
    code: int
    out: str
    err: str


def sledmon(*arguments: object) -> Ran:
    """Run a command as ``main`` does; an exception that ``main`` lets through fails the test."""
    out, err = io.StringIO(), io.StringIO()
    code, before = 0, sys.argv
    sys.argv = ["sledmon", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.argv = before
    return Ran(code, out.getvalue(), err.getvalue())


def sledmon_process(*arguments: object, cwd: Path | None = None) -> Ran:
    """Run a command as a user does."""
    ran = subprocess.run(
        [sys.executable, "-m", "sledmon", *map(str, arguments)],
        capture_output=True,
        cwd=cwd,
        timeout=120,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def assert_one_sentence(ran: Ran) -> None:
    """Exit 1 with one plain line on stderr, and no traceback anywhere."""
    assert ran.code == 1, ran
    assert ran.err.endswith("\n"), ran
    assert ran.err.count("\n") == 1, ran
    assert "Traceback" not in ran.err + ran.out
    assert "Error" not in ran.err, "an exception's class name is no sentence"
    assert len(ran.err) > len("sledmon: ") + 10
