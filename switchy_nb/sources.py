"""Where a command comes from: the notebook's cell that runs, or the panel that was clicked.

Who sends commands asks `current_source`; whoever sends for somebody else says so with `sent_from`.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

#: Kept with the context and not with the thread: an ``await`` cell, and the tasks that it began,
#: share a thread with whatever else the notebook does meanwhile.
_source: ContextVar[str | None] = ContextVar("switchy_nb_source", default=None)


@contextmanager
def sent_from(source: str) -> Iterator[None]:
    """Say where the commands come from that are sent in a ``with`` block.

    Parameters
    ----------
    source : str
        Such as ``panel dialer``; what it says is shown, and means nothing else.
    """
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def current_source() -> str | None:
    """Return where what runs now comes from, such as ``cell 12``; None if that is not known.

    A cell is known by its number, which IPython shows beside it. A thread that a cell started is
    not that cell.
    """
    source = _source.get()
    if source is None and threading.current_thread() is threading.main_thread():
        return _cell()
    return source


def _cell() -> str | None:
    """Find the cell that runs, and from now on be told when one begins."""
    ipython = sys.modules.get("IPython")  # where nobody has loaded it there are no cells
    shell = None if ipython is None else ipython.get_ipython()
    if shell is None or getattr(shell, "switchy_nb_cells", None) is not None:
        return None  # between two cells
    shell.switchy_nb_cells = _Cells(shell)
    return _source.get()


class _Cells:
    """Sets the source while a cell of an IPython shell runs."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        # Whether a shell counts a cell before or after it has run depends on its version; what it
        # has kept of cells, and the count between two of them, do not.
        self._number = shell.execution_count
        if _runs_a_cell(shell):
            self._number = len(shell.history_manager.input_hist_parsed) - 1
            _source.set(f"cell {self._number}")
        shell.events.register("pre_run_cell", self._begins)
        shell.events.register("post_run_cell", self._ends)

    def _begins(self, info: Any) -> None:
        _source.set(f"cell {self._number}" if info.store_history else None)

    def _ends(self, result: Any) -> None:
        self._number = self._shell.execution_count
        _source.set(None)


def _runs_a_cell(shell: Any) -> bool:
    """Whether it is a cell with a number that runs now, and not a widget's callback."""
    try:
        message = shell.get_parent()
        numbered = bool(message["content"].get("store_history", True))
        return numbered and bool(message["header"]["msg_type"] == "execute_request")
    except (AttributeError, KeyError, TypeError):
        return True  # a terminal: nothing but what was typed runs on its main thread
