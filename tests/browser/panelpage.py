"""A panel in a notebook, as somebody who looks at the page has it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

PANEL = """\
from contextlib import ExitStack
from switchy_nb import sync_caller
leaving = ExitStack()
caller = leaving.enter_context(sync_caller())
panel = caller.panel()
panel"""


def panel_of(notebook, cell: int = 0) -> Locator:
    """The output with the panel in it.

    It need not be the last: what the link's log says while another cell runs, stands under that cell
    with ipykernel 7, and with 6.31 under the one that opened the link.
    """
    return notebook.outputs(cell).filter(has=notebook.page.locator(".switchy-panel"))


class Panel:
    """The panel on the page, its parts found by role and name."""

    def __init__(self, notebook, cell: int = 0) -> None:
        self.notebook = notebook
        self.page: Page = notebook.page
        self.root = panel_of(notebook, cell)
        self.destination = self.root.get_by_role("combobox", name="Destination")
        self.calls = self.root.get_by_role("grid", name="Calls")
        self.script = self.root.get_by_role("region", name="The same in Python")
        expect(self.destination).to_have_value(re.compile("^answer@"))
        self.sip = self.destination.input_value().partition("@")[2]

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def says(self, words: str | re.Pattern[str]) -> Locator:
        return self.root.get_by_role("status").filter(has_text=words)

    def row(self, words: str | re.Pattern[str]) -> Locator:
        return self.calls.get_by_role("row").filter(has_text=words)

    def below(self, name: str) -> float:
        """How far below the panel's top a button stands, in pixels, wherever the page is scrolled."""
        button, top = self.button(name).bounding_box(), self.root.bounding_box()
        assert button is not None
        assert top is not None
        return round(button["y"] - top["y"])

    def dial(self, destination: str) -> None:
        self.destination.fill(destination)
        self.button("Dial").click()


def laid_out(keypad: Locator) -> list[str]:
    """The keys' texts as they stand on the page, row by row."""
    rows: dict[int, list[tuple[float, str]]] = {}
    for key in keypad.get_by_role("button").all():
        box = key.bounding_box()
        assert box is not None
        rows.setdefault(round(box["y"]), []).append((box["x"], key.inner_text()))
    return ["".join(text for _, text in sorted(row)) for _, row in sorted(rows.items())]
