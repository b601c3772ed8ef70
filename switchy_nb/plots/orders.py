"""The commands that we sent and the waits, as a timeline shows them: causes of what happened. Read, not drawn."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from switchy_nb.analysis.waits import WAIT
from switchy_nb.plots.naming import command_text
from switchy_nb.plots.text import clean

if TYPE_CHECKING:
    import pandas as pd

_WORD = re.compile(r"[\w-]+")
_LONGEST = 44


@dataclass(frozen=True, slots=True)
class Order:
    """A command, or a wait.

    Attributes
    ----------
    at, end : float
        When it was sent and when it was answered (seconds); the same while it was not.
    text : str
        What it is, fit to be drawn; with the cell or panel that it came from, where that is known.
    failed : bool
        Whether it was refused, or was waited for in vain.
    leg : str
        The uuid of the leg that it names; empty if it names none.
    wait : bool
        Whether it is a wait.
    """

    at: float
    end: float
    text: str
    failed: bool
    leg: str
    wait: bool = False


def read_orders(
    commands: "pd.DataFrame | None", start: "pd.Timestamp", uuids: "set[str] | frozenset[str]"
) -> tuple[Order, ...]:
    """Read the commands out of their frame, in order of time."""
    if commands is None or not len(commands):
        return ()
    known = commands[commands["sent"].notna()].sort_values("sent", kind="stable")
    orders = []
    for row in known.to_dict("records"):
        at = (row["sent"] - start).total_seconds()
        replied = row["replied"]
        end = (replied - start).total_seconds() if replied == replied else at
        words = _WORD.findall(row["command"]) if isinstance(row["command"], str) else []
        orders.append(
            Order(
                at,
                max(at, end),
                clean(command_text(row), _LONGEST),
                row["ok"] is False,
                next((word for word in words if word in uuids), ""),
                wait=row["kind"] == WAIT,
            )
        )
    return tuple(orders)
