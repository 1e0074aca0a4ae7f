"""Packets on disk: the container, crash safety, import of foreign tables. Bytes: FORMAT.md."""

from sledmon.recording.reader import Recording, open_recording
from sledmon.recording.writer import RecordingWriter

__all__ = ["Recording", "RecordingWriter", "open_recording"]
