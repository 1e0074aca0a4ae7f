"""How a session's numbers were made: enough to make them again, and to cite."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from sledmon.pipeline import PipelineParams
from sledmon.recording import Recording
from sledmon.results import Session
from sledmon.rig import format_rig, parse_rig


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """Software, recording, rig and parameters of one session's results."""

    software: str
    """sledmon that computed the results."""
    recording: str
    """Name of the file."""
    packets_sha256: str
    """Of the device packets."""
    events_sha256: str
    """Of the coach's inputs."""
    duration_s: float
    source: str
    """``ble``, ``simulated`` or ``import``."""
    recorded_with: str
    started_utc: str
    """ISO 8601; empty where nobody knows."""
    rig_toml: str
    """The rig as given; what it leaves out stands in ``rig_assumed``."""
    rig_assumed: tuple[str, ...]
    start_rule: str
    parameters: Mapping[str, Any]
    """Every parameter of every stage."""
    parameters_sha256: str

    def document(self) -> dict[str, Any]:
        """As JSON holds it."""
        document = plain(self)
        assert isinstance(document, dict)  # noqa: S101 - for the type checker
        return document


def provenance_of(recording: Recording, params: PipelineParams, results: Session) -> Provenance:
    """How a recording's results were made."""
    rig = parse_rig(recording.opened.rig_toml, where="the recording's rig")
    parameters = plain(params)
    text = json.dumps(parameters, sort_keys=True)
    return Provenance(
        software=results.software,
        recording=recording.path.name,
        packets_sha256=results.sha256,
        events_sha256=results.events_sha256,
        duration_s=results.duration_s,
        source=recording.opened.source,
        recorded_with=recording.opened.software,
        started_utc=recording.opened.started_utc,
        rig_toml=format_rig(rig),
        rig_assumed=rig.assumed,
        start_rule=params.finder.rep.start_rule,
        parameters=parameters,
        parameters_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def plain(value: Any) -> Any:
    """Values of ours as JSON holds them; what is not a finite number is null.

    >>> plain((1.5, math.nan, {"a": None}))
    [1.5, None, {'a': None}]
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
