"""Which software this is, to the letter: a version number stays while the code beneath changes."""

import hashlib
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

from sledmon.version import VERSION


@cache
def sources_digest() -> str:
    """Hash of sledmon's own sources and of what computes beneath them."""
    package = Path(__file__).parents[1]
    beneath = f"{VERSION} {sys.version} {version('numpy')} {version('scipy')}"
    digest = hashlib.sha256(beneath.encode())
    for path in sorted(package.rglob("*.py")):
        digest.update(f"\n{path.relative_to(package).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
