"""The sensors that this computer used last, lane by lane: found again without being asked."""

import json
from pathlib import Path
from typing import Final

from platformdirs import user_config_path

from sledmon.acquire.models import MODELS
from sledmon.acquire.sensor import SensorChoice
from sledmon.recording.place import write_at_once

FILE: Final = "sensors.json"

LaneSensors = tuple[SensorChoice, ...]


def remembered_path() -> Path:
    """Where they are kept, as the operating system wants it."""
    return user_config_path("sledmon", appauthor=False) / FILE


def remembered(path: Path | None = None) -> list[LaneSensors]:
    """The sensors of each lane; empty where nothing readable is kept."""
    try:
        lanes = json.loads((path or remembered_path()).read_text("utf-8"))["lanes"]
        return [tuple(_choices(lane)) for lane in lanes]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []  # it is a convenience: whatever is wrong with it, the sensors are looked for


def remember(lanes: list[LaneSensors], path: Path | None = None) -> None:
    """Keep them for the next time; a disk that refuses costs no more than a new search."""
    path = path or remembered_path()
    rows = [
        [
            {"model": choice.model.name, "address": choice.address, "name": choice.name}
            for choice in lane
        ]
        for lane in lanes
    ]
    try:
        write_at_once(path, json.dumps({"lanes": rows}, indent=1) + "\n")
    except OSError:
        return


def _choices(rows: list[dict[str, str]]) -> list[SensorChoice]:
    models = {model.name: model for model in MODELS}
    return [
        SensorChoice(model=models[row["model"]], address=row["address"], name=row["name"])
        for row in rows
        if row["model"] in models
    ]
