"""Table packets: what an imported table's descriptor and rows may be."""

import json
from typing import Any

import numpy as np
import pytest

from sledmon.errors import WireError
from sledmon.wire import table


@pytest.mark.parametrize("columns", [table.ENCODER_DISTANCE, table.ENCODER_COUNT, table.IMU])
def test_a_table_descriptor_comes_back(columns: tuple[str, ...]) -> None:
    written = table.TableDescriptor(columns, 0.001)
    assert table.unpack_table_descriptor(table.pack_table_descriptor(written)) == written


def _descriptor(**changes: Any) -> bytes:
    return json.dumps({"columns": ["time_s", "count"], "period_s": 0.01} | changes).encode()


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"", "not the JSON"),
        (b"\xff\xfe", "not the JSON"),
        (b"[]", "not the JSON"),
        (b"[" * 100_000, "not the JSON"),
        (b"{}", "not the JSON"),
        (_descriptor(columns=3), "not the JSON"),
        (_descriptor(columns=["time_s"]), "unknown table columns time_s"),
        (_descriptor(columns=[["time_s"], None]), "unknown table columns"),
        (_descriptor(columns="time_s"), "unknown table columns"),
        (_descriptor(period_s=None), "not the JSON"),
        (_descriptor(period_s="soon"), "not the JSON"),
        (_descriptor(period_s=10**400), "not the JSON"),
        (_descriptor(period_s=0), "not one of a sensor"),
        (_descriptor(period_s=1e-9), "not one of a sensor"),
        (_descriptor(period_s=1e300), "not one of a sensor"),
        (_descriptor(period_s=-1.0), "not one of a sensor"),
        (_descriptor(period_s=float("nan")), "not one of a sensor"),
        (_descriptor(period_s=float("inf")), "not one of a sensor"),
    ],
)
def test_a_wrong_table_descriptor_is_refused(payload: bytes, why: str) -> None:
    with pytest.raises(WireError, match=why):
        table.unpack_table_descriptor(payload)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([[0.0, np.nan]], "not a finite number"),
        ([[np.inf, 0.0]], "not a finite number"),
        ([[1.0, 0.0], [1.0, 0.0]], "do not increase"),
        ([[1.0, 0.0], [0.5, 0.0]], "do not increase"),
        ([[1e308, 0.0], [-1e308, 0.0]], "do not increase"),
    ],
)
def test_wrong_rows_are_refused(rows: list[list[float]], why: str) -> None:
    with pytest.raises(WireError, match=why):
        table.unpack_rows(table.pack_rows(np.array(rows)), 2)


def test_every_truncation_of_rows_is_refused_or_fewer_rows() -> None:
    payload = table.pack_rows(np.arange(6.0).reshape(3, 2))
    for length in range(len(payload)):
        if length in {16, 32}:
            assert len(table.unpack_rows(payload[:length], 2)) == length // 16
        else:
            with pytest.raises(WireError, match="whole rows"):
                table.unpack_rows(payload[:length], 2)
