"""Listens to what bluetoothd signals of its devices, in order, beside the client at work."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

WATCHED = ("Connected", "ServicesResolved")
ALL_WATCHED = (*WATCHED, "Notifying", "Powered", "Discovering")
INTERFACES = frozenset(
    (
        *("Adapter1", "Device1", "Battery1"),
        *("GattService1", "GattCharacteristic1", "GattDescriptor1"),
    )
)
ADAPTER_DEPTH = 3
"""``/org/bluez/hci0``"""


@asynccontextmanager
async def signals_of(address: str, watched: Collection[str] = WATCHED) -> AsyncIterator[list[str]]:
    """Words such as ``Connected True`` or ``added GattService1``, as they come; repeats as one."""
    from dbus_fast import BusType, Message, MessageType
    from dbus_fast.aio import MessageBus

    below = f"/dev_{address.replace(':', '_')}"
    heard: list[str] = []

    def concerns(path: str) -> bool:
        return below in path or path.count("/") == ADAPTER_DEPTH

    def note(word: str) -> None:
        if heard[-1:] != [word]:
            heard.append(word)

    def listen(message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL:
            return
        path = message.path or ""
        body: list[Any] = message.body
        if message.member in {"InterfacesAdded", "InterfacesRemoved"} and concerns(body[0]):
            verb = message.member.removeprefix("Interfaces").lower()
            for interface in sorted(body[1]):
                if interface.removeprefix("org.bluez.") in INTERFACES:
                    note(f"{verb} {interface.removeprefix('org.bluez.')}")
        elif message.member == "PropertiesChanged" and concerns(path):
            for name in body[1]:
                if name in watched:
                    note(f"{name} {body[1][name].value}")

    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    bus.add_message_handler(listen)
    await bus.call(
        Message(
            destination="org.freedesktop.DBus",
            path="/org/freedesktop/DBus",
            interface="org.freedesktop.DBus",
            member="AddMatch",
            signature="s",
            body=["type='signal',sender='org.bluez'"],
        )
    )
    try:
        yield heard
    finally:
        bus.disconnect()
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
