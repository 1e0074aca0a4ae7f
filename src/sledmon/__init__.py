"""sledmon: velocity of the sled resisted backpedal, measured and judged honestly.

The Python face. Names are imported when first used, so that ``import sledmon`` costs nothing.

>>> import sledmon
>>> session = sledmon.analyze("recordings/simulated-clean-10yd/simulated-clean-10yd.mcap")
>>> [rep.estimates.steps.count for rep in session.reps]
[11, 11, 11, 13]
>>> rule = sledmon.RepParams(start_threshold_mps=0.20)
>>> params = sledmon.PipelineParams(finder=sledmon.RepFinderParams(rep=rule))
>>> other = sledmon.analyze(session.recording, params)
>>> other.provenance.start_rule
'first-movement 0.20 m/s'
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sledmon.analysis import Session, Table, analyze, load
    from sledmon.errors import SledmonError
    from sledmon.estimate import RepFinderParams, RepParams
    from sledmon.judge import JudgeParams
    from sledmon.pipeline import PipelineParams
    from sledmon.plan import read_plan
    from sledmon.present.report.svg import figure
    from sledmon.recording import Recording
    from sledmon.results import Rep

_FROM = {
    "JudgeParams": "judge",
    "PipelineParams": "pipeline",
    "Recording": "recording",
    "Rep": "results",
    "RepFinderParams": "estimate",
    "RepParams": "estimate",
    "Session": "analysis",
    "SledmonError": "errors",
    "Table": "analysis",
    "analyze": "analysis",
    "figure": "present.report.svg",
    "load": "analysis",
    "read_plan": "plan",
}

__all__ = [
    "JudgeParams",
    "PipelineParams",
    "Recording",
    "Rep",
    "RepFinderParams",
    "RepParams",
    "Session",
    "SledmonError",
    "Table",
    "analyze",
    "figure",
    "load",
    "read_plan",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("sledmon.version").VERSION
    if name not in _FROM:
        raise AttributeError(f"module 'sledmon' has no attribute '{name}'")
    value = getattr(importlib.import_module(f"sledmon.{_FROM[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
