"""Create or refresh ``.venv``; called by the Makefile, run by the system's own Python.

    python3 scripts/environment.py          what `make demo` needs
    python3 scripts/environment.py --dev    what `make test` needs as well

Standard library only. Everything installed is pinned by hash in requirements*.txt; where it comes
from is whatever this machine's pip is configured for. A stamp inside ``.venv`` makes the second
run a matter of milliseconds, and needs no network.

The syntax stays readable to Python 3.7, so that an old one can say what is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
RUNTIME_LOCK = ROOT / "requirements.txt"
DEV_LOCK = ROOT / "requirements-dev.txt"

# Debian packages, wanted as soon as the lock holds the Python package that needs them. A name may
# carry the suffix t64 on newer releases; both are tried.
QT_LIBRARIES = (
    "libglib2.0-0",
    "libgl1",
    "libegl1",
    "libdbus-1-3",
    "libfontconfig1",
    "libxkbcommon0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-shape0",
    "libxkbcommon-x11-0",
    "fonts-inter",  # figures of one width; without it the window takes what the system has
)
DEBIAN_FOR_ALL = {"pyside6-essentials": QT_LIBRARIES}
DEBIAN_FOR_TESTS = {
    "pyside6-essentials": ("xvfb", "xauth"),
    "bleak": ("dbus",),
    "playwright": ("chromium",),  # the athlete's page, driven in a real browser
    "pyzbar": ("libzbar0",),  # codes on the screen, read back
    "psycopg": ("postgresql",),
    "pytest": ("gcc", "libc6-dev"),  # the packets in C, firmware_notes/reference
}


class LackingError(Exception):
    """Something is lacking that only the user can provide; the message says what."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Create or refresh .venv.")
    parser.add_argument("--dev", action="store_true", help="with the developer's tools")
    dev = parser.parse_args().dev
    if sys.version_info < OLDEST:
        return start_again_with_newer_python()
    try:
        refresh(dev)
        install_debian(wanted_debian(dev), needed=False)
    except LackingError as refusal:
        say(str(refusal))
        return 1
    return 0


def say(sentence: str) -> None:
    print(f"environment: {sentence}", flush=True)


# --- Python ---------------------------------------------------------------------------------------


def start_again_with_newer_python() -> int:
    """Hand over to a newer interpreter on the PATH, or say how to get one."""
    for name in ("python3.13", "python3.12", "python3.11", "python3.14"):
        found = shutil.which(name)
        probe = f"import sys; sys.exit(sys.version_info < {OLDEST})"
        if (
            found
            and subprocess.run([found, "-c", probe], stderr=subprocess.DEVNULL).returncode == 0
        ):
            return subprocess.run([found, *sys.argv]).returncode
    say(
        "sledmon needs Python 3.11 or newer; this is {}.{} and no newer one is on the PATH. "
        "Install one (Debian 12 and Ubuntu 24.04 bring it; Ubuntu 22.04: apt-get install "
        "python3.11 python3.11-venv), then run make again.".format(*sys.version_info[:2])
    )
    return 1


def refresh(dev: bool) -> None:
    """Make ``.venv`` match the lock, doing nothing when it does already."""
    runtime, developer = (fingerprint(lock) for lock in (RUNTIME_LOCK, DEV_LOCK))
    stamps = read_stamps()
    if developer in stamps or (runtime in stamps and not dev):
        return
    if not usable(stamps):
        create()
    lock = DEV_LOCK if dev else RUNTIME_LOCK
    say(f"installing what {lock.name} pins (a minute or two the first time)")
    pip("install", "--require-hashes", "--requirement", str(lock))
    pip("install", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    (VENV / "sledmon-stamp").write_text(f"{place()}\n{developer if dev else runtime}\n", "utf-8")
    say("ready")


def fingerprint(lock: Path) -> str:
    """Changes whenever the environment must be looked at again."""
    digest = hashlib.sha256()
    for path in (lock, ROOT / "pyproject.toml", Path(__file__)):
        digest.update(path.read_bytes() + b"\0")
    digest.update(place().encode())
    return digest.hexdigest()


def place() -> str:
    """A virtual environment belongs to one interpreter and one folder."""
    return f"{sys.version.split()[0]} {os.path.realpath(sys.executable)} {ROOT}"


def read_stamps() -> list[str]:
    try:
        return (VENV / "sledmon-stamp").read_text("utf-8").splitlines()
    except OSError:
        return []


def venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def usable(stamps: list[str]) -> bool:
    """Whether ``.venv`` was finished here, by this Python, and still runs."""
    if not stamps or stamps[0] != place():
        return False
    probe = subprocess.run([str(venv_python()), "-m", "pip", "--version"], capture_output=True)
    return probe.returncode == 0


def create() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        install_debian(["python{}.{}-venv".format(*sys.version_info[:2])], needed=True)
    say(f"creating .venv with Python {sys.version.split()[0]}")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True
    )
    if made.returncode:
        raise LackingError(f"python -m venv failed:\n{made.stdout}{made.stderr}".rstrip())


def pip(*arguments: str) -> None:
    command = [str(venv_python()), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    done = subprocess.run(
        [*command, "--no-input", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise LackingError(
            f"pip could not install:\n{done.stdout.rstrip()}\n"
            "The first run needs a network, or a local index in pip's configuration; later ones "
            "do not."
        )


# --- Debian ---------------------------------------------------------------------------------------


def wanted_debian(dev: bool) -> list[str]:
    lock = (DEV_LOCK if dev else RUNTIME_LOCK).read_text("utf-8").lower()
    wanted: list[str] = []
    for table in (DEBIAN_FOR_ALL, DEBIAN_FOR_TESTS) if dev else (DEBIAN_FOR_ALL,):
        for distribution, packages in table.items():
            if f"\n{distribution}==" in f"\n{lock}":
                wanted += packages
    return wanted


def install_debian(wanted: list[str], *, needed: bool) -> None:
    """Install Debian packages when we may; else say which. Only ``needed`` ones stop us."""
    if not wanted or not (shutil.which("apt-get") and shutil.which("dpkg-query")):
        if needed:
            raise LackingError(f"this Python lacks ensurepip: install it ({wanted[0]} on Debian)")
        return
    lacking = [name for name in wanted if not (installed(name) or installed(name + "t64"))]
    if not lacking:
        return
    advice = f"install by hand: sudo apt-get install {' '.join(lacking)}"
    refused_before = VENV / "sledmon-apt-failed"
    if not needed and refused_before.exists() and refused_before.read_text("utf-8") == advice:
        say(f"still lacking; {advice}")
        return
    become_root = root_prefix()
    if become_root is None:
        failure = "may not install Debian packages (not root, no sudo without a password)"
    else:
        say(f"apt-get install {' '.join(lacking)}")
        failure = apt(become_root, lacking)
    if failure and needed:
        raise LackingError(f"{failure}; {advice}")
    if failure:
        say(f"{failure}; {advice}")
        if VENV.is_dir():  # do not make every later run wait for a network that is not there
            refused_before.write_text(advice, "utf-8")


def installed(name: str) -> bool:
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", name]
    return subprocess.run(query, capture_output=True, text=True).stdout == "installed"


def root_prefix() -> list[str] | None:
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True).returncode == 0:
        return [sudo, "-n"]
    return None


def apt(become_root: list[str], lacking: list[str]) -> str:
    """Install; returns what went wrong, or nothing."""
    quick = ["-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20"]
    patient = ["-o", "DPkg::Lock::Timeout=60"]
    if not all(candidate(name) for name in lacking):
        update = [*become_root, "apt-get", *quick, *patient, "-qq", "update"]
        subprocess.run(update, capture_output=True, stdin=subprocess.DEVNULL)
    names = [candidate(name) or name for name in lacking]
    install = ["apt-get", *quick, *patient, "-qq", "install", "--yes", "--no-install-recommends"]
    done = subprocess.run(
        [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", *install, *names],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode == 0:
        return ""
    last = (done.stderr.strip() or "no reason given").splitlines()[-1]
    return f"apt-get install failed ({last})"


def candidate(name: str) -> str | None:
    """The name under which this release offers a package, if it does."""
    for spelling in (name, name + "t64"):
        policy = subprocess.run(
            ["apt-cache", "policy", spelling],
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "C"},
        ).stdout
        if "Candidate:" in policy and "Candidate: (none)" not in policy:
            return spelling
    return None


if __name__ == "__main__":
    sys.exit(main())
