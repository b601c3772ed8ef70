r"""Reading a command's text as FreeSWITCH does: cut into words, as a number, as a yes or no.

`switch_separate_string` (``switch_utils.c``) cuts at a delimiter that is neither quoted nor behind
a backslash, and then cleans each part: quotes go, ``\n \r \t \s`` and escaped quotes, backslashes
and delimiters become what they stand for, and unquoted spaces at the ends are dropped. What goes
through it twice loses two levels of escapes.
"""

import re

_STANDS_FOR = {"n": "\n", "r": "\r", "t": "\t", "s": " "}
_YES = frozenset({"yes", "on", "true", "t", "enabled", "active", "allow"})
_NUMBER = re.compile(r"[+-]?[\d.]+")
_DIGITS = re.compile(r"\s*([+-]?\d{1,18})")


def atoi(text: str) -> int:
    """Read the number that a text begins with; 0 if it begins with none."""
    digits = _DIGITS.match(text)
    return int(digits[1]) if digits else 0


def is_true(text: str) -> bool:
    """Say whether a text means yes (``switch_true``): some words do, and every number but 0."""
    return text.lower() in _YES or (_NUMBER.fullmatch(text) is not None and atoi(text) != 0)


def separate(text: str, delimiter: str, most: int = 1024) -> list[str]:
    """Cut `text` into at most `most` cleaned parts; the last one keeps what is left."""
    parts: list[str] = []
    start = at = 0
    quoted = False
    while at < len(text) and len(parts) < most - 1:
        c = text[at]
        if c == "\\":
            at += 1
        elif c == "'" and (delimiter == " " or quoted or "'" in text[at + 1 :]):
            quoted = not quoted
        elif c == delimiter and not quoted:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    rest = text[start:]
    if delimiter == " ":  # a run of blanks is one
        parts = [part for part in parts if part]
        return [_clean(part, "") for part in [*parts, rest.lstrip(" ")] if part]
    return [_clean(part, delimiter) for part in ([*parts, rest] if rest else parts)]


def _clean(text: str, delimiter: str) -> str:
    out: list[str] = []
    kept = 0  # how much of `out` is no unquoted blank at the end
    quoted = False
    text = text.lstrip(" ")
    at = 0
    while at < len(text):
        c, behind = text[at], text[at + 1 : at + 2]
        if c == "\\" and behind and (behind in "'\"\\nrts" or behind == delimiter):
            out.append(_STANDS_FOR.get(behind, behind) if behind != delimiter else behind)
            kept = len(out)
            at += 2
            continue
        if c == "'" and (quoted or "'" in text[at + 1 :]):
            quoted = not quoted
            kept = max(kept, len(out)) if quoted else len(out)
        else:
            out.append(c)
            if c != " " or quoted:
                kept = len(out)
        at += 1
    return "".join(out[:kept])
