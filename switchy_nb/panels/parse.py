"""What people type into forms, read: lengths of time, numbers, channel variables."""

import math
import re
from collections.abc import Mapping

from switchy_nb.errors import ConfigurationError
from switchy_nb.panels.text import plain

#: Seconds: nobody sits before a page for longer.
LONGEST = 24 * 3600.0
_VARIABLE = re.compile(r"\s*([A-Za-z0-9_.+-]+)\s*=(.*)", re.DOTALL)


def duration(typed: str) -> float:
    """Read seconds.

    Raises
    ------
    ConfigurationError
        If they cannot be waited.
    """
    seconds = _number(typed)
    if not 0 < seconds <= LONGEST:  # nan is neither
        raise ConfigurationError(
            f"{typed.strip()!r} s cannot be waited: give a number above 0, and a day "
            f"({LONGEST:g} s) at most"
        )
    return seconds


def count(typed: str, most: int) -> int:
    """Read how many.

    Raises
    ------
    ConfigurationError
        If it is no whole number from 1 to `most`.
    """
    number = _number(typed)
    if not (1 <= number <= most and number.is_integer()):
        raise ConfigurationError(f"{typed.strip()!r} calls? Give a whole number from 1 to {most:,}")
    return int(number)


def rate(typed: str, most: float) -> float:
    """Read how many a second.

    Raises
    ------
    ConfigurationError
        If it is not above 0 and at most `most`.
    """
    number = _number(typed)
    if not 0 < number <= most:
        raise ConfigurationError(
            f"{typed.strip()!r} calls a second? Give a number above 0, and {most:g} at most"
        )
    return number


def variables(typed: str) -> Mapping[str, str]:
    """Read channel variables, one a line: ``name=value``.

    Raises
    ------
    ConfigurationError
        For a line that is none.
    """
    found: dict[str, str] = {}
    for line in typed.splitlines():
        if not line.strip():
            continue
        match = _VARIABLE.fullmatch(line)
        if match is None:
            raise ConfigurationError(
                f"{plain(line, 60)!r} is no channel variable: write name=value, one a line"
            )
        found[match[1]] = match[2].strip()
    return found


def _number(typed: str) -> float:
    try:
        return float(typed)
    except ValueError:
        return math.nan
