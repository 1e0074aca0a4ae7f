"""Chunks and attachments out of bytes: believed only where lengths agree and checksums match."""

import struct
import threading
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

import zstandard

from sledmon.recording import layout
from sledmon.recording.source import FileBytes

_READ_AHEAD_BYTES: Final = 4096
"""More than most chunks of half a second take, so that one read brings the whole."""
_CHUNK_FIXED_BYTES: Final = layout.CHUNK_HEAD.size - layout.RECORD_HEAD.size
_INDEX_HEAD: Final = struct.Struct("<BQHI")
_TWO_TIMES: Final = struct.Struct("<QQ")


class Attachment(NamedTuple):
    """A file kept inside a recording."""

    name: str
    media_type: str
    content: bytes


Message = tuple[int, int, int, int, int]
"""Channel, sequence, log time, and from where to where its bytes stand in the chunk.

A plain tuple: an hour holds 144,000 of them and this loop is what reading costs.
"""


def chunk_at(source: FileBytes, offset: int) -> tuple[bytes, int] | None:
    """The uncompressed chunk at ``offset`` and the offset after it; None where there is none."""
    block = source.at(offset, _READ_AHEAD_BYTES)
    if len(block) < layout.CHUNK_HEAD.size or block[0] != layout.OP_CHUNK:
        return None
    _, length, _, _, size, crc, _, _, packed = layout.CHUNK_HEAD.unpack_from(block)
    signature = block.startswith(layout.CHUNK_SIGNATURE, layout.CHUNK_SIGNATURE_OFFSET)
    if not signature or length != _CHUNK_FIXED_BYTES + packed:
        return None
    end = offset + layout.RECORD_HEAD.size + length
    if not 0 < size <= layout.MAX_CHUNK_BYTES or crc == 0 or end > source.size:
        return None
    if end > offset + len(block):
        block = source.at(offset, end - offset)
    content = _decompressed(block[layout.CHUNK_HEAD.size : end - offset], size)
    if content is None or zlib.crc32(content) != crc:
        return None
    return content, end


def _decompressed(packed: bytes, size: int) -> bytes | None:
    # The size that the frame itself claims is what zstandard would allocate.
    try:
        if zstandard.frame_content_size(packed) not in (size, -1):
            return None
        content = _threads.decompressor.decompress(
            packed, max_output_size=size, allow_extra_data=False
        )
    except zstandard.ZstdError:
        return None
    return content if len(content) == size else None


class _Decompressor(threading.local):
    """One a thread: making one costs more than a small chunk, and they cannot be shared."""

    def __init__(self) -> None:
        self.decompressor = zstandard.ZstdDecompressor()


_threads = _Decompressor()


def next_chunk(source: FileBytes, offset: int) -> int:
    """Where the next whole chunk from ``offset`` on begins; the file's size if there is none."""
    found = offset + layout.CHUNK_SIGNATURE_OFFSET - 1
    while (found := source.find(layout.CHUNK_SIGNATURE, found + 1)) >= 0:
        candidate = found - layout.CHUNK_SIGNATURE_OFFSET
        if chunk_at(source, candidate) is not None:
            return candidate
    return source.size


def messages(content: bytes) -> Iterator[Message]:
    """Every message of a chunk in order; ValueError where the chunk is not well-formed."""
    unpack, whole = layout.MESSAGE_HEAD.unpack_from, layout.MESSAGE_HEAD.size
    head = layout.RECORD_HEAD.size
    position, end = 0, len(content)
    while position + whole <= end:
        opcode, length, channel, sequence, log_ns, _ = unpack(content, position)
        following = position + head + length
        if following > end:
            raise ValueError("a record runs past its chunk")
        if opcode == 0x05:
            start = position + whole
            if start > following:
                raise ValueError("a message shorter than its head")
            yield channel, sequence, log_ns, start, following
        elif opcode not in (layout.OP_SCHEMA, layout.OP_CHANNEL):
            raise ValueError(f"opcode {opcode} inside a chunk")
        position = following
    if position != end:
        raise ValueError("bytes after the last record of a chunk")


def header_end(source: FileBytes) -> int | None:
    """Where the file's header record ends; None where it does not read as one."""
    start = len(layout.MAGIC)
    found = _record_at(source, start, layout.OP_HEADER, most=4096)
    if found is None or source.at(0, start) != layout.MAGIC:
        return None
    body, end = found
    profile = _text(body, 0)
    library = _text(body, 4 + len(profile)) if profile is not None else None
    if profile is None or library is None or len(profile) + len(library) + 8 != len(body):
        return None
    return end


def header_texts(source: FileBytes) -> tuple[bytes, bytes]:
    """The header's profile and library, as far as they can be read."""
    found = _record_at(source, len(layout.MAGIC), layout.OP_HEADER, most=4096)
    profile = _text(found[0], 0) if found is not None else None
    if found is None or profile is None:
        return b"", b""
    return profile, _text(found[0], 4 + len(profile)) or b""


def message_indexes_end(source: FileBytes, offset: int) -> int | None:
    """Where the message indexes at ``offset`` end; None where the first one's lengths disagree."""
    block = source.at(offset, _READ_AHEAD_BYTES)
    position = 0
    while position + _INDEX_HEAD.size <= len(block):
        opcode, length, _, entries = _INDEX_HEAD.unpack_from(block, position)
        following = position + layout.RECORD_HEAD.size + length
        if opcode != layout.OP_MESSAGE_INDEX or length != entries + 6 or entries % 16:
            break
        if offset + following > source.size:
            break
        position = following
    return offset + position if position else None


def attachment_at(source: FileBytes, offset: int) -> tuple[Attachment, int] | None:
    """The attachment at ``offset`` and the offset after it; None where its checksum disagrees."""
    found = _record_at(source, offset, layout.OP_ATTACHMENT, most=source.size)
    if found is None:
        return None
    body, end = found
    if len(body) < _TWO_TIMES.size + 20:
        return None
    (crc,) = struct.unpack_from("<I", body, len(body) - 4)
    if crc == 0 or zlib.crc32(memoryview(body)[:-4]) != crc:
        return None
    name = _text(body, _TWO_TIMES.size)
    media_at = _TWO_TIMES.size + 4 + len(name or b"")
    media_type = _text(body, media_at)
    if name is None or media_type is None:
        return None
    start = media_at + 4 + len(media_type) + 8
    if start + 4 > len(body) or body[start - 8 : start] != struct.pack("<Q", len(body) - start - 4):
        return None
    return Attachment(
        name.decode("utf-8", "replace"), media_type.decode("utf-8", "replace"), body[start:-4]
    ), end


def data_end_at(source: FileBytes, offset: int) -> int | None:
    """The checksum over all bytes before ``offset`` if the data section ends there, else None."""
    found = _record_at(source, offset, layout.OP_DATA_END, most=4)
    if found is None or len(found[0]) != 4:
        return None
    return int.from_bytes(found[0], "little")


def is_closed(source: FileBytes) -> bool:
    """Whether the file ends as a properly closed one does: footer, then magic."""
    tail = source.at(
        max(0, source.size - layout.FOOTER_BYTES - len(layout.MAGIC)), layout.FOOTER_BYTES + 8
    )
    return tail.startswith(
        layout.RECORD_HEAD.pack(layout.OP_FOOTER, layout.FOOTER_BYTES - layout.RECORD_HEAD.size)
    ) and tail.endswith(layout.MAGIC)


def summary_is_whole(source: FileBytes, data_end: int) -> bool:
    """Whether the index between the data's end and the file's agrees with its checksum."""
    start = data_end + layout.RECORD_HEAD.size + 4
    footer = source.size - len(layout.MAGIC) - layout.FOOTER_BYTES
    if not is_closed(source) or footer < start:
        return False
    # The checksum covers the footer too, up to the checksum itself.
    content = source.at(start, footer + layout.FOOTER_BYTES - 4 - start)
    return zlib.crc32(content).to_bytes(4, "little") == source.at(start + len(content), 4)


def _record_at(
    source: FileBytes, offset: int, wanted: int, *, most: int
) -> tuple[bytes, int] | None:
    head = source.at(offset, layout.RECORD_HEAD.size)
    if len(head) < layout.RECORD_HEAD.size:
        return None
    opcode, length = layout.RECORD_HEAD.unpack(head)
    start = offset + layout.RECORD_HEAD.size
    if opcode != wanted or length > most or start + length > source.size:
        return None
    return source.at(start, length), start + int(length)


def _text(body: bytes, offset: int) -> bytes | None:
    if offset + 4 > len(body):
        return None
    (length,) = struct.unpack_from("<I", body, offset)
    text = body[offset + 4 : offset + 4 + length]
    return text if len(text) == length else None
