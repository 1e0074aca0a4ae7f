"""Every word of the live screen and the athlete's window, in one place for a translator."""

from typing import Final

FREE: Final = "free backpedal"
NO_SLED: Final = "no sled"
SLED_ON: Final = "the sled"
SLED_AND_PLATES: Final = "sled {sled} + {plates}"
NOW: Final = "now"
IN_RUN: Final = "running"
PROVISIONAL: Final = "measuring"
REST: Final = "rest {taken}"
REST_OF: Final = "rest {taken} / {planned}"
NEXT_UP: Final = "next  {name}"
SET: Final = "set {number}"
REP: Final = "rep {number}"
OF_SET: Final = "{number} of {planned}"
RUNNING: Final = "running now"
MEAN_OVER: Final = "mean over {begin}–{end}"
WHOSE: Final = "{name}, "
FREE_IS: Final = "free backpedal {velocity}"
WAITING: Final = "Waiting for the first run."
WAITING_WHY: Final = "Everything is recorded; just let them run."
PAUSED_WHY: Final = "Paused: runs are recorded, but left out. F5 goes on."
NO_BASELINE: Final = "No baseline yet: {missing} more without a sled."
HIDDEN: Final = "•••"
STOPPED_SHORT: Final = "stopped short"
NOT_MEASURED: Final = "not measured"
LEAN: Final = "pelvis lean"
BEST: Final = "best at this load"
START: Final = "start"

TILE_INSIDE: Final = "INSIDE YOUR LINE"
TILE_PAST: Final = {
    "watch": "PAST YOUR LINE",
    "strength-load": "PAST STRENGTH LINE",
    "fatigue": "PAST STOP LINE",
}
TILE_BASELINE: Final = "FREE BACKPEDAL"
TILE_NO_BASELINE: Final = "NO BASELINE YET"
TILE_WITHIN: Final = "WITHIN ERROR"
TILE_NOT_JUDGED: Final = "NOT JUDGED"
TILE_EXCLUDED: Final = "LEFT OUT"
TILE_SHORT: Final = "STOPPED SHORT"
TILE_READY: Final = "READY"
TILE_CONNECTING: Final = "CONNECTING"
CONNECTING_WHY: Final = "Looking for the sensors; keep them near and awake."
TILE_DONE: Final = "DONE"
TILE_LOST: Final = "SENSOR LOST"
LANE: Final = "lane {number}"
TILE_PAUSED: Final = "PAUSED"
TILE_RUNNING: Final = "RUNNING"

SLOWER: Final = "{percent} slower, line {line}"
LOST: Final = "{percent} lost, line {line}"
SURE: Final = "{surety}; {cause}"
SLOWER_ALONE: Final = "{percent} slower than free"

BELT: Final = "Belt"
TETHER: Final = "Tether"
TRUST: Final = "Trust"
TRUSTS: Final = {"good": "good", "fair": "fair", "poor": "poor"}
CAUSES: Final = {
    "load": "load",
    "fatigue": "fatigue",
    "slack": "slack",
    "sensor": "sensor",
    "start": "slow start",
}
"""In the strip, where there is room for a word."""
STREAMING: Final = "streaming"
LOOKING: Final = "looking for it"
GREETING: Final = "connecting"
STOPPED: Final = "stopped"
BATTERY: Final = "{percent} %"
BATTERY_LOW: Final = "{percent} %: charge it"
ABSENT: Final = "not seen"
TRUST_GOOD: Final = "belt and tether agree"
SENSOR_LOST: Final = "{sensor} lost: it is looked for and comes back by itself. All is kept."
RECORDING: Final = "recording {clock}"
NOT_RECORDING: Final = "▼ not recorded"
UNRECORDED: Final = "Nothing is recorded any more. End the session (B, E): the summary says why."
DEMO: Final = "DEMO"
NO_SOUND: Final = "no sound"

ATHLETE: Final = "athlete"
VELOCITY: Final = "velocity"
STATE: Final = "state"
SPLITS: Final = "splits"
REPS: Final = "reps"
ADVICE: Final = "advice"
SENSORS: Final = "sensors"
"""Names of the parts, for a screen reader."""

ARMED: Final = "Armed"
PAUSED: Final = "Paused"
UNDO: Final = "Undo"
NEXT: Final = "Next"
ZERO: Final = "Zero"
MUTE: Final = "Mute"
MUTED: Final = "Muted"
YOUR_LINE: Final = "your line"
"""Beneath the athlete's bar."""

DONE_EXCLUDED: Final = "Rep {number} of {name} left out. Undo brings it back."
DONE_INCLUDED: Final = "Rep {number} of {name} counts again."
DONE_UNDONE: Final = "Undone: {what}."
DONE_NOTHING: Final = "There is nothing to undo."
DONE_ZERO: Final = "Zero set: the athlete stands at the start."
DONE_LOAD: Final = "Load: {load}."
DONE_NO_PLATES: Final = "There is no plate on the sled."
DONE_NEXT: Final = "{name} is up."
DONE_SET: Final = "Set {number}."
DONE_RECOVERED: Final = "That run is measured again as a rep."
DONE_NO_RUN: Final = "No run of the last minute is missing: nothing to recover."
DONE_ARMED: Final = "Armed: every run counts."
DONE_PAUSED: Final = "Paused: runs are recorded, but left out."
DONE_ASSIGNED: Final = "The last rep was {name}'s."
DONE_SWAPPED: Final = "The last two reps have changed hands."
DONE_NO_REP: Final = "There is no rep yet."
DONE_HIDDEN: Final = "Numbers are hidden."
DONE_SHOWN: Final = "Numbers are shown."
SAID: Final = {
    "athlete": "athlete {value}",
    "load_kg": "load",
    "unresisted": "sled on or off",
    "set": "set {value}",
    "exclude_rep": "leaving out a rep",
    "include_rep": "taking a rep in",
    "recover_rep": "recovering a rep",
    "zero": "zero",
    "note": "note",
    "hidden": "hiding or showing numbers",
}
"""What an undone input was."""
