"""A plan's TOML without what it holds of one athlete; pure."""

import re
import tomllib
from dataclasses import replace
from typing import Final

from sledmon.errors import PlanError
from sledmon.library.ids import mentions, name_key
from sledmon.plan import Plan, parse_plan

_HEADER: Final = re.compile(r"\s*\[.*\]\s*(#.*)?$")


def without_athlete(text: str, key: str) -> str | None:
    r"""A plan without an athlete's own lines, and else the same; None where that cannot be had.

    >>> without_athlete('target = "speed"\n[athletes.Ann]\nspeed = 0.12\n', "ann")
    'target = "speed"\n'
    """
    kept, theirs = [], False
    for line in text.splitlines(keepends=True):
        if _HEADER.match(line):
            theirs = _is_of(line, key)
        if not theirs and not mentions(line, key):
            kept.append(line)
    try:
        before, after = parse_plan(text), parse_plan("".join(kept))
    except PlanError:
        return None
    others = {name: lines for name, lines in before.athletes.items() if name_key(name) != key}
    if _bare(replace(before, athletes=others)) != _bare(after):
        return None
    left = "".join(kept)
    return left if left.strip() else f'target = "{before.target}"\n'  # an event has a value


def _is_of(header: str, key: str) -> bool:
    """Whether a table's header is that of an athlete's own lines."""
    try:
        table = tomllib.loads(header)
    except tomllib.TOMLDecodeError:
        return False
    named = table.get("athletes")
    return isinstance(named, dict) and any(name_key(name) == key for name in named)


def _bare(plan: Plan) -> Plan:
    """What a plan says, its label and its spelling apart."""
    return replace(plan, name="", text="")
