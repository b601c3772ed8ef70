"""``eval`` and ``expand``: texts with ``${…}`` in them, with a call's event headers or without.

An event's headers are what FreeSWITCH looks names up in here: a channel's variable has
``variable_`` before its name, and what is known of the call has the names that events use.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.expand import expand

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

_DATA = events.Kind("CHANNEL_DATA", "mod_commands.c", "eval_function", 1694, variables=True)


def eval_(core: "Core", args: str) -> str:
    """Answer with the arguments, expanded; ``uuid:UUID`` before them names a call."""
    uuid, text = _split(args)
    return _expanded(core, uuid, text)


def expanded(core: "Core", args: str) -> tuple[str, str] | None:
    """Read what ``expand`` is to run: a command, and its arguments expanded; None if nothing."""
    uuid, text = _split(args)
    if not text:
        return None
    name, _, rest = text.partition(" ")
    return name, _expanded(core, uuid, rest)


def _split(args: str) -> tuple[str, str]:
    if not args.lower().startswith("uuid:"):
        return "", args
    uuid, _, text = args[5:].partition(" ")
    return uuid, text


def _expanded(core: "Core", uuid: str, text: str) -> str:
    headers: dict[str, str] | None = None

    def lookup(name: str) -> str | None:
        nonlocal headers
        if headers is None:
            headers = _headers(core, uuid)
        return headers.get(name.lower())

    return expand(text, lookup, core.api, core.globals.get)


def _headers(core: "Core", uuid: str) -> dict[str, str]:
    channel = core.channels.get(uuid)
    if channel is not None:
        event = core.events.of_channel(_DATA, channel)
    else:
        event = core.events.make(_DATA)
    found: dict[str, str] = {}
    for name, value in event.pairs:
        items = value if isinstance(value, tuple) else (value,)
        text = value if isinstance(value, str) else events.serve_array(value)
        found.setdefault(name.lower(), text)
        for number, item in enumerate(items):
            found.setdefault(f"{name}[{number}]".lower(), item)
    return found


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module; ``expand`` is run by `apicalls`, for its event's sake."""
    return {"eval": eval_}
