"""Every word of the window's screens, in one place for a translator."""

from typing import Final

# What several screens say
BACK: Final = "Back"
DEMO_BADGE: Final = "DEMO – simulated sensors"
UNKNOWN: Final = "–"
NOW: Final = "now"
NEXT: Final = "next"

# Start
START_TITLE: Final = "sledmon"
START_ASIDE: Final = "sled resisted backpedal, rep by rep"
DEMO: Final = "Try the demo"
DEMO_MORE: Final = "Simulated sensors, a whole session; nothing is needed."
CONNECT: Final = "Connect sensors"
CONNECT_MORE: Final = "Belt and tether over Bluetooth; no typing."
OPEN: Final = "Open a recording"
OPEN_MORE: Final = "Replay and compare what was recorded."
GO_ON: Final = "Go on with the running session of {time}"
GO_ON_MORE: Final = "It was never closed: {what} so far. Nothing is lost."
GO_ON_UNKNOWN: Final = "{minutes} min recorded"
RECENT: Final = "Recent sessions"
LOOKING: Final = "Looking ..."
NO_RECENT: Final = "No session yet. Try the demo, or connect sensors: each session is kept here."
TODAY: Final = "today"
YESTERDAY: Final = "yesterday"
MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
SIMULATED: Final = "simulated"
UNREAD: Final = "not analysed yet"
NEVER_CLOSED: Final = "not closed"
SETTINGS: Final = "Settings"
OPEN_FILE: Final = "Open a recording"
RECORDINGS: Final = "Recordings (*.mcap)"

# Queue
QUEUE_TITLE: Final = "Queue"
QUEUE_LIST: Final = "Athletes in the order they run"
QUEUE_NOW: Final = "now {now}"
QUEUE_NOW_NEXT: Final = "now {now}   next {next}"
ADD_SPOKEN: Final = "Name of an athlete to add"
ADD_HINT: Final = "Add an athlete: nickname or number, then Enter"
RENAME_SPOKEN: Final = "New name of {name}"
RENAME_HINT: Final = "New name, then Enter"
ADD: Final = "Add"
RENAME: Final = "Rename"
RUNS_NOW: Final = "Runs now"
NEXT_ATHLETE: Final = "Next"
PREVIOUS_ATHLETE: Final = "Previous"
DONE: Final = "Done"
LAST_REP_WAS: Final = "Last rep was {name}"
SWAP_LAST_TWO: Final = "Swap the last two"
NO_LAST_REP: Final = "No rep yet. Run first, name later."
LAST_REP: Final = "Last: rep {number}, {name}, {speed} {unit}"
EARLIER: Final = "Earlier"
LATER: Final = "Later"
SITS_OUT: Final = "Sits out"
BACK_IN: Final = "Back in"
UNDER_16: Final = "Under 16"
OF_AGE: Final = "16 or older"
REMOVE: Final = "Remove"
IMPORT: Final = "Roster"
UNDO: Final = "Undo"
ROSTER_FILE: Final = "Roster from a table"
ROSTERS: Final = "Tables (*.csv *.txt);;All files (*)"
NOTHING_TO_UNDO: Final = "Nothing to undo here."
REMOVED: Final = "Removed {name}. Backspace brings back."

# Settings
SETTINGS_TITLE: Final = "Settings"
SPEED: Final = "Velocity"
DISTANCE: Final = "Distance"
MASS: Final = "Load"
THEME: Final = "Theme"
AUDIO: Final = "Sound"
THEMES: Final = {"sun": "Sun", "dark": "Dark"}
AUDIO_MODES: Final = {
    "off": "Off",
    "read": "Read",
    "target": "Target",
    "loss": "Loss",
    "blinded": "Blinded",
}
AUDIO_SAYS: Final = {
    "off": "Nothing is heard.",
    "read": "Each rep's number is read out.",
    "target": "Two tones rise where the rep stayed inside your line, fall where it went past it.",
    "loss": "Silent until velocity has fallen to within 5 % of your stop line.",
    "blinded": "Numbers are neither shown nor heard: for sessions without feedback.",
}
THEME_SAYS: Final = "Black on white for daylight; white on black for the evening. S switches."
UNITS_SAY: Final = "Each unit on its own. Recordings keep metres, seconds and kilograms."
SETTINGS_ASIDE: Final = "changes hold at once and are kept"
SOUND_TEST: Final = "Test the sound"
