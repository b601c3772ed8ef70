"""The parts of a panel: each puts widgets together, posts what is clicked, paints what it is told.

What a click does, and what there is to paint, is decided in `model`. Widgets are made on the
notebook's thread and painted on the panel's own.
"""

from collections.abc import Callable, Iterator

import ipywidgets as widgets

from switchy_nb.panels.elements import LegTable, StatusLine
from switchy_nb.panels.forms import Button, Field, Form, Kind
from switchy_nb.panels.model import WAITS, CallModel
from switchy_nb.panels.status import Status

#: Hands a function and its arguments to the panel's thread, and returns at once.
Post = Callable[..., None]


class Dialler:
    """Where to call, as which app, and how the call gets on."""

    def __init__(self, model: CallModel, post: Post, destination: str) -> None:
        self._model = model
        self._destination = Field(
            "destination", "Destination", value=destination, hint="user@host:port"
        )
        dial = Button(
            "dial",
            "Dial",
            lambda typed: post(
                model.dial, typed["destination"], typed["app"] or None, typed["seconds"]
            ),
            "mod-primary",
        )
        self._form = Form("Dial", self._fields(), [dial])
        self.status = StatusLine()
        self.box = section("Dial", self._form, self.status)

    def paint(self) -> None:
        """Show how things are."""
        self._form.offer(self._fields())
        self.status.show(self._model.dial_status)

    def _fields(self) -> tuple[Field, ...]:
        apps = tuple((name, name) for name in self._model.client.app_names)
        return (
            self._destination,
            Field("app", "App", Kind.CHOICE, options=apps or (("no app", ""),)),
            Field("seconds", "Give up after (s)", Kind.NUMBER, "30"),
        )


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
        hang_up = Button("hang_up", "Hang up", lambda _: post(model.hang_up), "mod-danger")
        wait = Button(
            "wait", "Wait", lambda typed: post(model.wait_for, typed["what"], typed["seconds"])
        )
        stop = Button("stop", "Stop waiting", lambda _: post(model.cancel_wait))
        send = Button("send", "Send digits", lambda typed: post(model.send_digits, typed["digits"]))
        waits = tuple((name, name) for name in WAITS)
        what = Field(
            "what", "Wait for", value="answered", options=waits, hint="a state, or an event's name"
        )
        within = Field("seconds", "Within (s)", Kind.NUMBER, "10")
        digits = Field("digits", "Digits", hint="0-9 A-D * # w")
        self._hang_up = Form("Hang up", [], [hang_up])
        self._wait = Form("Wait", [what, within], [wait, stop])
        self._send = Form("Digits", [digits], [send])
        self.box = section(
            "Selected call",
            self.selection,
            _row(self._hang_up, self.hangup_status),
            _row(self._wait, self.wait_status),
            _row(self._send, self.digits_status),
        )

    def paint(self) -> None:
        """Show how things are."""
        model = self._model
        self.selection.show(model.selection)
        self.hangup_status.show(model.hangup_status)
        self.wait_status.show(model.wait_status)
        self.digits_status.show(model.digits_status)
        self._hang_up.enable(hang_up=model.can_hang_up)
        self._wait.enable(wait=model.can_wait, stop=model.waiting)
        self._send.enable(send=model.can_hang_up)


def section(title: str, *children: widgets.Widget) -> widgets.VBox:
    """Return a framed part of the panel with a heading."""
    # the title is one of ours: no value from anywhere else may become HTML
    heading = widgets.HTML(f'<h4 class="switchy-heading">{title}</h4>')
    box = widgets.VBox([heading, *children])
    box.add_class("switchy-section")
    return box


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


def _row(form: Form, status: StatusLine) -> widgets.Box:
    status.add_class("switchy-grow")
    row = widgets.Box([form, status])
    row.add_class("switchy-row")
    return row
