"""Log levels, as FreeSWITCH reads them from a text: ``switch_log_str2level`` takes name or number."""

import re

from switchy_nb.simswitch.words import atoi

#: FreeSWITCH's log levels, by number
NAMES = ("CONSOLE", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG")
DISABLED = -1
DEBUG = 7
WARNING = 4
INFO = 6
#: beyond every level; a number that is too large is one below
_INVALID = 64

_NUMBER = re.compile(r"[+-]?[\d.]*")


def read(text: str) -> int | None:
    """Read a level, by name or number; None if it is no level.

    Parameters
    ----------
    text : str
        ``DISABLE`` is -1; a negative number is 0, one beyond the last is kept.
    """
    if _NUMBER.fullmatch(text):
        number = atoi(text)
        return _INVALID - 1 if number > _INVALID else max(0, number) if number != _INVALID else None
    if text.upper() == "DISABLE":
        return DISABLED
    return NAMES.index(text.upper()) if text.upper() in NAMES else None


def name_of(level: int) -> str:
    """Name a level; one beyond the last is DEBUG."""
    return "DISABLE" if level < 0 else NAMES[min(level, DEBUG)]
