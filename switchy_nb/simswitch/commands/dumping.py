"""``uuid_dump`` and ``uuid_buglist``: all that is known of one call."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.words import separate
from switchy_nb.wire import serve

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

_DUMP = events.Kind("CHANNEL_DATA", "mod_commands.c", "uuid_dump_function", 6495, variables=True)


def uuid_dump(core: "Core", args: str) -> str:
    """Write all that is known of a channel: as an event, ``json``, ``xml``, or ``plain``.

    What FreeSWITCH calls plain is the one form in which values are not percent-encoded but stand
    between brackets.
    """
    words = separate(args, " ", 2)
    if not words:
        return "-USAGE: <uuid> [format]\n"
    channel = core.channels.get(words[0])
    if channel is None or not channel.up:
        return "-ERR No such channel!\n"
    pairs = core.events.of_channel(_DUMP, channel).pairs
    form = words[1].lower() if len(words) > 1 else ""
    if form == "plain":
        return "".join(f"{name}: [{_text(value)}]\n" for name, value in pairs) + "\n"
    write = {"json": serve.json_event, "xml": serve.xml_event}.get(form, serve.plain_event)
    return write(pairs).decode("utf-8", "surrogateescape")


def _text(value: serve.Value) -> str:
    return value if isinstance(value, str) else events.serve_array(value)


def uuid_buglist(core: "Core", args: str) -> str:
    """List what listens to a channel's media or changes it: its media bugs."""
    if not args:
        return "-USAGE: <uuid>\n"
    channel = core.channels.get(args)
    if channel is None:
        return ""
    bugs = "".join(
        f" <media-bug>\n  <function>{function}</function>\n"
        f"  <target>{serve.xml_text(target)}</target>\n  <thread-locked>0</thread-locked>\n"
        " </media-bug>\n"
        for function, target in channel.media.bugs
    )
    return f"<media-bugs>\n{bugs}</media-bugs>\n"


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {"uuid_dump": uuid_dump, "uuid_buglist": uuid_buglist}
