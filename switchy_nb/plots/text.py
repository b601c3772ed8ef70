"""Text from the network, made fit to be drawn: no formulas, no control characters, no blanks.

How wide text is, is measured here too.
"""

import unicodedata
from functools import cache, lru_cache
from typing import Any

from switchy_nb.plots.style import FONT

_MISSING = "\N{WHITE SQUARE}"
_CONTROL = "\N{MIDDLE DOT}"
_LINE_BREAK = "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}"
#: Bidirectional overrides and their like: they would turn the label around.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

#: Properties of every text that is drawn. Mathematics would make formulas of dollars, and TeX runs
#: programs.
PLAIN: dict[str, Any] = {"parse_math": False, "usetex": False, "family": FONT}


def clean(value: object, limit: int = 40) -> str:
    """Return text that can be drawn as it is.

    Line breaks become ``↵``, other control characters ``·``, and what the font has no glyph for
    ``□``. Text longer than `limit` is cut in the middle: the ends of numbers and addresses tell
    more.
    """
    if not isinstance(value, str):
        return ""
    if len(value) > limit:
        head = (limit - 1) * 2 // 3
        value = value[:head] + "…" + value[len(value) - (limit - 1 - head) :]
    return "".join(map(_drawable, value))


@lru_cache(maxsize=4096)
def _drawable(char: str) -> str:
    if char in "\r\n":
        return _LINE_BREAK
    if unicodedata.category(char) in _UNSEEN:
        return _CONTROL
    return char if ord(char) in _glyphs() else _MISSING


@cache
def _glyphs() -> frozenset[int]:
    from matplotlib import font_manager

    return frozenset(font_manager.get_font(font_manager.findfont(FONT)).get_charmap())


@lru_cache(maxsize=4096)
def width_of(text: str, size: float) -> float:
    """Return how wide text is, in inches, at a size in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    # 72 points are an inch, and TextToPath measures in points.
    width, _, _ = TextToPath().get_text_width_height_descent(
        text, FontProperties(family=FONT, size=size), False
    )
    return float(width) / 72.0


def fit(text: str, inches: float, size: float) -> str:
    """Return as much of a text as fits, cut at its end."""
    if width_of(text, size) <= inches:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(text[:middle].rstrip() + "…", size) <= inches:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…" if low else ""
