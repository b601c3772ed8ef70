"""How numbers, names and lists are written in sentences, so that all of them agree.

Text from the network is made fit to be read: one line, nothing that a terminal would obey. It is
plain text still; whoever makes markup of it escapes it.
"""

import difflib
import textwrap
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

#: Longer names and addresses are cut: a sentence is to be read.
LONGEST = 60
_WIDTH = 100


class Words(str):
    """Text that shows itself in a notebook as text, wrapped, and never as markup."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(
            textwrap.fill(line, _WIDTH, subsequent_indent=" " * _indent(line)) or line
            for line in self.split("\n")
        )

    def _repr_html_(self) -> str:
        return (
            '<div style="white-space: pre-wrap; max-width: 60em; line-height: 1.5">'
            f"{escape(self)}</div>"
        )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def text_of(value: object) -> str | None:
    """Return a frame's text, or None where it is missing or empty."""
    return value if isinstance(value, str) and value else None


def number_of(value: object) -> float | None:
    """Return a frame's number, or a header's; None where it is missing or is none."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if number == number and abs(number) != float("inf") else None


def readable(value: object, longest: int = LONGEST) -> str:
    """Return text from the network on one line, with nothing in it that cannot be seen."""
    text = value if isinstance(value, str) else str(value)
    if len(text) > longest:
        text = f"{text[: longest - 1]}…"
    return "".join(char if char.isprintable() else "·" for char in text)


def seconds(value: float) -> str:
    """Write a duration: ``20 ms``, ``1.35 s``, ``2 min 5 s``."""
    sign, value = ("−" if value <= -0.0005 else ""), abs(value)
    if value < 0.0995:
        return f"{sign}{value * 1000:.0f} ms"
    if value < 9.995:
        return f"{sign}{value:.2f} s"
    if value < 119.95:
        return f"{sign}{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours} h {minutes} min" if hours else f"{sign}{minutes} min {rest} s"


def share(part: int, whole: int) -> str:
    """Write a share: ``12 of 600 (2.0 %)``."""
    return f"{part:,} of {whole:,}" + (f" ({100 * part / whole:.1f} %)" if whole else "")


def counted(count: int, one: str, many: str = "") -> str:
    """Write a count with its noun: ``1 call``, ``600 calls``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(names: Sequence[str], join: str = "and") -> str:
    """Write a list: ``a``, ``a and b``, ``a, b and c``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {join} {names[-1]}"


def sentence(text: str) -> str:
    """Begin with a capital letter and end with a full stop."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!', '…')) else '.'}"


def hint(name: object, known: Iterable[str], what: str = "there are") -> str:
    """Say which of the known names is nearest to one that is not known, or which there are."""
    names = list(known)
    lower = {other.lower(): other for other in names}
    near = difflib.get_close_matches(str(name).lower(), list(lower), n=1, cutoff=0.6)
    if near:
        return f"did you mean {lower[near[0]]!r}?"
    shown = ", ".join(names[:20]) + ("…" if len(names) > 20 else "")
    return f"{what} {shown}" if names else "there are none"


def no_others(function: str, given: dict[str, Any], known: Sequence[str]) -> None:
    """Make sure that no unknown options were given.

    Raises
    ------
    TypeError
        If one was; the right one is named.
    """
    for name in given:
        if name not in known:
            raise TypeError(f"{function}() takes no {name!r}; {hint(name, known)}")
