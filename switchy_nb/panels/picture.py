"""The still picture that stands beside a panel in a notebook, for when there is no kernel any more.

A page that has no kernel has no panel either: where it stood, JupyterLab says that there is no model.
So a panel is shown with a second output, plain HTML, which the style sheet of the live one hides; and
which hides what JupyterLab says.
"""

import time
from collections.abc import Callable
from typing import Any

#: Seconds between two updates of the picture: each makes the notebook one that is not saved.
REST = 5.0
#: Of a panel that was shown more often than this, only the last pictures are kept up to date.
KEPT = 4
_TITLE = "The panel as it was when this was saved"
#: Of the output behind the picture: a live panel has elements, what JupyterLab says is bare text.
#: A notebook that is not trusted has neither this nor that text.
_STYLE = """\
<style>.jp-OutputArea-child:has(.switchy-still) +
.jp-OutputArea-child:has(> .jupyter-widgets):not(:has(> * > *)) { display: none; }</style>"""


class StillPicture:
    """Shows a panel's still picture, and keeps it up to date.

    Parameters
    ----------
    draw : callable
        Returns the picture as HTML, all values escaped.
    """

    def __init__(self, draw: Callable[[], str]) -> None:
        self._draw = draw
        self._handles: list[Any] = []
        self._shown = ""
        self._updated = 0.0

    def show(self) -> None:
        """Show it in the cell that runs."""
        from IPython.display import display

        self._shown = self._draw()
        handle = display(_bundle(self._shown), raw=True, display_id=True)
        self._handles = [*self._handles, handle][-KEPT:]
        self._updated = time.monotonic()

    def refresh(self, *, now: bool = False) -> None:
        """Bring it up to date, if it is time for that (or `now`); from any thread."""
        if not self._handles or not (now or time.monotonic() - self._updated > REST):
            return
        self._updated = time.monotonic()
        drawn = self._draw()
        if drawn != self._shown:
            self._shown = drawn
            for handle in self._handles:
                handle.update(_bundle(drawn), raw=True)


def _bundle(drawn: str) -> dict[str, str]:
    html = f'<div class="switchy-still"><strong>{_TITLE}</strong>{drawn}</div>{_STYLE}'
    return {"text/html": html, "text/plain": ""}
