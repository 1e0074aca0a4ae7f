"""How long things take, as measured with bluetoothd 5.66 on a real kernel and a virtual radio."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """Change it with ``World.timing``; the defaults are the real daemon's."""

    connection_interval_s: float = 0.015
    """What the firmware asks for; bluetoothd itself begins at 30 to 50 ms."""
    connect_s: float = 0.05
    """From the advertisement that is answered until Connected."""
    resolve_s: float = 0.15
    """From Connected until ServicesResolved, the first time."""
    resolve_again_s: float = 0.08
    """The same where the services are known already."""
    disconnect_s: float = 2.0
    """bluetoothd waits so long before it closes a link; notifications go on meanwhile."""
    supervision_s: float = 0.42
    """Silence after which the kernel gives a link up."""
    connect_timeout_s: float = 20.0
    """How long a Connect waits for a device that does not advertise."""
    temporary_s: float = 30.0
    """How long a device that was only seen stays known after the scan has ended."""
    notifications_an_event: float = 6
    """What fits one connection event: about 1.9 ms each on 2M, 247 bytes of MTU."""
