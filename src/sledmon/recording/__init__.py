"""Packets on disk: the container, crash safety, import of foreign tables. Bytes: FORMAT.md."""

from sledmon.recording.append import Said, append_events
from sledmon.recording.check import Report, check, format_report, repair
from sledmon.recording.glance import Glance, glance
from sledmon.recording.reader import Damage, Recording, open_recording
from sledmon.recording.tables import ImportSummary, import_tables
from sledmon.recording.take_up import Resumed, put_back, take_up
from sledmon.recording.writer import RecordingWriter

__all__ = [
    "Damage",
    "Glance",
    "ImportSummary",
    "Recording",
    "RecordingWriter",
    "Report",
    "Resumed",
    "Said",
    "append_events",
    "check",
    "format_report",
    "glance",
    "import_tables",
    "open_recording",
    "put_back",
    "repair",
    "take_up",
]
