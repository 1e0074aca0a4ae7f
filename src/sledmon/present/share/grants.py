"""Which token opens what; compared in constant time, whatever is asked."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

from sledmon.library import Grant

TOKEN_BYTES = 16


def new_token() -> str:
    """128 bits that nobody can guess, as text for an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hashed(token: str) -> bytes:
    """What is kept of a token. It is random: no salt is needed, and no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


class Grants:
    """The tokens that stand; replaced as a whole when the library changes."""

    def __init__(self) -> None:
        self._those: tuple[Grant, ...] = ()

    def replace(self, those: Iterable[Grant]) -> None:
        """From now on these, and no others."""
        self._those = tuple(those)

    def find(self, token: str, now: datetime) -> Grant | None:
        """What a token opens; every one is compared in full, so that no answer comes sooner."""
        asked, found = hashed(token), None
        for grant in self._those:
            if hmac.compare_digest(asked, grant.sha256):
                found = grant
        return found if found is not None and found.expires > now else None
