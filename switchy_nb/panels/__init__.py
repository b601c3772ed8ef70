"""Panels: dialling, watching, waiting and hanging up with the mouse, in a notebook.

A panel is made of parts (see `part`), each a widget that also works by itself. What they share, and
the thread on which they do it, is in `board`. No panel opens a socket, and none blocks the notebook.
"""

from switchy_nb.panels.callpanel import CallPanel
from switchy_nb.panels.dashboard import Dashboard

__all__ = ["CallPanel", "Dashboard"]
