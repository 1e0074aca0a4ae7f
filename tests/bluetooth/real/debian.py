"""Debian packages fetched and unpacked into a folder, without installing them."""

import shutil
import subprocess
from pathlib import Path

from scripts.environment import install_debian


class CannotBuildError(Exception):
    """Tier 3 cannot run on this machine; the message says why and what would help."""


def need_commands(packages: dict[str, str]) -> None:
    """Have these commands, from these packages; install what is lacking where we may."""
    lacking = {command: name for command, name in packages.items() if not shutil.which(command)}
    if lacking:
        install_debian(sorted(set(lacking.values())), needed=False)
    still = sorted({name for command, name in lacking.items() if not shutil.which(command)})
    if still:
        raise CannotBuildError(f"lacking: {', '.join(still)}; sudo apt-get install them")


def field_of(package: str, field: str) -> str:
    """A field of the package that apt would install."""
    if shutil.which("apt-cache") is None or shutil.which("dpkg-deb") is None:
        raise CannotBuildError("this is not Debian or Ubuntu: it has no apt-cache and no dpkg-deb")
    shown = subprocess.run(
        ["apt-cache", "--no-all-versions", "show", package], capture_output=True, text=True
    ).stdout
    for line in shown.splitlines():
        if line.startswith(f"{field}: "):
            return line.removeprefix(f"{field}: ")
    raise CannotBuildError(
        f"apt knows no package {package}; run sudo apt-get update, or add Debian's archive"
    )


def unpack(package: str, folder: Path) -> None:
    """Download what apt would install and unpack it there."""
    folder.mkdir(parents=True, exist_ok=True)
    fetched = subprocess.run(
        ["apt-get", "-qq", "download", package], cwd=folder, capture_output=True, text=True
    )
    if fetched.returncode:
        why = (fetched.stderr.strip() or "no reason given").splitlines()[-1]
        raise CannotBuildError(f"cannot download {package}: {why}; run sudo apt-get update")
    for archive in folder.glob(f"{package}_*.deb"):
        subprocess.run(["dpkg-deb", "--extract", archive, folder], check=True)
        archive.unlink()
