"""Everything raised on purpose. Each message is one sentence: what, where, what to do."""


class SledmonError(Exception):
    """The input or the device is unusable; the command line prints the message and exits with 1."""


class WireError(SledmonError):
    """Bytes that are not what firmware_notes tables."""


class RecordingError(SledmonError):
    """A file that cannot be read or written as a recording."""


class ImportTableError(SledmonError):
    """A foreign table with a row that cannot be read; nothing was written."""


class RigError(SledmonError):
    """A rig file with an unknown key or an impossible value."""


class EventError(SledmonError):
    """A coach's event that is not one of contract.md's, or whose value makes no sense."""


class SimulationError(SledmonError):
    """A session that the twin cannot simulate."""


class SprintError(SledmonError):
    """Samples or gate times that no sprint model can be fitted to."""
