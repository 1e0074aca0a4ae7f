"""The air between bumble's virtual controllers: time, silence, and what came through."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from bumble import hci, ll
from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink

CONTROL_S = 0.03
"""What a link-layer control PDU takes, one connection event each way. In no time at all, bluetoothd
5.66 answers Connect before it shows Connected, and bleak gives up (bleak issue 1489)."""
RSSI_DBM = (-55, -65)
"""In turn: bluetoothd signals only what differs by 8 dB."""


class Broadcaster(Protocol):
    """A sensor, as the air sees it."""

    controller: Controller

    @property
    def is_heard(self) -> bool:
        """Whether it advertises, within range."""

    @property
    def is_silent(self) -> bool:
        """Whether its link carries nothing at present."""

    def advertisement(self) -> tuple[bytes, bytes]:
        """Its advertisement and its scan response."""

    def came_through(self, pdu: bytes, arrived: bool) -> None:
        """The host's controller has received this L2CAP PDU, or it was sent and nobody heard it."""


class LegacyController(Controller):
    """Bluetooth 4.2 with data length extension: one packet a notification, not ten."""

    le_acl_data_packet_length = 251

    def __init__(self, *arguments: object, **keywords: object) -> None:
        super().__init__(*arguments, **keywords)  # type: ignore[arg-type]
        # Linux wants another event of a controller with either (bumble issue 841).
        self.le_features &= ~(
            hci.LeFeatureMask.LL_PRIVACY | hci.LeFeatureMask.LE_EXTENDED_ADVERTISING
        )

    def on_hci_disconnect_command(self, command: hci.HCI_Disconnect_Command) -> None:
        """Listen until the other side knows, as controllers do; bumble's is deaf at once."""
        connection = self.find_le_connection_by_handle(command.connection_handle)
        if connection is None:
            super().on_hci_disconnect_command(command)
            return
        self._send_hci_command_status(hci.HCI_COMMAND_STATUS_PENDING, command.op_code)
        connection.send_ll_control_pdu(ll.TerminateInd(command.reason))

        def end() -> None:
            if self.le_connections.get(connection.peer_address) is connection:
                reason = hci.HCI_ErrorCode.CONNECTION_TERMINATED_BY_LOCAL_HOST_ERROR
                self.on_le_disconnected(connection, reason)

        asyncio.get_running_loop().call_later(CONTROL_S, end)


class Host(LegacyController):
    """The host's controller, with what bumble 0.0.236 leaves out."""

    def hear(self, address: hci.Address, rssi_dbm: int, data: bytes, response: bytes) -> None:
        """An advertisement; the host scans, or wants to connect to just this sensor, or neither."""
        event = hci.HCI_LE_Advertising_Report_Event
        if self.le_scan_enable:
            kinds = [(event.EventType.ADV_IND, data)]
            if self.le_scan_type == 1:  # an active scan asks for the scan response
                kinds.append((event.EventType.SCAN_RSP, response))
            for kind, payload in kinds:
                report = event.Report(
                    event_type=kind,
                    address_type=address.address_type,
                    address=address,
                    data=payload,
                    rssi=rssi_dbm,
                )
                self.send_hci_packet(event([report]))
        pending = self.pending_le_connection
        if pending is not None and pending.peer_address == address:
            self.create_le_connection(address)

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Bumble says yes and does nothing."""
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        cancelled = hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
            connection_handle=0,
            role=hci.Role.CENTRAL,
            peer_address_type=pending.peer_address.address_type,
            peer_address=pending.peer_address,
            connection_interval=0,
            peripheral_latency=0,
            supervision_timeout=0,
            central_clock_accuracy=0,
        )
        asyncio.get_running_loop().call_soon(self.send_hci_packet, cancelled)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)


class AirLink(LocalLink):
    """Bumble's link, whose PDUs take no time; when they leave is up to the sensor."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.sensors: dict[Controller, Broadcaster] = {}
        self._advertised: Counter[Controller] = Counter()
        self._held: dict[Controller, list[Callable[[], None]]] = {}

    def send_advertising_pdu(
        self, sender_controller: Controller, packet: ll.AdvertisingPdu
    ) -> None:
        """Advertisements with their scan responses, if they are heard; the rest as it is."""
        sensor = self.sensors.get(sender_controller)
        if sensor is None or not isinstance(packet, ll.AdvInd):
            super().send_advertising_pdu(sender_controller, packet)
        elif sensor.is_heard:
            self._advertised[sender_controller] += 1
            rssi_dbm = RSSI_DBM[self._advertised[sender_controller] % len(RSSI_DBM)]
            for host in [c for c in self.controllers if isinstance(c, Host)]:
                host.hear(packet.advertiser_address, rssi_dbm, *sensor.advertisement())

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Carry it, later if the link is silent."""
        connection = sender_controller.le_connections.get(destination_address)
        if connection is None:
            return
        receiver = self.find_le_controller(destination_address)
        # bumble's own takes the random address even of who connected by the public one.
        source = connection.self_address

        def arrive() -> None:
            arrived = receiver is not None and source in receiver.le_connections
            if receiver is not None and arrived:
                receiver.on_link_acl_data(source, transport, data)
            if sender_controller in self.sensors:
                self.sensors[sender_controller].came_through(data, arrived)

        for controller in (sender_controller, receiver):
            if controller in self.sensors and self.sensors[controller].is_silent:
                self._held.setdefault(controller, []).append(arrive)
                return
        asyncio.get_running_loop().call_soon(arrive)

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Link control takes a connection event."""

        def arrive() -> None:
            receiver = self.find_le_controller(receiver_address)
            if receiver is not None and sender_address in receiver.le_connections:
                receiver.on_ll_control_pdu(sender_address, packet)

        asyncio.get_running_loop().call_later(CONTROL_S, arrive)

    def speak(self, controller: Controller) -> None:
        """A silence has ended, in time or with the link: what was held goes its way."""
        for arrive in self._held.pop(controller, []):
            arrive()

    def time_out(self, controller: Controller) -> None:
        """Both ends of a sensor's link notice that it is gone."""
        for connection in list(controller.le_connections.values()):
            other = self.find_le_controller(connection.peer_address)
            if other is not None:
                theirs = other.le_connections.get(connection.self_address)
                if theirs is not None:
                    other.on_le_disconnected(theirs, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
            controller.on_le_disconnected(connection, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
        self.speak(controller)
