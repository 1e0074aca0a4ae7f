"""Where the sensors sit, spool and strap, sled and surface; read from TOML.

Every field has a default. ``Rig.assumed`` names the fields that were not given, so that results
can say aloud what they rest on.
"""

import json
import math
from dataclasses import Field, dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from sledmon.errors import RigError
from sledmon.toml_text import document_of, nearest, text_of


def _number(default: float, low: float, high: float) -> float:
    return field(default=default, metadata={"range": (low, high)})


def _choice(default: str, *allowed: str) -> str:
    return field(default=default, metadata={"choices": allowed})


def _day() -> str:
    return field(default="", metadata={"day": True})


@dataclass(frozen=True, kw_only=True, slots=True)
class EncoderRig:
    """The tether: how counts become metres and metres of cord become distance along the run."""

    counts_per_m: float = _number(5000.0, 10.0, 1e6)
    standoff_m: float = _number(4.0, 0.0, 50.0)
    """Reel to belt, horizontally along the run, with the athlete on the start line."""
    height_m: float = _number(0.75, -2.0, 3.0)
    """Belt above the reel's outlet."""
    lateral_m: float = _number(0.0, -10.0, 10.0)
    """Reel beside the line of the run."""
    scale_sigma: float = _number(0.002, 0.0, 0.2)
    """One standard error of counts_per_m after calibration, as a ratio."""
    geometry_sigma_m: float = _number(0.03, 0.0, 1.0)
    """One standard error of the three lengths above."""
    clipped_to: str = _choice("belt", "belt", "sled")
    calibrated: str = _day()
    """The day counts_per_m was measured, as ``2026-11-25``; empty: never, as far as is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImuRig:
    """Where the IMU is worn; found from the data when not given."""

    position: str = _choice("", "front", "back", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class SledRig:
    """The empty sled and what it slides on."""

    mass_kg: float = _number(15.0, 0.0, 500.0)
    surface: str = "turf"


@dataclass(frozen=True, kw_only=True, slots=True)
class StrapRig:
    """The strap between belt and sled."""

    length_m: float = _number(4.0, 0.1, 30.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rig:
    """One lane's hardware as it stands on the field."""

    encoder: EncoderRig = EncoderRig()
    imu: ImuRig = ImuRig()
    sled: SledRig = SledRig()
    strap: StrapRig = StrapRig()
    given: frozenset[str] = frozenset()
    """The keys that the user wrote, as ``section.key``."""

    @property
    def has_geometry(self) -> bool:
        """Whether the user said where the reel stands; without it cord length is distance."""
        return not self.given.isdisjoint(_GEOMETRY)

    @property
    def assumed(self) -> tuple[str, ...]:
        """Every key left at a default that matters, as ``section.key = value``."""
        return tuple(
            f"{section}.{f.name} = {getattr(getattr(self, section), f.name)}"
            for section in _SECTIONS
            for f in fields(_SECTIONS[section])
            if f"{section}.{f.name}" not in self.given and f.default != ""
        )


_GEOMETRY = frozenset({"encoder.standoff_m", "encoder.height_m", "encoder.lateral_m"})
_SECTIONS: dict[str, type[Any]] = {
    "encoder": EncoderRig,
    "imu": ImuRig,
    "sled": SledRig,
    "strap": StrapRig,
}


def parse_rig(text: str, *, where: str = "rig.toml") -> Rig:
    """Read a rig; an unknown key or an impossible value is an error naming it.

    >>> parse_rig("encoder = {height_m = 0.2}").encoder.height_m
    0.2
    >>> parse_rig("encoder = {hight_m = 0.2}")
    Traceback (most recent call last):
        ...
    sledmon.errors.RigError: rig.toml: unknown key 'hight_m' in [encoder]; did you mean 'height_m'?
    """
    document = document_of(text, where, RigError)
    given: set[str] = set()
    parts: dict[str, Any] = {}
    for section, table in document.items():
        if section not in _SECTIONS:
            raise RigError(f"{where}: unknown section [{section}]{nearest(section, _SECTIONS)}")
        if not isinstance(table, dict):
            raise RigError(f"{where}: [{section}] is a section of keys, not a single value")
        known = {f.name: f for f in fields(_SECTIONS[section])}
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in known:
                raise RigError(f"{where}: unknown key '{key}' in [{section}]{nearest(key, known)}")
            values[key] = _checked(value, known[key], f"{where}: {section}.{key}")
            given.add(f"{section}.{key}")
        parts[section] = _SECTIONS[section](**values)
    return Rig(**parts, given=frozenset(given))


def read_rig(path: Path) -> tuple[str, Rig]:
    """A rig file's text and what it says."""
    text = text_of(path, RigError)
    return text, parse_rig(text, where=str(path))


def format_rig(rig: Rig) -> str:
    """The rig as TOML, every given key written out; ``parse_rig`` reads it back."""
    lines: list[str] = []
    for section, kind in _SECTIONS.items():
        keys = [f.name for f in fields(kind) if f"{section}.{f.name}" in rig.given]
        if not keys:
            continue
        lines.append(f"[{section}]")
        for key in keys:
            value = getattr(getattr(rig, section), key)
            lines.append(f"{key} = {_toml(value)}")
        lines.append("")
    return "\n".join(lines)


def with_calibration(
    rig: Rig,
    *,
    calibrated: str = "",
    counts_per_m: float = math.nan,
    scale_sigma: float = math.nan,
    standoff_m: float = math.nan,
    height_m: float = math.nan,
    lateral_m: float = math.nan,
    geometry_sigma_m: float = math.nan,
    where: str = "calibration",
) -> Rig:
    """The rig with what was measured written in; NaN was not measured and leaves its key alone.

    A scale comes with its error and its day, a length with its error, or it is refused.

    >>> rig = with_calibration(
    ...     parse_rig(""), calibrated="2026-11-25", counts_per_m=4987.0, scale_sigma=0.0008
    ... )
    >>> print(format_rig(rig), end="")
    [encoder]
    counts_per_m = 4987.0
    scale_sigma = 0.0008
    calibrated = "2026-11-25"
    """
    lengths = {"standoff_m": standoff_m, "height_m": height_m, "lateral_m": lateral_m}
    numbers = {
        "counts_per_m": counts_per_m,
        "scale_sigma": scale_sigma,
        **lengths,
        "geometry_sigma_m": geometry_sigma_m,
    }
    measured: dict[str, Any] = {k: v for k, v in numbers.items() if not math.isnan(v)}
    if calibrated:
        measured["calibrated"] = calibrated
    scale = {"counts_per_m", "scale_sigma", "calibrated"}
    if not scale.isdisjoint(measured) and not scale <= measured.keys():
        missing = ", ".join(sorted(scale - measured.keys()))
        raise RigError(f"{where}: a measured scale has no {missing}; give all three")
    if not measured.keys().isdisjoint(lengths) and "geometry_sigma_m" not in measured:
        raise RigError(f"{where}: a measured length has no geometry_sigma_m; give its error")
    specs = {f.name: f for f in fields(EncoderRig)}
    checked: dict[str, Any] = {
        key: _checked(value, specs[key], f"{where}: encoder.{key}")
        for key, value in measured.items()
    }
    return replace(
        rig,
        encoder=replace(rig.encoder, **checked),
        given=rig.given | {f"encoder.{key}" for key in checked},
    )


def calibration_age_days(rig: Rig, today: date) -> float:
    """Days since counts_per_m was measured; NaN where the rig does not say.

    >>> calibration_age_days(parse_rig("encoder = {calibrated = '2026-11-25'}"), date(2026, 12, 2))
    7.0
    """
    if not rig.encoder.calibrated:
        return math.nan
    return float((today - date.fromisoformat(rig.encoder.calibrated)).days)


def _toml(value: float | str) -> str:
    if isinstance(value, str):  # JSON's escapes are TOML's, but for DEL
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(float(value))


def _checked(value: Any, spec: "Field[Any]", where: str) -> float | str:
    limits = spec.metadata.get("range")
    choices = spec.metadata.get("choices")
    if limits is not None:
        low, high = limits
        number = _number_in(value)
        if math.isnan(number):
            raise RigError(f"{where} = {value!r} is not a number")
        if not low <= number <= high:
            raise RigError(f"{where} = {number:g} lies outside {low:g} to {high:g}")
        return number
    if "day" in spec.metadata:
        return _day_in(value, where)
    if not isinstance(value, str):
        raise RigError(f"{where} = {value!r} is not text in quotes")
    if choices is not None and value not in choices:
        allowed = " or ".join(f'"{choice}"' for choice in choices if choice)
        raise RigError(f'{where} = "{value}" is not {allowed}')
    return value


def _day_in(value: Any, where: str) -> str:
    if type(value) is date:  # TOML writes a day without quotes, too
        return value.isoformat()
    try:
        if value == "" or date.fromisoformat(value).isoformat() == value:
            return str(value)
    except (TypeError, ValueError):
        pass
    raise RigError(f'{where} = {value!r} is not a day such as "2026-11-25"')


def _number_in(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:  # an integer of hundreds of digits
        return math.inf
