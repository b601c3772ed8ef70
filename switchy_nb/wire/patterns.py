"""Regular expressions, as FreeSWITCH takes them: bare, or ``/pattern/flags``."""

import re
import warnings
from functools import lru_cache

#: a named group, which Python writes with a P
_NAMED = re.compile(r"\(\?<(?![=!])")
_FLAGS = {"i": re.I, "m": re.M, "s": re.S, "x": re.X}


@lru_cache(maxsize=256)
def compiled(expression: str) -> re.Pattern[str] | None:
    """Compile an expression; None if it cannot be read, which then matches nothing.

    Parameters
    ----------
    expression : str
        A bare pattern, or one between slashes with flags behind: ``i``, ``m``, ``s``, ``x``.
    """
    pattern, letters = expression, ""
    if expression.startswith("/"):
        pattern, slash, letters = expression[1:].rpartition("/")
        if not slash:
            pattern, letters = letters, ""
    flags = re.NOFLAG
    for letter in letters:
        flags |= _FLAGS.get(letter, re.NOFLAG)
    try:
        with warnings.catch_warnings():  # of what Python's sets may mean one day
            warnings.simplefilter("ignore", FutureWarning)
            return re.compile(_NAMED.sub("(?P<", pattern), flags)
    except (re.error, RecursionError, OverflowError, Warning):  # warnings may be made errors
        return None


def search(expression: str, text: str) -> re.Match[str] | None:
    """Look for an expression in a text."""
    pattern = compiled(expression)
    return pattern.search(text) if pattern is not None else None


def substitute(found: re.Match[str], form: str) -> str:
    """Fill a form in which ``$1`` or ``%1`` stands for a group; one that there is not is nothing.

    Parameters
    ----------
    found : re.Match
        What was found.
    form : str
        The form; ``$0`` is the whole match, ``${1}`` is ``$1``.
    """

    def group(reference: re.Match[str]) -> str:
        number = int(reference[1] or reference[2])
        return (found[number] or "") if number <= len(found.groups()) else ""

    return re.sub(r"[%$](?:\{(\d{1,4})\}|(\d{1,4}))", group, form)
