"""Waits among the commands: rows of a kind of their own, which no switch was sent."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

#: The `kind` of a row of the frame of commands that is a wait.
WAIT = "wait"


def without_waits(commands: "pd.DataFrame") -> "pd.DataFrame":
    """Return the rows that were sent to a switch."""
    return commands[(commands["kind"] != WAIT).fillna(True)]
