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
GO_ON_MORE: Final = "It was never closed. Kept so far: {what}."
GO_ON_UNKNOWN: Final = "{minutes} min"
RECENT: Final = "Recent sessions"
LOOKING: Final = "Looking ..."
NO_RECENT: Final = "No session yet. Each one with sensors is kept here; a demo is not."
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
SETTINGS_ASIDE: Final = "changes hold at once and are kept"
SOUND_TEST: Final = "Test the sound"

# Preflight: which sensors
CHOOSE_TITLE: Final = "Connect sensors"
HEARD_LIST: Final = "Sensors in range"
LISTENING: Final = "listening ..."
NOBODY_HEARD: Final = (
    "No sensor heard yet. Switch them on and bring them near; one that is connected elsewhere"
    " cannot be heard."
)
DEMO_SENSORS: Final = "Demo sensors"
DEMO_KIND: Final = "simulated belt and tether"
BELT: Final = "Belt"
TETHER: Final = "Tether"
CHOSEN: Final = "✓"
CHOSEN_SPOKEN: Final = "chosen"
LAST_TIME: Final = "used last time"
CONNECT_NOW: Final = "Connect"
LISTEN_AGAIN: Final = "Listen again"
BOTH_CHOSEN: Final = "Belt and tether chosen. Enter connects."
DEMO_CHOSEN: Final = "The demo's sensors are chosen. Enter connects."
ONE_CHOSEN: Final = "{chosen} chosen; no {other} yet. Enter goes on without it."
SEVERAL: Final = "More than one {kind} heard: choose one by number."
NONE_CHOSEN: Final = "Expected: one belt, one tether."

# Preflight: what they say
PREFLIGHT_TITLE: Final = "Before you start"
CHECKS: Final = "Checks"
STREAMING: Final = "streaming"
CONNECTING: Final = "connecting"
LOOKING_FOR: Final = "looking for it"
STOPPED: Final = "stopped"
NOT_CHOSEN: Final = "without it"
NOT_THERE_YET: Final = "not found yet"
FELT: Final = "g felt now; about 1 while it lies still"
CORD: Final = "{unit} of cord, {speed}"
BATTERY: Final = "battery {percent} %"
BATTERY_HOURS: Final = "battery {percent} %, about {hours} h left"
BATTERY_SHORT: Final = "battery {percent} %, less than 1 h left"
BATTERY_NO_HOURS: Final = "battery {percent} %, hours unknown"
BATTERY_UNKNOWN: Final = "battery not told"
CHARGE: Final = "charge it"
SIGNAL: Final = "signal {dbm} dBm, {words}"
SIGNALS: Final = ("strong", "good", "weak", "very weak")
MISSED: Final = "; {percent} % lost in the air"
SIGNAL_UNKNOWN: Final = "signal not told"
SENSORS: Final = "Sensors"
SOME_STREAM: Final = "{expected} expected, {connected} connected"
ZERO: Final = "Zero"
ZERO_TODO: Final = "Clip the cord to the belt on the start line, then zero."
ZERO_DONE: Final = "Done {ago} ago."
ZERO_NONE: Final = "No tether to zero."
TAPE: Final = "Tape"
TAPE_TODO: Final = "Hold the clip on the start line and press T; walk to the {mark} mark, T again."
TAPE_WALK: Final = "Walked {distance}. At the {mark} mark press T."
TAPE_DONE: Final = "The cord says {distance} where the tape says {mark}: {error} {sigma} %."
TAPE_OFF: Final = "Measure again; if it stays, calibrate the tether."
TAPE_REFUSED: Final = "No check: {why}."
TAPE_NO_CORD: Final = "The tether does not stream yet."
BELT_WAY: Final = "Belt"
BELT_TODO: Final = "Any way round. How it is worn is found in the first rep."
BELT_DONE: Final = "Worn as found in the first rep."
BELT_NONE: Final = "Without a belt: no steps, no lean; splits and velocity from the tether."
SOUND: Final = "Sound"
SOUND_TODO: Final = "Press N to hear how a rep will sound."
SOUND_OFF: Final = "Sound is off in the settings."
SOUND_PLAYED: Final = "Played. Heard it?"
DISK: Final = "Disk"
DISK_FREE: Final = "{size} free: {hours} h of recording."
DISK_LOW: Final = "{size} free: only {hours} h of recording. Make room first."
DISK_UNKNOWN: Final = "Free space unknown."
MANY_HOURS: Final = "more than 1000"
GOOD: Final = "✓"
LOOK: Final = "▲"
TO_DO: Final = "–"
MARKS_SPOKEN: Final = {"✓": "good", "▲": "look", "–": "not done"}
START_SESSION: Final = "Start"

# Summary
SUMMARY_OF_LANE: Final = "Summary, lane {lane}  (Ctrl 1 … {lanes})"
SUMMARY_TITLE: Final = "Summary"
DAY_AND_TIME: Final = "%d %B %Y, %H:%M"
ATHLETES: Final = "Athletes of this session"
NO_REPS: Final = "No rep was recorded in this session."
NO_COUNTED: Final = "No rep of {name} counts: stopped short, excluded, or not to be trusted."
PULLS: Final = "Best, mean, loss, zones and flags at each load"
PULL_HEADS: Final = (
    "",
    "reps",
    "best {unit}",
    "mean {unit}",
    "loss",
    "inside / between / past",
    "flags",
)
ATHLETE_HEADS: Final = ("", "reps", "best free {unit}", "flags")
RANKED: Final = "ranked by the best free backpedal over {distance}"
BASELINE: Final = "baseline"
NOT_JUDGED: Final = "not judged"
NO_SUMMARY: Final = "No baseline and no load-velocity line yet."
FREE_BACKPEDAL: Final = "Free backpedal {speed}."
VARIES: Final = "Varies by {percent} from rep to rep."
LOSES: Final = "Loses {slope} {speed_unit} with each {mass_unit} (r² {r_squared:.2f})."
TO_LINE: Final = "Sled and plates to your line: {mass}."
CHART: Final = "Velocity by load"
CHART_LOAD: Final = "sled and plates, {unit}"
RANKING: Final = "Ranking"
OWN_BESTS: Final = "Own bests"
PRINT: Final = "Print"
SHARE: Final = "Share"
END_SESSION: Final = "End session"
END_SURE: Final = "Press E once more to end the session; it cannot be gone on with then."
REPLAY: Final = "Replay"
PRINT_FILE: Final = "Print to a PDF file"
PDF_FILES: Final = "PDF (*.pdf)"
PRINTED: Final = "Printed to {path}."
BLINDED: Final = "Blinded: numbers stay hidden until another sound mode is chosen in the settings."
EXPLAINED: Final = (
    "Velocity: mean over the last {window}; ±: one standard error. Loss: since the first reps at"
    " that load. Inside: your speed line; past: your strength line."
)

# Sound
SPOKEN_POINT: Final = "point"
SPOKEN_TEST: Final = "4.11"
NO_SOUND_EXTRA: Final = (
    "No sound: Qt's multimedia is not installed. With a network: pip install 'sledmon[audio]'."
)
NO_SOUND_LIBRARY: Final = "No sound: {why}. On Debian: apt install libpulse0."
NO_SOUND_DEVICE: Final = "No sound: this computer has no loudspeaker that is switched on."
NO_VOICE: Final = "No voice on this computer: tones instead of numbers."

SHARE_TITLE: Final = "Share: each athlete scans their own code"
SHARE_LIST: Final = "athletes"
SHARE_CODE: Final = "code to scan"
SHARE_NO_REP: Final = "Codes come with each athlete's first rep."
SHARE_OFFLINE: Final = "Without a network"
SHARE_TEXT: Final = "{name}: the code holds the results themselves; no network is needed."
SHARE_NOT_KEPT: Final = 'The library does not know this session yet: sledmon library add "{path}"'
SHARE_STOP: Final = "Stop sharing"
SHARE_NO_CONSENT: Final = "Under 16 and without consent to sharing, so without a code: {names}."
