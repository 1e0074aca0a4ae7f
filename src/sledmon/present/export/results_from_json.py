"""A rep back from its JSON of contract.md, for what shows reps that a library keeps."""

import math
from collections.abc import Mapping
from typing import Any

from sledmon.results import (
    NAN,
    Conditions,
    CurvePoint,
    Estimates,
    Lean,
    Measured,
    Rep,
    Split,
    Steps,
    Verdict,
    WindowVelocity,
)

Document = Mapping[str, Any]


def rep_from(document: Document) -> Rep:
    """What ``rep_document`` told; its notes are all the estimates' own. Older JSON lacks a few."""
    return Rep(
        number=document["number"],
        conditions=Conditions(
            athlete=document["athlete"],
            set_number=document["set"],
            unresisted=document["unresisted"],
            load_kg=_number(document["load_kg"]),
            sled_kg=_number(document["sled_kg"]),
            surface=document.get("surface", ""),
            distance_m=_number(document["distance_m"]),
        ),
        estimates=_estimates(document),
        start_rule=document["start_rule"],
        excluded=document["excluded"],
        verdict=_verdict(document["verdict"]),
    )


def _estimates(document: Document) -> Estimates:
    window, lean, steps = document["window_velocity_mps"], document["lean_rad"], document["steps"]
    return Estimates(
        start_s=_number(document["start_s"]),
        end_s=_number(document["end_s"]),
        complete=document["complete"],
        splits=tuple(
            Split(distance_m=split["distance_m"], time_s=_measured(split["time_s"]))
            for split in document["splits"]
        ),
        mean_velocity_mps=_measured(document["mean_velocity_mps"]),
        window=WindowVelocity(
            from_m=_number(window["from_m"]),
            to_m=_number(window["to_m"]),
            velocity_mps=_measured(window),
        ),
        peak_velocity_mps=_measured(document["peak_velocity_mps"]),
        curve=tuple(
            CurvePoint(
                distance_m=point["distance_m"], velocity_mps=_measured(point["velocity_mps"])
            )
            for point in document.get("curve", ())
        ),
        steps=Steps(count=steps["count"], frequency_hz=_measured(steps["frequency_hz"])),
        lean=Lean(
            mean_rad=_number(lean["mean"]),
            min_rad=_number(lean["min"]),
            max_rad=_number(lean["max"]),
            sigma_rad=_number(lean["sigma"]),
        ),
        slack_s=_number(document["slack_s"]),
        trust=document["trust"],
        notes=tuple(document["notes"]),
    )


def _verdict(document: Document) -> Verdict:
    return Verdict(
        zone=document["zone"],
        certainty=document["certainty"],
        velocity_decrement=_measured(document["velocity_decrement"]),
        velocity_loss=_measured(document["velocity_loss"]),
        session_loss=_measured(document["session_loss"]),
        flag=document["flag"],
        line=document["line"],
        probability=_number(document["probability"]),
        cause=document["cause"],
        advice=document["advice"],
        within_rep_drop=_measured(document.get("within_rep_drop", {})),
        rest_s=_number(document.get("rest_s")),
    )


def _measured(measured: Document) -> Measured:
    return Measured(_number(measured.get("value")), _number(measured.get("sigma")))


def _number(value: float | None) -> float:
    return NAN if value is None or math.isnan(value) else float(value)
