"""The pieces of a panel that ipywidgets does not have: text that is never markup, and a picture.

Each trait goes from the kernel to the page; what is chosen on the page comes as a message. What the
pieces show is decided elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from switchy_nb.panels.status import Status

_STATIC = Path(__file__).parent / "static"


def style(name: str) -> str:
    """Return one of the page's style sheets."""
    return (_STATIC / f"{name}.css").read_text("utf-8")


CSS = style("panel")


def script(name: str) -> str:
    """Return the source of one of the page's scripts."""
    return (_STATIC / f"{name}.js").read_text("utf-8")


def update(widget: traitlets.HasTraits, **values: Any) -> None:
    """Send the traits that have changed, and nothing if none has; only from the panel's thread."""
    changed = {name: value for name, value in values.items() if getattr(widget, name) != value}
    if changed:
        with widget.hold_sync():  # type: ignore[attr-defined]  # every ipywidgets widget has it
            for name, value in changed.items():
                setattr(widget, name, value)


class StatusLine(anywidget.AnyWidget):
    """One `Status`, announced politely when its text changes.

    Parameters
    ----------
    kept : bool, optional
        Whether it has its room also while it says nothing: what stands below it would else move
        away from under a hand that is about to click there.
    """

    _esm = script("status")
    _css = CSS
    shown = traitlets.Dict().tag(sync=True)

    def __init__(self, *, kept: bool = False) -> None:
        super().__init__()
        if kept:
            self.add_class("switchy-kept")

    def show(self, status: Status) -> None:
        """Show a message in place of the last one."""
        tone = status.tone
        words = {"text": status.text, "tone": tone.value, "sign": tone.sign, "aside": status.aside}
        update(self, shown=words)


class Picture(anywidget.AnyWidget):
    """A PNG with words for those who do not see it, or a note in its place.

    Parameters
    ----------
    on_room : callable, optional
        Called when the page tells what is behind the picture (``light``, ``dark`` or None, if it
        does not know), and how wide it can be (in pixels); on whatever thread the message comes.
    """

    _esm = script("picture")
    _css = CSS
    png = traitlets.Bytes(b"").tag(sync=True)
    alt = traitlets.Unicode("").tag(sync=True)
    note = traitlets.Unicode("").tag(sync=True)

    def __init__(self, on_room: Callable[[str | None, int], None] = lambda theme, px: None) -> None:
        super().__init__()
        self._on_room = on_room
        self.on_msg(self._told)

    def _told(self, _: object, content: object, buffers: object) -> None:
        if not isinstance(content, dict):
            return
        theme, width = content.get("theme"), content.get("width")
        if theme in ("light", "dark", None) and isinstance(width, int) and width > 0:
            self._on_room(theme, width)

    def show(self, png: bytes, alt: str = "", note: str = "") -> None:
        """Show a picture, or (if it is empty) only the note."""
        update(self, png=png, alt=alt, note=note)


class Sound(anywidget.AnyWidget):
    """A player of one WAV file, with its name."""

    _esm = script("sound")
    _css = CSS
    wav = traitlets.Bytes(b"").tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    #: whose it is; not the page's business
    of = ""

    def show(self, of: str, wav: bytes, label: str) -> None:
        """Show a player for a recording of the leg `of`."""
        self.of = of
        update(self, wav=wav, label=label)

    def clear(self) -> None:
        """Show none."""
        self.show("", b"", "")


class WaitList(anywidget.AnyWidget):
    """What is waited for, with progress, and how earlier waits ended.

    Parameters
    ----------
    on_cancel : callable
        Called with a wait's id, on whatever thread the message comes.
    """

    _esm = script("waits")
    _css = CSS
    waits: traitlets.List[Any] = traitlets.List().tag(sync=True)

    def __init__(self, on_cancel: Callable[[str], None]) -> None:
        super().__init__()
        self._on_cancel = on_cancel
        self.on_msg(self._told)

    def show(self, waits: Sequence[Mapping[str, Any]]) -> None:
        """Show these waits."""
        update(self, waits=list(waits))

    def _told(self, _: object, content: object, buffers: object) -> None:
        wait = content.get("cancel") if isinstance(content, dict) else None
        if isinstance(wait, str):
            self._on_cancel(wait)


class TabName(anywidget.AnyWidget):
    """The name of the list of tabs beside it, which ipywidgets' has none of; nothing to be seen."""

    _esm = script("tabname")
    label = traitlets.Unicode().tag(sync=True)

    def __init__(self, label: str) -> None:
        super().__init__(label=label, layout={"display": "none"})


class ScriptView(anywidget.AnyWidget):
    """Lines of Python, to be copied."""

    _esm = script("script")
    _css = CSS
    lines = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def show(self, lines: list[str]) -> None:
        """Show these lines."""
        update(self, lines=lines)
