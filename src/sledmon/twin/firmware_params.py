"""What one sensor is: the constants of its firmware."""

from dataclasses import dataclass

from sledmon.twin.imu import ACC_MPS2_PER_COUNT, GYR_RADPS_PER_COUNT
from sledmon.units import NANOSECONDS_PER_SECOND
from sledmon.wire import uuids
from sledmon.wire.descriptor import Descriptor, Features, Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class FirmwareParams:
    """One sensor as it leaves the factory; ``belt`` and ``tether`` are the usual ones."""

    kind: Kind
    serial: str
    rate_hz: int
    """At which it wakes up."""
    rates_hz: tuple[int, ...]
    """What SET_RATE takes."""
    acc_mps2_per_count: float = 0.0
    gyr_radps_per_count: float = 0.0
    counts_per_m: float = 0.0
    resolution_counts: float = 0.0
    ring_notifications: int = 400
    """Kept for RESEND; 0: it does not have that command."""
    notification_s: float = 0.05
    """Samples held in a notification where the MTU lets it; the profile allows up to 0.1 s."""
    dither_s: float = 0.015
    """Longest random hold before queueing, one connection interval; 0: no DITHER."""
    queue_notifications: int = 64
    """What may wait for the radio; the oldest goes when it is full."""
    first_sequence: int = 0
    boot_id: int = 1
    seed: int = 0
    """Of the dither and of later boot ids."""
    model: str = "sledmon twin"
    firmware_revision: str = "1.0.0"
    hardware_revision: str = "twin"

    @property
    def service(self) -> str:
        """UUID of the service that it advertises."""
        imu = self.kind is Kind.IMU
        return uuids.BELT_IMU_SERVICE if imu else uuids.TETHER_ENCODER_SERVICE

    @property
    def name(self) -> str:
        """As it advertises itself."""
        place = "belt" if self.kind is Kind.IMU else "tether"
        return f"sledmon {place} {self.serial[-4:]}"

    @property
    def texts(self) -> dict[str, str]:
        """The Device Information service's strings by characteristic."""
        return {
            uuids.MODEL_NUMBER: self.model,
            uuids.SERIAL_NUMBER: self.serial,
            uuids.FIRMWARE_REVISION: self.firmware_revision,
            uuids.HARDWARE_REVISION: self.hardware_revision,
        }

    def descriptor(self, boot_id: int, rate_hz: int, samples: int) -> Descriptor:
        """As it is read at a connection."""
        features = Features.RESEND if self.ring_notifications else Features(0)
        if self.dither_s:
            features |= Features.DITHER
        return Descriptor(
            kind=self.kind,
            serial=self.serial,
            sample_period_ns=round(NANOSECONDS_PER_SECOND / rate_hz),
            boot_id=boot_id,
            features=int(features),
            samples_per_notification=samples,
            ring_notifications=self.ring_notifications,
            acc_mps2_per_count=self.acc_mps2_per_count,
            gyr_radps_per_count=self.gyr_radps_per_count,
            counts_per_m=self.counts_per_m,
            resolution_counts=self.resolution_counts,
        )


def belt(serial: str) -> FirmwareParams:
    """A belt IMU of firmware_notes; ``dataclasses.replace`` makes others of it."""
    return FirmwareParams(
        kind=Kind.IMU,
        serial=serial,
        rate_hz=200,
        rates_hz=(100, 200, 400),
        acc_mps2_per_count=ACC_MPS2_PER_COUNT,
        gyr_radps_per_count=GYR_RADPS_PER_COUNT,
        model="sledmon belt",
    )


def tether(serial: str) -> FirmwareParams:
    """A tether encoder of firmware_notes."""
    return FirmwareParams(
        kind=Kind.ENCODER,
        serial=serial,
        rate_hz=100,
        rates_hz=(100, 200),
        counts_per_m=5000.0,
        resolution_counts=1.0,
        model="sledmon tether",
    )
