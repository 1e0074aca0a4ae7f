"""The README's example for scientists runs as it stands there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd

from tests.pipeline.sessions import path_of


def example(repository: Path) -> str:
    """The Python of the section for scientists."""
    readme = (repository / "README.md").read_text(encoding="utf-8")
    section = readme.split("\n## For scientists\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^```python\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 1
    code: str = blocks[0]
    return code


def test_the_scientists_example_makes_a_table_and_a_figure(
    repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "recordings").mkdir()
    for name in ("simulated-clean-10yd", "simulated-5yd-loads", "simulated-false-starts"):
        shutil.copy(path_of(name), tmp_path / "recordings")
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", example(repository)],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    table = pd.read_csv(tmp_path / "velocity_by_load.csv")
    assert {"athlete", "distance_m", "resistance_kg", "mean"} <= set(table.columns)
    assert table["size"].sum() >= 9
    assert table["mean"].between(3, 6).all()
    assert (tmp_path / "load_velocity.svg").read_text("utf-8").count("<poly") > 5
    assert re.search(r"\b[0-9a-f]{64}\b", ran.stdout)
