"""Reading what ``originate`` and ``bridge`` are given: variables in brackets, and whom to call.

``{a=1,b='x, y'}sofia/external/1@h|[c=2]loopback/3`` is two tries, one after the other; a comma
between them would call both at once.
"""

from dataclasses import dataclass, field

from switchy_nb.simswitch.words import separate

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
    """Take the bracket that a text begins with; it ends where as many have closed as opened."""
    opening = text[0]
    close = {"{": "}", "[": "]", "<": ">"}[opening]
    depth = 0
    for at, c in enumerate(text):
        depth += (c == opening) - (c == close)
        if not depth:
            return text[1:at], text[at + 1 :]
    return "", text[1:]


def pairs(text: str) -> list[tuple[str, str]]:
    r"""Read ``a=1,b='x, y',c=x\,y``; ``^^;`` at the beginning chooses another separator."""
    delimiter = ","
    if text.startswith("^^") and len(text) > 2:
        delimiter, text = text[2], text[3:]
    parts = [separate(part, "=", 2) for part in separate(text, delimiter)]
    return [(part[0], part[1]) for part in parts if len(part) == 2 and part[0]]
