"""What words about a recording are made of: its frames, and single headers of single events.

A `Recording` is one, and so is anything else that has these; nothing here knows recordings.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from switchy_nb.analysis.facts import Order


class Material(Protocol):
    """The frames of a recording, as `docs/recordings.md` and the classes' own pages tell them."""

    @property
    def events(self) -> "pd.DataFrame":
        """One row for each event."""

    @property
    def sessions(self) -> "pd.DataFrame":
        """One row for each leg."""

    @property
    def calls(self) -> "pd.DataFrame":
        """One row for each call."""

    @property
    def jobs(self) -> "pd.DataFrame":
        """One row for each background job."""

    @property
    def commands(self) -> "pd.DataFrame":
        """One row for each command that was sent."""

    @property
    def orders(self) -> "Sequence[Order]":
        """The commands that the switch reported, and those that were sent."""

    @property
    def warnings(self) -> list[str]:
        """What is wrong with the recording itself, in words."""

    def pick(self, rows: Iterable[int], names: Sequence[str]) -> "pd.DataFrame":
        """Some headers of some events (index ``n``), missing where an event has no such header."""

    def header(self, name: str, *, required: bool = True) -> "pd.Series[Any]":
        """One header of every event."""


class Snapshot:
    """The frames of a recording that may be growing, taken once.

    Each is taken after those that refer to it: a call's legs are among the sessions, and a leg's
    events among the events.
    """

    def __init__(self, material: Material) -> None:
        self.calls = material.calls
        self.jobs = material.jobs
        self.sessions = material.sessions
        self.events = material.events
        self.commands = material.commands
        self.orders = material.orders
        self.warnings = material.warnings
        self.pick = material.pick
        self.header = material.header
