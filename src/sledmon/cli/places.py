"""Where things go that the user did not name."""

from pathlib import Path

from platformdirs import user_data_path


def recordings_folder() -> Path:
    """The folder of recordings, as the operating system wants it; it need not exist yet."""
    return user_data_path("sledmon", appauthor=False) / "recordings"
