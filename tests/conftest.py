"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent
SHARED_DATA = REPOSITORY.parent / "shared" / "data"

# Commands that run inside a test open no window, whatever screen the tests themselves are seen on.
for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
    os.environ.pop(name, None)

# A shared machine is slow now and then; that is not a failure of the code under test.
settings.register_profile("sledmon", deadline=None)
settings.load_profile("sledmon")

# Commands are to work, not to remember; tests of the cache give it a folder of their own.
os.environ["SLEDMON_CACHE"] = "none"


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout that the tests run in."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real recordings by others, which are not part of this repository."""
    if not SHARED_DATA.is_dir():
        pytest.skip("real recordings (../shared/data) are not on this machine")
    return SHARED_DATA
