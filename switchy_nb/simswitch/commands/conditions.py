"""Commands that compare and match texts: cond, regex, replace, coalesce."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch.words import separate
from switchy_nb.wire import patterns

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

_ERROR = "-ERR"
_OPERATOR = re.compile(r"\s*(==|!=|>=|<=|>|<)")
_NUMBER = re.compile(r"[+-]?[\d.]*")


def cond(core: "Core", args: str) -> str:
    """Answer with one of two texts: ``A == B ? yes : no``.

    Blanks must stand around the values. Numbers are compared as such; of texts only equality is
    that of the texts, the rest compares how long they are.
    """
    first = _value(args)
    if first is None:
        return _ERROR
    sign = _OPERATOR.match(first[2])
    if sign is None:
        return _ERROR
    # FreeSWITCH leaves out one character behind the operator, whatever it is
    second = _value(first[2][sign.end() + 1 :].lstrip())
    if second is None:
        return _ERROR
    rest = second[2].lstrip()
    answers = separate(f":{rest[1:]}", ":", 3)[1:] if rest.startswith("?") else []
    if not answers:
        return _ERROR
    true = _compare(sign[1], first, second)
    if true:
        return answers[0]
    return answers[1] if len(answers) > 1 else ""


def _value(text: str) -> tuple[str, bool, str] | None:
    """Read a value: its text, whether it is quoted, and what is left."""
    if not text.startswith("'"):
        value, blank, rest = text.partition(" ")
        return (value, False, rest) if blank else None
    at = 1
    while at < len(text) and text[at] != "'":
        at += 2 if text[at] == "\\" and text[at + 1 : at + 2] in ("\\", "'") else 1
    if at >= len(text) or not text[at + 1 : at + 2].isspace():
        return None
    return text[1:at], True, text[at + 1 :]


def _compare(sign: str, first: tuple[str, bool, str], second: tuple[str, bool, str]) -> bool:
    numbers = [
        _NUMBER.fullmatch(text) is not None and not quoted for text, quoted, _ in (first, second)
    ]
    a, b = (
        _float(value[0]) if number else float(len(value[0]))
        for value, number in zip((first, second), numbers, strict=True)
    )
    if sign in ("==", "!="):
        same = a == b if any(numbers) else first[0] == second[0]
        return same == (sign == "==")
    return {">": a > b, "<": a < b, ">=": a >= b, "<=": a <= b}[sign]


def _float(text: str) -> float:
    found = re.match(r"[+-]?(\d+\.?\d*|\.\d+)", text)
    return float(found[0]) if found else 0.0


def _parts(args: str, most: int) -> list[str]:
    """Cut arguments at bars, or at what ``m:`` names instead: ``m:~text~pattern``."""
    if args.startswith("m:") and args[2:3] in ("|", "~", "/") and args[2:]:
        return separate(args[3:], args[2], most)
    return separate(args, "|", most)


def regex(core: "Core", args: str) -> str:
    """Match a text: ``TEXT|PATTERN[|SUBSTITUTION[|n|b]]``.

    What does not match is answered with as it is, with nothing (``n``) or with ``false`` (``b``).
    """
    parts = _parts(args, 4)
    if len(parts) < 2:
        return _ERROR
    found = patterns.search(parts[1], parts[0])
    if len(parts) < 3:
        return "true" if found else "false"
    if found is not None:
        return patterns.substitute(found, parts[2])
    flags = parts[3] if len(parts) > 3 else ""
    if "n" in flags:
        return ""
    return "false" if "b" in flags else parts[0]


def replace(core: "Core", args: str) -> str:
    """Replace in a text: ``TEXT|OLD|NEW``; for nothing to replace FreeSWITCH would seek for ever."""
    parts = _parts(args, 3)
    if len(parts) < 3 or not parts[1]:
        return _ERROR
    return parts[0].replace(parts[1], parts[2])


def coalesce(core: "Core", args: str) -> str:
    """Answer with the first value that is not empty: ``A,B``, or ``^^;A;B``."""
    delimiter, text = (args[2:3], args[3:]) if args.startswith("^^") else (",", args)
    if not text or not delimiter:
        return "-USAGE: [^^<delim>]<value1>,<value2>,...\n"
    return next((part for part in separate(text, delimiter, 256) if part), "")


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {"cond": cond, "regex": regex, "replace": replace, "coalesce": coalesce}
