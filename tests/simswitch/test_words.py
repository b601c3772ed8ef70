"""Where FreeSWITCH cuts a text, and what it takes off the pieces; each answer is a real one's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchy_nb.simswitch.words import separate


@pytest.mark.parametrize(
    ("text", "delimiter", "parts"),
    [
        ("a b  c", " ", ["a", "b", "c"]),
        ("", " ", []),
        ("a 'b c' d", " ", ["a", "b c", "d"]),
        (r"a\sb c", " ", ["a b", "c"]),
        (r"it\'s one", " ", ["it's", "one"]),
        (r"a\\b", " ", [r"a\b"]),
        ("a,b,c", ",", ["a", "b", "c"]),
        ("a,'b,c',d", ",", ["a", "b,c", "d"]),
        (r"a\,b,c", ",", ["a,b", "c"]),
        (" a , b ", ",", ["a", "b"]),
        (r"\sa\s,b", ",", [" a ", "b"]),
        ("it's,b", ",", ["it's", "b"]),
        (r"\n\t\x", ",", ["\n\t\\x"]),
    ],
)
def test_cuts_and_cleans(text: str, delimiter: str, parts: list[str]) -> None:
    assert separate(text, delimiter) == parts


def test_the_last_part_keeps_what_is_left() -> None:
    assert separate("leg name a value with blanks", " ", 3) == [
        "leg",
        "name",
        "a value with blanks",
    ]
    assert separate("a=b=c", "=", 2) == ["a", "b=c"]


@given(st.text(), st.sampled_from(" ,;="))
def test_what_is_escaped_stays_one_part(text: str, delimiter: str) -> None:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace(" ", "\\s")
    if delimiter != " ":
        escaped = escaped.replace(delimiter, f"\\{delimiter}")
    assert separate(escaped, delimiter) == ([text] if text else [])
