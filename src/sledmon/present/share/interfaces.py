"""Addresses of this computer, found without sending anything."""

import ipaddress
import socket
import struct
import sys
from typing import Final

from sledmon.errors import ShareError

ALL: Final = "0.0.0.0"  # noqa: S104 - bound to only where the user writes it
_SOMEWHERE: Final = ("192.0.2.1", 9)
"""Reserved for documentation: a datagram socket tied to it sends nothing."""
HTTP_PORT: Final = 80
"""Browsers leave it out."""
_SIOCGIFADDR: Final = 0x8915


def chosen_address(asked: str) -> str:
    """The one address to bind to: as asked, of the interface asked for, or that of the network.

    >>> chosen_address("127.0.0.1")
    '127.0.0.1'
    """
    if not asked:
        return network_address()
    try:
        return str(ipaddress.ip_address(asked))
    except ValueError:
        known = interface_addresses()
    if asked in known:
        return known[asked]
    choice = ", ".join(f"{name} ({address})" for name, address in known.items())
    raise ShareError(
        f"--bind {asked} is no address and no interface with one; choose of {choice or ALL}"
    )


def network_address() -> str:
    """The address of this computer in the network it is in."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_SOMEWHERE)
            return str(probe.getsockname()[0])
        except OSError:
            outside = [a for a in interface_addresses().values() if not a.startswith("127.")]
    if outside:
        return outside[0]
    raise ShareError(
        "this computer is in no network; join a Wi-Fi or a phone's hotspot, or show the results"
        " in the code itself: sledmon share --text"
    )


def interface_addresses() -> dict[str, str]:
    """IPv4 addresses by interface; by number where the system names none."""
    if sys.platform != "linux":
        _, _, found = socket.gethostbyname_ex(socket.gethostname())
        return {f"address {n}": address for n, address in enumerate(found, start=1)}
    import fcntl

    addresses = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            request = struct.pack("256s", name.encode()[:15])
            try:
                answer = fcntl.ioctl(asking.fileno(), _SIOCGIFADDR, request)
            except OSError:  # it has none
                continue
            addresses[name] = socket.inet_ntoa(answer[20:24])
    return addresses


def hosts(address: str, port: int) -> frozenset[str]:
    """Names by which a browser may ask for pages bound to an address."""
    if ipaddress.ip_address(address).is_unspecified:
        names = {*interface_addresses().values(), "127.0.0.1", "localhost"}
    elif ipaddress.ip_address(address).is_loopback:
        names = {in_url(address), "localhost"}
    else:
        names = {in_url(address)}
    named = {f"{name}:{port}" for name in names}
    return frozenset(named | names if port == HTTP_PORT else named)


def in_url(address: str) -> str:
    """An address as it stands in a URL; of all interfaces, the network's.

    >>> in_url("fe80::1")
    '[fe80::1]'
    """
    parsed = ipaddress.ip_address(address)
    if parsed.is_unspecified:
        return network_address()
    return f"[{address}]" if parsed.version == 6 else address
