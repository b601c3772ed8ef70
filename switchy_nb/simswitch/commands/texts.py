"""Commands that only work on text: echo, eval, expand, strftime, url_encode and the like."""

import asyncio
import hashlib
import re
import time
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import unquote

from switchy_nb.wire.serve import escape

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core


def echo(core: "Core", args: str) -> str:
    """Answer with the arguments."""
    return args


def eval_(core: "Core", args: str) -> str:
    """Answer with the arguments, expanded; ``uuid:UUID`` first takes a channel's variables."""
    text, channel = args, None
    if args.startswith("uuid:"):
        uuid, _, text = args.removeprefix("uuid:").partition(" ")
        channel = core.channels.get(uuid)
        if channel is None:
            return ""
    return core.expand(text, channel)


async def expand(core: "Core", args: str) -> str:
    """Run a command whose arguments are expanded first."""
    text, channel = args.strip(), None
    if not text:
        return "-ERR No input\n"
    if text.startswith("uuid:"):
        uuid, _, text = text.removeprefix("uuid:").partition(" ")
        channel = core.channels.get(uuid)
    name, _, rest = core.expand(text, channel).partition(" ")
    return await core.run_api(name, rest)


def strftime(core: "Core", args: str) -> str:
    """Write a time: ``strftime [EPOCH|][FORMAT]``."""
    stamp, bar, form = args.partition("|")
    if not bar:
        stamp, form = "", args
    when = float(stamp) if stamp.strip().isdigit() else (0.0 if bar else core.clock.now() / 1e6)
    text = form if form.strip() and (not bar or stamp.strip().isdigit()) else "%Y-%m-%d %H:%M:%S"
    return time.strftime(text, time.localtime(when))


def strepoch(core: "Core", args: str) -> str:
    """Read a time as seconds since the epoch; now if there is none."""
    try:
        return str(int(time.mktime(time.strptime(args.strip(), "%Y-%m-%d %H:%M:%S"))))
    except ValueError:
        return str(core.clock.now() // 1_000_000)


def strmicroepoch(core: "Core", args: str) -> str:
    """Read a time as microseconds since the epoch; now if there is none."""
    return f"{strepoch(core, args)}000000" if args.strip() else str(core.clock.now())


def url_encode(core: "Core", args: str) -> str:
    """Percent-encode."""
    return escape(args)


def url_decode(core: "Core", args: str) -> str:
    """Undo percent-encoding."""
    return unquote(args)


def md5(core: "Core", args: str) -> str:
    """Compute the MD5 sum of a text."""
    if not args:
        return "!err!"
    return hashlib.md5(args.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def toupper(core: "Core", args: str) -> str:
    """Write in capitals."""
    return args.upper()


def tolower(core: "Core", args: str) -> str:
    """Write in small letters."""
    return args.lower()


_CONDITION = re.compile(r"\s*(.*?)\s*(==|!=|>=|<=|>|<)\s*(.*?)\s*\?\s*(.*?)\s*:\s*(.*?)\s*$", re.S)


def cond(core: "Core", args: str) -> str:
    """Answer with one of two texts: ``A == B ? yes : no``."""
    found = _CONDITION.match(args)
    if found is None:
        return "-ERR"
    left, sign, right, yes, no = found.groups()
    try:
        a, b = float(left), float(right)
        order = (a > b) - (a < b)
    except ValueError:
        x, y = left.strip("'\""), right.strip("'\"")
        order = (x > y) - (x < y)
    true = {
        "==": order == 0,
        "!=": order != 0,
        ">": order > 0,
        "<": order < 0,
        ">=": order >= 0,
        "<=": order <= 0,
    }[sign]
    return yes if true else no


def regex(core: "Core", args: str) -> str:
    """Match a text: ``TEXT|PATTERN[|SUBSTITUTION]``."""
    parts = args.split("|")
    if len(parts) < 2:
        return "-ERR"
    try:
        found = re.search(parts[1], parts[0])
    except re.error:
        return "-ERR"
    if len(parts) < 3:
        return "true" if found else "false"
    if found is None:
        return parts[0]
    groups = (found[0], *(g or "" for g in found.groups()))
    return re.sub(
        r"[%$](\d)", lambda m: groups[int(m[1])] if int(m[1]) < len(groups) else "", parts[2]
    )


def replace(core: "Core", args: str) -> str:
    """Replace in a text: ``TEXT|OLD|NEW``."""
    parts = args.split("|")
    return parts[0].replace(parts[1], parts[2]) if len(parts) == 3 and parts[1] else "-ERR"


def is_lan_addr(core: "Core", args: str) -> str:
    """Say whether an address is private."""
    try:
        return "true" if ip_address(args.strip()).is_private else "false"
    except ValueError:
        return "false"


async def msleep(core: "Core", args: str) -> str:
    """Wait so many milliseconds, and answer then."""
    await asyncio.sleep(int(args) / 1000 if args.strip().isdigit() else 0)
    return "+OK"


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "echo": echo,
        "eval": eval_,
        "expand": expand,
        "strftime": strftime,
        "strepoch": strepoch,
        "strmicroepoch": strmicroepoch,
        "url_encode": url_encode,
        "url_decode": url_decode,
        "md5": md5,
        "toupper": toupper,
        "tolower": tolower,
        "cond": cond,
        "regex": regex,
        "replace": replace,
        "is_lan_addr": is_lan_addr,
        "msleep": msleep,
    }
