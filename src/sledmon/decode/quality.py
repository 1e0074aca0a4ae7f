"""How well each sensor's data came through, counted as it comes."""

from collections.abc import Mapping

from sledmon.decode.decoder import Decoded
from sledmon.results import Quality, SensorQuality
from sledmon.samples import Device


class QualityLog:
    """Adds up decoded batches."""

    def __init__(self) -> None:
        self._samples: dict[Device, int] = {}
        self._late: dict[Device, int] = {}
        self._lost: dict[Device, int] = {}
        self._gaps: dict[Device, list[tuple[float, float]]] = {}
        self._faults: dict[Device, dict[str, int]] = {}

    def add(self, decoded: Decoded) -> None:
        """Count what a batch brought."""
        for imu in decoded.imu:
            self._count_samples("imu", len(imu.time_s), late=imu.late)
        for encoder in decoded.encoder:
            self._count_samples("encoder", len(encoder.time_s), late=encoder.late)
        for gap in decoded.gaps:
            _count(self._lost, gap.device, gap.samples)
            self._gaps.setdefault(gap.device, []).append((gap.start_s, gap.end_s))
        for fault in decoded.faults:
            reasons = self._faults.setdefault(fault.device, {})
            reasons[fault.reason] = reasons.get(fault.reason, 0) + 1

    def quality(self, periods_s: Mapping[Device, float]) -> Quality:
        """The counts so far; a sensor that never connected and never spoke is None."""
        return Quality(
            imu=self._sensor("imu", periods_s), encoder=self._sensor("encoder", periods_s)
        )

    def _count_samples(self, device: Device, samples: int, *, late: bool) -> None:
        _count(self._samples, device, samples)
        if late:
            _count(self._late, device, samples)

    def _sensor(self, device: Device, periods_s: Mapping[Device, float]) -> SensorQuality | None:
        if device not in periods_s and device not in self._faults:
            return None
        period_s = periods_s.get(device, float("nan"))
        late = self._late.get(device, 0)
        return SensorQuality(
            rate_hz=1.0 / period_s,
            samples=self._samples.get(device, 0),
            lost=max(0, self._lost.get(device, 0) - late),
            late=late,
            gaps=tuple(self._gaps.get(device, ())),
            faults=tuple(
                reason if times == 1 else f"{reason} ({times} times)"
                for reason, times in self._faults.get(device, {}).items()
            ),
        )


def _count(counts: dict[Device, int], device: Device, more: int) -> None:
    counts[device] = counts.get(device, 0) + more
