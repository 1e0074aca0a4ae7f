"""Names that bluetoothd and D-Bus use, and the errors that clients see."""

from typing import Any, Final, NamedTuple, Protocol

from dbus_fast import Message, Variant

BLUEZ: Final = "org.bluez"
ADAPTER: Final = "org.bluez.Adapter1"
DEVICE: Final = "org.bluez.Device1"
BATTERY: Final = "org.bluez.Battery1"
SERVICE: Final = "org.bluez.GattService1"
CHARACTERISTIC: Final = "org.bluez.GattCharacteristic1"
DESCRIPTOR: Final = "org.bluez.GattDescriptor1"
OBJECT_MANAGER: Final = "org.freedesktop.DBus.ObjectManager"
PROPERTIES: Final = "org.freedesktop.DBus.Properties"
INTROSPECTABLE: Final = "org.freedesktop.DBus.Introspectable"

Properties = dict[str, Variant]
Interfaces = dict[str, Properties]


class BluezError(Exception):
    """An error reply."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name}: {text}")
        self.name = name
        self.text = text


class Reply(NamedTuple):
    """A method return."""

    signature: str = ""
    body: list[Any] = []  # noqa: RUF012


class Exported(Protocol):
    """An object on the bus."""

    path: str

    def interfaces(self) -> Interfaces:
        """Its interfaces and their properties as they are now."""

    async def call(self, member: str, message: Message) -> Reply:
        """Do what a client asks."""


def failed(text: str) -> BluezError:
    return BluezError("org.bluez.Error.Failed", text)


def in_progress(text: str = "In Progress") -> BluezError:
    return BluezError("org.bluez.Error.InProgress", text)


def not_ready() -> BluezError:
    return BluezError("org.bluez.Error.NotReady", "Resource Not Ready")


def not_connected() -> BluezError:
    return BluezError("org.bluez.Error.NotConnected", "Not Connected")


def already_connected() -> BluezError:
    return BluezError("org.bluez.Error.AlreadyConnected", "Already Connected")


def does_not_exist() -> BluezError:
    return BluezError("org.bluez.Error.DoesNotExist", "Does Not Exist")


def not_supported() -> BluezError:
    return BluezError("org.bluez.Error.NotSupported", "Operation is not supported")


def unknown_object(message: Message) -> BluezError:
    """What libdbus answers where nothing is exported, or not with that method."""
    text = f'Method "{message.member}" with signature "{message.signature}" on interface '
    return BluezError(
        "org.freedesktop.DBus.Error.UnknownObject", f'{text}"{message.interface}" doesn\'t exist\n'
    )


def att_error(code: int) -> BluezError:
    """bluetoothd's words for an error of the attribute protocol."""
    if code == 0x02:
        return BluezError("org.bluez.Error.NotPermitted", "Read not permitted")
    if code == 0x03:
        return BluezError("org.bluez.Error.NotPermitted", "Write not permitted")
    if code == 0x0D:
        return BluezError("org.bluez.Error.InvalidArguments", "Invalid Length")
    return failed(f"Operation failed with ATT error: 0x{code:02x}")


REFUSALS: Final = {
    "abort-by-local": failed("le-connection-abort-by-local"),
    "abort-by-remote": failed("le-connection-abort-by-remote"),
    "timeout": failed("le-connection-timeout"),
    "refused": failed("le-connection-refused"),
    "busy": failed("le-connection-busy"),
    "io": failed("Input/output error"),  # as soon after a disconnect bluetoothd 5.66 may do
    "software abort": failed("Software caused connection abort"),  # BlueZ before 5.62
    "in progress": in_progress(),
    "not available": BluezError(
        "org.bluez.Error.NotAvailable", "Operation currently not available"
    ),
}
"""Why a Connect may fail, by the short names that tests use."""
