from __future__ import annotations

import json

import pytest

from switchy_nb.panels.text import plain, span


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("doggy@[::1]:5080", "doggy@[::1]:5080"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("Jürgen 電話 ☎", "Jürgen 電話 ☎"),
        ("a\r\nReply-Text: +OK", "a↵↵Reply-Text: +OK"),
        ("tab\there\0", "tab·here·"),
        ("\u202e0001\u2066", "·0001·"),
        (b"\xff\x80x".decode("utf-8", "surrogateescape"), r"\xff\x80x"),
        (None, ""),
        (486, "486"),
    ],
)
def test_plain_is_one_line_that_says_what_came(value: object, shown: str) -> None:
    assert plain(value) == shown
    json.dumps(plain(value), ensure_ascii=False).encode()


def test_long_text_keeps_both_ends() -> None:
    text = plain("start" + "x" * 500 + "end", 40)
    assert len(text) == 40
    assert text.startswith("startx")
    assert text.endswith("xend")
    assert "…" in text


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (7.9, "0:07"), (750, "12:30"), (3723, "1:02:03"), (-1, "0:00")],
)
def test_span(seconds: float, shown: str) -> None:
    assert span(seconds) == shown
