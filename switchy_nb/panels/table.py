"""`Table`: rows of text of which the page gets only those that it has in view, and says which.

What the rows are is decided elsewhere.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import anywidget
import traitlets

from switchy_nb.panels.elements import CSS, script, update

#: The page has so many rows beyond those in view, on each side, for when it is scrolled.
MARGIN = 40
#: So many rows are there before the page says which it has in view; and no view has more.
FIRST, MOST = 40, 200
#: So many views of one table are served at once; of more, the last ones that were scrolled.
VIEWS = 4


class How(Enum):
    """What a choice does to the one before."""

    ONLY = "only"
    MORE = "more"
    #: those that are chosen already are so no longer
    TURN = "turn"
    #: all from the first of two rows to the second
    RANGE = "range"
    #: all rows, also those that the page does not have
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Choice:
    """Rows that were chosen on the page.

    It says what was done, not what is chosen then: of that the page may know too little, when keys
    are pressed faster than it is told.

    Attributes
    ----------
    ids : list of str
        Which rows.
    how : How
        In place of, or beside, those that are chosen.
    by : str
        The view that it was done in.
    """

    ids: list[str]
    how: How = How.ONLY
    by: str = ""


class Table(anywidget.AnyWidget):
    """A grid of rows, some of them chosen.

    Parameters
    ----------
    label : str
        Its name, told to screen readers.
    told : mapping
        What is called when the page tells something, by what that is: ``choose`` (with a
        `Choice`), ``sort`` (a column's name), ``filter`` (text), ``columns`` (a list of names), ``hold``
        (whether rows stay where they are), ``view`` (other rows came into view). On whatever
        thread the message comes.
    empty : str
        What stands in place of the rows if there are none.
    """

    _esm = script("table")
    _css = CSS
    label = traitlets.Unicode("").tag(sync=True)
    empty = traitlets.Unicode("").tag(sync=True)
    columns: traitlets.List[Any] = traitlets.List().tag(sync=True)
    sort: traitlets.List[Any] = traitlets.List(["", False]).tag(sync=True)
    filter = traitlets.Unicode("").tag(sync=True)
    rows: traitlets.List[Any] = traitlets.List().tag(sync=True)
    held = traitlets.Bool(False).tag(sync=True)
    total = traitlets.Int(0).tag(sync=True)
    chosen: traitlets.List[Any] = traitlets.List().tag(sync=True)
    #: the view in which that was done; the others go where it is
    by = traitlets.Unicode("").tag(sync=True)
    #: where the row stands that was chosen last; -1 if it is not there
    at = traitlets.Int(-1).tag(sync=True)

    def __init__(self, label: str, told: Mapping[str, Callable[[Any], None]], empty: str) -> None:
        super().__init__(label=label, empty=empty)
        self._call = told
        self._views: dict[str, tuple[int, int]] = {}
        self.on_msg(self._told)

    def in_view(self) -> list[int]:
        """Return the places of the rows that the page should have, of at most `total`."""
        places = set(range(FIRST + MARGIN)) if not self._views else set()
        for first, end in self._views.values():
            places.update(range(max(0, first - MARGIN), end + MARGIN))
        return sorted(places)

    def show(self, **values: Any) -> None:
        """Show rows, or how they are chosen and sorted: the values of the traits."""
        update(self, **values)

    def _told(self, _: object, content: object, buffers: object) -> None:
        if not isinstance(content, dict):
            return
        if "view" in content:
            self._look(content)
        for name, fits in _SHAPES.items():
            if name in content and fits(content[name]) and name in self._call:
                told = _choice(content) if name == "choose" else content[name]
                self._call[name](told)

    def _look(self, content: Mapping[str, Any]) -> None:
        view, first, end = (content.get(name) for name in ("view", "first", "end"))
        if isinstance(view, str) and isinstance(first, int) and isinstance(end, int):
            others = [(v, place) for v, place in self._views.items() if v != view]
            # a new one in place of the old: whoever paints reads it on another thread
            self._views = dict([*others, (view, (max(0, first), min(end, first + MOST)))][-VIEWS:])


def _choice(content: Mapping[str, Any]) -> Choice:
    how, by = content.get("how"), content.get("by")
    known = next((one for one in How if one.value == how), How.ONLY)
    return Choice(content["choose"], known, by if isinstance(by, str) else "")


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 1000


_SHAPES: Mapping[str, Callable[[object], bool]] = {
    "view": _text,
    "choose": _texts,
    "sort": _text,
    "filter": _text,
    "columns": _texts,
    "hold": lambda value: isinstance(value, bool),
}


def sent_columns(columns: Iterable[tuple[str, str, bool]]) -> list[dict[str, Any]]:
    """Write columns (name, title, shown) as the page has them."""
    return [{"name": name, "title": title, "shown": shown} for name, title, shown in columns]
