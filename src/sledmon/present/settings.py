"""What a user sets once and keeps: units, theme, sound. A TOML file that people may edit."""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from platformdirs import user_config_path

from sledmon.errors import SettingsError, unwritable
from sledmon.recording.place import write_at_once
from sledmon.toml_text import document_of, nearest, text_of

FILE: Final = "settings.toml"


class SpeedUnit(StrEnum):
    """How velocity is shown."""

    MPS = "m/s"
    MPH = "mph"
    KMH = "km/h"


class DistanceUnit(StrEnum):
    """How distance is shown."""

    YARD = "yd"
    METRE = "m"


class MassUnit(StrEnum):
    """How a load is shown."""

    POUND = "lb"
    KILOGRAM = "kg"


class ThemeName(StrEnum):
    """Light for sun, dark for the evening."""

    SUN = "sun"
    DARK = "dark"


class AudioMode(StrEnum):
    """What is heard; ux: modes seen in velocity apps, and one for control conditions."""

    OFF = "off"
    READ = "read"  # each rep's number is spoken
    TARGET = "target"  # rising where inside the line, falling where past it
    LOSS = "loss"  # silent until within 5 % of the stop line
    BLINDED = "blinded"  # numbers neither shown nor heard


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """All of them, with what holds where nothing was set."""

    speed: SpeedUnit = SpeedUnit.MPS
    distance: DistanceUnit = DistanceUnit.YARD
    mass: MassUnit = MassUnit.POUND
    theme: ThemeName = ThemeName.SUN
    audio: AudioMode = AudioMode.READ

    @property
    def blinded(self) -> bool:
        """Numbers are hidden."""
        return self.audio is AudioMode.BLINDED


_CHOICES: Final[dict[str, type[StrEnum]]] = {
    "speed": SpeedUnit,
    "distance": DistanceUnit,
    "mass": MassUnit,
    "theme": ThemeName,
    "audio": AudioMode,
}


def settings_path() -> Path:
    """Where they are kept, as the operating system wants it."""
    return user_config_path("sledmon", appauthor=False) / FILE


def read_settings(path: Path | None = None) -> Settings:
    """Settings of a file; all defaults where there is none yet."""
    path = path or settings_path()
    if not path.exists():
        return Settings()
    return parse_settings(text_of(path, SettingsError), where=str(path))


def parse_settings(text: str, *, where: str = FILE) -> Settings:
    """Settings of a text; an unknown key or value is an error naming it.

    >>> parse_settings('speed = "mph"').speed
    <SpeedUnit.MPH: 'mph'>
    >>> parse_settings('sped = "mph"')
    Traceback (most recent call last):
        ...
    sledmon.errors.SettingsError: settings.toml: unknown key 'sped'; did you mean 'speed'?
    """
    values: dict[str, Any] = {}
    for key, value in document_of(text, where, SettingsError).items():
        if key not in _CHOICES:
            raise SettingsError(f"{where}: unknown key '{key}'{nearest(key, _CHOICES)}")
        try:
            values[key] = _CHOICES[key](value)
        except ValueError:
            known = ", ".join(_CHOICES[key])
            raise SettingsError(f"{where}: {key} = {value!r} is not one of {known}") from None
    return replace(Settings(), **values)


def write_settings(settings: Settings, path: Path | None = None) -> None:
    """Keep them for the next time."""
    path = path or settings_path()
    lines = [f'{key} = "{value}"\n' for key, value in asdict(settings).items()]
    try:
        write_at_once(path, "".join(lines))
    except OSError as error:
        raise SettingsError(unwritable(path, error)) from None
