"""Pieces of HTML for panels in pages that have no kernel, or no widgets. Every value is escaped."""

from collections.abc import Iterable, Sequence
from html import escape


def lines(texts: Iterable[str]) -> str:
    """Return messages, a paragraph each; empty ones are left out."""
    return "".join(f"<p>{escape(text)}</p>" for text in texts if text)


def table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; nothing if it has no rows."""
    body = "".join(f"<tr>{_cells('td', row)}</tr>" for row in rows)
    head = f"<thead><tr>{_cells('th', titles)}</tr></thead>"
    return f"<table>{head}<tbody>{body}</tbody></table>" if body else ""


def code(text: str) -> str:
    """Return lines of Python; nothing if there are none."""
    return f"<pre>{escape(text)}</pre>" if text else ""


def _cells(tag: str, values: Iterable[object]) -> str:
    return "".join(f"<{tag}>{escape(str(value))}</{tag}>" for value in values)
