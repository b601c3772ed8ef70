"""The call panel without a mouse, and for who does not see it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from browser.panelpage import PANEL, Panel


@pytest.mark.timeout(240)
def test_by_keyboard_alone(panel: Panel, notebook) -> None:
    keyboard = panel.page.keyboard
    for number in ("answer", "echo"):
        panel.destination.focus()
        keyboard.press("Control+a")
        keyboard.type(f"{number}@{panel.sip}")
        for name in ("App", "Calls", "Calls a second"):
            keyboard.press("Tab")
            expect(panel.root.get_by_label(name, exact=True).first).to_be_focused()
        keyboard.press("Tab")
        expect(panel.button("Dial")).to_be_focused()
        keyboard.press("Enter")
        expect(panel.says(f"{number}@{panel.sip}: up")).to_be_visible()
    expect(panel.row("outbound")).to_have_count(2)
    cells = notebook.page.locator(".jp-Notebook .jp-Cell").count()
    for _ in range(6):  # past "More", the filter, "Select all", the holding and the columns
        keyboard.press("Tab")
    expect(panel.calls).to_be_focused()
    for key in ("ArrowDown", "ArrowDown"):
        keyboard.press(key)
    old = panel.row("outbound").last
    expect(old).to_have_attribute("aria-selected", "true")
    expect(panel.calls).to_have_attribute("aria-activedescendant", old.get_attribute("id"))
    expect(panel.says("to answer. Up")).to_be_visible()
    keyboard.press("b")  # in JupyterLab this would make a cell
    expect(panel.calls).to_be_focused()
    assert notebook.page.locator(".jp-Notebook .jp-Cell").count() == cells
    keyboard.press("Tab")
    expect(panel.root.get_by_role("button", name="State")).to_be_focused()
    for key in ("Enter", "Enter"):
        keyboard.press(key)
    expect(panel.root.get_by_role("columnheader", name="State")).to_have_attribute(
        "aria-sort", "descending"
    )
    panel.button("Hang up").focus()
    keyboard.press("Space")
    expect(panel.row("hung up: NORMAL_CLEARING")).to_have_count(2)
    expect(panel.row("echo").first).to_contain_text("up")


#: What is used, and would have no name for who does not see it.
NAMELESS = re.compile(
    r"^ *- (?:button|checkbox|combobox|grid|group|img|option|region|spinbutton|tab|textbox)\b(?! \"|:)"
    r".*$",
    re.MULTILINE,
)


@pytest.mark.timeout(240)
def test_every_tab_is_reached_by_keyboard_and_every_control_has_a_name(panel: Panel) -> None:
    panel.dial(f"answer@{panel.sip}")
    expect(panel.says(": up")).to_be_visible()
    keyboard = panel.page.keyboard
    for more in panel.root.locator("summary:visible").all():
        more.focus()
        keyboard.press("Enter")
    panel.button("Wait").focus()
    keyboard.press("Enter")
    expect(panel.says("answered, after")).to_be_visible()
    seen = [panel.root.aria_snapshot()]
    for tab in ("Events", "Timeline", "Connect"):
        panel.root.get_by_role("tab", selected=True).focus()
        keyboard.press("ArrowRight")
        keyboard.press("Enter")
        expect(panel.root.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        if tab == "Events":
            events = panel.root.get_by_role("grid", name="Events")
            expect(events.get_by_role("row").nth(5)).to_be_visible()
            events.press("Home")
            expect(panel.root.get_by_role("grid", name="Headers")).to_be_visible()
        if tab == "Timeline":
            expect(panel.root.get_by_role("img")).to_be_visible(timeout=30_000)
        seen.append(panel.root.aria_snapshot())
    for name in ("Dial plan", "Only what changed", "Time is", "Secret"):
        assert any(f'"{name}"' in snapshot for snapshot in seen), name
    assert all('tablist "Parts of the panel"' in snapshot for snapshot in seen)
    assert [line for snapshot in seen for line in NAMELESS.findall(snapshot)] == []


@pytest.mark.timeout(240)
def test_two_calls_are_selected_by_keyboard_while_fifty_come_in(open_notebook) -> None:
    notebook = open_notebook(PANEL, "import time; time.sleep(2)")
    notebook.run(0)
    panel = Panel(notebook)
    keyboard = panel.page.keyboard
    panel.root.get_by_label("Calls", exact=True).and_(panel.page.get_by_role("spinbutton")).fill(
        "50"
    )
    panel.root.get_by_role("spinbutton", name="Calls a second").fill("15")
    panel.dial(f"answer@{panel.sip}")
    panel.root.get_by_role("textbox", name="Filter").fill("outbound")
    expect(panel.row("outbound").nth(5)).to_be_visible()
    expect(panel.row("inbound")).to_have_count(0)
    notebook.run(1, wait=False)  # what is pressed meanwhile, the kernel hears late and all at once
    expect(notebook.cell(1).locator(".jp-InputPrompt")).to_have_text("[*]:")
    panel.calls.focus()
    for key in ("Home", "Shift+ArrowDown", "Shift+ArrowDown", "Control+ArrowDown"):
        keyboard.press(key)
    expect(panel.says("Selected: 3 legs, 3 of them up")).to_be_visible(timeout=15_000)
    keyboard.press("Home")
    keyboard.press("Shift+ArrowDown")
    expect(panel.says("Selected: 2 legs, 2 of them up")).to_be_visible()
    panel.button("Bridge the two").focus()
    keyboard.press("Enter")
    expect(panel.says("the switch has bridged them")).to_be_visible()
    expect(panel.says("50 of 50 calls")).to_be_visible(timeout=15_000)
    panel.button("Hang up").focus()
    keyboard.press("Enter")
    expect(panel.says("96 legs up, 4 ended")).to_be_visible()


@pytest.mark.timeout(240)
def test_a_row_that_is_selected_no_longer_keeps_the_cursor(panel: Panel) -> None:
    for number in ("answer", "echo", "tone"):
        panel.dial(f"{number}@{panel.sip}")
        expect(panel.says(f"{number}@{panel.sip}: up")).to_be_visible()
    panel.calls.focus()
    for key in ("Home", "Shift+ArrowDown", "Shift+ArrowDown", "ArrowUp", "Control+Space"):
        panel.page.keyboard.press(key)
    second = panel.calls.get_by_role("row").nth(2)  # below the headings and the first
    expect(panel.says("Nothing is selected")).to_be_visible()
    expect(panel.calls).to_have_attribute("aria-activedescendant", second.get_attribute("id"))
    panel.page.keyboard.press("Space")
    expect(second).to_have_attribute("aria-selected", "true")
