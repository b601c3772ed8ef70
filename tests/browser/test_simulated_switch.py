"""The page on the simulated switch, as a person sees it: run from top to bottom, in both themes."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, expect

PAGE = Path(__file__).parents[2] / "notebooks" / "simulated_switch.ipynb"
THEMES = ("JupyterLab Light", "JupyterLab Dark")

#: the colour that a picture's corner has on the page: its own, or what shows through it
CORNER = """image => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1;
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0, 1, 1, 0, 0, 1, 1);
    const own = context.getImageData(0, 0, 1, 1).data[3];
    return [own, getComputedStyle(image).backgroundColor];
}"""


def paper(figure: Locator) -> tuple[int, str]:
    """Return how opaque a figure's corner is (0 to 255), and what the page puts behind it."""
    opaque, behind = figure.evaluate(CORNER)
    return opaque, behind


@pytest.mark.timeout(240)
def test_runs_and_its_figures_and_its_sound_are_there_in_both_themes(open_notebook):
    cells = nbformat.read(PAGE, as_version=4).cells
    notebook = open_notebook(PAGE)
    notebook.run_all()
    for index, cell in enumerate(cells):
        if cell.cell_type == "code":
            notebook.finished(index)

    figures = notebook.page.locator(".jp-OutputArea-output img")
    expect(figures).to_have_count(3)
    for theme in THEMES:
        notebook.use_theme(theme)
        for figure in figures.all():
            expect(figure).to_be_visible()
            assert min(figure.evaluate("image => [image.naturalWidth, image.naturalHeight]")) > 100
            assert paper(figure) == (0, "rgba(0, 0, 0, 0)")
    sound = notebook.page.locator(".jp-OutputArea-output audio")
    expect(sound).to_have_count(1)
    heard = notebook.page.wait_for_function(
        "sound => sound.duration > 3", arg=sound.element_handle()
    )
    assert heard.json_value()
