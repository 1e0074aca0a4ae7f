"""Which notifications of a sensor did not come, and what to ask for again. Pure."""

from typing import Final

from sledmon.errors import WireError
from sledmon.wire.control import Command, Opcode
from sledmon.wire.descriptor import Descriptor, Features
from sledmon.wire.stream import SEQUENCE_MODULUS, Flags, unpack_header

MOST_AT_ONCE: Final = 1000
"""A firmware refuses to send more again at one command."""
ASK_TIMES: Final = 2
"""What is not there at the second request is gone."""


class Missing:
    """Holes in one sensor's sequence numbers, as far back as its ring reaches.

    >>> from sledmon.wire.descriptor import Kind
    >>> from sledmon.wire.stream import HEADER
    >>> missing = Missing()
    >>> missing.begin(
    ...     Descriptor(
    ...         kind=Kind.IMU,
    ...         serial="A",
    ...         sample_period_ns=5_000_000,
    ...         boot_id=1,
    ...         features=Features.RESEND,
    ...         ring_notifications=100,
    ...     )
    ... )
    >>> for sequence in (65534, 1, 2):
    ...     missing.saw(HEADER.pack(1, sequence, 0, 0))
    >>> missing.ask()
    Command(opcode=<Opcode.RESEND: 5>, argument=65535, extent=2)
    """

    def __init__(self) -> None:
        self._boot_id: int | None = None
        self._ring = 0
        self._newest: int | None = None
        self._asked: dict[int, int] = {}  # each missing sequence: how often it was asked for
        self.came = 0
        """Notifications of this link that came at first."""
        self.missed = 0
        """Those between them that did not, whether they came later or not."""

    def begin(self, descriptor: Descriptor) -> None:
        """A link begins. The same boot goes on counting; a new one owes nothing.

        What was promised on the link before went with it, so all is asked for as if never before.
        """
        if descriptor.boot_id != self._boot_id:
            self._boot_id = descriptor.boot_id
            self._newest = None
            self._asked = {}
        self._asked = dict.fromkeys(self._asked, 0)
        self.came = self.missed = 0
        offered = descriptor.features & Features.RESEND
        self._ring = min(descriptor.ring_notifications, SEQUENCE_MODULUS // 2) if offered else 0

    def saw(self, payload: bytes) -> None:
        """A notification came."""
        try:
            header = unpack_header(payload)
        except WireError:
            return  # the decoder will tell
        ahead = (header.sequence - (self._newest or 0)) % SEQUENCE_MODULUS
        if header.flags & Flags.RESENT or (self._newest is not None and self._is_old(ahead)):
            self._asked.pop(header.sequence, None)
            return
        # What was lost with the link before is not this one's, and so much at once no loss.
        if self.came and ahead <= MOST_AT_ONCE:
            self.missed += ahead - 1
        self.came += 1
        if self._newest is not None:
            for back in range(min(ahead - 1, self._ring), 0, -1):
                self._asked[(header.sequence - back) % SEQUENCE_MODULUS] = 0
        self._newest = header.sequence
        if self._asked:
            self._asked = {
                sequence: asked
                for sequence, asked in self._asked.items()
                if (header.sequence - sequence) % SEQUENCE_MODULUS < self._ring
            }

    def ask(self) -> Command | None:
        """The oldest run of what is missing, as a command; None when there is nothing to ask for.

        Each notification is asked for twice at most.
        """
        wanted = [sequence for sequence, asked in self._asked.items() if asked < ASK_TIMES]
        if not wanted:
            return None
        extent = 1
        while (
            extent < min(len(wanted), MOST_AT_ONCE)
            and wanted[extent] == (wanted[0] + extent) % SEQUENCE_MODULUS
        ):
            extent += 1
        for sequence in wanted[:extent]:
            self._asked[sequence] += 1
        return Command(Opcode.RESEND, wanted[0], extent)

    @staticmethod
    def _is_old(ahead: int) -> bool:
        return ahead == 0 or ahead > SEQUENCE_MODULUS // 2
