"""The list of events and the headers of one, as they are on the page: text that is never markup.

What they show is decided in `eventlog`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from switchy_nb.panels.elements import CSS, script, style, update


class EventList(anywidget.AnyWidget):
    """Lines of events, of which the page has only those that it shows.

    Parameters
    ----------
    on_told : callable
        Called with what was done on the page, on whatever thread the message comes: ``scroll``,
        ``pause`` or ``choose``.
    """

    _esm = script("events")
    _css = CSS + style("events")
    shown = traitlets.Dict().tag(sync=True)

    def __init__(self, on_told: Callable[[Mapping[str, Any]], None]) -> None:
        super().__init__()
        self._on_told = on_told
        self.on_msg(self._told)

    def show(self, lines: Mapping[str, Any]) -> None:
        """Show these lines (see `eventlog.EventLog.look`)."""
        update(self, shown=dict(lines))

    def _told(self, _: object, content: object, buffers: object) -> None:
        if isinstance(content, dict) and isinstance(content.get("view"), int):
            self._on_told(content)


class HeaderList(anywidget.AnyWidget):
    """The headers of one event; what has changed is marked, and a path to each can be copied."""

    _esm = script("headers")
    _css = CSS + style("events")
    event = traitlets.Dict().tag(sync=True)
    root = traitlets.Unicode("").tag(sync=True)

    def show(self, event: Mapping[str, Any] | None, root: str) -> None:
        """Show an event; `root` is the recording's name in Python."""
        update(self, event=dict(event or {}), root=root)
