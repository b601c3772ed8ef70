"""`Dashboard`: all parts of a panel in tabs, with one selection."""

from collections.abc import Iterable, Mapping
from typing import Any

import ipywidgets as widgets

from switchy_nb.panels.elements import ScriptView, StatusLine
from switchy_nb.panels.part import Part
from switchy_nb.panels.status import Status

#: The parts on each tab, in their order.
TABS: Mapping[str, tuple[type[Part], ...]] = {
    "Calls": (),
    "Events": (),
    "Timeline": (),
    "Connect": (),
}


class Dashboard(Part):
    """Connect, dial, watch, wait, hang up, look into events and at the timeline.

    Parameters
    ----------
    target : Caller, Client or Recording, optional
        Whose calls; without one, connect on its first tab.
    """

    def build(self) -> Iterable[widgets.Widget]:
        """Return the tabs, with what they share above and below."""
        self._link, self._script = StatusLine(), ScriptView()
        self.parts = {name: [part(self.board) for part in parts] for name, parts in TABS.items()}
        self._tabs = widgets.Tab(
            children=[widgets.VBox(parts) for parts in self.parts.values()],
            titles=list(self.parts),
        )
        # the page alone writes which tab is in front, and so does the kernel hear of it
        self._tabs.observe(self._turned, "selected_index")
        self._turned()
        return self._link, self._tabs, self._script

    def _turned(self, change: Any = None) -> None:
        front = self._tabs.selected_index or 0
        for at, parts in enumerate(self.parts.values()):
            for part in parts:
                part.hidden = at != front

    def paint(self) -> None:
        """Show how things are."""
        self._link.show(self.board.link)
        self._script.show(self.board.script.lines)

    def still(self) -> str:
        """Return all tabs, one below the other."""
        from html import escape

        stills = "".join(part.still() for parts in self.parts.values() for part in parts)
        said: Status = self.board.link
        return f"<p>{escape(said.text)}</p>{stills}"
