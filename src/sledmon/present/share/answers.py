"""Answers that are no pages: short, whole, and the same bytes each time."""

from typing import TYPE_CHECKING

from starlette.responses import Response

from sledmon.present.share.pages import gone_page

if TYPE_CHECKING:
    from collections.abc import Mapping


class Answer(Response):
    """A line of text; the connection ends with it."""

    media_type = "text/plain"

    def __init__(self, status: int, text: str, headers: "Mapping[str, str] | None" = None) -> None:
        super().__init__(text, status, {**(headers or {}), "connection": "close"})


class Gone(Answer):
    """The one answer for what is wrong, expired, revoked, unknown or another's."""

    media_type = "text/html"

    def __init__(self) -> None:
        super().__init__(404, gone_page())
