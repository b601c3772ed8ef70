"""Panels: dialling, watching, waiting and hanging up with the mouse, in a notebook.

What a panel shows is decided apart from what paints it: `model` and what it is made of know no
widgets. No panel opens a socket, and none blocks the notebook.
"""

from switchy_nb.panels.callpanel import CallPanel

__all__ = ["CallPanel"]
