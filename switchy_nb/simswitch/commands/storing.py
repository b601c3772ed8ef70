"""``hash``, ``db``, ``group`` and the commands on limited resources: what mod_hash and mod_db do.

What they keep is in `stores`.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.commands.calls import live_channel
from switchy_nb.simswitch.commands.stores import Resource
from switchy_nb.simswitch.words import atoi, separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel
    from switchy_nb.simswitch.core import Core

_HASH_USAGE = (
    "-ERR Usage: hash insert|insert_ifempty|select|delete|delete_ifmatch/realm/key[/value]\n"
)
_WRONG = "!err!"
_FULL = "-ERR Memory error\n"
_BACKENDS = ("hash", "db")
#: where a call goes that is over a limit
_EXCEEDED = "limit_exceeded"
_USED = events.Kind("CUSTOM", "switch_limit.c", "switch_limit_fire_event", 81)


def hash_(core: "Core", args: str) -> str:
    """Keep, show and forget values: ``insert/REALM/KEY/VALUE`` and the like."""
    words = separate(args, "/", 4)
    verb, store = words[0].lower() if words else "", core.stores.hash
    with_value = verb in ("insert", "insert_ifempty", "delete_ifmatch")
    if len(words) < 3 + with_value or verb not in (
        *("insert", "insert_ifempty", "delete", "delete_ifmatch", "select"),
    ):
        return _HASH_USAGE
    key, value = f"{words[1]}_{words[2]}", words[3] if len(words) > 3 else ""
    kept = store.get(key)
    if verb == "select":
        return kept or ""
    if verb.startswith("insert"):
        if verb == "insert_ifempty" and kept is not None:
            return "-ERR key already exists\n"
        if kept is None and not core.stores.room():
            return _FULL
        store[key] = value
        return "+OK\n"
    if kept is None:
        return "-ERR Not found\n"
    if verb == "delete_ifmatch" and kept != value:
        return "-ERR Doesn't match\n"
    del store[key]
    return "+OK\n"


def hash_dump(core: "Core", args: str) -> str:
    """Show all that mod_hash keeps: ``all``, ``limit`` or ``db``, of one realm or all."""
    words = separate(args, " ", 4)
    what = words[0] if words else ""
    if what not in ("all", "limit", "db"):
        return "Usage: all|limit|db [<realm>]\n"
    out = ""
    if what != "db":
        for (backend, realm, name), r in core.stores.limits.items():
            if backend == "hash":
                out += f"L/{realm}_{name}/{r.used}/{r.rate}/{r.interval}/{r.checked}\n"
    if what != "limit":
        wanted = f"{words[1]}_" if len(words) == 2 else ""
        rows = core.stores.hash.items()
        out += "".join(f"D/{key}/{value}\n" for key, value in rows if wanted in key)
    return out


def hash_remote(core: "Core", args: str) -> str:
    """Show the other switches whose limits count here: there are none."""
    words = separate(args, " ", 3)
    verb = words[0] if words else ""
    if verb == "list":
        return "Remote connections:\nName\t\t\tState\n+OK\n"
    if verb == "kill" and len(words) > 1:
        return f"-ERR No such remote instance {words[1]}\n"
    return "+OK\n" if verb == "rescan" else "-ERR Usage: list|kill [name]|rescan\n"


def db(core: "Core", args: str) -> str:
    """Keep, show and forget values in the database: ``insert/REALM/KEY/VALUE`` and the like."""
    words = separate(args, "/", 4)
    verb, store = words[0].lower() if words else "", core.stores.db
    realm, key, value = ([*words[1:], "", "", ""])[:3]
    if verb == "insert" and len(words) > 3:
        if (realm, key) not in store and not core.stores.room():
            return _WRONG
        store[realm, key] = value
        return "+OK"
    if verb == "delete" and len(words) > 1:
        store.pop((realm, key), None)
        return "+OK"
    if verb == "select" and len(words) > 2:
        return store.get((realm, key), "")
    if verb == "exists" and len(words) > 2:
        return "true" if store.get((realm, key)) else "false"
    if verb in ("count", "list") and len(words) < 3:
        names = (
            dict.fromkeys(r for r, _ in store)
            if len(words) < 2
            else dict.fromkeys(k for r, k in store if r == realm)
        )
        return str(len(names)) if verb == "count" else ",".join(names)
    return _WRONG


def group(core: "Core", args: str) -> str:
    """Keep groups of dial strings: ``insert:NAME:URL``, ``delete:NAME:URL``, ``call:NAME``."""
    words = separate(args, ":", 4)
    verb, groups = words[0].lower() if words else "", core.stores.groups
    if len(words) < 2 or (verb in ("insert", "delete") and len(words) < 3):
        return _WRONG
    name, url = words[1], words[2] if len(words) > 2 else ""
    members = groups.get(name, [])
    if verb == "call":
        how = {"order": "|", "multi": ":_:"}.get(url.lower(), ",")
        return how.join(members)
    if verb not in ("insert", "delete") or (verb == "insert" and not core.stores.room()):
        return _WRONG
    rest = [] if verb == "delete" and url == "*" else [m for m in members if m != url]
    groups[name] = [*rest, url] if verb == "insert" else rest
    if not groups[name]:
        del groups[name]
    return "+OK"


def _resource(core: "Core", words: list[str]) -> Resource:
    return core.stores.limits.get((words[0].lower(), words[1], words[2])) or Resource()


def limit_usage(core: "Core", args: str) -> str:
    """Say how many calls hold a resource; with ``rate``, also how often it was asked for."""
    words = separate(args, " ", 5)
    if len(words) == 2:
        words.insert(0, "db")
    if len(words) < 3:
        return "USAGE: limit_usage <backend> <realm> <id> [rate]\n"
    resource = _resource(core, words)
    rate = f"/{resource.rate}" if len(words) > 3 and words[3].lower() == "rate" else ""
    return f"{resource.used}{rate}"


def limit_hash_usage(core: "Core", args: str) -> str:
    """Say how many calls hold a resource of mod_hash."""
    if not args:
        return (
            "USAGE: limit_hash_usage <realm> <id> [rate] (Using deprecated limit api, "
            "check limit_usage with backend param)\n"
        )
    return limit_usage(core, f"hash {args}")


def limit_status(core: "Core", args: str) -> str:
    """Say how much a backend keeps."""
    words = separate(args, " ", 2)
    if not words:
        return "USAGE: limit_status <backend>\n"
    if words[0] == "hash":
        return "-ERR not supported yet (locking problems)."
    if words[0] != "db":
        return "-ERR"
    count = sum(r.used for place, r in core.stores.limits.items() if place[0] == "db")
    return f"Tracking {count} resources for hostname {core.hostname}."


def limit_reset(core: "Core", args: str) -> str:
    """Forget who holds what; only the database can."""
    words = separate(args, " ", 2)
    if not words:
        return "USAGE: limit_reset <backend>\n"
    if words[0] != "db":
        return "-ERR"
    for place in [place for place in core.stores.limits if place[0] == "db"]:
        del core.stores.limits[place]
    return "+OK"


def limit_interval_reset(core: "Core", args: str) -> str:
    """Forget how often a resource was asked for."""
    words = separate(args, " ", 5)
    if len(words) < 3:
        return "USAGE: limit_interval_reset <backend> <realm> <resource>\n"
    resource = _resource(core, words)
    resource.rate = resource.checked = 0
    return "+OK"


def uuid_limit(core: "Core", args: str) -> str:
    """Let a call hold a resource; send it elsewhere, or hang it up, if it may not."""
    words = separate(args, " ", 8)
    if len(words) < 4:
        return (
            "USAGE: uuid_limit <uuid> <backend> <realm> <resource> [<max>[/interval]] "
            "[number [dialplan [context]]]\n"
        )
    channel = live_channel(core, words[0])
    if channel is None:
        return f"-ERR Cannot find session with uuid {words[0]}\n"
    backend, realm, name = words[1].lower(), words[2], words[3]
    if backend not in _BACKENDS:
        return "+OK"
    bound, _, span = (words[4] if len(words) > 4 else "-1").partition("/")
    most = -1 if bound.startswith("-") else max(0, atoi(bound))
    now = core.clock.now() // 1_000_000
    resource = core.stores.take(
        (backend, realm, name), channel.uuid, most=most, interval=atoi(span), now=now
    )
    if resource is None:
        _exceeded(core, channel, words[5:])
        return "+OK"
    for what, number in (("usage", resource.used), ("rate", resource.rate)):
        channel.set(f"limit_{what}", str(number))
        channel.set(f"limit_{what}_{realm}_{name}", str(number))
    core.fire(_usage(core, backend, realm, name, resource, most))
    return "+OK"


def _exceeded(core: "Core", channel: "Channel", where: list[str]) -> None:
    number = where[0] if where else _EXCEEDED
    if number.startswith("!"):
        channel.hangup(core.cause(number[1:], Cause.NORMAL_CLEARING))
    else:
        core.transfer(channel, number, *where[1:3])


def _usage(
    core: "Core", backend: str, realm: str, name: str, resource: Resource, most: int
) -> events.SwitchEvent:
    own = [
        ("backend", backend),
        ("realm", realm),
        ("key", name),
        ("usage", str(resource.used)),
        ("rate", str(resource.rate)),
        ("max", str(most & 0xFFFFFFFF)),
        ("ratemax", str(max(0, most))),
    ]
    return core.events.make(_USED, own, subclass="limit::usage")


def uuid_limit_release(core: "Core", args: str) -> str:
    """Let a call give back one resource, or all of a backend's."""
    words = separate(args, " ", 5)
    if len(words) < 2:
        return "USAGE: uuid_limit_release <uuid> <backend> [realm] [resource]\n"
    channel = live_channel(core, words[0])
    if channel is None:
        return f"-ERR Cannot find session with uuid {words[0]}\n"
    core.stores.release(channel.uuid, words[1].lower(), *words[2:4])
    return "+OK"


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "hash": hash_,
        "hash_dump": hash_dump,
        "hash_remote": hash_remote,
        "db": db,
        "group": group,
        "limit_usage": limit_usage,
        "limit_hash_usage": limit_hash_usage,
        "limit_status": limit_status,
        "limit_reset": limit_reset,
        "limit_interval_reset": limit_interval_reset,
        "uuid_limit": uuid_limit,
        "uuid_limit_release": uuid_limit_release,
    }
