"""What a leg's variables have run when something happens to it: ``execute_on_answer`` and its kin.

A variable that begins with ``execute_on_…`` names an application, one with ``api_on_…`` a command;
``api_hangup_hook`` and ``api_reporting_hook`` name one for the end. As in ``switch_channel.c`` the
names need only begin so, and what happened goes on when all of it is done. When each is run is said
where that happens.
"""

import asyncio
from collections.abc import Callable, Coroutine, Generator, Iterator
from types import coroutine
from typing import TYPE_CHECKING, Any

from switchy_nb.simswitch.calls.signals import PrivateCommand

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel

#: applications that run even when the call is over (``SAF_ZOMBIE_EXEC``)
_AFTER_THE_END = frozenset(
    {
        *("strftime", "eval", "log", "info", "event", "export", "bridge_export", "set", "multiset"),
        *("push", "unshift", "set_global", "set_profile_var", "unset", "multiunset"),
        *("media_reset", "mkdir", "rename", "transfer_vars"),
    }
)


async def run(channel: "Channel", *prefixes: str) -> None:
    """Run what the variables that begin so have to be run, one after the other."""
    for prefix in prefixes:
        if prefix.startswith("execute"):
            for value in _values(channel, prefix, everywhere=True):
                await execute(channel, value)
        else:
            for value in _values(channel, prefix):
                name, _, args = value.partition(" ")
                answer = channel.core.api(name, channel.core.expand(args, channel))
                channel.core.log(7, f"{channel.name} process {value}\n{answer}", channel)


def asked(channel: "Channel", *prefixes: str) -> bool:
    """Whether there is anything to run."""
    return any(True for prefix in prefixes for _ in _values(channel, prefix, everywhere=True))


def _go_nowhere() -> None:
    """Go on with nothing."""


def then(
    channel: "Channel", prefixes: tuple[str, ...], go_on: Callable[[], None] = _go_nowhere
) -> None:
    """Run what there is to run, and then go on: at once, if nothing of it takes any time."""
    if not asked(channel, *prefixes):
        go_on()
        return

    async def all_of_it() -> None:
        await run(channel, *prefixes)
        go_on()

    work = all_of_it()
    try:
        first = work.send(None)
    except StopIteration:
        return
    task = channel.core.loop.create_task(_rest(work, first))
    channel.hooked = task
    channel.core.hold(task)
    task.add_done_callback(lambda done: _over(channel, done))


def _over(channel: "Channel", task: "asyncio.Task[None]") -> None:
    if channel.hooked is task:
        channel.hooked = None
    error = None if task.cancelled() else task.exception()
    if error is not None:
        channel.core.report(error)
    channel.ring()


async def _rest(work: Coroutine[Any, Any, None], first: object) -> None:
    """Go on with what has begun outside a task, from what it waits for."""
    await _going_on(work, first)


@coroutine
def _going_on(work: Coroutine[Any, Any, None], first: object) -> Generator[Any, Any, None]:
    try:
        yield first
    except BaseException:
        work.close()
        raise
    yield from work


async def settled(channel: "Channel") -> None:
    """Wait for what was begun on this leg: the application that caused it goes on behind it."""
    while channel.hooked is not None and channel.ready:
        await channel.wait_bell(None)


def _values(channel: "Channel", prefix: str, *, everywhere: bool = False) -> Iterator[str]:
    """Find the values of variables that begin so, the switch's own first."""
    tables: list[dict[str, Any]] = [channel.core.globals] if everywhere else []
    for table in (*tables, channel.variables):
        for name, value in list(table.items()):
            if name.lower().startswith(prefix):
                yield from (value,) if isinstance(value, str) else value


async def execute(channel: "Channel", text: str) -> None:
    """Run one application: ``NAME ARGUMENT``; ``NAME::ARGUMENT`` has it wait for its turn."""
    if not channel.up and text.split(" ")[0].split(":")[0] not in _AFTER_THE_END:
        return
    ends = [at for at in (text.find(" "), text.find(":")) if at >= 0]
    at = min(ends, default=len(text))
    if text[at : at + 2] == "::":
        app, data = text[:at], text[at + 2 :]
        headers = [
            *(("call-command", "execute"), ("execute-app-name", app)),
            *(("execute-app-arg", data),) * bool(data),
        ]
        channel.send_private(PrivateCommand(headers))
        return
    await channel.execute(text[:at], text[at + 1 :] or None)


def at_end(channel: "Channel", variable: str) -> None:
    """Run the command that ``api_hangup_hook`` or its like names, now that the call is over."""
    text = channel.get(variable)
    if not text:
        return
    core = channel.core
    name, double, args = text.partition("::")
    if not double:
        name, _, args = text.partition(" ")
    told = core.events.of_hook(channel)
    shown = core.expand(args, channel)
    answer = core.api(name, shown, told)
    core.log(7, f"Hangup Command {name}({shown}):\n{answer}", channel)
