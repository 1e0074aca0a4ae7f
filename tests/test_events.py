"""Values that make sense are read; all others are refused with what to write instead."""

import pytest

from sledmon.errors import EventError
from sledmon.events import EVENT_KINDS, EventValue, canonical_value, parse_event


@pytest.mark.parametrize(
    ("kind", "value", "parsed", "canonical"),
    [
        ("athlete", " Ana ", "Ana", "Ana"),
        ("load_kg", "4.54", 4.54, "4.54"),
        ("load_kg", "4,54", 4.54, "4.54"),
        ("load_kg", "0", 0.0, "0.0"),
        ("load_kg", "-0", 0.0, "0.0"),
        ("sled_kg", "1e1", 10.0, "10.0"),
        ("surface", "turf", "turf", "turf"),
        ("set", "2", 2, "2"),
        ("unresisted", "1", True, "1"),
        ("unresisted", "FALSE", False, "0"),
        ("distance_yd", "15", 15.0, "15.0"),
        ("plan", "[[set]]\nreps = 3", "[[set]]\nreps = 3", "[[set]]\nreps = 3"),
        ("baseline", "4.51 0.03", (4.51, 0.03), "4.51 0.03"),
        ("baseline", "4,51;0,03", (4.51, 0.03), "4.51 0.03"),
        ("baseline", "4.51,0.03", (4.51, 0.03), "4.51 0.03"),
        ("baseline", "4.51, 0.03", (4.51, 0.03), "4.51 0.03"),
        ("zero", "", None, ""),
        ("exclude_rep", " ", None, ""),
        ("rep_edges", "31.5 34.2", (31.5, 34.2), "31.5 34.2"),
        ("note", "slipped, twice", "slipped, twice", "slipped, twice"),
    ],
)
def test_values_that_make_sense(kind: str, value: str, parsed: EventValue, canonical: str) -> None:
    assert parse_event(kind, value) == parsed
    assert canonical_value(kind, value) == canonical
    assert parse_event(kind, canonical) == parsed


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("laod_kg", "1", "did you mean 'load_kg'"),
        ("zzzzz", "1", "known: athlete, load_kg"),
        ("", "1", "unknown event ''"),
        ("athlete", "", "needs a text"),
        ("load_kg", "", "not nothing"),
        ("load_kg", "-1", "write 0 to 1000 kg"),
        ("load_kg", "10 lb", "a number in kg, not '10 lb'"),
        ("load_kg", "nan", "a number in kg"),
        ("load_kg", "1e999", "a number in kg"),
        ("load_kg", "1_0", "a number in kg"),
        ("load_kg", "١", "a number in kg"),
        ("distance_yd", "0", "more than 0 to 100 yd"),
        ("distance_yd", "101", "makes no sense"),
        ("set", "0", "from 1 on"),
        ("set", "1.5", "whole number"),
        ("unresisted", "maybe", "1 or 0"),
        ("baseline", "4.51", "a space between"),
        ("baseline", "4,51,0,03", "a space between"),
        ("baseline", "4.51 0", "standard error 0"),
        ("baseline", "4.51 -0.1", "standard error -0.1"),
        ("baseline", "45 0.1", "0.5 to 12 m/s"),
        ("rep_edges", "3 2", "not after its start"),
        ("exclude_rep", "last", "names a session time in s inside the rep"),
        ("undo", "2", "leave it empty"),
    ],
)
def test_values_that_make_no_sense_are_refused_in_one_sentence(
    kind: str, value: str, message: str
) -> None:
    with pytest.raises(EventError) as error:
        parse_event(kind, value)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_every_event_of_the_contract_is_known() -> None:
    assert set(EVENT_KINDS) == {
        *("athlete", "load_kg", "sled_kg", "surface", "set", "unresisted", "distance_yd", "plan"),
        *("baseline", "zero", "exclude_rep", "include_rep", "recover_rep", "rep_edges", "undo"),
        "note",
    }
