"""How well a recording's sensors worked: losses, clocks, saturation."""

import math
from dataclasses import dataclass

from sledmon.decode import Decoder
from sledmon.recording import Recording
from sledmon.results import UNKNOWN, Measured, SensorQuality, Session
from sledmon.rig import parse_rig
from sledmon.samples import DEVICES, Device


@dataclass(frozen=True, kw_only=True, slots=True)
class SensorCheck:
    """One sensor in one recording."""

    recording: str
    device: Device
    rate_hz: float
    samples: int
    lost: float
    """Share of the samples due that never came."""
    gaps: int
    longest_gap_s: float
    """0 where there was none."""
    refused: int
    """Kinds of packets that could not be believed."""
    drift_ppm: Measured
    """The sensor's clock against the computer's; unknown where the sensor sends no time."""
    clipped: float
    """Share of samples at the end of their range; NaN for a tether, which has none."""
    sync_offset_s: Measured
    """Belt against tether; of the recording, not of the sensor."""


def check_sensors(name: str, recording: Recording, session: Session) -> tuple[SensorCheck, ...]:
    """Each sensor of a recording, which is decoded once more for what results do not hold."""
    decoder, first, clipped = Decoder(), 0, 0
    decoder.set_rig(parse_rig(recording.opened.rig_toml, where="the recording's rig"))
    for records in recording.batches():
        decoded = decoder.push(records, first)
        clipped += sum(int(block.clipped.sum()) for block in decoded.imu)
        first += len(records)
    drifts = decoder.drifts
    quality = {"imu": session.quality.imu, "encoder": session.quality.encoder}
    return tuple(
        _check(
            name,
            device,
            seen,
            drift=drifts.get(device, UNKNOWN),
            clipped=clipped / max(1, seen.samples) if device == "imu" else math.nan,
            sync=session.quality.sync_offset_s,
        )
        for device in DEVICES
        if (seen := quality[device]) is not None
    )


def _check(
    name: str,
    device: Device,
    seen: SensorQuality,
    *,
    drift: Measured,
    clipped: float,
    sync: Measured,
) -> SensorCheck:
    return SensorCheck(
        recording=name,
        device=device,
        rate_hz=seen.rate_hz,
        samples=seen.samples,
        lost=seen.lost / max(1, seen.samples + seen.lost),
        gaps=len(seen.gaps),
        longest_gap_s=max((end_s - start_s for start_s, end_s in seen.gaps), default=0.0),
        refused=len(seen.faults),
        drift_ppm=Measured(1e6 * drift.value, 1e6 * drift.sigma),
        clipped=clipped,
        sync_offset_s=sync,
    )
