"""Text from the network, made fit to be shown in a page. Markup is not escaped here.

What shows it sets it as text, or escapes it (see `still`).
"""

import unicodedata

_LINE_BREAK = "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}"
_CONTROL = "\N{MIDDLE DOT}"
#: They turn text around, so that a name could read as another one (Unicode's UAX #9).
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN = frozenset({"Cc", "Cn", "Co", "Zl", "Zp"})


def plain(value: object, limit: int = 80) -> str:
    r"""Return text that shows as one line and can be sent as JSON.

    Line breaks become ``↵``, other control characters ``·``, bytes that were no UTF-8 ``\xNN``.
    Text longer than `limit` is cut in the middle: the ends of numbers and addresses tell more.
    """
    text = "" if value is None else str(value)
    if len(text) > limit:
        head = (limit - 1) * 2 // 3
        text = text[:head] + "…" + text[len(text) - (limit - 1 - head) :]
    if text.isascii() and text.isprintable():  # as most of it is
        return text
    return "".join(map(_shown, text))


def _shown(char: str) -> str:
    if " " <= char <= "~":
        return char
    if char in "\r\n":
        return _LINE_BREAK
    if "\ud800" <= char <= "\udfff":
        # surrogateescape keeps a byte that could not be decoded as U+DC00 + byte (PEP 383)
        return f"\\x{ord(char) & 0xFF:02x}"
    if char in _TURNING or unicodedata.category(char) in _UNSEEN:
        return _CONTROL
    return char


def span(seconds: float) -> str:
    """Return a length of time as on a telephone's display: ``0:07``, ``12:30``, ``1:02:03``."""
    whole = max(0, int(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
