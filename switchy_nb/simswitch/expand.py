"""``${…}`` in an argument: a channel's variables, global ones, and API calls."""

import re
from collections.abc import Callable

#: nested expansions end here, so that a variable that names itself cannot run for ever
_MAX_ROUNDS = 8

_REFERENCE = re.compile(r"\$\{([^${}()]+)(?:\(([^(){}]*)\))?\}")

Lookup = Callable[[str], str | None]
Call = Callable[[str, str], str]


def expand(text: str, lookup: Lookup, call: Call) -> str:
    """Replace every ``${name}`` and ``${api(args)}``.

    Parameters
    ----------
    text : str
        What may hold references; an unknown one becomes nothing.
    lookup : callable
        From a name to a variable's value.
    call : callable
        From an API command's name and arguments to its answer.
    """

    def replace(found: re.Match[str]) -> str:
        name = found[1].strip()
        if found[2] is not None:
            return call(name, found[2]).strip()
        if ":" in name:
            return _slice(name, lookup)
        return lookup(name) or ""

    for _ in range(_MAX_ROUNDS):
        if "${" not in text:
            break
        done = _REFERENCE.sub(replace, text)
        if done == text:
            break
        text = done
    return text


def _slice(name: str, lookup: Lookup) -> str:
    """Read ``${name:offset:length}``."""
    base, _, rest = name.partition(":")
    value = lookup(base) or ""
    offset, _, length = rest.partition(":")
    if not re.fullmatch(r"-?\d+", offset) or (length and not length.isdigit()):
        return value
    start = int(offset)
    part = value[start:]
    return part[: int(length)] if length else part
