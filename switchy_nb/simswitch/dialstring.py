"""Reading what ``originate`` and ``bridge`` are given: variables in brackets, and whom to call.

``{a=1,b='x, y'}sofia/external/1@h|[c=2]loopback/3`` is two tries, one after the other; a comma
between them would call both at once.
"""

import re
from dataclasses import dataclass, field

_QUOTES = "'\""


@dataclass(frozen=True)
class Target:
    """One endpoint to call, with the variables of its own leg."""

    endpoint: str
    address: str
    variables: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.endpoint}/{self.address}"


@dataclass(frozen=True)
class DialString:
    """Whom to call: rounds, each of which is called at once."""

    rounds: tuple[tuple[Target, ...], ...] = ()
    variables: tuple[tuple[str, str], ...] = ()


@dataclass
class _Splitter:
    """Cuts a text at a separator that is outside quotes and brackets."""

    text: str
    brackets: str = ""
    parts: list[str] = field(default_factory=list)

    def split(self, separator: str) -> list[str]:
        quote, depth, part, escaped = "", 0, "", False
        for c in self.text:
            if escaped:
                escaped = False
            elif c == "\\":
                escaped = True
            elif quote:
                quote = "" if c == quote else quote
            elif c in _QUOTES:
                quote = c
            elif c in "{[<(" and c in self.brackets:
                depth += 1
            elif depth and c in "}]>)":
                depth -= 1
            elif c == separator and not depth:
                self.parts.append(part)
                part = ""
                continue
            part += c
        self.parts.append(part)
        return self.parts


def words(text: str) -> list[str]:
    """Cut a command's arguments at spaces; quotes hold a word together and are taken off it."""
    found = [w for w in _Splitter(text).split(" ") if w]
    return [w[1:-1] if len(w) > 1 and w[0] in _QUOTES and w[-1] == w[0] else w for w in found]


def parse(text: str) -> DialString:
    """Read a dial string."""
    variables: list[tuple[str, str]] = []
    text = text.strip()
    while text[:1] in ("{", "<"):
        inside, text = _bracket(text)
        variables += pairs(inside)
        text = text.lstrip()
    rounds = []
    for part in _Splitter(text, "[{").split("|"):
        targets = [_target(t) for t in _Splitter(part, "[{").split(",") if t.strip()]
        if targets:
            rounds.append(tuple(targets))
    return DialString(tuple(rounds), tuple(variables))


def _target(text: str) -> Target:
    text = text.strip()
    variables: list[tuple[str, str]] = []
    while text.startswith("["):
        inside, text = _bracket(text)
        variables += pairs(inside)
    endpoint, _, address = text.partition("/")
    return Target(endpoint.lower(), address, tuple(variables))


def _bracket(text: str) -> tuple[str, str]:
    """Take the bracket that a text begins with; without its end, it is no bracket."""
    close = {"{": "}", "[": "]", "<": ">"}[text[0]]
    quote, escaped = "", False
    for at, c in enumerate(text):
        if escaped:
            escaped = False
        elif c == "\\":
            escaped = True
        elif quote:
            quote = "" if c == quote else quote
        elif c in _QUOTES:
            quote = c
        elif c == close:
            return text[1:at], text[at + 1 :]
    return "", text[1:]


def pairs(text: str) -> list[tuple[str, str]]:
    r"""Read ``a=1,b='x, y',c=x\,y``; ``^^;`` at the beginning chooses another separator."""
    separator = ","
    if text.startswith("^^") and len(text) > 2:
        separator, text = text[2], text[3:]
    out = []
    for part in _Splitter(text).split(separator):
        name, equals, value = part.partition("=")
        name = name.strip()
        if name and equals and re.fullmatch(r"[^\s:]+", name):
            out.append((name, _unquote(value.strip())))
    return out


def _unquote(value: str) -> str:
    if len(value) > 1 and value[0] in _QUOTES and value[-1] == value[0]:
        value = value[1:-1]
    return re.sub(r"\\([,'\"\\ ])", r"\1", value)
