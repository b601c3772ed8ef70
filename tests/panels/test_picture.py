from __future__ import annotations

from typing import Any

import IPython.display
import pytest

from switchy_nb.panels import picture
from switchy_nb.panels.picture import StillPicture


class Cell:
    """What a cell shows: its outputs, and how they were changed."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, str]] = []
        self.updates: list[dict[str, str]] = []

    def display(self, bundle: dict[str, str], **options: Any) -> Cell:
        assert options == {"raw": True, "display_id": True}
        self.outputs.append(bundle)
        return self

    def update(self, bundle: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.updates.append(bundle)


@pytest.fixture
def cell(monkeypatch: pytest.MonkeyPatch) -> Cell:
    made = Cell()
    monkeypatch.setattr(IPython.display, "display", made.display)
    return made


def test_is_shown_and_kept_up_to_date_but_not_too_often(
    cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = ["<p>ringing</p>"]
    made = StillPicture(lambda: drawn[-1])
    made.refresh(now=True)
    assert cell.updates == [], "nobody has shown it"
    made.show()
    assert "<p>ringing</p>" in cell.outputs[0]["text/html"]
    assert 'class="switchy-still"' in cell.outputs[0]["text/html"]
    drawn.append("<p>up</p>")
    made.refresh()
    assert cell.updates == [], "too early"
    monkeypatch.setattr(picture, "REST", 0.0)
    made.refresh()
    made.refresh()
    assert len(cell.updates) == 1, "only what has changed is sent"
    assert "<p>up</p>" in cell.updates[0]["text/html"]


def test_of_many_only_the_last_are_kept_up_to_date(cell: Cell) -> None:
    drawn = [""]
    made = StillPicture(lambda: drawn[-1])
    for _ in range(picture.KEPT + 3):
        made.show()
    drawn.append("<p>over</p>")
    made.refresh(now=True)
    assert len(cell.updates) == picture.KEPT
