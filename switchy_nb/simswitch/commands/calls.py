"""Commands to calls: originate, hangup, variables, media, recordings, transfer, bridge."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events, variables
from switchy_nb.simswitch.calls import bridging, originating
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.calls.signals import Digit, PrivateCommand
from switchy_nb.simswitch.calls.states import CallState, ChannelState, Direction
from switchy_nb.simswitch.words import separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

NO_CHANNEL = "-ERR No such channel!\n"
NO_SESSION = "-ERR Cannot locate session!\n"
FAILED = "-ERR Operation failed\n"


def live_channel(core: "Core", uuid: str) -> Channel | None:
    """Find a channel that is not hung up."""
    channel = core.channels.get(uuid)
    return channel if channel is not None and channel.up else None


async def originate(core: "Core", args: str) -> str:
    """Place a call: ``originate DIALSTRING &app(args)|EXTENSION …``."""
    return await originating.originate(core, args)


def uuid_kill(core: "Core", args: str) -> str:
    """Hang up a channel, with a cause."""
    words = separate(args, " ")
    if not words:
        return "-USAGE: <uuid> [cause]\n"
    channel = live_channel(core, words[0])
    if channel is None:
        return NO_CHANNEL
    channel.hangup(core.cause(words[1]) if len(words) > 1 else Cause.NORMAL_CLEARING)
    return "+OK\n"


def hupall(core: "Core", args: str) -> str:
    """Hang up all channels, or those whose variable has a value."""
    words = separate(args, " ")
    cause = core.cause(words[0]) if words else Cause.MANAGER_REQUEST
    matching = len(words) > 2
    for channel in list(core.channels.values()):
        if not matching or channel.get(words[1]) == words[2]:
            channel.hangup(cause)
    if matching:
        return (
            f"+OK hangup all channels matching [{words[1]}]=[{words[2]}] with cause: {cause.name}\n"
        )
    return f"+OK hangup all channels with cause {cause.name}\n"


def uuid_answer(core: "Core", args: str) -> str:
    """Answer a channel."""
    channel = live_channel(core, args.strip())
    if channel is None or channel.leg is None:
        return "-ERROR\n"
    channel.leg.answer()
    return "+OK\n"


def uuid_pre_answer(core: "Core", args: str) -> str:
    """Open a channel's early media."""
    channel = live_channel(core, args.strip())
    if channel is None or channel.leg is None:
        return "-ERROR\n"
    channel.leg.pre_answer()
    return "+OK\n"


def uuid_ring_ready(core: "Core", args: str) -> str:
    """Let a channel ring."""
    words = separate(args, " ")
    if not words or len(words) > 2:
        return "-USAGE: <uuid> [queued]\n"
    channel = live_channel(core, words[0])
    if channel is None or channel.leg is None:
        return "-ERROR\n"
    channel.leg.ring_ready()
    return "+OK\n"


def uuid_park(core: "Core", args: str) -> str:
    """Take a channel from what it runs, and park it."""
    channel = live_channel(core, args.strip())
    if channel is None:
        return NO_CHANNEL
    channel.extension = []
    channel.set_state(ChannelState.PARK)
    return "+OK\n"


def uuid_hold(core: "Core", args: str) -> str:
    """Put a call on hold (``uuid``), take it back (``off uuid``), or ``toggle``."""
    words = separate(args, " ")
    if not words:
        return "-USAGE: [off|toggle] <uuid> [<display>]\n" + FAILED
    verb = words[0].lower() if words[0].lower() in ("off", "toggle") else ""
    name = words[1] if verb and len(words) > 1 else words[0]
    channel = live_channel(core, name)
    if channel is None or channel.leg is None:
        return "+OK Success\n"
    held = channel.call_state is CallState.HELD
    if verb == "toggle":
        if held or channel.call_state in (CallState.ACTIVE, CallState.UNHELD):
            channel.leg.hold(not held)
        return "+OK Success\n"
    on = verb != "off"
    if on == held and (held or not on):
        return FAILED
    channel.leg.hold(on)
    return "+OK Success\n"


def uuid_transfer(core: "Core", args: str) -> str:
    """Send a channel, the one it is bridged to, or both, to another number."""
    usage = "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n"
    words = separate(args, " ", 8)
    if not 2 <= len(words) <= 5:
        return usage
    uuid, rest, which = words[0], words[1:], ""
    channel = live_channel(core, uuid)
    if channel is None:
        return NO_CHANNEL
    if rest[0].startswith("-"):
        which, rest = rest[0].lower(), rest[1:]
    other = channel.partner
    chosen = [channel]
    if other is not None and which in ("-bleg", "-both"):
        chosen = [other] if which == "-bleg" else [other, channel]
    for leg in chosen:
        core.transfer(leg, *(rest[:3] or ["service"]))
    return "+OK\n"


def uuid_bridge(core: "Core", args: str) -> str:
    """Connect two channels."""
    words = separate(args, " ")
    if len(words) < 2:
        return "-USAGE: <uuid> <other_uuid>\n"
    first, second = live_channel(core, words[0]), live_channel(core, words[1])
    if first is None or second is None or first is second:
        return "-ERR Invalid uuid\n"
    if first.direction is Direction.OUTBOUND and not first.hit_dialplan:
        originating.flip_caller_id(first)
    if not bridging.has_media(first) and not bridging.has_media(second):
        return "-ERR Invalid uuid\n"
    bridging.connect(first, second)
    return f"+OK {second.uuid}\n"


def uuid_getvar(core: "Core", args: str) -> str:
    """Read a channel's variable; ``_undef_`` if it has none of that name."""
    words = separate(args, " ")
    if len(words) < 2:
        return "-USAGE: <uuid> <var>\n"
    channel = core.channels.get(words[0])
    if channel is None:
        return NO_CHANNEL
    name, bracket, index = words[1].partition("[")
    value = channel.variables.get(name, "")
    if isinstance(value, str) and value.startswith("ARRAY::"):
        value = tuple(value.removeprefix("ARRAY::").split("|:"))
    if bracket and not isinstance(value, str):
        place = index.rstrip("]")
        known = place.isdigit() and int(place) < len(value)
        return value[int(place)] if known else "_undef_"
    return variables.of_channel(core, channel, words[1]) or "_undef_"


def uuid_setvar(core: "Core", args: str) -> str:
    """Set a channel's variable, or remove it."""
    words = separate(args, " ", 3)
    if len(words) < 2:
        return "-USAGE: <uuid> <var> [value]\n"
    channel = core.channels.get(words[0])
    if channel is None:
        return NO_CHANNEL
    channel.set(words[1], words[2] if len(words) > 2 else None)
    return "+OK\n"


def uuid_setvar_multi(core: "Core", args: str) -> str:
    """Set several variables: ``one=1;two=2``."""
    usage = "-USAGE: <uuid> <var>=<value>;<var>=<value>...\n"
    uuid, space, rest = args.partition(" ")
    if not uuid:
        return usage
    if not space:
        return ""
    channel = core.channels.get(uuid)
    if channel is None:
        return NO_CHANNEL + usage
    for pair in separate(rest, ";", 64):
        name, _, value = pair.partition("=")
        if name.strip() and "${" not in value:
            channel.set(name.strip(), value)
    return "+OK\n"


def uuid_exists(core: "Core", args: str) -> str:
    """Say whether there is such a channel."""
    return "true" if args.strip() in core.channels else "false"


def uuid_broadcast(core: "Core", args: str) -> str:
    """Have a channel run an application, or play a file, beside what it runs."""
    words = separate(args, " ", 4)
    if len(words) < 2:
        return "-USAGE: <uuid> <path> [aleg|bleg|holdb|both]\n"
    path = words[1]
    which = words[2].lower() if len(words) > 2 else "aleg"
    channel = live_channel(core, words[0])
    if channel is None:
        return "-ERR invalid uuid\n"
    app, colons, data = path.partition("::")
    if not colons:
        app, data = "playback", path
    app, bang, cause = app.partition("!")
    legs = [channel] if which in ("aleg", "both") else []
    if which in ("bleg", "both") and channel.partner is not None:
        legs.append(channel.partner)
    for leg in legs:
        leg.send_private(_broadcast(core, app, data))
        if bang:  # it ends the call when it is over
            leg.send_private(_broadcast(core, "hangup", cause or "NORMAL_CLEARING", lead=False))
    return "+OK Message sent\n"


def _broadcast(core: "Core", app: str, data: str, *, lead: bool = True) -> PrivateCommand:
    headers = [("call-command", "execute"), ("execute-app-name", app)]
    if data:
        headers.append(("execute-app-arg", data))
    headers.append(("event-lock", "true"))
    if lead:
        headers += [("lead-frames", "5"), ("hold-bleg", "true")]
    return PrivateCommand(headers, made=core.events.basic(events.QUEUED))


def uuid_break(core: "Core", args: str) -> str:
    """Stop what a channel plays; with ``all``, also what waits to be played."""
    words = separate(args, " ")
    if not words:
        return "-USAGE: <uuid> [all]\n"
    channel = live_channel(core, words[0])
    if channel is None:
        return NO_CHANNEL
    if len(words) > 1 and words[1] in ("all", "both"):
        channel.queue.clear()
    channel.interrupt()
    return "+OK\n"


def uuid_send_dtmf(core: "Core", args: str) -> str:
    """Send digits to the other end: ``1234#`` or ``1234#@SAMPLES``."""
    uuid, _, data = args.partition(" ")
    data = data.strip()
    if not uuid or not data:
        return "-USAGE: <uuid> <dtmf_data>\n"
    channel = live_channel(core, uuid)
    if channel is None or channel.leg is None:
        return NO_SESSION
    digits, _, duration = data.partition("@")
    if not _digits(digits):
        return FAILED
    channel.leg.send_digits(_digits(digits), core.digit_ms(duration))
    return f"+OK {uuid} sent DTMF {data}.\n"


def uuid_recv_dtmf(core: "Core", args: str) -> str:
    """Let a channel receive digits, as if the other end had sent them."""
    uuid, _, data = args.partition(" ")
    data = data.strip()
    if not uuid or not data:
        return "-USAGE: <uuid> <dtmf_data>\n"
    channel = live_channel(core, uuid)
    if channel is None:
        return NO_SESSION
    digits, _, duration = data.partition("@")
    for digit in "" if channel.no_digits else _digits(digits):
        channel.digits.append(Digit(digit, core.digit_ms(duration) * 8, "APP"))
    channel.ring()
    return f"+OK {uuid} received DTMF {data}.\n"


def _digits(text: str) -> str:
    return "".join(c for c in text if c in "0123456789*#ABCDabcdFfWw" and c not in "wW")


def uuid_flush_dtmf(core: "Core", args: str) -> str:
    """Forget the digits that wait to be taken."""
    channel = live_channel(core, args.strip())
    if channel is None:
        return "-ERR No such session\n"
    channel.digits.clear()
    return "+OK\n"


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "originate": originate,
        "uuid_kill": uuid_kill,
        "hupall": hupall,
        "uuid_answer": uuid_answer,
        "uuid_pre_answer": uuid_pre_answer,
        "uuid_ring_ready": uuid_ring_ready,
        "uuid_park": uuid_park,
        "uuid_hold": uuid_hold,
        "uuid_transfer": uuid_transfer,
        "uuid_bridge": uuid_bridge,
        "uuid_getvar": uuid_getvar,
        "uuid_setvar": uuid_setvar,
        "uuid_setvar_multi": uuid_setvar_multi,
        "uuid_exists": uuid_exists,
        "uuid_broadcast": uuid_broadcast,
        "uuid_break": uuid_break,
        "break": uuid_break,
        "uuid_send_dtmf": uuid_send_dtmf,
        "uuid_recv_dtmf": uuid_recv_dtmf,
        "uuid_flush_dtmf": uuid_flush_dtmf,
    }
