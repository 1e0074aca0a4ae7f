"""The D-Bus side of the fake bluetoothd: one connection that owns ``org.bluez``."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import Any

from dbus_fast import Message, MessageType, RequestNameReply, Variant
from dbus_fast.aio import MessageBus

from tests.bluetooth.fake_bluez import words
from tests.bluetooth.fake_bluez.adapter import Adapter
from tests.bluetooth.fake_bluez.sensor import Sensor
from tests.bluetooth.fake_bluez.timing import Timing
from tests.bluetooth.fake_bluez.words import BluezError, Exported, Interfaces, Properties, Reply

STANDARD: Interfaces = {words.INTROSPECTABLE: {}, words.PROPERTIES: {}}


class Daemon:
    """Exports objects, answers calls and signals changes."""

    def __init__(self, address: str, air: Callable[[], Iterable[Sensor]]) -> None:
        self.timing = Timing()
        self.air = air
        self.objects: dict[str, Exported] = {}
        self.adapters: dict[str, Adapter] = {}
        self.calls: list[tuple[str, str]] = []
        """Path and member of every method call."""
        self.problems: list[str] = []
        """Exceptions in the fake itself."""
        self._address = address
        self._bus: MessageBus | None = None
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()

    def now_s(self) -> float:
        """The event loop's time."""
        return self._loop.time()

    async def start(self) -> None:
        """Appear on the bus."""
        bus = await MessageBus(bus_address=self._address).connect()
        bus.add_message_handler(self._received)
        await bus.call(_watch_names())
        if await bus.request_name(words.BLUEZ) is not RequestNameReply.PRIMARY_OWNER:
            raise RuntimeError("org.bluez is taken on the private bus")
        self._bus = bus

    async def stop(self) -> None:
        """Vanish from the bus, as a crashed bluetoothd does: without a word."""
        if self._bus is not None:
            bus, self._bus = self._bus, None
            bus.disconnect()
            # A message still under way when the socket closes makes dbus-fast say so here.
            with contextlib.suppress(OSError):
                await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    # --- objects and signals ----------------------------------------------------------------------

    def export(self, exported: Exported) -> None:
        """Put an object on the bus."""
        self.objects[exported.path] = exported
        self.export_more(exported.path, {**exported.interfaces(), **STANDARD})

    def export_more(self, path: str, interfaces: Interfaces) -> None:
        """Announce interfaces of an object."""
        self._signal("/", words.OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, interfaces])

    def withdraw(self, exported: Exported) -> None:
        """Take an object off the bus."""
        if self.objects.pop(exported.path, None) is not None:
            self.withdraw_more(exported.path, [*STANDARD, *exported.interfaces()])

    def withdraw_more(self, path: str, interfaces: list[str]) -> None:
        """Take some interfaces of an object off the bus."""
        removed = [path, interfaces]
        self._signal("/", words.OBJECT_MANAGER, "InterfacesRemoved", "oas", removed)

    def changed(
        self, path: str, interface: str, changed: Properties, gone: list[str] | None = None
    ) -> None:
        """Signal changed and vanished properties; silent for what is not on the bus."""
        if path in self.objects:
            self._signal(
                path,
                words.PROPERTIES,
                "PropertiesChanged",
                "sa{sv}as",
                [interface, changed, gone or []],
            )

    def _signal(
        self, path: str, interface: str, member: str, signature: str, body: list[Any]
    ) -> None:
        if self._bus is not None:
            message = Message(
                path=path,
                interface=interface,
                member=member,
                message_type=MessageType.SIGNAL,
                signature=signature,
                body=body,
                validate=False,
            )
            self._bus.send(message)

    # --- calls ------------------------------------------------------------------------------------

    def _received(self, message: Message) -> bool:
        if message.message_type is MessageType.SIGNAL:
            if message.member == "NameOwnerChanged" and not message.body[2]:
                for adapter in self.adapters.values():
                    adapter.forget_client(message.body[0])
            return False
        if message.message_type is not MessageType.METHOD_CALL:
            return False
        task = self._loop.create_task(self._answer(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _answer(self, message: Message) -> None:
        self.calls.append((message.path or "", message.member or ""))
        try:
            reply = await self._call(message)
            answer = Message.new_method_return(message, reply.signature, reply.body)
        except BluezError as error:
            answer = Message.new_error(message, error.name, error.text)
        except Exception as error:
            self.problems.append(f"{message.path} {message.member}: {error!r}")
            answer = Message.new_error(message, "org.freedesktop.DBus.Error.Failed", repr(error))
        if self._bus is not None:
            self._bus.send(answer)

    async def _call(self, message: Message) -> Reply:
        if message.interface == words.OBJECT_MANAGER:
            tree: dict[str, Interfaces] = {"/org/bluez": dict(STANDARD)}
            for path, exported in self.objects.items():
                tree[path] = {**exported.interfaces(), **STANDARD}
            return Reply("a{oa{sa{sv}}}", [tree])
        target = self.objects.get(message.path or "")
        if target is None:
            raise words.unknown_object(message)
        if message.interface == words.PROPERTIES:
            return await self._property(target, message)
        return await target.call(message.member or "", message)

    async def _property(self, target: Exported, message: Message) -> Reply:
        properties = target.interfaces().get(message.body[0], {})
        if message.member == "GetAll":
            return Reply("a{sv}", [properties])
        name = message.body[1]
        if name not in properties:
            raise words.unknown_object(message)
        if message.member == "Get":
            return Reply("v", [properties[name]])
        value = message.body[2]
        if isinstance(target, Adapter) and isinstance(value, Variant):
            await target.set_property(name, value)
        return Reply()


def _watch_names() -> Message:
    rule = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"
    return Message(
        destination="org.freedesktop.DBus",
        path="/org/freedesktop/DBus",
        interface="org.freedesktop.DBus",
        member="AddMatch",
        signature="s",
        body=[rule],
    )
