"""A page without a browser: the comms of all widgets, what was sent on them, and clicks.

A comm that is still open when a test is over was leaked.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import comm
import pytest
from comm.base_comm import BaseComm
from helpers import eventually
from ipywidgets import Widget

from switchy_nb.panels import CallPanel
from switchy_nb.panels.forms import Form
from switchy_nb.sync import Caller

MakePanel = Callable[..., CallPanel]


class FakeComm(BaseComm):
    """One widget's comm: keeps what was sent, and the thread that sent it."""

    def __init__(self, **kwargs: Any) -> None:
        self.sent: list[tuple[str, dict[str, Any], threading.Thread]] = []
        super().__init__(**kwargs)

    def publish_msg(self, msg_type: str, data: Any = None, **_: Any) -> None:
        self.sent.append((msg_type, data or {}, threading.current_thread()))

    @property
    def is_open(self) -> bool:
        return not self._closed

    def updates(self, trait: str) -> list[Any]:
        """Every value of a trait that was sent to the page since it was made."""
        return [
            data["state"][trait]
            for kind, data, _ in self.sent
            if kind == "comm_msg" and data.get("method") == "update" and trait in data["state"]
        ]


class Page:
    """What a browser would have: the comms, and a user's hands."""

    def __init__(self) -> None:
        self.comms: list[FakeComm] = []

    def open(self, **kwargs: Any) -> FakeComm:
        self.comms.append(FakeComm(**kwargs))
        return self.comms[-1]

    def left_open(self) -> list[FakeComm]:
        return [c for c in self.comms if c.is_open]

    def messages(self) -> int:
        """How many messages the page has got so far."""
        return sum(len(c.sent) for c in self.comms)


class Hands:
    """Uses a panel as a page does: by messages on the comms of its widgets."""

    def __init__(self, panel: CallPanel) -> None:
        self.panel = panel
        self._typed: dict[str, str] = {}

    def find(self, kind: str) -> Any:
        """The one widget of a kind."""
        (found,) = (w for w in walk(self.panel) if type(w).__name__ == kind)
        return found

    def form(self, name: str) -> tuple[Form, dict[str, Any]]:
        """The form that has a button or a field of this name, and what it has."""
        (found,) = (
            (form, part)
            for form in walk(self.panel)
            if isinstance(form, Form)
            for part in [*form.buttons, *form.fields]
            if name in (part.get("text"), part.get("label"))
        )
        return found

    def is_on(self, name: str) -> bool:
        """Whether a button can be pressed."""
        form, button = self.form(name)
        return button["name"] not in form.off

    def click(self, name: str) -> None:
        form, button = self.form(name)
        values = {f["name"]: self._typed.get(f["label"], _first(f)) for f in form.fields}
        press = {"press": button["name"], "values": values}
        self.message(form, {"method": "custom", "content": press})

    def type(self, name: str, text: str) -> None:
        self._typed[self.form(name)[1]["label"]] = text

    def choose(self, uuid: str) -> None:
        self.message(self.find("LegTable"), {"method": "custom", "content": {"choose": uuid}})

    def message(self, widget: Widget, data: dict[str, Any]) -> None:
        widget.comm.handle_msg({"content": {"data": {"buffer_paths": [], **data}}, "buffers": []})

    def dial(self, destination: str) -> None:
        self.type("Destination", destination)
        self.click("Dial")

    # --- what is to be read ------------------------------------------------------------

    def said(self, line: str) -> str:
        """The words of one of the panel's status lines."""
        return str(self._line(line).shown.get("text", ""))

    def tone(self, line: str) -> str:
        return str(self._line(line).shown.get("tone", ""))

    def _line(self, name: str) -> Any:
        board = self.panel._board
        lines = {"link": board.link, "dial_status": board.dialler.status}
        return lines.get(name) or getattr(board.handling, name)

    def rows(self) -> list[dict[str, Any]]:
        return list(self.find("LegTable").rows)

    def sees(self, words: str, line: str = "dial_status", timeout: float = 10) -> str:
        """Wait until a status line says something."""

        def said() -> str:
            text = self.said(line)
            return text if words in text else ""

        return eventually(said, timeout, f"{words!r} in {line}")


def _first(field: dict[str, Any]) -> str:
    """What a field shows before anything is typed."""
    options = field["options"]
    return options[0][1] if field["kind"] == "choice" else field["value"]


def walk(widget: Widget) -> Iterator[Widget]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """Comms that go nowhere; all of them must be closed at the end."""
    made = Page()
    monkeypatch.setattr(comm, "create_comm", made.open)
    yield made
    assert [c.comm_id for c in made.left_open()] == []


@pytest.fixture
def make_panel(page: Page) -> Iterator[MakePanel]:
    """Make panels that are closed at the end of the test."""
    made: list[CallPanel] = []

    def make(*args: Any, **kwargs: Any) -> CallPanel:
        made.append(CallPanel(*args, **kwargs))
        return made[-1]

    yield make
    for panel in made:
        panel.close()


@pytest.fixture
def hands(make_panel: MakePanel, caller: Caller, sip: str) -> Hands:
    """A panel on the switch under the tests, and hands to use it."""
    return Hands(make_panel(caller, sip=sip))
