"""Panels: dialling, watching, waiting and hanging up with the mouse, in a notebook.

A panel is made of parts (see `part`), each a widget that also works by itself. What they share, and
the thread on which they do it, is in `board`. No panel opens a socket, and none blocks the notebook.
"""

from switchy_nb.panels.calls import Calls, CallTable
from switchy_nb.panels.connect import Connect
from switchy_nb.panels.dashboard import Dashboard
from switchy_nb.panels.dialer import Dialer
from switchy_nb.panels.events import Events
from switchy_nb.panels.handling import Handling
from switchy_nb.panels.timeline import Timeline
from switchy_nb.panels.waits import Waits

__all__ = [
    "CallTable",
    "Calls",
    "Connect",
    "Dashboard",
    "Dialer",
    "Events",
    "Handling",
    "Timeline",
    "Waits",
]
