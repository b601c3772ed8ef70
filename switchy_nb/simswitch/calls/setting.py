"""The applications that write something down: variables, the caller profile, stores, limits.

They change what later events show and what other commands find; none of them takes time or moves
the call, but for `check_acl` and `limit`, which may end it or send it elsewhere. What runs, plays or
moves a call is in `applications`.
"""

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.words import is_true, separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel

#: the part of a caller profile that ``set_profile_var`` may write, by the name it is given there
_PROFILE = {
    "dialplan": "dialplan",
    "context": "context",
    "username": "username",
    "caller_id_name": "caller_id_name",
    "caller_id_number": "caller_id_number",
    "callee_id_name": "callee_id_name",
    "callee_id_number": "callee_id_number",
    "destination_number": "destination",
    "ani": "ani",
    "rdnis": "rdnis",
    "network_addr": "network_addr",
    "source": "source",
    "chan_name": "channel_name",
}
#: what marks a variable that is for the other leg only
_ONLY_THERE = re.compile(r"^(nolocal:|_nolocal_)", re.IGNORECASE)
_NO = frozenset({"no", "off", "false", "f", "disabled", "inactive", "disallow", "0"})


async def set_variable(channel: "Channel", data: str) -> None:
    """Set a variable: ``name=value``."""
    name, _, value = data.partition("=")
    if name.strip():
        channel.set(name.strip(), value)


async def unset(channel: "Channel", data: str) -> None:
    """Remove a variable."""
    channel.set(data.strip(), None)


async def export(channel: "Channel", data: str) -> None:
    """Set a variable, and have the legs that this one calls get it too."""
    _export(channel, data, "export_vars")


async def bridge_export(channel: "Channel", data: str) -> None:
    """Set a variable, and have whoever this leg is connected to next get it too."""
    _export(channel, data, "bridge_export_vars")


def _export(channel: "Channel", data: str, listed: str) -> None:
    name, _, value = data.partition("=")
    name = name.strip()
    if not name:
        return
    channel.set(name, value)  # what is only for the other leg keeps its prefix here
    if value:
        before = channel.get(listed)
        channel.set(listed, f"{before},{name}" if before else name)


def exported(channel: "Channel", listed: str = "export_vars") -> dict[str, str]:
    """Give what a leg exports, by the names that the other leg gets."""
    names = [name for name in channel.get(listed).split(",") if name]
    found = {_ONLY_THERE.sub("", name): channel.get(name) for name in names}
    return {name: value for name, value in found.items() if value}


async def multiset(channel: "Channel", data: str) -> None:
    """Set several variables, divided by blanks or by what ``^^`` names."""
    for pair in _listed(data):
        await set_variable(channel, pair)


async def multiunset(channel: "Channel", data: str) -> None:
    """Remove several variables, divided by blanks or by what ``^^`` names."""
    for name in _listed(data):
        channel.set(name, None)


def _listed(data: str) -> list[str]:
    separator = " "
    if data.startswith("^^") and len(data) > 3:
        separator, data = data[2], data[3:]
    return data.split(separator)


async def push(channel: "Channel", data: str) -> None:
    """Add a value to the end of a list: ``name=value``."""
    name, _, value = data.partition("=")
    if name and value:
        channel.push(name, value)


async def unshift(channel: "Channel", data: str) -> None:
    """Add a value to the beginning of a list: ``name=value``."""
    name, _, value = data.partition("=")
    if not name or not value:
        return
    before = channel.variables.get(name, ())
    held = (before,) if isinstance(before, str) else before
    channel.variables[name] = (value, *held) if held else value


async def set_global(channel: "Channel", data: str) -> None:
    """Set a variable of the whole switch; without a value, remove it."""
    name, _, value = data.partition("=")
    if name:
        channel.core.api("global_setvar", f"{name}={value}")


async def set_profile_var(channel: "Channel", data: str) -> None:
    """Change the caller profile: ``caller_id_name=…`` and the like."""
    name, _, value = data.partition("=")
    field = _PROFILE.get(name.lower())
    if field is not None and channel.profile is not None:
        setattr(channel.profile, field, value)


async def set_name(channel: "Channel", data: str) -> None:
    """Give the channel another name."""
    if not data:
        return
    channel.name = data
    channel.set("channel_name", data)
    if channel.profile is not None:
        channel.profile.channel_name = data


async def privacy(channel: "Channel", data: str) -> None:
    """Hide the caller's name, number, both (``full``) or nothing."""
    profile = channel.profile
    if profile is None or not data:
        return
    wanted = data.lower()
    both = wanted == "full" or is_true(data)
    if both or wanted in ("name", "number"):
        profile.hide_name = profile.hide_name or both or wanted == "name"
        profile.hide_number = profile.hide_number or both or wanted == "number"
    elif wanted in _NO:
        profile.hide_name = profile.hide_number = False


async def hash_(channel: "Channel", data: str) -> None:
    """Keep or forget a value in mod_hash: ``insert/REALM/KEY/VALUE``."""
    channel.core.api("hash", data)


async def group(channel: "Channel", data: str) -> None:
    """Keep or forget a dial string in a group: ``insert:NAME:URL``."""
    channel.core.api("group", data)


async def database(channel: "Channel", data: str) -> None:
    """Keep or forget a value in mod_db: ``insert/REALM/KEY/VALUE``."""
    channel.core.api("db", data)


async def limit(channel: "Channel", data: str) -> None:
    """Hold a resource: ``BACKEND REALM NAME MOST``; whoever may not is sent elsewhere."""
    channel.core.api("uuid_limit", f"{channel.uuid} {data}")


async def limit_hash(channel: "Channel", data: str) -> None:
    """Hold a resource that mod_hash counts."""
    await limit(channel, f"hash {data}")


async def check_acl(channel: "Channel", data: str) -> None:
    """Hang up unless an address is on a list: ``ADDRESS LIST [CAUSE]``."""
    words = separate(data, " ", 3)
    if len(words) < 2:
        return
    try:
        ip_address(words[0])
    except ValueError:
        return
    if channel.core.api("acl", f"{words[0]} {words[1]}").strip() != "true":
        cause = words[2] if len(words) > 2 else "CALL_REJECTED"
        channel.hangup(channel.core.cause(cause, Cause.CALL_REJECTED))


async def strftime(channel: "Channel", data: str) -> None:
    """Set a variable to the time of day: ``name=FORMAT``."""
    name, _, form = data.partition("=")
    if name and form:
        channel.set(name, channel.core.api("strftime", form))


async def session_loglevel(channel: "Channel", data: str) -> None:
    """Have the log tell of this call up to another level."""
    channel.core.api("uuid_loglevel", f"{channel.uuid} {data}")


async def sched_cancel(channel: "Channel", data: str) -> None:
    """Forget what is planned for a group, or for this call."""
    channel.core.api("sched_del", data or channel.uuid)


APPLICATIONS = {
    "set": set_variable,
    "unset": unset,
    "export": export,
    "bridge_export": bridge_export,
    "multiset": multiset,
    "multiunset": multiunset,
    "push": push,
    "unshift": unshift,
    "set_global": set_global,
    "set_profile_var": set_profile_var,
    "set_name": set_name,
    "privacy": privacy,
    "hash": hash_,
    "group": group,
    "db": database,
    "limit": limit,
    "limit_hash": limit_hash,
    "check_acl": check_acl,
    "strftime": strftime,
    "session_loglevel": session_loglevel,
    "sched_cancel": sched_cancel,
}
