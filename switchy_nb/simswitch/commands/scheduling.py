"""Commands for later: sched_hangup, sched_transfer, sched_broadcast, sched_api, sched_del."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch.causes import Cause
from switchy_nb.simswitch.words import separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core


def _delay(core: "Core", when: str) -> float:
    """Read ``+SECONDS``, ``@SECONDS`` or a time since the epoch, as seconds from now."""
    digits = when.lstrip("+@")
    number = int(digits) if digits.isdigit() else 0
    if when[:1] in ("+", "@"):
        return float(number)
    return max(0.0, number - core.clock.now() / 1e6)


def sched_hangup(core: "Core", args: str) -> str:
    """Hang up a channel later."""
    words = separate(args, " ")
    if len(words) < 2:
        return "-USAGE: [+]<time> <uuid> [<cause>]\n"
    channel = core.channels.get(words[1])
    if channel is None:
        return "-ERR No such channel!\n"
    default = Cause.ALLOTTED_TIMEOUT
    cause = core.cause(words[2], default) if len(words) > 2 else default

    def act() -> None:
        target = core.channels.get(words[1])
        if target is not None:
            target.hangup(cause)

    delay = _delay(core, words[0])
    if delay <= 0:
        act()
    else:
        core.scheduler.add(delay, "switch_ivr_schedule_hangup", words[1], act)
    return "+OK\n"


def sched_transfer(core: "Core", args: str) -> str:
    """Transfer a channel later."""
    words = separate(args, " ")
    if len(words) < 3:
        return "-USAGE: [+]<time> <uuid> <extension> [<dialplan>] [<context>]\n"
    if words[1] not in core.channels:
        return "-ERR No such channel!\n"

    def act() -> None:
        target = core.channels.get(words[1])
        if target is not None and target.up:
            core.transfer(target, words[2], *words[3:5])

    core.scheduler.add(_delay(core, words[0]), "switch_ivr_schedule_transfer", words[1], act)
    return "+OK\n"


def sched_broadcast(core: "Core", args: str) -> str:
    """Broadcast to a channel later."""
    words = args.split(" ", 2)
    if len(words) < 3 or not words[2]:
        return "-USAGE: [[+]<time>|@time] <uuid> <path> [aleg|bleg|both]\n"

    def act() -> None:
        core.commands["uuid_broadcast"](core, f"{words[1]} {words[2]}")

    core.scheduler.add(_delay(core, words[0]), "switch_ivr_schedule_broadcast", words[1], act)
    return "+OK Message scheduled\n"


def sched_api(core: "Core", args: str) -> str:
    """Run an API command later; ``@SECONDS`` repeats it."""
    words = args.split(" ", 2)
    if len(words) < 3 or not words[2].strip():
        return "-ERR Invalid syntax. USAGE: [+@]<time> <group_name> <command_string>[&]\n"
    name, _, rest = words[2].rstrip("& ").partition(" ")

    def act() -> None:
        core.api(name, rest)

    delay = _delay(core, words[0])
    repeat = delay if words[0].startswith("@") else 0.0
    number = core.scheduler.add(delay, "sched_api_function", words[1], act, repeat=repeat)
    return f"+OK Added: {number}\n"


def sched_del(core: "Core", args: str) -> str:
    """Take away a task, by its number or its group."""
    return f"+OK Deleted: {core.scheduler.delete(args.strip())}\n"


def unsched_api(core: "Core", args: str) -> str:
    """Take away a task by its number."""
    return "+OK\n" if core.scheduler.delete(args.strip()) else ""


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "sched_hangup": sched_hangup,
        "sched_transfer": sched_transfer,
        "sched_broadcast": sched_broadcast,
        "sched_api": sched_api,
        "sched_del": sched_del,
        "unsched_api": unsched_api,
    }
