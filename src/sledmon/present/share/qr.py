"""QR codes: on the terminal, as drawing, as picture."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sledmon.errors import ShareError, unwritable

if TYPE_CHECKING:
    from segno import QRCode

_BORDER: Final = 2
_BLACK_ON_WHITE: Final = "\x1b[38;5;16;48;5;231m"
_PLAIN: Final = "\x1b[0m"
MOST_BYTES: Final = 700
"""More than this in one code is too fine for a phone held before a laptop."""


def code_of(text: str) -> "QRCode":
    """A code that still reads with a finger over it, or a text's with a scratch."""
    import segno

    level = "m" if len(text.encode()) < 200 else "l"
    return segno.make(text, error=level, micro=False, boost_error=False)


def wifi_code(name: str, password: str) -> "QRCode":
    """A code by which a phone joins a network; without a password, an open one."""
    from segno import helpers

    if not name:
        raise ShareError("a Wi-Fi network needs a name; give it: --wifi NAME")
    return helpers.make_wifi(name, password or None, "WPA" if password else None)


def on_terminal(code: "QRCode") -> str:
    """Two rows of the code a line, black on white whatever the terminal's colours."""
    rows = [list(row) for row in code.matrix_iter(border=_BORDER)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    lines = (
        "".join(" ▀▄█"[(1 if up else 0) + (2 if low else 0)] for up, low in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    )
    return "\n".join(f"{_BLACK_ON_WHITE}{line}{_PLAIN}" for line in lines)


def as_svg(code: "QRCode") -> str:
    """A drawing with its own white border."""
    out = io.BytesIO()
    code.save(out, kind="svg", border=4, scale=8, dark="#000", light="#fff", xmldecl=False)
    return out.getvalue().decode()


def as_png(code: "QRCode") -> bytes:
    """A picture with its own white border."""
    out = io.BytesIO()
    code.save(out, kind="png", border=4, scale=10, dark="#000", light="#fff")
    return out.getvalue()


def save_code(code: "QRCode", folder: Path, name: str) -> tuple[Path, Path]:
    """Both in a folder, under a name made fit for files."""
    stem = "".join(c if c.isalnum() or c in "-_" else "-" for c in name) or "code"
    svg, png = folder / f"{stem}.svg", folder / f"{stem}.png"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        svg.write_text(as_svg(code), encoding="utf-8")
        png.write_bytes(as_png(code))
    except OSError as error:
        raise ShareError(unwritable(error.filename or folder, error)) from None
    return svg, png
