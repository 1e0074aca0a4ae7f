"""What FORMAT.md tables: channel ids, versions, limits, and the schemas kept inside every file."""

import json
import struct
from typing import Final, NamedTuple

from sledmon.samples import DEVICES, Device

MAGIC: Final = b"\x89MCAP0\r\n"
PROFILE: Final = "sledmon"
FORMAT_MAJOR: Final = 1
FORMAT_MINOR: Final = 0
LIBRARY: Final = f"sledmon, format {FORMAT_MAJOR}.{FORMAT_MINOR}"

TICK: Final = 1
IMU: Final = 2
ENCODER: Final = 3
STATE: Final = 4
STATE_COPY: Final = 5

PACKET_CHANNELS: Final[dict[Device, int]] = {"imu": IMU, "encoder": ENCODER}
PACKET_DEVICES: Final[dict[int, Device]] = {PACKET_CHANNELS[device]: device for device in DEVICES}

MAX_MESSAGE_BYTES: Final = 1 << 20
MAX_CHUNK_BYTES: Final = 1 << 24
"""Uncompressed. The writer stays under 2 MiB; the reader believes no chunk beyond this."""
MAX_TIME_NS: Final = 1 << 62
MAX_RECORDS: Final = (1 << 32) - 1

# Opcodes of the MCAP specification, those that the reader meets before the summary.
OP_HEADER: Final = 0x01
OP_FOOTER: Final = 0x02
OP_SCHEMA: Final = 0x03
OP_CHANNEL: Final = 0x04
OP_MESSAGE: Final = 0x05
OP_CHUNK: Final = 0x06
OP_MESSAGE_INDEX: Final = 0x07
OP_ATTACHMENT: Final = 0x09
OP_DATA_END: Final = 0x0F

RECORD_HEAD: Final = struct.Struct("<BQ")
"""Opcode and length of what follows."""
CHUNK_HEAD: Final = struct.Struct("<BQ QQ Q I I4s Q")
"""Opcode, length, first and last log time, uncompressed size, CRC32, "zstd", compressed size."""
CHUNK_SIGNATURE: Final = b"\x04\x00\x00\x00zstd"
CHUNK_SIGNATURE_OFFSET: Final = 37
MESSAGE_HEAD: Final = struct.Struct("<BQ H I Q Q")
"""Opcode, length, channel, sequence, log time, publish time."""
MESSAGE_FIXED_BYTES: Final = MESSAGE_HEAD.size - RECORD_HEAD.size
FOOTER_BYTES: Final = RECORD_HEAD.size + 20


class Channel(NamedTuple):
    """One channel as it is registered, in the order of the ids above."""

    topic: str
    encoding: str
    schema_name: str
    schema_encoding: str
    schema: bytes


_SEQUENCE = (
    " The message's sequence is the record's place in the recording, counted from 0; its log time"
    " is the arrival in nanoseconds of session time plus epoch_ns of the first state message."
)

_STATE_SCHEMA: Final = json.dumps(
    {
        "type": "object",
        "title": "sledmon.State",
        "description": "Opened, connected, lost or event; keys by kind in FORMAT.md.",
        "properties": {
            "record": {"type": "string"},
            "number": {"type": "integer", "description": "records before this one"},
            "state": {"type": "integer", "description": "state records before this one"},
            "received_ns": {"type": "integer", "description": "arrival, ns of session time"},
            "format": {"type": "string", "description": "opened: major.minor of this format"},
            "epoch_ns": {"type": "integer", "description": "opened: log time minus received_ns"},
            "source": {"type": "string"},
            "rig_toml": {"type": "string"},
            "software": {"type": "string"},
            "started_utc": {"type": "string"},
            "title": {"type": "string"},
            "device": {"type": "string"},
            "layout": {"type": "string"},
            "descriptor": {"type": "string", "description": "bytes as hexadecimal digits"},
            "name": {"type": "string"},
            "reason": {"type": "string"},
            "time_s": {"type": "number", "description": "event: the session time it speaks of"},
            "kind": {"type": "string"},
            "value": {"type": "string"},
        },
    }
).encode()

CHANNELS: Final = (
    Channel(
        "tick",
        "x-sledmon-tick",
        "sledmon.Tick",
        "text",
        b"No bytes: the host's clock, every 0.1 s while live." + _SEQUENCE.encode(),
    ),
    Channel(
        "imu/packet",
        "x-sledmon-packet",
        "sledmon.ImuPacket",
        "text",
        b"One packet of the belt IMU exactly as it came; read it by the layout and descriptor of"
        b" the latest connected state message of device imu." + _SEQUENCE.encode(),
    ),
    Channel(
        "encoder/packet",
        "x-sledmon-packet",
        "sledmon.EncoderPacket",
        "text",
        b"One packet of the tether encoder exactly as it came; read it by the layout and"
        b" descriptor of the latest connected state message of device encoder."
        + _SEQUENCE.encode(),
    ),
    Channel("state", "json", "sledmon.State", "jsonschema", _STATE_SCHEMA),
    Channel("state-copy", "json", "sledmon.StateCopy", "jsonschema", _STATE_SCHEMA),
)
