"""A panel as a still picture in HTML, for pages that have no kernel, or no widgets."""

from collections.abc import Iterable, Mapping
from html import escape

_COLUMNS = {
    "state": "State",
    "direction": "Leg",
    "sender": "From",
    "to": "To",
    "app": "App",
    "age": "Age",
}


def still(lines: Iterable[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Return what was shown last: messages, and the legs as a table. Every value is escaped."""
    said = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    body = "".join(f"<tr>{_cells('td', (row.get(n) for n in _COLUMNS))}</tr>" for row in rows)
    head = _cells("th", _COLUMNS.values())
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if body else ""
    return f"<div><strong>Calls, when this was saved</strong>{said}{table}</div>"


def _cells(tag: str, values: Iterable[object]) -> str:
    return "".join(f"<{tag}>{escape(str(value))}</{tag}>" for value in values)
