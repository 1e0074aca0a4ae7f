"""A session of the second simulator: its tables, and what sledmon makes of them."""

import asyncio
import math
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from benchmarks.another_simulator.backpedal import draw_athlete
from benchmarks.another_simulator.body import Motion, body_motion
from benchmarks.another_simulator.course import course
from benchmarks.another_simulator.scale import FloatArray
from benchmarks.another_simulator.sensors import Imu, encoder_table, imu_table, with_gaps
from benchmarks.another_simulator.severity import SEVERITIES
from benchmarks.another_simulator.truth import TrueRep, true_rep
from sledmon.acquire import played_back
from sledmon.pipeline import Pipeline
from sledmon.pipeline import run as run_pipeline
from sledmon.recording import import_tables, open_recording
from sledmon.results import Session


@dataclass(frozen=True, kw_only=True)
class AnotherSession:
    """Tables as another system would write them, and what truly happened."""

    encoder: FloatArray
    imu: FloatArray
    events: tuple[tuple[float, str, str], ...]
    rig_toml: str
    reps: tuple[TrueRep, ...]
    imu_late_s: float
    """Time of an IMU row less that of the encoder row of the same moment, mid-session; the delay of
    the part's low-pass is in it."""
    motion: Motion

    def write(self, folder: Path) -> None:
        """Write encoder.csv, imu.csv, events.csv and rig.toml."""
        axes = [f"acc_{axis}_mps2" for axis in "xyz"] + [f"gyr_{axis}_radps" for axis in "xyz"]
        for name, rows, columns in (
            ("encoder", self.encoder, ["distance_m"]),
            ("imu", self.imu, axes),
        ):
            header = ",".join(["time_s", *columns])
            np.savetxt(folder / f"{name}.csv", rows, "%.6f", ",", header=header, comments="")
        lines = ["time_s,event,value"]
        lines += [f"{time_s:.3f},{kind},{value}" for time_s, kind, value in self.events]
        (folder / "events.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "rig.toml").write_text(self.rig_toml, encoding="utf-8")


def another_session(seed: int, severity: str) -> AnotherSession:
    """Five reps, three of them unresisted: a function of its arguments alone."""
    level, rng = SEVERITIES[severity], np.random.default_rng([seed, 1875])
    athlete, sled_kg = draw_athlete(rng), round(rng.uniform(7, 18), 1)
    pieces, runs, events = course(athlete, level, rng, sled_kg)
    motion = body_motion(pieces, athlete, level, rng)
    clip_m = rng.uniform((0.09, -0.03, -0.03), (0.13, 0.03, 0.03))
    still = runs[0].begin
    clip_at_set_m = motion.pelvis_m[still] + motion.body[still].apply(clip_m)
    # Standoff, height, lateral as written, and as they are.
    written_m = np.round(rng.uniform((2.0, 0.0, -0.3), (5.0, 0.8, 0.3)), 2)
    along_m, up_m, aside_m = written_m + rng.normal(0.0, level.geometry_sigma_m, 3)
    outlet_m = clip_at_set_m - (along_m, aside_m, up_m)
    scale = 1.0 + rng.normal(0.0, level.scale_sigma)
    side = rng.choice([-1, 1])  # worn on the back or in front
    rate_hz = rng.choice([119.0, 208.0, 416.0]) * (1.0 + rng.normal(0.0, 0.01))
    imu = Imu(
        rate_hz=rate_hz,
        lever_m=np.array([side * rng.uniform(0.05, 0.12), *rng.uniform(-0.03, 0.03, 2)]),
        mounting=Rotation.from_quat(rng.normal(size=4)),
        cutoff_hz=rate_hz * rng.uniform(0.25, 0.45),
        bias=np.repeat([level.acc_bias_mps2, level.gyr_bias_radps], 3) * rng.normal(size=6),
        gain=1.0 + level.imu_scale * rng.normal(size=6),
        noise_rthz=np.repeat([level.acc_noise_mps2_rthz, level.gyr_noise_radps_rthz], 3),
        clock_offset_s=level.clock_offset_s * rng.uniform(-1, 1),
        clock_drift=level.clock_drift * rng.uniform(-1, 1),
    )
    standoff, height, lateral = written_m
    position = f'[imu]\nposition = "{"front" if side > 0 else "back"}"\n' * int(rng.integers(2))
    rig_toml = (
        f"[encoder]\nstandoff_m = {standoff:.2f}\nheight_m = {height:.2f}\n"
        f"lateral_m = {lateral:.2f}\nscale_sigma = {level.scale_sigma}\n"
        f'geometry_sigma_m = {level.geometry_sigma_m}\nclipped_to = "belt"\n'
        f"{position}[sled]\nmass_kg = {sled_kg}\n"
    )
    encoder = encoder_table(motion, clip_m, outlet_m, scale, level, rng)
    return AnotherSession(
        encoder=with_gaps(encoder, level.gaps, rng),
        imu=with_gaps(imu_table(motion, imu, rng), level.gaps, rng),
        events=tuple(events),
        rig_toml=rig_toml,
        reps=tuple(true_rep(motion, number, run) for number, run in enumerate(runs, 1)),
        imu_late_s=float(
            imu.clock_offset_s
            + imu.clock_drift * motion.time_s[-1] / 2.0
            + math.sqrt(0.5) / (math.pi * imu.cutoff_hz)
        ),
        motion=motion,
    )


def measured(session: AnotherSession) -> Session:
    """What ``sledmon import`` and ``sledmon analyze`` make of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        session.write(folder)
        encoder, imu, events = (folder / f"{each}.csv" for each in ("encoder", "imu", "events"))
        out = folder / "out.mcap"
        import_tables(out, encoder=encoder, imu=imu, events=events, rig=folder / "rig.toml")
        return asyncio.run(run_pipeline(played_back(open_recording(out)), Pipeline()))
