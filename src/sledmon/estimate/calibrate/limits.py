"""Between which numbers a rig's values may lie."""

from dataclasses import fields

from sledmon.rig import EncoderRig

LIMITS: dict[str, tuple[float, float]] = {
    f.name: f.metadata["range"] for f in fields(EncoderRig) if "range" in f.metadata
}
"""By the tether's keys."""
