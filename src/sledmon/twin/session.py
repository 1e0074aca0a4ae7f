"""A whole simulated session: from parameters to the records that a live recording would hold."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from sledmon.rig import EncoderRig, Rig, SledRig, format_rig
from sledmon.samples import Device, Event, Opened, Record
from sledmon.twin.belt import Worn, draw_belt, wear
from sledmon.twin.clocks import CrystalClock, draw_clock
from sledmon.twin.faults import FaultLevel, fault_level
from sledmon.twin.imu import ImuSamples, ImuTruth, sense
from sledmon.twin.motion import Motion, move
from sledmon.twin.params import RadioDeath, SessionParams
from sledmon.twin.radio import (
    SUBSCRIBED_S,
    SUPERVISION_S,
    Boot,
    Link,
    Outage,
    boots,
    deliver,
    describe_encoder,
    describe_imu,
    draw_stalls,
    encoder_notifications,
    imu_notifications,
)
from sledmon.twin.reel import ReelSamples, ReelTruth, pay_out
from sledmon.twin.script import Script, write_script
from sledmon.twin.truth import SessionTruth, tell_truth
from sledmon.units import NANOSECONDS_PER_SECOND
from sledmon.version import VERSION
from sledmon.wire.stream import SEQUENCE_MODULUS, samples_that_fit

SOFTWARE: Final = f"sledmon {VERSION} twin"
EVENT_SPACING_S: Final = 0.15
LEAST_SCALE_SIGMA: Final = 0.0002
LEAST_GEOMETRY_SIGMA_M: Final = 0.005


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedSensor:
    """One sensor as it was in the session, for whoever lets it send by other means."""

    samples: ImuSamples | ReelSamples
    clock: CrystalClock
    link: Link
    lives: tuple[Boot, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedSession:
    """What the host saw, and what truly happened."""

    params: SessionParams
    rig: Rig
    """As the coach measured it; the truth differs by the fault table's errors."""
    records: list[Record]
    """In order of ``received_ns``; without ticks, which ``acquire/`` adds."""
    truth: SessionTruth
    motion: Motion
    worn: Worn
    script: Script
    clocks: dict[Device, CrystalClock]
    sensors: dict[Device, SimulatedSensor]
    stalls: list[Outage]
    """When the host was deaf to all radios."""
    imu: ImuTruth
    reel: ReelTruth
    sent: dict[Device, int]
    """Notifications that the firmware queued while it was streaming."""
    lost: dict[Device, int]
    """Of those, how many the radio lost."""

    @property
    def duration_s(self) -> float:
        """When the recording ended."""
        return float(self.motion.time_s[-1])


def simulate(params: SessionParams) -> SimulatedSession:
    """Simulate a session; equal parameters give equal records."""
    faults = fault_level(params.faults)
    seeds = np.random.SeedSequence(params.seed).spawn(8)
    athlete_seed, script_seed, motion_seed, clock_seed, imu_seed, reel_seed, radio_seed = seeds[:7]
    script = write_script(params, athlete_seed, script_seed)
    motion = move(script, motion_seed)
    truth = tell_truth(params, script, motion)
    belt_seed, creep_seed = seeds[7].spawn(2)
    worn = wear(draw_belt(np.random.default_rng(belt_seed)), motion, script, creep_seed)
    clock_rng = np.random.default_rng(clock_seed)
    clocks: dict[Device, CrystalClock] = {
        "imu": draw_clock(clock_rng, faults.crystal_ppm),
        "encoder": draw_clock(clock_rng, faults.crystal_ppm),
    }
    rig = measured_rig(params, faults)
    imu_samples, imu_truth = sense(motion, worn.imu_m, faults, clocks["imu"], imu_seed)
    reel_samples, reel_truth = pay_out(
        motion,
        worn,
        script,
        rig.encoder,
        faults,
        clocks["encoder"],
        reel_seed,
        snags_s=tuple(
            _passing_s(number, share, params, truth, motion) for number, share in params.cord_snags
        ),
    )

    end_s = float(motion.time_s[-1])
    host_seed, imu_link_seed, encoder_link_seed = radio_seed.spawn(3)
    rng = np.random.default_rng(host_seed)
    boot = rng.integers(1, 1 << 32, 2).tolist()
    # Often near the end of its range, so that a session meets the wrap.
    sequence = (SEQUENCE_MODULUS - rng.integers(1, 3000, 2)).tolist()
    connected = {"imu": rng.uniform(0.4, 0.9), "encoder": rng.uniform(0.7, 1.3)}
    outages = _outages(params, faults, rng, truth, motion, end_s)
    stalls = draw_stalls(rng, faults, end_s)
    imu_size = min(params.imu_samples_per_notification, samples_that_fit(params.belt_mtu, imu=True))
    encoder_size = min(
        params.encoder_samples_per_notification, samples_that_fit(params.tether_mtu, imu=False)
    )
    belt_lives = boots(outages["imu"], connected["imu"] + SUBSCRIBED_S, boot[0], sequence[0])
    belt_link = Link(
        device="imu",
        name="sledmon belt (simulated)",
        descriptors=tuple(
            describe_imu("SIM-BELT", boot_id, imu_size)
            for boot_id in _boot_ids(outages["imu"], belt_lives)
        ),
        connected_s=connected["imu"],
        outages=outages["imu"],
    )
    belt = deliver(
        belt_link,
        imu_notifications(imu_samples, belt_lives, imu_size),
        faults,
        stalls,
        end_s,
        imu_link_seed,
    )
    tether_lives = boots(
        outages["encoder"], connected["encoder"] + SUBSCRIBED_S, boot[1], sequence[1]
    )
    tether_link = Link(
        device="encoder",
        name="sledmon tether (simulated)",
        descriptors=tuple(
            describe_encoder(
                "SIM-TETHER",
                boot_id,
                encoder_size,
                faults.encoder_rate_hz,
                rig.encoder.counts_per_m,
            )
            for boot_id in _boot_ids(outages["encoder"], tether_lives)
        ),
        connected_s=connected["encoder"],
        outages=outages["encoder"],
    )
    tether = deliver(
        tether_link,
        encoder_notifications(reel_samples, tether_lives, encoder_size),
        faults,
        stalls,
        end_s,
        encoder_link_seed,
    )
    opened = Opened(
        0,
        "simulated",
        format_rig(rig),
        SOFTWARE,
        title=f"Simulated session (seed {params.seed}, faults {params.faults})",
    )
    records: list[Record] = [*belt.records, *tether.records, *coach_events(params, script)]
    records.sort(key=lambda record: record.received_ns)
    return SimulatedSession(
        params=params,
        rig=rig,
        records=[opened, *records],
        truth=truth,
        motion=motion,
        worn=worn,
        script=script,
        clocks=clocks,
        sensors={
            "imu": SimulatedSensor(
                samples=imu_samples, clock=clocks["imu"], link=belt_link, lives=belt_lives
            ),
            "encoder": SimulatedSensor(
                samples=reel_samples, clock=clocks["encoder"], link=tether_link, lives=tether_lives
            ),
        },
        stalls=stalls,
        imu=imu_truth,
        reel=reel_truth,
        sent={"imu": belt.sent, "encoder": tether.sent},
        lost={"imu": belt.lost, "encoder": tether.lost},
    )


def measured_rig(params: SessionParams, faults: FaultLevel) -> Rig:
    """The rig as the coach measured it, with honest standard errors."""
    return Rig(
        encoder=EncoderRig(
            counts_per_m=1.0 / faults.count_m,
            standoff_m=4.0,
            height_m=0.75,
            lateral_m=0.0,
            scale_sigma=max(LEAST_SCALE_SIGMA, faults.spool_scale_error),
            geometry_sigma_m=max(LEAST_GEOMETRY_SIGMA_M, faults.geometry_error_m),
        ),
        sled=SledRig(mass_kg=params.sled_kg),
        given=frozenset(
            (
                "encoder.counts_per_m",
                "encoder.standoff_m",
                "encoder.height_m",
                "encoder.lateral_m",
                "encoder.scale_sigma",
                "encoder.geometry_sigma_m",
                "encoder.clipped_to",
                "sled.mass_kg",
                "sled.surface",
                "strap.length_m",
            )
        ),
    )


def coach_events(params: SessionParams, script: Script) -> Iterator[Event]:
    """What the coach enters: each state when it changes, before the rep that it applies to."""
    said: dict[str, str] = {}
    for rep in script.reps:
        resisted = rep.tow is not None
        wanted = {
            "athlete": params.athlete_name,
            "distance_yd": f"{params.distance_yd:g}",
            "set": str(params.set_number(rep.number)),
            "unresisted": "0" if resisted else "1",
        }
        if resisted:
            wanted["sled_kg"] = f"{rep.sled_kg:g}"
            wanted["load_kg"] = f"{rep.load_kg:g}"
        news = [(kind, value) for kind, value in wanted.items() if said.get(kind) != value]
        for k, (kind, value) in enumerate(news):
            received_ns = round((rep.ready_s + k * EVENT_SPACING_S) * NANOSECONDS_PER_SECOND)
            yield Event(received_ns, received_ns / NANOSECONDS_PER_SECOND, kind, value)
            said[kind] = value


def _outages(
    params: SessionParams,
    faults: FaultLevel,
    rng: np.random.Generator,
    truth: SessionTruth,
    motion: Motion,
    end_s: float,
) -> dict[Device, tuple[Outage, ...]]:
    out: dict[Device, list[Outage]] = {"imu": [], "encoder": []}
    for _ in range(faults.random_disconnects):
        device: Device = "imu" if rng.uniform() < 0.5 else "encoder"
        lost_s = rng.uniform(min(8.0, end_s / 2), max(end_s - 8.0, end_s / 2))
        out[device].append(Outage(lost_s, lost_s + rng.uniform(0.5, 3.0)))
    for disconnect in params.disconnects:
        out[disconnect.device].append(
            Outage(disconnect.at_s, disconnect.at_s + disconnect.duration_s, disconnect.restart)
        )
    for death in params.deaths:
        silent_s = _death_s(death, params, truth, motion)
        out[death.device].append(Outage(silent_s + SUPERVISION_S, math.inf))
    return {device: tuple(_apart(outages)) for device, outages in out.items()}


def _apart(outages: list[Outage]) -> Iterator[Outage]:
    """In order of time, those that overlap an earlier one joined to it."""
    current: Outage | None = None
    for outage in sorted(outages):
        if current is None:
            current = outage
        elif outage.lost_s - SUPERVISION_S <= current.back_s + SUBSCRIBED_S:
            current = Outage(
                current.lost_s,
                max(current.back_s, outage.back_s),
                current.restart or outage.restart,
            )
        else:
            yield current
            current = outage
    if current is not None:
        yield current


def _boot_ids(outages: tuple[Outage, ...], lives: tuple[Boot, ...]) -> Iterator[int]:
    """The boot in force at each connection."""
    life = 0
    yield lives[life].boot_id
    for outage in outages:
        life += outage.restart
        yield lives[life].boot_id


def _death_s(
    death: RadioDeath, params: SessionParams, truth: SessionTruth, motion: Motion
) -> float:
    if death.at_s is not None:
        return death.at_s
    return _passing_s(death.rep or 1, death.fraction, params, truth, motion)


def _passing_s(
    number: int, share: float, params: SessionParams, truth: SessionTruth, motion: Motion
) -> float:
    """When rep ``number`` passes a share of D; when it stops, if it never does."""
    rep = next(rep for rep in truth.reps if rep.number == number)
    place_m = rep.zero_m + share * params.distance_m
    during = (motion.time_s >= rep.start_s) & (motion.time_s <= rep.stop_s)
    reached = motion.time_s[during & (motion.distance_m >= place_m)]
    return float(reached[0]) if len(reached) else rep.stop_s
