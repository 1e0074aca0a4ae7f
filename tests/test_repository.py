"""The locks can be installed anywhere, and agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest

LOCKS = ("requirements.txt", "requirements-dev.txt")


def _pins(text: str) -> dict[tuple[str, str], int]:
    """(name and version, marker) of each locked distribution, with its number of hashes."""
    pins = {}
    for entry in text.replace("\\\n", " ").splitlines():
        pin, *hashes = entry.split("--hash=sha256:")
        name, _, marker = pin.partition(";")
        pins[name.strip(), marker.strip()] = len(hashes)
    return pins


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_hashes_and_no_address(lock: str, repository: Path) -> None:
    text = (repository / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-", text.replace("    --hash=", ""), re.MULTILINE)
    assert all(count > 0 for count in _pins(text).values())


def test_the_developers_lock_holds_the_very_pins_of_the_runtime(repository: Path) -> None:
    runtime, developer = (
        _pins((repository / lock).read_text(encoding="utf-8")).keys() for lock in LOCKS
    )
    assert runtime <= developer


def test_every_dependency_is_locked(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    names = {re.split(r"[<>=\[;]", d)[0].lower() for d in project["project"]["dependencies"]}
    text = (repository / LOCKS[0]).read_text(encoding="utf-8")
    assert names <= {name.partition("==")[0] for name, _ in _pins(text)}


def test_links_between_pages_lead_somewhere(repository: Path) -> None:
    pages = [*repository.glob("*.md"), *(repository / "firmware_notes").glob("*.md")]
    assert len(pages) >= 8
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
