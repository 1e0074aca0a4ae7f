"""What came back from the guest, in words."""

from pathlib import Path
from xml.etree import ElementTree as ET


def tell(out: Path) -> int:
    """Print figures, skips and failures; gives the exit status."""
    results = out / "junit.xml"
    if not results.exists():
        print("test-bluetooth: the guest ended without results")
        for name in ("bluetoothd.log", "dmesg.txt"):
            if (out / name).exists():
                print(f"--- {name}\n{_end_of(out / name)}")
        return 1
    cases = list(ET.parse(results).getroot().iter("testcase"))
    figures = [(p.get("name"), p.get("value")) for case in cases for p in case.iter("property")]
    bad = [case for case in cases if {"failure", "error"} & {child.tag for child in case}]
    skipped = [case for case in cases if case.find("skipped") is not None]
    for case in skipped:
        print(f"skipped: {case.get('name')}: {_reason(case)}")
    for figure, value in figures:
        print(f"{figure:55} {value}")
    for case in bad:
        print(f"failed: {case.get('classname')} {case.get('name')}")
    print(
        f"test-bluetooth: {len(cases) - len(bad) - len(skipped)} passed, {len(bad)} failed,"
        f" {len(skipped)} skipped"
    )
    if bad:
        print(f"--- bluetoothd.log\n{_end_of(out / 'bluetoothd.log')}")
    return 1 if bad or len(cases) == len(skipped) else 0


def _reason(case: ET.Element) -> str:
    skipped = case.find("skipped")
    return (skipped.get("message") or "") if skipped is not None else ""


def _end_of(path: Path, lines: int = 30) -> str:
    return "\n".join(path.read_text("utf-8", errors="replace").splitlines()[-lines:])
