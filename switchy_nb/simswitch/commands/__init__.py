"""The API commands of the simulated switch: what ``api`` and ``bgapi`` can be asked.

One module for each theme; each gives a table of names and functions. A function takes the switch
and the arguments as one text, and answers with text, at once or as a coroutine. Running them is in
`apicalls`.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch.commands import (
    calls,
    conditions,
    consoles,
    control,
    directory,
    dumping,
    expanding,
    inert,
    media,
    modules,
    passing,
    scheduling,
    showing,
    sofia,
    storing,
    system,
    texts,
)

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

Command = Callable[["Core", str], "str | Awaitable[str]"]


def registry() -> dict[str, Command]:
    """Make the table of all commands, by name."""
    table: dict[str, Command] = {}
    for module in (
        *(inert, calls, media, conditions, consoles, control, directory, dumping, expanding),
        *(modules, passing, scheduling, showing, sofia, storing, system, texts),
    ):
        table.update(module.table())
    # run by `apicalls`, because the event of what it runs names both
    table["expand"] = expanding.eval_
    return table
