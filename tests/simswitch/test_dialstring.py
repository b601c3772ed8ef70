"""Dial strings and expansion: reading what users write."""

from __future__ import annotations

import pytest

from switchy_nb.simswitch.calls import dialstring
from switchy_nb.simswitch.expand import expand


@pytest.mark.parametrize(
    ("text", "variables", "rounds"),
    [
        ("sofia/external/1@h:5", [], [["sofia/external/1@h:5"]]),
        ("{a=1,b='x, y'}loopback/1", [("a", "1"), ("b", "x, y")], [["loopback/1"]]),
        (r"{a=x\,y}loopback/1", [("a", "x,y")], [["loopback/1"]]),
        ("{^^;a=1,2;b=3}loopback/1", [("a", "1,2"), ("b", "3")], [["loopback/1"]]),
        ("{a=1}{b=2}loopback/1", [("a", "1"), ("b", "2")], [["loopback/1"]]),
        (
            "<a=1>loopback/1,loopback/2|error/x",
            [("a", "1")],
            [["loopback/1", "loopback/2"], ["error/x"]],
        ),
        ("{a={x},b=2}loopback/1", [("a", "{x}"), ("b", "2")], [["loopback/1"]]),
        ("", [], []),
    ],
)
def test_dial_strings(text: str, variables: list[tuple[str, str]], rounds: list[list[str]]) -> None:
    dial = dialstring.parse(text)
    assert list(dial.variables) == variables
    assert [[str(t) for t in r] for r in dial.rounds] == rounds


def test_the_variables_of_one_leg() -> None:
    (targets,) = dialstring.parse("{a=1}[a=2,b=3]loopback/1,[b='4|5']loopback/2").rounds
    assert [t.variables for t in targets] == [(("a", "2"), ("b", "3")), (("b", "4|5"),)]


def test_expansion() -> None:
    known = {"a": "1", "name": "a", "circle": "${circle}", "long": "abcdef"}
    called: list[tuple[str, str]] = []

    def call(name: str, args: str) -> str:
        called.append((name, args))
        return "<" + args + ">"

    def expanded(text: str) -> str:
        return expand(text, known.get, call)

    assert expanded("x ${a} ${none} y") == "x 1  y"
    assert expanded("${${name}}") == "1"
    assert expanded("${long:2:3} ${long:-2}") == "cde ef"
    assert expanded("${echo(${a} b)}") == "<1 b>"
    assert called == [("echo", "1 b")]
    assert expanded("${circle}") == "${circle}"
