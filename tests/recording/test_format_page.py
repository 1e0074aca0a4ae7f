"""FORMAT.md and the code say the same."""

import json
import re
from pathlib import Path

import sledmon.recording
from sledmon.events import EVENT_KINDS
from sledmon.recording import layout
from sledmon.recording.states import pack_state, unpack_state

PAGE = (Path(sledmon.recording.__file__).parent / "FORMAT.md").read_text("utf-8")


def test_the_page_tables_every_channel_by_its_id() -> None:
    rows = re.findall(r"^\| (\d) \| `([a-z/-]+)` \|", PAGE, re.MULTILINE)
    assert rows == [(str(i), channel.topic) for i, channel in enumerate(layout.CHANNELS, 1)]
    assert (layout.TICK, layout.IMU, layout.ENCODER) == (1, 2, 3)
    assert (layout.STATE, layout.STATE_COPY) == (4, 5)


def test_the_state_examples_read_and_write_back_byte_for_byte() -> None:
    examples = [line for line in PAGE.splitlines() if line.startswith('{"record"')]
    assert len(examples) == 4
    for line in examples:
        assert pack_state(unpack_state(line.encode())) == line.encode()
        assert json.loads(line)["number"] == unpack_state(line.encode()).number


def test_the_example_heads_are_as_tabled() -> None:
    message = re.search(r"31-byte|A message's head, 31 bytes", PAGE)
    assert message is not None
    fields = re.findall(r"^\| \d+ \|[^|]*\|[^|]*\| `([0-9a-f ]+)`", PAGE[message.end() :], re.M)
    content = bytes.fromhex("".join(fields[:7]))
    assert layout.MESSAGE_HEAD.unpack_from(content) == (5, 30, 2, 2, 3_000_000, 3_000_000)
    assert len(content) == 9 + 30
    assert layout.MAGIC.hex(" ") in PAGE
    assert layout.CHUNK_HEAD.size == 53


def test_the_page_tables_every_event() -> None:
    for kind in EVENT_KINDS:
        assert f"`{kind}`" in PAGE
    assert f"format {layout.FORMAT_MAJOR}.{layout.FORMAT_MINOR}" in PAGE
