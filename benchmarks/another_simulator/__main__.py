"""Print the figures of every severity asked for."""

import argparse

from benchmarks.another_simulator.accuracy import table
from benchmarks.another_simulator.severity import SEVERITIES


def main() -> None:
    """Print the table of every severity asked for."""
    parser = argparse.ArgumentParser(description="Another simulator's sessions, measured.")
    parser.add_argument("severities", nargs="*", metavar="SEVERITY", help=", ".join(SEVERITIES))
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=1)
    asked = parser.parse_args()
    seeds = range(asked.first_seed, asked.first_seed + asked.sessions)
    for severity in asked.severities or SEVERITIES:
        print(table(severity, seeds), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
