"""Identities that agree on every computer without asking: made from what is identified.

A recording is known by its packets' hash, an athlete by the nickname that recordings hold, a group,
rig or plan by its name. So two laptops that know the same thing give it the same id, and a library
rebuilt from recordings is the library that was lost.
"""

import hashlib
import re
from typing import Final
from uuid import UUID, uuid5

from sledmon import events

LONGEST_KEY: Final = 200
"""Characters of a text that can be searched for; indexes of databases have limits."""
NAMESPACE: Final = UUID("6f1d7c52-5d0e-4b0c-9a0b-3a4c7d0f8e21")


def name_key(name: str) -> str:
    """What counts of a name, as ``events.name_key`` has it, short enough to be searched for."""
    key = events.name_key(plain_text(name))
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[:LONGEST_KEY]} {hashlib.sha256(key.encode()).hexdigest()}"


def plain_text(text: str) -> str:
    """Text that every database takes: no NUL, no half of a surrogate pair."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def mentions(text: str, key: str) -> bool:
    """Whether a text holds a name, given as its ``name_key``, as a word of its own.

    >>> mentions("Ann's plan", "ann"), mentions("annual", "ann")
    (True, False)
    """
    return re.search(rf"(?<!\w){re.escape(key)}(?!\w)", name_key(text)) is not None


def athlete_id(nickname: str, generation: int = 1) -> UUID:
    """Of a nickname; after an erasure the next who bears it is another ``generation``."""
    return uuid5(NAMESPACE, f"athlete {generation} {name_key(nickname)}")


def named_id(kind: str, name: str) -> UUID:
    """Of a group, a rig or a plan."""
    return uuid5(NAMESPACE, f"{kind} {name_key(name)}")


def session_id(packets_sha256: str) -> UUID:
    """Of the session whose device packets have this hash."""
    return uuid5(NAMESPACE, f"session {packets_sha256}")
