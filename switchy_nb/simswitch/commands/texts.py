"""Commands that only work on text and time: echo, url_encode, md5, strftime and the like.

``eval`` and ``expand`` are in `expanding`, what compares and matches in `conditions`.
"""

import hashlib
import re
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch.words import atoi
from switchy_nb.wire.serve import escape

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

#: what FreeSWITCH has room for in a time's text, in bytes
_DATE = 79
_MOST_SECONDS = 1 << 40
_ESCAPES = {"\n": r"\n", "\r": r"\r", "\t": r"\t", " ": r"\s", "$": r"\$"}
_TIME_ONLY = re.compile(r"(\d*):?(\d*):?(\d*)")
_DATE_AND_TIME = re.compile(r"(\d+)-(\d+)-(\d+)\s*(\d*):?(\d*):?(\d*)")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})")
#: what ``strftime`` may be asked for
_FIELDS = frozenset("aAbBcCdDeFgGhHIjklmMnpPrRStTuUVwWxXyYzZ%")


def echo(core: "Core", args: str) -> str:
    """Answer with the arguments."""
    return args


def strftime(core: "Core", args: str) -> str:
    """Write a time: ``strftime [EPOCH|][FORMAT]``.

    FreeSWITCH leaves out the first character of a format behind a bar, and so is it here.
    """
    stamp, bar, form = args.partition("|")
    when = atoi(stamp) if bar else core.clock.now() // 1_000_000
    return _written(form[1:] if bar else args, when)


def _written(form: str, when: int) -> str:
    if form and not _valid(form):
        return ""
    local = time.localtime(when if abs(when) < _MOST_SECONDS else 0)
    text = time.strftime(form or "%Y-%m-%d %H:%M:%S", local)
    return text.encode("utf-8", "surrogateescape")[:_DATE].decode("utf-8", "surrogateescape")


def _valid(form: str) -> bool:
    """Say whether every ``%`` of a format has a letter that can be written behind it."""
    at = form.find("%")
    while at >= 0:
        if form[at + 1 : at + 2] not in _FIELDS or not form[at + 1 : at + 2]:
            return False
        at = form.find("%", at + 2)
    return not any("\ud800" <= c <= "\udfff" for c in form)


def strftime_tz(core: "Core", args: str) -> str:
    """Write a time in a zone, which FreeSWITCH knows none of until a timezones.conf names them."""
    if args:
        return "-ERR Invalid timezone/format\n"
    return strftime(core, "")


def _read_time(core: "Core", text: str) -> int:
    """Read a time as µs since the epoch; now if there is none, 0 if it cannot be read."""
    if not text:
        return core.clock.now()
    only = _TIME_ONLY.fullmatch(text)
    if only is not None:
        today = time.localtime(core.clock.now() // 1_000_000)
        parts = [today.tm_year, today.tm_mon, today.tm_mday, *map(atoi, only.groups())]
    else:
        found = _DATE_AND_TIME.match(text) or _DIGITS.match(text)
        if found is None:
            return 0
        parts = [atoi(group) for group in found.groups()]
    if any(abs(part) > 9999 for part in parts):
        return 0
    try:
        return int(time.mktime((*parts, 0, 0, -1))) * 1_000_000  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        return 0


def strepoch(core: "Core", args: str) -> str:
    """Read a time as seconds since the epoch; now if there is none."""
    return str(_read_time(core, args) // 1_000_000)


def strmicroepoch(core: "Core", args: str) -> str:
    """Read a time as microseconds since the epoch; now if there is none."""
    return str(_read_time(core, args))


def url_encode(core: "Core", args: str) -> str:
    """Percent-encode."""
    return escape(args)


def url_decode(core: "Core", args: str) -> str:
    """Undo percent-encoding; a ``%`` that begins no code stays."""
    data = args.encode("utf-8", "surrogateescape")
    decoded = re.sub(rb"%([0-9A-Fa-f]{2})", lambda code: bytes([int(code[1], 16)]), data)
    return decoded.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def md5(core: "Core", args: str) -> str:
    """Compute the MD5 sum of a text."""
    if not args:
        return "!err!"
    return hashlib.md5(args.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def _ascii(args: str, change: Callable[[str], str]) -> str:
    return "".join(change(c) if c.isascii() else c for c in args)


def toupper(core: "Core", args: str) -> str:
    """Write in capitals, as far as the letters are ASCII."""
    return _ascii(args, str.upper)


def tolower(core: "Core", args: str) -> str:
    """Write in small letters, as far as the letters are ASCII."""
    return _ascii(args, str.lower)


def escape_(core: "Core", args: str) -> str:
    """Write blanks, line ends and dollars so that they survive being cut into words."""
    return "".join(_ESCAPES.get(c, c) for c in args)


def quote_shell_arg(core: "Core", args: str) -> str:
    """Quote a text for a shell."""
    return "'" + args.replace("'", "'\\''") + "'" if args else ""


def sql_escape(core: "Core", args: str) -> str:
    """Double the quotes of a text for SQL."""
    return args.replace("'", "''")


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "echo": echo,
        "strftime": strftime,
        "strftime_tz": strftime_tz,
        "strepoch": strepoch,
        "strmicroepoch": strmicroepoch,
        "url_encode": url_encode,
        "url_decode": url_decode,
        "md5": md5,
        "toupper": toupper,
        "tolower": tolower,
        "escape": escape_,
        "quote_shell_arg": quote_shell_arg,
        "sql_escape": sql_escape,
    }
