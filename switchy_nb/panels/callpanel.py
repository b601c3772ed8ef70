"""`CallPanel`: dial, watch, wait and hang up with the mouse.

It gives the parts a thread and a model, paints them, and takes them down again.
"""

import asyncio
from typing import Any

import ipywidgets as widgets

from switchy_nb.client import Client
from switchy_nb.panels.desk import Desk
from switchy_nb.panels.drawing import keep_drawn
from switchy_nb.panels.elements import Picture, ScriptView, StatusLine
from switchy_nb.panels.model import CallModel, client_of, sip_of
from switchy_nb.panels.options import refuse_unknown
from switchy_nb.panels.parts import CallList, Dialler, Handling, close_family, section
from switchy_nb.panels.still import still
from switchy_nb.session import Session
from switchy_nb.sync import Caller

#: Seconds between two looks at what there is to paint: the page gets no more than 8 a second.
TICK = 0.125


class Board:
    """All parts of a panel, and what paints them."""

    def __init__(self, model: CallModel, desk: Desk, destination: str) -> None:
        self._model, self._desk = model, desk
        self.link = StatusLine()
        self.dialler = Dialler(model, desk.post, destination)
        self.calls = CallList(model, desk.post)
        self.handling = Handling(model, desk.post)
        self.picture, self.script = Picture(), ScriptView()
        self.boxes = (
            self.link,
            self.dialler.box,
            self.calls.box,
            self.handling.box,
            section("Timeline", self.picture),
            section("The same in Python", self.script),
        )

    def begin(self) -> None:
        """Paint from now on; on the desk's thread."""
        recording = self._model.client.listener.recording
        self._desk.run(self._keep_painted())
        self._desk.run(keep_drawn(self._model, self._desk, recording, self.picture.show))

    async def _keep_painted(self) -> None:
        while True:
            self._model.refresh()
            self.paint()
            await asyncio.sleep(TICK)

    def paint(self) -> None:
        """Show how things are."""
        self.link.show(self._model.link)
        self.dialler.paint()
        self.calls.paint()
        self.handling.paint()
        self.script.show(self._model.script.lines)

    def failed(self, error: Exception) -> None:
        """Show that the panel itself has failed."""
        self._model.fail(error)
        self.link.show(self._model.link)

    def still(self) -> str:
        """Return what was painted last, as HTML without widgets."""
        said = [line.shown.get("text", "") for line in (self.link, self.dialler.status)]
        return still(said, self.calls.table.rows)


class CallPanel(widgets.VBox):
    """A dialler, the list of calls, what can be done to the selected one, and its timeline.

    Showing it twice shows the same twice. It works until `close` is called.

    Parameters
    ----------
    target : Caller or Client
        What `sync_caller` gives, or a client whose listener is started.
    sip : str, optional
        Where the switch's SIP side is, ``host:port``: the destination that stands in the form at
        first is ``answer@`` there. The client's host and port 5080 where it is not given.

    Raises
    ------
    TypeError
        For a keyword that there is not, and for a target that is neither.
    """

    def __init__(self, target: Caller | Client, *, sip: str | None = None, **unknown: Any) -> None:
        refuse_unknown("CallPanel", unknown, ("sip",))
        client = client_of(target)
        self._where = f"{client.host}:{client.port}"
        self._desk = Desk(self._where, self._failed)
        self._calls = CallModel(target, self._desk.run)
        self._board = Board(self._calls, self._desk, f"answer@{sip or sip_of(target)}")
        super().__init__(self._board.boxes)
        self.add_class("switchy-panel")
        self._calls.open()
        self._board.paint()
        self._desk.start()
        self._desk.post(self._board.begin)

    @property
    def selected(self) -> Session | None:
        """The leg that is selected on the page."""
        leg = self._calls.leg
        return None if leg is None else leg.session

    def close(self) -> None:
        """End the panel's threads and remove it from the page; calls stay as they are.

        Twice is fine.
        """
        desk: Desk | None = getattr(self, "_desk", None)  # None: it was never made
        if desk is not None and self.comm is not None:
            desk.close()
            self._calls.close()
            close_family(self)

    def __repr__(self) -> str:
        where = getattr(self, "_where", "nothing")
        return f"<CallPanel on {where}{'' if self.comm is not None else ', closed'}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**kwargs)
        return {**bundle, "text/html": self._board.still()}

    def _failed(self, error: Exception) -> None:
        self._board.failed(error)
