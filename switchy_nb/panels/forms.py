"""Fields with buttons behind them, whose contents travel with the press of a button.

ipywidgets sends what is typed and what is clicked as messages of their own, and holds the former
back while the kernel is busy: a click could dial the number that stood there before. Here both are
one message, and a field's contents are the page's alone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

import anywidget
import traitlets

from switchy_nb.panels.elements import CSS, script, update

#: What was typed, by the names of the fields.
Typed = Mapping[str, str]

#: Longer text than any field is for.
_LONGEST = 4000


class Kind(Enum):
    """What a field takes."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    #: on or off: ``"on"`` or nothing at all
    CHECK = "check"
    #: several lines
    LINES = "lines"
    #: hidden, and emptied by the press of a button: the page does not keep it
    SECRET = "secret"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form.

    Attributes
    ----------
    name : str
        Its key in what a press brings.
    label : str
        What the page calls it.
    kind : Kind
        What it takes.
    value : str
        What stands in it at first.
    options : tuple of (str, str)
        Text and value: all there is of a choice, suggestions for a text.
    hint : str
        What stands in it while it is empty.
    more : bool
        Whether it is for those who want more: it is folded away at first.
    wide : bool
        Whether what it takes is long.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    more: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """One button of a form; Enter in a field presses the first.

    Attributes
    ----------
    name, text : str
        Its key, and what stands on it.
    pressed : callable
        Called with what was typed, on whatever thread the message comes.
    style : str
        ``mod-primary``, ``mod-danger``: the theme's classes for buttons that matter.
    """

    name: str
    text: str
    pressed: Callable[[Typed], None]
    style: str = ""


class Form(anywidget.AnyWidget):
    """A row of fields and buttons.

    Parameters
    ----------
    label : str
        What the row is for, told to screen readers.
    fields, buttons : iterable
        In their order.
    look : str
        A class for the page's style sheet.
    """

    _esm = script("form")
    _css = CSS
    label = traitlets.Unicode("").tag(sync=True)
    fields: traitlets.List[Any] = traitlets.List().tag(sync=True)
    buttons: traitlets.List[Any] = traitlets.List().tag(sync=True)
    off: traitlets.List[Any] = traitlets.List().tag(sync=True)
    reason = traitlets.Unicode("").tag(sync=True)
    look = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self, label: str, fields: Iterable[Field], buttons: Iterable[Button], look: str = ""
    ) -> None:
        self._pressed = {button.name: button for button in buttons}
        super().__init__(
            label=label,
            look=look,
            fields=_sent(fields),
            buttons=[
                {"name": b.name, "text": b.text, "style": b.style} for b in self._pressed.values()
            ],
        )
        self.on_msg(self._told)

    def offer(self, fields: Iterable[Field]) -> None:
        """Show other options; what was typed stays."""
        update(self, fields=_sent(fields))

    def enable(self, reason: str = "", **on: bool) -> None:
        """Turn buttons on or off, by their names; with a reason, all of them are off for that."""
        off = [n for n in self._pressed if reason or not on.get(n, True)]
        update(self, off=off, reason=reason)

    def _told(self, _: object, content: object, buffers: object) -> None:
        if not isinstance(content, dict):
            return
        button = self._pressed.get(str(content.get("press")))
        values = content.get("values")
        if button is None or not isinstance(values, dict):
            return
        button.pressed({field["name"]: _text(values, field) for field in self.fields})


def _sent(fields: Iterable[Field]) -> list[dict[str, Any]]:
    return [
        {
            **asdict(field),
            "kind": field.kind.value,
            "options": [list(option) for option in field.options],
        }
        for field in fields
    ]


def _text(values: Mapping[str, Any], field: Mapping[str, Any]) -> str:
    value = values.get(field["name"], "")
    return value[:_LONGEST] if isinstance(value, str) else ""
