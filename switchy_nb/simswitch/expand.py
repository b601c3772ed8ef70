"""``${…}`` in a text: variables, parts of them, items of lists, and the answers of API commands.

A reading of ``switch_event_expand_headers`` and ``switch_channel_expand_variables``, which agree:
``$$`` asks for a global variable, what stands behind a backslash is kept from being read, a name
with a blank or a bracket behind it is an API command, and a reference may stand inside another.
"""

from collections.abc import Callable
from dataclasses import dataclass

from switchy_nb.simswitch.words import atoi

#: references inside references end here, so that a variable that names itself cannot run for ever
_MAX_DEPTH = 12
#: what one text may grow to, so that variables that name each other cannot fill the memory
_MAX_LENGTH = 1 << 20

Lookup = Callable[[str], str | None]
Call = Callable[[str, str], str]


def expand(text: str, lookup: Lookup, call: Call, shared: Lookup | None = None) -> str:
    """Replace every ``${name}``, ``$${name}`` and ``${api(args)}``.

    Parameters
    ----------
    text : str
        What may hold references; an unknown one becomes nothing.
    lookup : callable
        From a name to a variable's value. It may be asked for ``name[2]``, an item of a list.
    call : callable
        From an API command's name and arguments to its answer.
    shared : callable, optional
        From a name to a global variable's value; by default the same as `lookup`.
    """
    return _Expansion(lookup, call, shared or lookup).of(text, 0)


@dataclass(frozen=True)
class _Expansion:
    lookup: Lookup
    call: Call
    shared: Lookup

    def of(self, text: str, depth: int) -> str:
        if depth > _MAX_DEPTH or ("${" not in text and "\\" not in text):
            return text
        out: list[str] = []
        size = at = 0
        while at < len(text) and size < _MAX_LENGTH:
            c, behind = text[at], text[at + 1 : at + 2]
            if c == "\\" and behind == "$":
                at += 2 if text[at + 2 : at + 3] == "$" else 1
                part, at = "$", at + 1
            elif c == "\\" and behind == "'":
                part, at = "", at + 2
            elif c == "\\" and behind == "\\":
                part, at = "\\", at + 2
            elif c == "$" and text.startswith(("${", "$${"), at):
                part, at = self._reference(text, at, depth)
            elif text.startswith("$$", at):
                part, at = "$", at + 2
            else:
                part, at = c, at + 1
            out.append(part)
            size += len(part)
        return "".join(out)

    def _reference(self, text: str, at: int, depth: int) -> tuple[str, int]:
        """Read one reference; give its value, and where the text goes on."""
        own_first = text[at + 1] == "{"
        at += 2 if own_first else 3
        inner, end = _braced(text, at)
        value = self._value(inner, depth, own_first=own_first)
        if end < len(text) and text[end] != "$":  # what stands behind a reference is never special
            return value + text[end], end + 1
        return value, end

    def _value(self, inner: str, depth: int, *, own_first: bool) -> str:
        cut = next((n for n, c in enumerate(inner) if c in " ("), None)
        if cut is not None:
            args = inner[cut + 1 :] if inner[cut] == " " else _bracketed(inner, cut + 1)
            name = self.of(inner[:cut].rstrip(" "), depth + 1)
            return self.call(name, self.of(args, depth + 1))
        name, _, part = self.of(inner, depth + 1).partition(":")
        value = self.lookup(name) if own_first else None
        if value is None:
            value = self.of(self.shared(name) or "", depth + 1)
        return _slice(value, part) if part else value


def _braced(text: str, at: int) -> tuple[str, int]:
    """Read up to the brace that closes; all of it if none does."""
    depth = 1
    for end in range(at, len(text)):
        if text[end] == "{" and end > at:
            depth += 1
        elif text[end] == "}":
            depth -= 1
            if not depth:
                return text[at:end], end + 1
    return text[at:], len(text)


def _bracketed(text: str, at: int) -> str:
    """Read up to the bracket that closes; all of it if none does."""
    depth = 1
    for end in range(at, len(text)):
        if text[end] == "(":
            depth += 1
        elif text[end] == ")":
            depth -= 1
            if not depth:
                return text[at:end]
    return text[at:]


def _slice(value: str, part: str) -> str:
    """Take ``offset`` or ``offset:length`` of a value; a negative offset counts from its end."""
    first, _, second = part.partition(":")
    offset, length = atoi(first), atoi(second)
    if offset >= 0 or -offset <= len(value):
        value = value[offset:]
    return value[:length] if 0 < length < len(value) else value
