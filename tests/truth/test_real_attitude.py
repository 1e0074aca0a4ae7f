"""Attitude of real IMUs, from rest through movement: against optics, and against rest after it.

A sensor moved fast by hand under cameras (BROAD, trial 16) and sensors on the lower backs of
walking people (Mobilise-D). Neither is a sprint.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from sledmon.estimate.motion.attitude import (
    StillnessParams,
    find_stillness,
    level_motion,
    rotate,
)
from sledmon.samples import FloatArray
from sledmon.units import STANDARD_GRAVITY_MPS2

BACKWARDS = np.array([1.0, -1.0, -1.0, -1.0])


class Moved(NamedTuple):
    """One IMU, and its attitude (n, 4) and place (n, 3) as cameras saw them."""

    time_s: FloatArray
    acc_mps2: FloatArray
    gyr_radps: FloatArray
    attitude: FloatArray
    place_m: FloatArray
    moves_from_s: float


@pytest.fixture(scope="module")
def moved(shared_data: Path) -> Moved:
    file = np.load(shared_data / "orientation" / "16_undisturbed_fast_translation_B_70s.npz")
    time_s = np.arange(len(file["imu_acc"])) / float(file["sampling_rate"])
    return Moved(
        time_s=time_s,
        acc_mps2=file["imu_acc"].astype(float),
        gyr_radps=file["imu_gyr"].astype(float),
        attitude=file["opt_quat"].astype(float),
        place_m=file["opt_pos"].astype(float),
        moves_from_s=float(time_s[int(np.argmax(file["movement"]))]),
    )


def upwards(attitude: FloatArray, up: FloatArray) -> FloatArray:
    """(n, 3) where a vector of the first axes points, in those of each attitude."""
    return rotate(attitude * BACKWARDS, np.broadcast_to(up, (len(attitude), 3)))


def apart_deg(a: FloatArray, b: FloatArray) -> FloatArray:
    size = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    return np.asarray(np.degrees(np.arccos(np.clip(np.sum(a * b, axis=-1) / size, -1.0, 1.0))))


@pytest.mark.parametrize(("seconds", "rms_deg"), [(3.0, 0.8), (5.0, 1.0), (10.0, 1.2)])
def test_tilt_through_fast_movement_stays_near_what_cameras_saw(
    moved: Moved, seconds: float, rms_deg: float
) -> None:
    till_s = moved.moves_from_s + seconds
    known = moved.time_s < till_s
    time_s, acc, gyr = moved.time_s[known], moved.acc_mps2[known], moved.gyr_radps[known]
    still = find_stillness(time_s, acc, gyr, moved.moves_from_s, StillnessParams())
    assert still is not None
    first = int(np.searchsorted(time_s, still.start_s))
    level = level_motion(time_s[first:], acc[first:], gyr[first:], still)
    mine = upwards(level.attitude, still.up_mps2)
    seen = upwards(moved.attitude[known][first:], np.array([0.0, 0.0, 1.0]))
    off_deg = apart_deg(mine, seen)[time_s[first:] > moved.moves_from_s]
    assert float(np.std(np.linalg.norm(acc[first:], axis=1))) > 5.0  # as in a sprint
    assert float(np.sqrt(np.mean(off_deg**2))) < rms_deg


def test_vertical_acceleration_is_that_of_the_place_that_cameras_saw(moved: Moved) -> None:
    from scipy.signal import butter, sosfiltfilt

    known = moved.time_s < moved.moves_from_s + 5.0
    time_s, acc, gyr = moved.time_s[known], moved.acc_mps2[known], moved.gyr_radps[known]
    still = find_stillness(time_s, acc, gyr, moved.moves_from_s, StillnessParams())
    assert still is not None
    first = int(np.searchsorted(time_s, still.start_s))
    level = level_motion(time_s[first:], acc[first:], gyr[first:], still)
    step_s = float(np.median(np.diff(time_s)))
    low = butter(2, 8.0, fs=1.0 / step_s, output="sos")
    height_m = sosfiltfilt(low, moved.place_m[known][:, 2])
    seen = np.gradient(np.gradient(height_m, step_s), step_s)[first:]
    mine = sosfiltfilt(low, level.acceleration_mps2[:, 2])
    assert float(np.std(mine - seen)) < 0.06 * float(np.std(seen))


def rests(time_s: FloatArray, acc: FloatArray, gyr: FloatArray) -> FloatArray:
    """Ends of half seconds of rest, looked for four times a second."""
    ends = []
    for end_s in np.arange(3.0, time_s[-1], 0.25):
        here = (time_s > end_s - 0.5) & (time_s <= end_s)
        shaking = np.linalg.norm(np.std(acc[here], axis=0))
        turning = np.linalg.norm(np.std(gyr[here], axis=0))
        if shaking < 0.3 and turning < 0.05 and np.linalg.norm(np.mean(gyr[here], axis=0)) < 0.05:
            ends.append(end_s)
    return np.array(ends)


def test_after_a_walk_the_back_is_tilted_as_gravity_says(shared_data: Path) -> None:
    # Stand, walk 5 m, stand: those trials of six in which the person rests long enough to say.
    file = np.load(shared_data / "lower_back_walking" / "mobilised_lab_lowerback.npz")
    off_deg = []
    walks = [key for key in file.files if key.endswith("__acc") and "Test5" in key]
    for name in sorted(key.removesuffix("__acc") for key in walks):
        acc = file[f"{name}__acc"].astype(float) * STANDARD_GRAVITY_MPS2
        gyr = np.radians(file[f"{name}__gyr"].astype(float))
        time_s = np.arange(len(acc)) / 100.0
        for end_s in rests(time_s, acc, gyr):
            known = time_s <= end_s
            still = find_stillness(
                time_s[known], acc[known], gyr[known], end_s - 2.0, StillnessParams()
            )
            if still is None:
                continue
            here = (time_s >= still.start_s) & known
            if float(np.std(np.linalg.norm(acc[here], axis=1))) < 1.0:
                continue  # nobody walked
            level = level_motion(time_s[here], acc[here], gyr[here], still)
            felt = np.mean(acc[here][-50:], axis=0)
            mine = upwards(level.attitude[-25:-24], still.up_mps2)
            off_deg.append(float(apart_deg(mine, felt[None])[0]))
            assert end_s - still.end_s > 6.0
    assert len(off_deg) >= 5
    assert float(np.median(off_deg)) < 3.0
    assert max(off_deg) < 5.0
