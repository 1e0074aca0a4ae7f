"""What a host and a bought sensor say to each other before samples flow, and its record.

Such a sensor has no descriptor of ours. What stands in its place in a recording is what was written
to it and what it answered, byte for byte: from that a decoder knows rate, range and scale.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

from sledmon.errors import WireError


class Exchange(NamedTuple):
    """What was written, and what answered; empty where nothing did."""

    request: bytes
    answer: bytes = b""


def pack_exchanges(model: str, exchanges: Sequence[Exchange]) -> bytes:
    """UTF-8 JSON with the bytes in hexadecimal, so that a recording explains itself."""
    said = [[exchange.request.hex(), exchange.answer.hex()] for exchange in exchanges]
    return json.dumps({"model": model, "exchanges": said}).encode()


def unpack_exchanges(payload: bytes) -> tuple[str, tuple[Exchange, ...]]:
    """The model's name and what was said.

    >>> model, said = unpack_exchanges(b'{"model": "H10", "exchanges": [["0302", "f0030200"]]}')
    >>> model, said[0].answer.hex()
    ('H10', 'f0030200')
    """
    try:
        raw = json.loads(payload)
        said = [(bytes.fromhex(asked), bytes.fromhex(answer)) for asked, answer in raw["exchanges"]]
        return str(raw["model"]), tuple(Exchange(*one) for one in said)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise WireError(
            "what stands for the sensor's descriptor is not the JSON that firmware_notes tables"
        ) from None
