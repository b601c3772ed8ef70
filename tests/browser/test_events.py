"""The list of events and the timeline as a person has them: in JupyterLab, by mouse and by keyboard."""

from __future__ import annotations

import re

import pytest
from helpers import RECORDINGS
from playwright.sync_api import Locator, Page, expect

from browser.contrast import faint

RECORDING = """\
from switchy_nb.panels.events import Events
from switchy_nb.panels.timeline import Timeline
from switchy_nb.recording import Recording
recording = Recording.load({path!r})
events = Events(recording)
events"""
SHARED = "timeline = Timeline(events)\ntimeline"
LIVE = """\
from switchy_nb import open_caller
from switchy_nb.panels.events import Events
caller = open_caller()
events = Events(caller)
events"""


class EventsOnPage:
    """The part on the page, found by role and name."""

    def __init__(self, notebook, cell: int = 0) -> None:
        self.notebook = notebook
        self.page: Page = notebook.page
        self.root: Locator = notebook.outputs(cell).last
        self.grid = self.root.get_by_role("grid", name="Events")
        self.headers = self.root.get_by_role("grid", name="Headers")
        expect(self.button("Filter")).to_be_visible()

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def field(self, name: str) -> Locator:
        return self.root.get_by_label(name, exact=True)

    def says(self, words: str | re.Pattern[str]) -> Locator:
        return self.root.get_by_role("status").filter(has_text=words)

    def lines(self, words: str | re.Pattern[str] = "") -> Locator:
        return self.grid.get_by_role("row").filter(has_text=words or re.compile(r"\d\d:\d\d"))

    @property
    def chosen(self) -> Locator:
        return self.grid.get_by_role("row", selected=True)

    def header(self, name: str) -> Locator:
        row = self.headers.get_by_role("row")
        return row.filter(has=self.page.get_by_role("rowheader", name=name, exact=True))


@pytest.fixture
def open_recording(open_notebook):
    def open_(name: str, *more: str) -> EventsOnPage:
        path = RECORDINGS / f"{name}.raw.xz"
        path = path if path.exists() else RECORDINGS / f"{name}.events.raw.xz"
        notebook = open_notebook(RECORDING.format(path=str(path)), *more)
        notebook.run(0)
        return EventsOnPage(notebook)

    return open_


@pytest.mark.timeout(240)
def test_events_come_are_filtered_and_looked_into(open_notebook) -> None:
    notebook = open_notebook(
        LIVE,
        "sess, waitfor = caller(caller.url('ringanswer'), timeout=10)\nsess.uuid",
        "sess.hangup()",
    )
    notebook.run(0)
    events = EventsOnPage(notebook)
    notebook.run(1)
    expect(events.lines("CHANNEL_ANSWER").first).to_be_visible()
    events.field("Event").fill("answer hangup -complete")
    events.button("Filter").click()
    expect(events.says("Events named answer hangup -complete: all that there are")).to_be_visible()
    expect(events.lines()).to_have_count(2)
    notebook.run(2)
    expect(events.lines("CHANNEL_HANGUP")).to_have_count(2)
    expect(events.lines("NORMAL_CLEARING")).to_have_count(2)

    leg = notebook.outputs(1).last.inner_text().strip("'")
    events.lines("CHANNEL_ANSWER").filter(has_text=leg[:8]).click()
    expect(events.says(re.compile(r"^Event [\d,]+: CHANNEL_ANSWER"))).to_be_visible()
    expect(events.header("Unique-ID")).to_contain_text(leg)
    expect(events.header("Answer-State")).to_contain_text("changed")
    expect(events.header("Answer-State")).to_contain_text("answered was ringing")
    events.field("Only what changed").check()
    expect(events.header("Unique-ID")).to_have_count(0)
    events.field("Find").fill("answer-state")
    expect(events.headers.get_by_role("row")).to_have_count(1)

    events.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    events.header("Answer-State").click()
    events.button("Copy as code").click()
    expect(events.says("copied: caller.recording.event(")).to_be_visible()
    code = events.page.evaluate("() => navigator.clipboard.readText()")
    assert re.fullmatch(r"caller\.recording\.event\(\d+\)\['Answer-State'\]", code)

    events.button("Only its leg").click()
    expect(events.says(f"Events of the leg {leg}: all")).to_be_visible()
    expect(events.lines(leg[:8])).to_have_count(events.lines().count())


@pytest.mark.timeout(240)
def test_a_large_recording_is_scrolled_and_searched(open_recording) -> None:
    events = open_recording("load_600_calls")
    expect(events.says("All events, in the order in which they came")).to_be_visible()
    expect(events.lines("33001")).to_be_visible()
    assert events.lines().count() < 60
    events.grid.press("Home")
    expect(events.chosen).to_contain_text(re.compile(r"^0\d\d:"))
    expect(events.button("Autoscroll")).to_have_attribute("aria-pressed", "false")
    events.grid.evaluate("grid => { grid.scrollTop = grid.scrollHeight / 2; }")
    expect(events.lines("16500")).to_be_visible()
    events.button("Autoscroll").click()
    expect(events.lines("33001")).to_be_visible()
    events.field("Text").fill("variable_endpoint_disposition: ANSWER")
    events.field("Text").press("Enter")
    expect(events.says("with the text variable_endpoint_disposition: ANSWER: ")).to_be_visible()
    expect(events.says(re.compile("all that there are|the newest ones"))).to_be_visible(
        timeout=60_000
    )
    events.button("Show all").click()
    expect(events.says("All events, in the order")).to_be_visible()


@pytest.mark.timeout(240)
def test_events_by_keyboard_alone(open_recording) -> None:
    events = open_recording("ten_calls")
    keyboard = events.page.keyboard
    cells = events.page.locator(".jp-Notebook .jp-Cell").count()
    expect(events.lines("452")).to_be_visible()
    events.field("Event").focus()
    keyboard.type("hangup_complete")
    keyboard.press("Enter")
    expect(events.says("Events named hangup_complete: all that there are")).to_be_visible()
    for name in ("Text", "Leg", "Of"):
        keyboard.press("Tab")
        expect(events.field(name)).to_be_focused()
    for name in ("Filter", "Show all", "Pause", "Autoscroll"):
        keyboard.press("Tab")
        expect(events.button(name)).to_be_focused()
    keyboard.press("Tab")
    expect(events.grid).to_be_focused()
    keyboard.press("End")
    expect(events.chosen).to_contain_text("CHANNEL_HANGUP_COMPLETE")
    last = events.chosen.inner_text()
    keyboard.press("ArrowUp")
    expect(events.chosen).not_to_have_text(last)
    keyboard.press("b")  # in JupyterLab this would make a cell
    expect(events.grid).to_be_focused()
    assert events.page.locator(".jp-Notebook .jp-Cell").count() == cells
    expect(events.says(re.compile("^Event .*CHANNEL_HANGUP_COMPLETE"))).to_be_visible()
    events.headers.focus()
    keyboard.press("ArrowDown")
    expect(events.headers.get_by_role("row", selected=True)).to_contain_text("Core-UUID")
    events.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    keyboard.press("Enter")
    expect(
        events.says(re.compile(r"copied: recording\.event\(\d+\)\['Core-UUID'\]"))
    ).to_be_visible()


@pytest.mark.timeout(240)
def test_the_timeline_of_what_is_selected_in_another_part(open_recording) -> None:
    events = open_recording("bridged_calls", SHARED)
    events.notebook.run(1)
    root = events.notebook.outputs(1).last
    expect(root.get_by_text("Nothing is selected")).to_be_visible()
    events.lines("CHANNEL_").last.click()
    events.button("Select its call").click()
    picture = root.get_by_role("img", name=re.compile("^Timeline of the selected call"))
    expect(picture).to_be_visible(timeout=30_000)
    size = picture.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    assert min(size) > 100
    root.get_by_label("Draw", exact=True).select_option("all")
    root.get_by_role("button", name="Draw").click()
    expect(root.get_by_role("img", name="Timeline of all calls.")).to_be_visible(timeout=30_000)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_events_can_be_read(open_recording, theme: str) -> None:
    events = open_recording("ring_then_answer")
    events.notebook.use_theme(theme)
    events.lines("CHANNEL_CALLSTATE").last.click()
    expect(events.headers.get_by_role("row").first).to_be_visible()
    texts = events.root.locator(
        ".switchy-words:visible, .switchy-heading, .switchy-event-line > span, label, "
        ".switchy-header-line > span, .switchy-header-was, .switchy-note:visible, code"
    )
    assert faint(texts) == {}


@pytest.mark.timeout(240)
def test_hostile_values_are_only_text(open_recording) -> None:
    events = open_recording("hostile_values", SHARED)
    events.notebook.run(1)
    events.field("Text").fill("<img")
    events.button("Filter").click()
    expect(events.says("with the text <img: all that there are")).to_be_visible()
    for line in events.lines().all()[:3]:
        line.click()
        expect(events.headers).to_contain_text("<img")
    events.button("Select its call").click()
    picture = events.notebook.outputs(1).last.get_by_role("img", name=re.compile("^Timeline of"))
    expect(picture).to_be_visible(timeout=30_000)
    events.button("Show all").click()
    events.grid.press("Home")
    for _ in range(12):
        events.grid.press("PageDown")
    outputs = events.page.locator(".jp-OutputArea-output")
    timelines = "[src^='blob:'], [src^='data:image/png;base64,']"  # the live one, the still one
    assert outputs.locator(f"img:not({timelines})").count() == 0
    assert outputs.locator("script, iframe, object, embed, a").count() == 0
    assert events.page.evaluate("() => window.forged ?? window.pwned ?? null") is None
    assert events.notebook.dialogs == []
