"""`Dashboard`: all parts of a panel in tabs, with one selection."""

from collections.abc import Iterable
from typing import Any

import ipywidgets as widgets

from switchy_nb.panels.calls import Calls
from switchy_nb.panels.connect import Connect
from switchy_nb.panels.dialer import Dialer
from switchy_nb.panels.elements import ScriptView, StatusLine, TabName
from switchy_nb.panels.events import Events
from switchy_nb.panels.part import Part
from switchy_nb.panels.still import code, lines
from switchy_nb.panels.timeline import Timeline
from switchy_nb.sync import Caller


class Dashboard(Part):
    """Connect, dial, watch, wait, hang up, look into events and at the timeline.

    Above the tabs stands whether the link is up, below them what was clicked, as Python. Each part
    also works by itself: ``Calls(dashboard)`` in another cell shares all that the dashboard has.

    Parameters
    ----------
    target : Caller, Client, Recording or Replay, optional
        Whose calls; without one, connect on the first tab.
    sip : str, optional
        As of `Dialer`.

    Attributes
    ----------
    parts : dict
        The parts of each tab, by its title.
    """

    def build(self, *, sip: str | None = None) -> Iterable[widgets.Widget]:
        """Return the tabs, with what they share above and below."""
        board = self.board
        self.parts: dict[str, list[Part]] = {
            "Calls": [Dialer(board, sip=sip), Calls(board)],
            "Events": [Events(board)],
            "Timeline": [Timeline(board)],
            "Connect": [Connect(board)],
        }
        self.link, self.script = StatusLine(), ScriptView()
        self.tabs = widgets.Tab(
            children=[widgets.VBox(parts) for parts in self.parts.values()],
            titles=list(self.parts),
        )
        # the page alone writes which tab is in front, once it is there
        self.tabs.selected_index = [*self.parts].index("Calls" if board.source else "Connect")
        self.tabs.observe(self._turned, "selected_index")
        self._turned()
        return self.link, TabName("Parts of the panel"), self.tabs, self.script

    @property
    def caller(self) -> Caller | None:
        """The caller that it commands, also one that it has connected itself."""
        return self.board.caller

    def _turned(self, change: Any = None) -> None:
        front = self.tabs.selected_index or 0
        for at, parts in enumerate(self.parts.values()):
            for part in parts:
                part.hide(at != front)

    def paint(self) -> None:
        """Show how things are."""
        self.link.show(self.board.link)
        self.script.show(self.board.script.lines)

    def still(self) -> str:
        """Return all tabs, one below the other."""
        shown = [part for parts in self.parts.values() for part in parts]
        parts = "".join(part.still() for part in shown if not isinstance(part, Connect))
        said = str(self.link.shown.get("text", ""))
        return lines([said]) + parts + code("\n".join(self.script.lines))
