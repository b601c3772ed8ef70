"""The quick start as a person sees it: opened in JupyterLab, run from top to bottom."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

QUICKSTART = Path(__file__).parents[2] / "notebooks" / "quickstart.ipynb"


@pytest.fixture(scope="module")
def cells() -> list[nbformat.NotebookNode]:
    return nbformat.read(QUICKSTART, as_version=4).cells


def tagged(cells: list[nbformat.NotebookNode], tag: str) -> list[int]:
    return [i for i, cell in enumerate(cells) if tag in cell.metadata.get("tags", [])]


@pytest.mark.timeout(240)
def test_runs_and_shows_the_timeline_and_the_calls(open_notebook, cells):
    notebook = open_notebook(QUICKSTART)
    notebook.run_all()

    for index, cell in enumerate(cells):
        if cell.cell_type == "code":
            notebook.finished(index)
    figures = notebook.page.locator(".jp-OutputArea-output img")
    expect(figures.first).to_be_visible()
    drawn = figures.first.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    assert min(drawn) > 100
    (calls,) = tagged(cells, "show")
    expect(notebook.outputs(calls).locator("table").first).to_contain_text("hangup_cause")
    expect(notebook.outputs(calls).locator("table").first).to_contain_text("NORMAL_CLEARING")


def test_what_a_switch_says_is_never_markup(open_notebook):
    hostile = "<img src=x onerror=window.forged=1>"
    notebook = open_notebook(
        "from switchy_nb.recording import Recording\n"
        "from switchy_nb.wire import Event\n"
        f"hostile = {hostile!r}\n"
        "recording = Recording(switch=hostile)\n"
        "pairs = [('Event-Name', 'CHANNEL_CREATE'), ('Unique-ID', hostile)]\n"
        "pairs.append(('Caller-Caller-ID-Name', hostile))\n"
        "recording.append(Event.make(pairs), 1)\n"
        "recording",
    )
    notebook.run(0)
    expect(notebook.outputs(0).last).to_contain_text(hostile)
    assert notebook.outputs(0).locator("img").count() == 0
    assert notebook.page.evaluate("() => window.forged") is None
