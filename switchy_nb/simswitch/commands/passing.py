"""Commands that pass something on within a call: messages, display updates, referrals, transfers."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.commands.calls import FAILED, NO_CHANNEL, live_channel
from switchy_nb.simswitch.signalling import referring
from switchy_nb.simswitch.words import separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core


def uuid_display(core: "Core", args: str) -> str:
    """Tell the other end whom it talks to: ``NAME|NUMBER``."""
    uuid, _, data = args.partition(" ")
    if not data:
        return "-USAGE: <uuid> <display>\n"
    channel = live_channel(core, uuid)
    if channel is None or channel.leg is None or channel.profile is None:
        return FAILED
    name, _, number = data.partition("|")
    channel.leg.show_display(name, number or channel.profile.destination)
    return "+OK Success\n"


def uuid_send_info(core: "Core", args: str) -> str:
    """Send the other end a message within the call: ``[TYPE SUBTYPE] TEXT``."""
    words = separate(args, " ", 4)
    if not words:
        return "-USAGE: <uuid> [<mime_type> <mime_subtype>] <message>\n-ERR Operation Failed\n"
    channel = live_channel(core, words[0])
    if channel is None or channel.leg is None:
        return "-ERR Operation Failed\n"
    kind, text = "freeswitch/data", " ".join(words[1:])
    if len(words) > 3:
        kind, text = f"{words[1]}/{words[2]}", words[3]
    channel.leg.send_info(kind, text)
    return "+OK Success\n"


def uuid_deflect(core: "Core", args: str) -> str:
    """Send the other end elsewhere (REFER); this leg ends, whatever the other one says."""
    words = separate(args, " ")
    if len(words) < 2:
        return "-USAGE: <uuid> <uri>\n"
    channel = live_channel(core, words[0])
    if channel is None:
        return f"-ERR No such channel {words[0]}!\n"
    return f"+OK:{referring.deflect(channel, words[1])}\n"


def uuid_simplify(core: "Core", args: str) -> str:
    """Ask the far end of a bridged leg to talk to the other far end itself."""
    if not args.strip():
        return "-USAGE: <uuid>\n"
    channel = live_channel(core, args.strip())
    if channel is None:
        return FAILED
    if channel.partner is not None:
        referring.refuse(channel)
    return "+OK Success\n"


def uuid_dual_transfer(core: "Core", args: str) -> str:
    """Send a leg to one number, and the one that it is bridged to to another."""
    words = separate(args, " ", 3)
    if len(words) < 3:
        return (
            "-USAGE: <uuid> <A-dest-exten>[/<A-dialplan>][/<A-context>] "
            "<B-dest-exten>[/<B-dialplan>][/<B-context>]\n"
        )
    channel = live_channel(core, words[0])
    if channel is None:
        return NO_CHANNEL
    other = channel.partner
    if other is not None:
        _transfer(other, words[2])
    _transfer(channel, words[1])
    return "+OK\n"


def _transfer(channel: Channel, where: str) -> None:
    number, _, rest = where.partition("/")
    plan, _, context = rest.partition("/")
    channel.core.transfer(channel, number, plan or "XML", context)


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "uuid_display": uuid_display,
        "uuid_send_info": uuid_send_info,
        "uuid_deflect": uuid_deflect,
        "uuid_simplify": uuid_simplify,
        "uuid_dual_transfer": uuid_dual_transfer,
    }
