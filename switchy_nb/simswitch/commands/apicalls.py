"""Running API commands, and the API event that tells of each.

The event is made before the command runs and sent after it, as FreeSWITCH does it: it has a lower
number than all events that the command causes, and comes behind them.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.commands import expanding

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

Answer = str | Awaitable[str]

#: what FreeSWITCH says where another command was to run one that there is not
INVALID = "INVALID COMMAND!\n"


async def run(core: "Core", name: str, args: str, before: Sequence[events.Pair] = ()) -> str | None:
    """Run a command to its answer.

    Parameters
    ----------
    core : Core
        The switch.
    name, args : str
        The command and its arguments; blanks around them go.
    before : sequence of pairs
        What the API event says before it names this command.

    Returns
    -------
    str or None
        The answer; None if there is no such command.
    """
    name, args, own = _named(name, args, before)
    if name.lower() == "expand":  # the event of what it runs names both
        return await _expand(core, args, own)
    event = core.events.make(events.API, own)
    command = core.commands.get(name.lower())
    answer: str | None = None
    if command is not None:
        result: Answer = command(core, args)
        answer = result if isinstance(result, str) else await result
    core.fire(event)
    return answer


async def _expand(core: "Core", args: str, own: list[events.Pair]) -> str:
    inner = expanding.expanded(core, args)
    if inner is None:
        core.fire(core.events.make(events.API, own))
        return "-ERR No input\n"
    answer = await run(core, *inner, own)
    return f"{INVALID}-ERR Cannot execute command\n" if answer is None else answer


def run_now(core: "Core", name: str, args: str, told: "events.SwitchEvent | None" = None) -> str:
    """Run a command inside another's text; one that takes its time is begun, and says nothing.

    `told` is the event that tells of it, where that is no API event: it gets the command's name.
    """
    if not core.controls.api_expansion and told is None:
        return "<API execute Permission Denied>"
    name, args, own = _named(name, args, ())
    if told is not None:
        told.blocks.append(events.Block(tuple(own)))
    event = told or core.events.make(events.API, own)
    command: Callable[[Core, str], Answer] | None = core.commands.get(name.lower())
    result: Answer = command(core, args) if command is not None else ""
    if isinstance(result, str):
        core.fire(event)
        return result
    waiting = result

    async def finish() -> None:
        await waiting
        core.fire(event)

    core.spawn(finish())
    return ""


def _named(
    name: str, args: str, before: Sequence[events.Pair]
) -> tuple[str, str, list[events.Pair]]:
    """Take blanks away, but where they say what to complete; name the command for the event."""
    name = name.strip()
    if name.lower() != "console_complete":
        args = args.strip()
    pairs = (("API-Command", name), ("API-Command-Argument", args))
    return name, args, [*before, *(pair for pair in pairs if pair[1])]
