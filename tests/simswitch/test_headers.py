"""What of a channel's headers is kept from one event to the next."""

from __future__ import annotations

import pytest

from switchy_nb.simswitch.calls.profile import Profile
from switchy_nb.simswitch.calls.states import Direction
from switchy_nb.simswitch.headers import Remembered, Variables


def profile() -> Profile:
    return Profile(
        direction=Direction.INBOUND,
        unique_id="u",
        channel_name="sofia/external/1@host",
        caller_id_name="Ann",
        caller_id_number="1",
        destination="2",
        source="mod_sofia",
        context="public",
    )


def test_variables_keep_the_order_in_which_they_were_first_set() -> None:
    variables = Variables()
    variables["a"], variables["b"], variables["c"] = "1", "2", ("x", "y")
    variables["a"] = "3"
    assert variables.block().plain == (
        "variable_a: 3\nvariable_b: 2\nvariable_c: ARRAY%3A%3Ax%7C%3Ay\n"
    )
    del variables["a"]
    variables["a"] = "4"
    assert [name for name, _ in variables.block().pairs] == [
        "variable_b",
        "variable_c",
        "variable_a",
    ]
    assert dict(variables) == {"b": "2", "c": ("x", "y"), "a": "4"}


def test_a_block_of_variables_stays_as_it_was() -> None:
    variables = Variables()
    variables["a"] = "1"
    before = variables.block()
    assert variables.block() is before
    variables["a"] = "1"
    assert variables.block() is before
    variables["a"] = "2"
    variables["b"] = "3"
    assert before.pairs == (("variable_a", "1"),)
    assert before.plain == "variable_a: 1\n"
    assert variables.block().plain == "variable_a: 2\nvariable_b: 3\n"


@pytest.mark.parametrize("name", ["a:b", "a\nForged", "a\rb", ""])
def test_a_name_that_would_make_another_header_is_kept_and_not_shown(name: str) -> None:
    variables = Variables()
    variables["first"] = "1"
    variables[name] = "2"
    assert variables[name] == "2"
    assert variables.block().plain == "variable_first: 1\n"
    assert variables.block().pairs == (("variable_first", "1"),)
    del variables[name]
    assert name not in variables


def test_variables_know_what_they_hold() -> None:
    variables = Variables()
    variables.update({"a": "1", "b": "2"})
    assert len(variables) == 2
    assert variables.pop("a") == "1"
    assert variables.get("a") is None
    assert "a" not in variables
    assert repr(variables) == "Variables({'b': '2'})"
    with pytest.raises(KeyError):
        del variables["a"]


def test_a_block_is_made_anew_when_a_fact_differs() -> None:
    asked: list[str] = []

    def pairs() -> list[tuple[str, str]]:
        asked.append("")
        return [("A", str(len(asked)))]

    remembered = Remembered()
    first = remembered.block((1, "x"), pairs)
    assert remembered.block((1, "x"), pairs) is first
    assert remembered.block((2, "x"), pairs).plain == "A: 2\n"
    assert len(asked) == 2


def test_a_profile_shows_every_change() -> None:
    one = profile()
    before = one.headers("Caller")
    assert one.headers("Caller") is before
    assert before.pairs == tuple(one.pairs("Caller"))
    one.times.answered = 17
    assert ("Caller-Channel-Answered-Time", "17") in one.headers("Caller").pairs
    one.caller_id_name = "Eve\nForged: yes"
    assert "\nCaller-Caller-ID-Name: Eve%0AForged%3A%20yes\n" in one.headers("Caller").plain
    assert one.headers("Other-Leg").plain.startswith("Other-Leg-Direction: inbound\n")
    other = one.copy()
    other.destination = "3"
    assert ("Caller-Destination-Number", "2") in one.headers("Caller").pairs
    assert ("Caller-Destination-Number", "3") in other.headers("Caller").pairs
