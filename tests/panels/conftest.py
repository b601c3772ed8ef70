"""A page without a browser: the comms of all widgets, what was sent on them, and clicks.

A comm that is still open when a test is over was leaked.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import comm
import pytest
from comm.base_comm import BaseComm
from helpers import eventually
from ipywidgets import Widget

from switchy_nb.panels import CallTable, Dashboard, Dialer, Handling, Waits
from switchy_nb.panels.book import Leg
from switchy_nb.panels.elements import StatusLine
from switchy_nb.panels.forms import Form
from switchy_nb.panels.part import Part
from switchy_nb.sync import Caller

P = TypeVar("P", bound=Part)

MakePanel = Callable[..., Dashboard]


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

    def __init__(self, panel: Part) -> None:
        self.panel = panel
        self._typed: dict[str, str] = {}

    def part(self, kind: type[P]) -> P:
        """The one part of a kind."""
        (found,) = (w for w in walk(self.panel) if isinstance(w, kind))
        return found

    def find(self, kind: str) -> Any:
        """The one widget of a kind."""
        (found,) = (w for w in walk(self.panel) if type(w).__name__ == kind)
        return found

    def form(self, what: str, name: str) -> tuple[Form, dict[str, Any]]:
        """The form that has a button (by its text) or a field (by its label), and that."""
        key, many = ("text", "buttons") if what == "button" else ("label", "fields")
        (found,) = (
            (form, one)
            for form in walk(self.panel)
            if isinstance(form, Form)
            for one in getattr(form, many)
            if one[key] == name
        )
        return found

    def is_on(self, name: str) -> bool:
        """Whether a button can be pressed."""
        form, button = self.form("button", name)
        return button["name"] not in form.off

    def click(self, name: str) -> None:
        form, button = self.form("button", name)
        values = {f["name"]: self._typed.get(f["label"], _first(f)) for f in form.fields}
        press = {"press": button["name"], "values": values}
        self.message(form, {"method": "custom", "content": press})

    def type(self, name: str, text: str) -> None:
        self.form("field", name)
        self._typed[name] = text

    def tell(self, widget: Widget, **content: Any) -> None:
        """Send a message as the page does."""
        self.message(widget, {"method": "custom", "content": content})

    def choose(self, *uuids: str) -> None:
        self.tell(self.part(CallTable).table, choose=list(uuids))

    def message(self, widget: Widget, data: dict[str, Any]) -> None:
        widget.comm.handle_msg({"content": {"data": {"buffer_paths": [], **data}}, "buffers": []})

    def dial(self, destination: str) -> None:
        self.type("Destination", destination)
        self.click("Dial")

    def up(self, destination: str) -> Leg:
        """Dial, and return the leg when it is up and selected."""
        board = self.panel.board
        before = board.chosen
        self.dial(destination)
        eventually(lambda: board.chosen != before and board.leg is not None, 5)
        self.sees(f"{destination}: up")
        leg = board.leg
        assert leg is not None
        return leg

    # --- what is to be read ------------------------------------------------------------

    def said(self, line: str) -> str:
        """The words of one of the panel's status lines."""
        return str(self.line(line).shown.get("text", ""))

    def tone(self, line: str) -> str:
        return str(self.line(line).shown.get("tone", ""))

    def line(self, name: str) -> StatusLine:
        """A status line: ``link``, ``dial``, ``selection``, or of a row of what can be done."""
        if name == "link":
            return self.panel.link  # type: ignore[attr-defined]
        if name == "dial":
            return self.part(Dialer).status
        if name == "wait":
            return self.part(Waits).status
        handling = self.part(Handling)
        rows = {"tape": handling.tape.row}
        return (
            handling.selection
            if name == "selection"
            else (rows.get(name) or getattr(handling, name)).status
        )

    def rows(self) -> list[dict[str, Any]]:
        """The rows of the table of calls, by the names of its columns."""
        table = self.part(CallTable).table
        names = [column["name"] for column in table.columns if column["shown"]]
        return [{**row, **dict(zip(names, row["cells"], strict=True))} for row in table.rows]

    def waits(self) -> list[dict[str, Any]]:
        return list(self.part(Waits).list.waits)

    def lines(self) -> list[str]:
        """What was clicked, as Python."""
        return list(self.find("ScriptView").lines)

    def sees(self, words: str, line: str = "dial", timeout: float = 30) -> str:
        """Wait until a status line says something."""

        def said() -> str:
            text = self.said(line)
            return text if words in text else ""

        return eventually(said, timeout, f"{words!r} in {line}")

    def sees_wait(self, words: str, timeout: float = 30) -> dict[str, Any]:
        """Wait until a wait says something."""

        def said() -> dict[str, Any] | None:
            return next((w for w in self.waits() if words in w["text"]), None)

        return eventually(said, timeout, f"{words!r} in the waits") or {}


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
    made: list[Dashboard] = []

    def make(*args: Any, **kwargs: Any) -> Dashboard:
        made.append(Dashboard(*args, **kwargs))
        return made[-1]

    yield make
    for panel in made:
        panel.close()


@pytest.fixture
def hands(make_panel: MakePanel, caller: Caller, sip: str) -> Hands:
    """A panel on the switch under the tests, and hands to use it."""
    return Hands(make_panel(caller, sip=sip))
