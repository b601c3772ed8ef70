"""The parts of a panel: each puts widgets together, posts what is clicked, paints what it is told.

What a click does, and what there is to paint, is decided in `model`. Widgets are made on the
notebook's thread, painted on the panel's own, and read on whatever thread a click comes.
"""

from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets as widgets

from switchy_nb.panels.elements import LegTable, StatusLine, update
from switchy_nb.panels.model import WAITS, CallModel
from switchy_nb.panels.status import Status

#: Hands a function and its arguments to the panel's thread, and returns at once.
Post = Callable[..., None]
_WIDE = {"description_width": "initial"}
_HALF = "19em"


class Dialler:
    """Where to call, as which app, and how the call gets on."""

    def __init__(self, model: CallModel, post: Post, destination: str) -> None:
        self._model = model
        self._destination = widgets.Text(
            value=destination,
            placeholder="user@host:port",
            description="Destination",
            style=_WIDE,
        )
        self._destination.add_class("switchy-grow")
        self._apps: tuple[str, ...] | None = None
        self._app = widgets.Box()
        self._give_up = _seconds("Give up after (s)", 30)
        dial = _button("Dial", "primary", lambda: post(model.dial, *self._typed()))
        self.status = StatusLine()
        row = _row(self._destination, self._app, self._give_up, dial)
        self.box = section("Dial", row, self.status)

    def paint(self) -> None:
        """Show how things are."""
        self._offer(tuple(self._model.client.app_names))
        self.status.show(self._model.dial_status)

    def _typed(self) -> tuple[str, str | None, float]:
        (app,) = self._app.children
        return self._destination.value, app.value or None, self._give_up.value

    def _offer(self, apps: tuple[str, ...]) -> None:
        """Offer the loaded app groups, with a new list where they have changed.

        New, because the kernel would otherwise write what the page writes as well: the choice.
        """
        if apps == self._apps:
            return
        old = self._app.children
        chosen = old[0].value if old else None
        options: list[Any] = list(apps) or [("no app", "")]
        values = list(apps) or [""]
        new = widgets.Dropdown(
            options=options,
            value=chosen if chosen in values else values[0],
            description="App",
            style=_WIDE,
            layout={"width": "14em"},
        )
        self._apps = apps
        self._app.children = (new,)
        for widget in old:
            close_family(widget)


class CallList:
    """The legs that are up, or ended lately; one of them is chosen."""

    def __init__(self, model: CallModel, post: Post) -> None:
        self._model = model
        self.table = LegTable(lambda uuid: post(model.select, uuid))
        self._count = StatusLine()
        self.box = section("Calls", self.table, self._count)

    def paint(self) -> None:
        """Show how things are."""
        self.table.show(self._model.rows(), self._model.selected)
        self._count.show(Status(self._model.count))


class Handling:
    """What can be done with the chosen leg: hang up, wait for something, send digits."""

    def __init__(self, model: CallModel, post: Post) -> None:
        self._model = model
        self.selection, self.hangup_status = StatusLine(), StatusLine()
        self.wait_status, self.digits_status = StatusLine(), StatusLine()
        for status in (self.hangup_status, self.wait_status, self.digits_status):
            status.add_class("switchy-grow")
        self._what = widgets.Combobox(
            value="answered",
            options=WAITS,
            description="Wait for",
            placeholder="a state, or an event's name",
            style=_WIDE,
            layout={"width": _HALF},
        )
        self._within = _seconds("Within (s)", 10)
        self._digits = widgets.Text(
            description="Digits",
            placeholder="0-9 A-D * # w",
            style=_WIDE,
            layout={"width": _HALF},
        )
        self._hang_up = _button("Hang up", "danger", lambda: post(model.hang_up))
        self._wait = _button(
            "Wait", "", lambda: post(model.wait_for, self._what.value, self._within.value)
        )
        self._stop = _button("Stop waiting", "", lambda: post(model.cancel_wait))
        self._send = _button("Send digits", "", lambda: post(model.send_digits, self._digits.value))
        self.box = section(
            "Selected call",
            self.selection,
            _row(self._hang_up, self.hangup_status),
            _row(self._what, self._within, self._wait, self._stop, self.wait_status),
            _row(self._digits, self._send, self.digits_status),
        )

    def paint(self) -> None:
        """Show how things are."""
        model = self._model
        self.selection.show(model.selection)
        self.hangup_status.show(model.hangup_status)
        self.wait_status.show(model.wait_status)
        self.digits_status.show(model.digits_status)
        for button in (self._hang_up, self._send):
            update(button, disabled=not model.can_hang_up)
        update(self._wait, disabled=not model.can_wait)
        update(self._stop, disabled=not model.waiting)


def section(title: str, *children: widgets.Widget) -> widgets.VBox:
    """Return a framed part of the panel with a heading."""
    # the title is one of ours: no value from anywhere else may become HTML
    heading = widgets.HTML(f'<h4 class="switchy-heading">{title}</h4>')
    box = widgets.VBox([heading, *children])
    box.add_class("switchy-section")
    return box


def family(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    """Yield a widget's children, and the layouts and styles that they have in the page."""
    for child in getattr(widget, "children", ()):
        yield child
        yield from family(child)
    for name in ("layout", "style"):
        part = getattr(widget, name, None)
        if isinstance(part, widgets.Widget):
            yield part


def close_family(widget: widgets.Widget) -> None:
    """Close a widget and all that belongs to it."""
    members = [*family(widget)]
    widgets.Widget.close(widget)
    for member in members:
        member.close()


def _button(text: str, style: str, clicked: Callable[[], None]) -> widgets.Button:
    button = widgets.Button(description=text, button_style=style, layout={"width": "auto"})
    button.on_click(lambda _: clicked())
    return button


def _row(*children: widgets.Widget) -> widgets.Box:
    row = widgets.Box(children)
    row.add_class("switchy-row")
    return row


def _seconds(description: str, value: float) -> widgets.FloatText:
    return widgets.FloatText(
        value=value, description=description, style=_WIDE, layout={"width": "12em"}
    )
