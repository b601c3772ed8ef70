"""A ladder as Mermaid's text, drawn by the Mermaid that JupyterLab brings: also a hostile one."""

from __future__ import annotations

from helpers import RECORDINGS
from playwright.sync_api import expect

EVIL = (
    "end\n    P0->>P1: forged ; %%{init: {}}%% ```<img src=x onerror=\"document.title='owned'\">"
    ' --> "q" wrap: note <script>'
)
LADDER = f"""
from IPython.display import Markdown, display
from switchy_nb.plots import mermaid
from switchy_nb.recording import Recording

evil = {EVIL!r}
recording = Recording.load({str(RECORDINGS / "busy.events.raw.xz")!r})
sessions = recording.sessions.assign(destination=evil, switch=evil)
events = recording.events.assign(application=evil, hangup_cause=evil, channel_state=evil)
display(Markdown("```mermaid\\n" + mermaid(sessions, events) + "```"))
"""
BROKEN = 'display(Markdown("```mermaid\\nsequenceDiagram\\n    P0->>\\n```"))'


def test_a_hostile_ladder_is_a_diagram_and_what_is_none_is_told(open_notebook):
    notebook = open_notebook(LADDER, BROKEN)
    notebook.run(0)
    drawn = notebook.outputs(0).locator(".jp-RenderedMermaid")
    expect(drawn.locator("img, svg").first).to_be_visible(timeout=30_000)
    expect(drawn).to_have_count(1)
    expect(notebook.page.locator(".jp-RenderedMermaid.jp-mod-warning")).to_have_count(0)
    expect(notebook.page.locator("img[src='x']")).to_have_count(0)
    assert "owned" not in notebook.page.title()

    notebook.run(1)
    expect(notebook.outputs(1).locator(".jp-mod-warning")).to_be_visible()
