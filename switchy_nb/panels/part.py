"""`Part`: what all parts of a panel are made of. A part is a widget, and works by itself or with others.

To write one::

    class Ear(Part):
        title = "Ear"

        def build(self, *, volume: float = 1.0):  # its keywords; others are a TypeError
            self.line = StatusLine()  # widgets: made here, on the notebook's thread
            self.form = Form("Ear", [...], [Button("go", "Go", self.go)])
            return self.form, self.line

        def go(self, typed):  # a click: comes on any thread; post, return
            self.board.post(self.listen, typed["what"])

        def listen(self, what): ...  # on the desk's thread; must not block
        def paint(self):
            self.line.show(...)  # on the desk's thread, up to 8 times a second

        def begin(self):
            self.spawn(self.watch())  # coroutines that end with the part

        def still(self):
            return "<p>…</p>"  # HTML without a kernel, values escaped

- What is shared is on ``self.board`` (see `board`): ``book`` and its legs, ``recording``, ``chosen``,
  ``leg``, ``legs``, ``choose``, ``client``, ``script``, ``off``. Never hold on to ``board.source`` or
  ``board.recording``: a new connection replaces them.
- Traits flow from the kernel to the page only; what is done on the page comes as a message
  (`Form` has its fields' contents with the press of a button). ``update(widget, …)`` in `elements`
  sends what has changed.
- Text from the network goes through ``text.plain`` and is set with ``textContent``.
- Errors are shown beside the control that caused them, in a `StatusLine`. What nobody expected is
  logged, and shown at the foot of the part, whose neighbours go on.
- ``commands = True`` says that the part commands a switch; where none can be commanded,
  ``self.board.off`` says why, the part shows it, and it turns its buttons off in `paint`.
- Commands are sent inside ``with self.acting():``, so that the recording has them as the panel's.
- A hidden part (on a tab that is not in front) is not painted: `paint` must not count its calls.
"""

import asyncio
import inspect
import logging
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, ClassVar

import ipywidgets as widgets

from switchy_nb.panels.board import Board
from switchy_nb.panels.elements import StatusLine
from switchy_nb.panels.options import refuse_unknown
from switchy_nb.panels.picture import StillPicture
from switchy_nb.panels.status import NOTHING, Status, Tone
from switchy_nb.panels.text import plain
from switchy_nb.sources import sent_from

if TYPE_CHECKING:
    from switchy_nb.recording import Recording

log = logging.getLogger(__name__)


class Part(widgets.VBox):
    """One part of a panel.

    Parameters
    ----------
    target : Caller, Client, Recording, Replay, Part or Board, optional
        Whose calls. Another part shares all that it has: the calls, the selection, the log.
    **options
        As of the part's `build`.

    Raises
    ------
    TypeError
        For a keyword that there is not, and for a target that has no calls.
    """

    #: the heading, and the tab's name
    title: ClassVar[str] = ""
    #: whether it commands a switch
    commands: ClassVar[bool] = False

    def __init__(self, target: object = None, **options: Any) -> None:
        refuse_unknown(type(self).__name__, options, inspect.signature(self.build).parameters)
        shared = target.board if isinstance(target, Part) else target
        self.board: Board = shared if isinstance(shared, Board) else Board(target)
        self._owns = self.board is not shared
        self._tasks: list[asyncio.Task[None]] = []
        self._said: str | None = None
        self._beside = StillPicture(self.still)
        self.hidden = False
        self._note, self._trouble = StatusLine(), StatusLine()
        children = [self._note, *self.build(**options), self._trouble]
        if self.title:
            # ours: no value from anywhere else may become HTML
            heading = widgets.HTML(f'<h4 class="switchy-heading">{self.title}</h4>')
            children.insert(0, heading)
        super().__init__(children)
        self.add_class("switchy-part")
        if self.title:
            self.add_class("switchy-titled")
        if self._owns:
            self.add_class("switchy-panel")
            self.board.start()
        self.board.post(self.board.join, self)
        self.board.post(self.begin)

    # --- for the part to give -------------------------------------------------------------------

    def build(self) -> Iterable[widgets.Widget]:
        """Return what it consists of. Its keywords are the part's."""
        return ()

    def begin(self) -> None:
        """Begin what goes on beside painting; on the desk's thread."""

    def paint(self) -> None:
        """Show how things are; on the desk's thread."""

    def still(self) -> str:
        """Return what was shown last as HTML, for pages without a kernel; all values escaped."""
        return ""

    # --- for its users ----------------------------------------------------------------------------

    @property
    def selected(self) -> "Recording":
        """A recording of the calls that are selected, and of nothing else.

        Raises
        ------
        ConfigurationError
            If nothing is selected.
        """
        return self.board.selected()

    def select(self, *legs: str) -> None:
        """Select legs by their uuids, as a click does; without any, select nothing."""

        def choose() -> None:
            if self.board.source is not None:
                self.board.source.refresh()  # a leg that has just come counts as well
            self.board.choose(legs)

        self.board.desk.call(choose)

    def hide(self, hidden: bool) -> None:
        """Say whether it is out of sight, on a tab that is not in front; with the parts in it."""
        for part in (self, *(one for one in _family(self) if isinstance(one, Part))):
            part.hidden = hidden

    def close(self) -> None:
        """Take the part off the page, and end what it began; calls stay as they are.

        Twice is fine. The thread that it shares with others ends with the one that was first.
        """
        board: Board | None = getattr(self, "board", None)  # None: it was never made
        if board is None or self.comm is None:
            return
        if self._owns:
            board.close()
        else:
            board.desk.call(self._leave)
        self._beside.refresh(now=True)
        close_family(self)

    def __repr__(self) -> str:
        board: Board | None = getattr(self, "board", None)
        on = board.source.where if board and board.source else "nothing"
        return f"<{type(self).__name__} on {on}{'' if self.comm is not None else ', closed'}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return {**bundle, "text/html": f"<div>{self.still()}</div>"}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        self._beside.show()
        display(super()._repr_mimebundle_(), raw=True)

    # --- on the desk's thread -----------------------------------------------------------------------

    def acting(self) -> AbstractContextManager[None]:
        """Have what is sent in a ``with`` block recorded as this part's."""
        return sent_from(f"panel {self.title or type(self).__name__}".lower())

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Begin a coroutine that is cancelled when the part is closed."""
        task = self.board.desk.run(work)
        self._tasks = [t for t in self._tasks if not t.done()] + [task]
        return task

    def repaint(self, *, out_of_sight: bool = False) -> None:
        """Paint; a failure is logged and shown, and hurts no other part."""
        if self.hidden and not out_of_sight:
            return
        try:
            self._note.show(Status(self.board.off) if self.commands else NOTHING)
            self.paint()
            self._beside.refresh()
        except Exception as exc:
            self.fail(exc)
        else:
            self._trouble.show(NOTHING)
            self._said = None

    def fail(self, error: Exception) -> None:
        """Show what nobody expected; the log gets it once."""
        said = f"{type(error).__name__}: {plain(error, 160)}"
        if said != self._said:
            log.error("the part %s failed", type(self).__name__, exc_info=error)
        self._said = said
        self._trouble.show(Status(f"This part failed ({said}); the log has the details", Tone.BAD))

    def _leave(self) -> None:
        self.board.leave(self)
        for task in self._tasks:
            task.cancel()


def close_family(widget: widgets.Widget) -> None:
    """Close a widget and all that belongs to it."""
    members = [*_family(widget)]
    # not its own close(), which may be what calls this
    widgets.Widget.close(widget)
    for member in members:
        member.close()


def _family(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    """Yield a widget's children, and the layouts and styles that they have in the page."""
    for child in getattr(widget, "children", ()):
        yield child
        yield from _family(child)
    for name in ("layout", "style"):
        part = getattr(widget, name, None)
        if isinstance(part, widgets.Widget):
            yield part
