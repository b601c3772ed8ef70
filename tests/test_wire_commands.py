from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchy_nb.errors import CommandError
from switchy_nb.wire import auth_command, encode_command


def test_a_command_with_headers_and_a_body() -> None:
    data = encode_command("sendevent CUSTOM", {"Event-Subclass": "a::b"}, "body")
    assert data == b"sendevent CUSTOM\nEvent-Subclass: a::b\nContent-Length: 4\n\nbody"
    assert encode_command("api status") == b"api status\n\n"


@pytest.mark.parametrize("c", ["\n", "\r", "\0", "\r\n"])
def test_a_break_is_refused_wherever_it_is(c: str) -> None:
    for line, headers in (
        (f"api status{c}exit", None),
        ("x", {"a": f"b{c}c"}),
        ("x", {f"a{c}b": "c"}),
    ):
        with pytest.raises(CommandError, match="line break"):
            encode_command(line, headers)


@pytest.mark.parametrize("line", ["", "  ", "\t"])
def test_nothing_is_no_command(line: str) -> None:
    with pytest.raises(CommandError, match="empty"):
        encode_command(line)


def test_a_header_needs_a_name() -> None:
    for name in ("", "a:b"):
        with pytest.raises(CommandError, match="name of a header"):
            encode_command("x", {name: "y"})


def test_the_secret_is_not_in_its_error() -> None:
    with pytest.raises(CommandError) as caught:
        auth_command("hush\nexit")
    assert "hush" not in str(caught.value)
    assert auth_command("hush") == b"auth hush\n\n"


@given(st.text())
def test_one_command_in_is_one_command_out(line: str) -> None:
    try:
        data = encode_command(line)
    except CommandError:
        return
    assert data.count(b"\n") == 2
    assert data.endswith(b"\n\n")
    assert data[:-2].decode("utf-8", "surrogateescape") == line
