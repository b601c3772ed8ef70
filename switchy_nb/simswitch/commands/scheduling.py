"""Commands for later: sched_hangup, sched_transfer, sched_broadcast, sched_api, sched_del, beats.

A time is ``+SECONDS`` from now or seconds since the epoch; ``@SECONDS`` repeats an API command.
What lies in the past counts from now, and repeats, which is what FreeSWITCH makes of it.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch.calls import heartbeats
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.commands.calls import NO_CHANNEL, live_channel
from switchy_nb.simswitch.words import atoi, separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core


def _when(core: "Core", text: str, at: str = "") -> int:
    """Read a time, as seconds since the epoch; a sign in `at` stands before absolute times."""
    if text.startswith("+"):
        return core.clock.now() // 1_000_000 + atoi(text[1:])
    return atoi(text[1:] if at and text.startswith(at) else text)


def sched_hangup(core: "Core", args: str) -> str:
    """Hang up a channel later, or at once if the time's digits make 0."""
    words = separate(args, " ", 4)
    if not words or not words[0]:
        return "-USAGE: [+]<time> <uuid> [<cause>]\n"
    uuid = words[1] if len(words) > 1 else ""
    channel = live_channel(core, uuid)
    if channel is None:
        return NO_CHANNEL
    default = Cause.ALLOTTED_TIMEOUT
    cause = core.cause(words[2], default) if len(words) > 2 else default

    def act() -> None:
        target = core.channels.get(uuid)
        if target is not None:
            target.hangup(cause)

    if atoi(words[0][1:]) == 0:
        channel.hangup(cause)
    else:
        core.scheduler.add(_when(core, words[0]), "switch_ivr_schedule_hangup", uuid, act)
    return "+OK\n"


def sched_transfer(core: "Core", args: str) -> str:
    """Transfer a channel later."""
    words = separate(args, " ", 6)
    if not 2 <= len(words) <= 5 or not words[0]:
        return "-USAGE: [+]<time> <uuid> <extension> [<dialplan>] [<context>]\n"
    uuid = words[1]
    if live_channel(core, uuid) is None:
        return NO_CHANNEL

    def act() -> None:
        target = live_channel(core, uuid)
        if target is not None and len(words) > 2:
            core.transfer(target, words[2], *words[3:5])

    core.scheduler.add(_when(core, words[0]), "switch_ivr_schedule_transfer", uuid, act)
    return "+OK\n"


def sched_broadcast(core: "Core", args: str) -> str:
    """Broadcast to a channel later."""
    words = separate(args, " ", 4)
    if len(words) < 3 or not words[0]:
        return "-USAGE: [[+]<time>|@time] <uuid> <path> [aleg|bleg|both]\n"

    def act() -> None:
        core.commands["uuid_broadcast"](core, " ".join(words[1:4]))

    when = _when(core, words[0], at="@")
    core.scheduler.add(when, "switch_ivr_schedule_broadcast", words[1], act)
    return "+OK Message scheduled\n"


def sched_api(core: "Core", args: str) -> str:
    """Run an API command later; ``@SECONDS`` repeats it."""
    time, _, rest = args.partition(" ")
    group, space, text = rest.partition(" ")
    if not space:
        return "-ERR Invalid syntax. USAGE: [+@]<time> <group_name> <command_string>[&]\n"
    name, _, data = text.removesuffix("&").partition(" ")

    def act() -> None:
        core.spawn(_run(core, name, data))

    repeat = max(0, atoi(time[1:])) if time.startswith("@") else 0
    when = core.clock.now() // 1_000_000 + repeat if time.startswith("@") else _when(core, time)
    number = core.scheduler.add(when, "sched_api_function", group, act, repeat=repeat)
    return f"+OK Added: {number}\n"


async def _run(core: "Core", name: str, data: str) -> None:
    answer = await core.run_api(name, data)
    core.log(7, f"Command {name}({data}):\n{answer}")


def sched_del(core: "Core", args: str) -> str:
    """Take away a task, by its number, or a group's tasks."""
    count = core.scheduler.delete(number=int(args)) if args.isdecimal() and len(args) < 10 else 0
    if not args.isdecimal():
        count = core.scheduler.delete(group=args)
    return f"+OK Deleted: {count}\n"


def unsched_api(core: "Core", args: str) -> str:
    """Take away a task by its number."""
    number = atoi(args)
    if not number:
        return ""
    return "+OK\n" if core.scheduler.delete(number=number) else "-ERR No such id\n"


def uuid_session_heartbeat(core: "Core", args: str) -> str:
    """Have a call tell now and then that it lives, or no more."""
    usage = "uuid_session_heartbeat <uuid> [sched] [0|<seconds>]\n"
    words = separate(args, " ", 3)
    if len(words) < 2:
        return f"-USAGE: {usage}"
    channel = live_channel(core, words[0])
    if channel is None:
        return f"-ERR Cannot locate session. USAGE: {usage}"
    by_schedule = words[1].lower() == "sched"
    wanted = words[2] if by_schedule and len(words) > 2 else "" if by_schedule else words[1]
    seconds = heartbeats.read(wanted)
    if not seconds:
        channel.heartbeat.disable()
    elif by_schedule:
        channel.heartbeat.schedule()
    else:
        channel.heartbeat.enable(seconds)
    return "+OK\n"


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "sched_hangup": sched_hangup,
        "sched_transfer": sched_transfer,
        "sched_broadcast": sched_broadcast,
        "sched_api": sched_api,
        "sched_del": sched_del,
        "uuid_session_heartbeat": uuid_session_heartbeat,
        "unsched_api": unsched_api,
    }
