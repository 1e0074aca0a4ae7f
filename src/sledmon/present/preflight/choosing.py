"""Which sensors a lane shall use: those heard, with the demo's as one more in the list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sledmon.acquire.choose import Heard
from sledmon.acquire.sensor import SensorChoice
from sledmon.present import words
from sledmon.present.rows import Column, Row
from sledmon.samples import DEVICES, Device

KINDS: Final[dict[Device, str]] = {"imu": words.BELT, "encoder": words.TETHER}
WITHOUT: Final = "none"
COLUMNS: Final = (
    Column(share=0.6),
    Column(share=1.4),
    Column(share=3.7),
    Column(share=4.2),
    Column(share=2.7),
    Column(share=2.6, right=True),
)
_STEPS_DBM: Final = (-65, -78, -88)


@dataclass(frozen=True, kw_only=True, slots=True)
class Choosing:
    """What was heard and what is chosen of it; at most one of a kind."""

    heard: tuple[Heard, ...] = ()
    before: tuple[SensorChoice, ...] = ()
    """Those of last time."""
    by_hand: Mapping[Device, str] = field(default_factory=dict)
    """Addresses that the user chose; empty: none of that kind."""
    demo: bool = False

    def hearing(self, heard: Iterable[Heard]) -> "Choosing":
        """Who is in range now; each keeps its place in the list as long as it is there."""
        fresh = {one.sighting.address: one for one in heard}
        known = [one.sighting.address for one in self.heard]
        kept = [fresh.pop(address) for address in known if address in fresh]
        return replace(self, heard=(*kept, *fresh.values()))

    @property
    def chosen(self) -> dict[Device, Heard]:
        """By hand; else the one of last time; else the only one of its kind."""
        found: dict[Device, Heard] = {}
        if self.demo:
            return found
        last = {choice.address for choice in self.before}
        for device in DEVICES:
            kind = [one for one in self.heard if one.model.device == device]
            if device in self.by_hand:
                kind = [one for one in kind if one.sighting.address == self.by_hand[device]]
            elif known := [one for one in kind if one.sighting.address in last]:
                kind = known[:1]
            if len(kind) == 1:
                found[device] = kind[0]
        return found

    @property
    def ready(self) -> bool:
        """Whether there is anything to connect to."""
        return self.demo or bool(self.chosen)

    @property
    def wanted(self) -> dict[Device, str]:
        """As a lane is ordered: an address, or none."""
        chosen = self.chosen
        return {
            device: chosen[device].sighting.address if device in chosen else WITHOUT
            for device in DEVICES
        }

    def pressed(self, place: int) -> "Choosing":
        """A line of the list, from 0: chosen, or no longer; the demo's is the last."""
        if place == len(self.heard):
            return replace(self, demo=not self.demo)
        if not 0 <= place < len(self.heard):
            return self
        one = self.heard[place]
        device = one.model.device
        taken = self.chosen.get(device) == one
        address = "" if taken else one.sighting.address
        return replace(self, demo=False, by_hand={**self.by_hand, device: address})

    def rows(self) -> tuple[Row, ...]:
        """The list: what was heard, the demo's sensors last."""
        chosen = self.chosen.values()
        last = {choice.address for choice in self.before}
        listed = []
        for place, one in enumerate(self.heard):
            seen, taken = one.sighting, one in chosen
            used = words.LAST_TIME if seen.address in last else ""
            name = seen.name or one.model.name
            listed.append(
                _row(
                    place,
                    taken,
                    KINDS[one.model.device],
                    name,
                    signal_words(seen.signal_dbm),
                    battery_percent_words(seen.battery_percent),
                    used,
                )
            )
        demo = (words.DEMO_SENSORS, words.DEMO_KIND, "", "")
        listed.append(_row(len(self.heard), self.demo, "", *demo))
        return tuple(listed)

    def sentence(self) -> str:
        """What is chosen and what is still expected."""
        if self.demo:
            return words.DEMO_CHOSEN
        chosen = self.chosen
        if len(chosen) == len(DEVICES):
            return words.BOTH_CHOSEN
        for device in DEVICES:
            if device not in chosen and device not in self.by_hand:
                same = [one for one in self.heard if one.model.device == device]
                if len(same) > 1:
                    return words.SEVERAL.format(kind=KINDS[device].lower())
        for device, kind in KINDS.items():
            if device in chosen:
                other = next(name for one, name in KINDS.items() if one != device)
                return words.ONE_CHOSEN.format(chosen=kind, other=other.lower())
        return words.NONE_CHOSEN if self.heard else words.NOBODY_HEARD


def signal_words(dbm: int | None) -> str:
    """How strongly a sensor is heard.

    >>> signal_words(-58)
    'signal −58 dBm, strong'
    """
    if dbm is None:
        return words.SIGNAL_UNKNOWN
    step = sum(dbm < limit for limit in _STEPS_DBM)
    return words.SIGNAL.format(dbm=f"{dbm}".replace("-", "−"), words=words.SIGNALS[step])


def battery_percent_words(percent: int | None) -> str:
    """How full a battery is, where it said so."""
    return words.BATTERY_UNKNOWN if percent is None else words.BATTERY.format(percent=percent)


def _row(place: int, taken: bool, *cells: str) -> Row:
    mark = words.CHOSEN if taken else ""
    spoken = ", ".join(filter(None, (words.CHOSEN_SPOKEN if taken else "", *cells)))
    return Row(
        cells=(mark, *cells),
        key=str(place + 1) if place < 9 else "",
        on=taken,
        spoken=spoken,
    )
