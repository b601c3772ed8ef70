"""What a hostile peer has sent, through every part of the dashboard in a real browser: only text."""

from __future__ import annotations

import re

import pytest
from helpers import RECORDINGS
from playwright.sync_api import expect

RECORDED = f"""\
from switchy_nb.panels import Dashboard
from switchy_nb.recording import Recording
recording = Recording.load({str(RECORDINGS / "hostile_values.events.raw.xz")!r})
dashboard = Dashboard(recording)
dashboard"""
#: the same events as they come over a link, while the page is there
REPLAYED = f"""\
from switchy_nb.panels import Dashboard
from switchy_nb.recording import Recording
from switchy_nb.replay import replay
recording = Recording.load({str(RECORDINGS / "hostile_values.events.raw.xz")!r})
switch = replay(recording, speed=None)
dashboard = Dashboard(switch)
dashboard"""
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("dashboard", "theme", "why_off"),
    [
        (RECORDED, "JupyterLab Light", "its calls are over"),
        (RECORDED, "JupyterLab Dark", "its calls are over"),
        (REPLAYED, "JupyterLab Light", "This is a replay"),
    ],
    ids=["recorded", "recorded, dark", "replayed"],
)
def test_a_hostile_recording_forges_nothing(
    open_notebook, dashboard: str, theme: str, why_off: str
) -> None:
    notebook = open_notebook(dashboard)
    page = notebook.page
    notebook.run(0)
    notebook.use_theme(theme)
    root = notebook.outputs(0).last

    def turn(name: str) -> None:
        root.get_by_role("tab", name=name, exact=True).click()

    rows = root.get_by_role("grid", name="Calls").get_by_role("row")
    hostile = rows.filter(has_text="forged <1112223333>")
    expect(hostile.first).to_be_visible()
    hostile.first.click()
    expect(
        root.get_by_role("status").filter(has_text="from forged <1112223333>").first
    ).to_be_visible()
    # what makes no sense for a recording is off, and says why
    expect(root.get_by_role("button", name="Hang up", exact=True)).to_be_disabled()
    expect(root.get_by_role("button", name="Dial", exact=True)).to_be_disabled()
    expect(root.get_by_text(why_off).first).to_be_visible()

    turn("Events")
    root.get_by_label("Text", exact=True).fill(MARKUP)
    root.get_by_label("Text", exact=True).press("Enter")
    expect(
        root.get_by_role("status").filter(has_text=f"with the text {MARKUP}: all that there are")
    ).to_be_visible(timeout=30_000)
    events = root.get_by_role("grid", name="Events")
    events.press("Home")
    headers = root.get_by_role("grid", name="Headers")
    expect(headers).to_contain_text(MARKUP)
    for _ in range(8):
        events.press("ArrowDown")
    expect(headers).to_contain_text(MARKUP)
    root.get_by_role("button", name="Select its call").click()
    turn("Timeline")
    picture = root.get_by_role("img", name=re.compile("^Timeline of the selected call"))
    expect(picture).to_be_visible(timeout=30_000)
    turn("Connect")
    turn("Calls")
    expect(hostile.first).to_be_visible()

    outputs = page.locator(".jp-OutputArea-output")
    assert outputs.locator("script, iframe, object, embed").count() == 0
    timelines = "[src^='blob:'], [src^='data:image/png;base64,']"  # the live one, the still one
    assert outputs.locator(f"img:not({timelines})").count() == 0
    assert notebook.dialogs == []
    assert page.evaluate("() => window.forged ?? null") is None
