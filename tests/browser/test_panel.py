"""The call panel as a person has it: in JupyterLab, with the mouse."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from browser.contrast import faint
from browser.panelpage import PANEL, Panel, laid_out, panel_of


@pytest.mark.timeout(240)
def test_dial_watch_wait_send_digits_and_hang_up(panel: Panel) -> None:
    expect(panel.root.get_by_text("No calls yet")).to_be_visible()
    expect(panel.button("Hang up")).to_be_disabled()
    number = f"ringanswer@{panel.sip}"
    stood = {name: panel.below(name) for name in ("Hang up", "Wait", "Copy as a cell")}
    panel.dial(number)
    expect(panel.says(f"{number}: ringing")).to_be_visible()
    expect(panel.row("outbound")).to_contain_text("ringing")
    expect(panel.says("Selected: outbound")).to_be_visible()
    assert {name: panel.below(name) for name in stood} == stood, "what is clicked next stays put"
    panel.button("Wait").dblclick()
    expect(panel.says(f"{number}: up")).to_be_visible()
    expect(panel.says(re.compile(r"^answered, after \d\.\d\d s$"))).to_be_visible()
    expect(panel.row("outbound")).to_have_attribute("aria-selected", "true")
    expect(panel.row("inbound")).to_have_attribute("aria-selected", "false")
    panel.root.get_by_role("textbox", name="Digits").fill("42#")
    panel.button("Send digits").click()
    expect(panel.says("the switch has taken 42#")).to_be_visible()
    assert panel.below("Wait") == stood["Wait"]
    keypad = panel.root.get_by_role("group", name="Keypad")
    keypad.get_by_role("button", name="7").dblclick()
    expect(panel.says("the switch has taken 7")).to_be_visible()
    assert laid_out(keypad) == ["123A", "456B", "789C", "*0#D"]

    panel.button("Hang up").click()
    expect(panel.says(f"{number}: ended after")).to_contain_text(
        "NORMAL_CLEARING (Q.850 16): one of the two hung up"
    )
    expect(panel.row("hung up: NORMAL_CLEARING")).to_have_count(2)
    expect(panel.button("Hang up")).to_be_disabled()
    expect(panel.script).to_have_text(
        f"sess1, waitfor = caller('{number}', 'TonePlay', timeout=35, originate_timeout=30)\n"
        "sess1.wait('answered', 10)\n"
        "sess1.send_dtmf('42#')\n"
        "sess1.send_dtmf('7')\n"
        "sess1.send_dtmf('7')\n"
        "sess1.hangup()"
    )
    panel.root.get_by_role("tab", name="Timeline").click()
    picture = panel.root.get_by_role("img", name=re.compile("^Timeline of"))
    expect(picture).to_be_visible(timeout=60_000)
    drawn = picture.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    assert min(drawn) > 100
    panel.root.get_by_role("tab", name="Events").click()
    events = panel.root.get_by_role("grid", name="Events").get_by_role("row")
    expect(events.filter(has_text="CHANNEL_").first).to_be_visible()


@pytest.mark.timeout(240)
def test_what_is_only_looked_at_is_a_line_of_python_too(panel: Panel) -> None:
    def last(line: str) -> None:
        expect(panel.script).to_have_text(re.compile(r"(^|\n)" + re.escape(line) + "$"))

    panel.dial(f"answer@{panel.sip}")
    expect(panel.says(f"answer@{panel.sip}: up")).to_be_visible()
    expect(panel.row("inbound").get_by_role("gridcell").nth(6)).to_have_text("–")  # MOS
    panel.row("inbound").click()
    last("selected = caller.recording.select(sessions=[sess1.uuid, sess1.call.last.uuid])")
    panel.root.get_by_role("button", name="To", exact=True).click()
    last("caller.recording.sessions.sort_values('destination')")
    panel.root.get_by_role("tab", name="Events").click()
    panel.root.get_by_label("Event", exact=True).fill("answer")
    panel.root.get_by_label("Of", exact=True).select_option("the selected call")
    panel.button("Filter").click()
    legs = "sessions=[sess1.uuid, sess1.call.last.uuid]"
    last(f"caller.recording.select({legs}).find(name='answer')")
    expect(panel.says("of the selected call: all that there are")).to_be_visible()
    lines = panel.root.get_by_role("grid", name="Events").get_by_role("row")
    lines.filter(has_text="CHANNEL_ANSWER").first.click()
    expect(panel.script).to_have_text(re.compile(r"caller\.recording\.event\(\d+\)$"))
    panel.root.get_by_role("tab", name="Timeline").click()
    panel.root.get_by_label("Time is", exact=True).select_option("the switch's clock")
    panel.button("Draw").click()
    last(f"caller.recording.timeline({legs}, clock='switch')")


@pytest.mark.timeout(240)
def test_what_was_clicked_is_copied_into_a_cell_and_runs(open_notebook) -> None:
    notebook = open_notebook(PANEL, "# pasted here", "print(caller.recording.calls.hangup_cause)")
    notebook.run(0)
    panel = Panel(notebook)
    panel.dial(f"answer@{panel.sip}")
    expect(panel.says(": up")).to_be_visible()
    panel.button("Hang up").click()
    expect(panel.row("hung up: NORMAL_CLEARING")).to_have_count(2)
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel.button("Copy as a cell").click()
    expect(panel.root.get_by_text("copied", exact=True)).to_be_visible()
    editor = notebook.cell(1).get_by_role("textbox")
    editor.click()
    notebook.page.keyboard.press("Control+a")
    notebook.page.keyboard.press("Control+v")
    expect(editor).to_contain_text("sess1.hangup()")
    notebook.run(1)
    notebook.finished(1)
    expect(panel.row("hung up: NORMAL_CLEARING")).to_have_count(4)
    notebook.run(2)
    expect(notebook.outputs(2)).to_have_text(re.compile("(NORMAL_CLEARING.*){2}", re.DOTALL))


@pytest.mark.timeout(240)
def test_a_busy_call_and_one_that_cannot_be_dialled(panel: Panel) -> None:
    panel.dial(f"busy@{panel.sip}")
    expect(panel.says("USER_BUSY (SIP 486): the far end is busy").first).to_be_visible()
    expect(panel.row("hung up: USER_BUSY")).to_have_count(2)
    stood = panel.below("Wait")
    panel.dial("")
    expect(panel.says("Call whom?")).to_be_visible()
    assert panel.below("Wait") == stood


@pytest.mark.timeout(240)
def test_a_double_click_and_a_key_that_is_held_are_one_call_each(panel: Panel) -> None:
    panel.destination.fill(f"busy@{panel.sip}")
    panel.button("Dial").dblclick()
    for held in (panel.destination, panel.button("Dial")):
        held.focus()
        for _ in range(4):  # each but the first is the keyboard's own repetition
            panel.page.keyboard.down("Enter")
        panel.page.keyboard.up("Enter")
    panel.dial("")  # what is pressed is done in its order
    expect(panel.says("Call whom?")).to_be_visible()
    expect(panel.row("hung up: USER_BUSY")).to_have_count(6)
    expect(panel.script).to_have_text(re.compile("^sess1, .*\nsess2, .*\nsess3, .*$"))


@pytest.mark.timeout(240)
def test_fifty_calls_at_once(panel: Panel) -> None:
    panel.root.get_by_label("Calls", exact=True).and_(panel.page.get_by_role("spinbutton")).fill(
        "50"
    )
    panel.root.get_by_role("spinbutton", name="Calls a second").fill("50")
    number = f"answer@{panel.sip}"
    panel.dial(number)
    expect(panel.says(f"50 of 50 calls to {number} placed: 50 up")).to_be_visible(timeout=30_000)
    expect(panel.says("100 legs up, 0 ended")).to_be_visible()
    expect(panel.calls).to_have_attribute("aria-rowcount", "101")
    assert panel.calls.get_by_role("row").count() < 30, "only those in view are on the page"
    panel.calls.focus()
    panel.page.keyboard.press("End")
    last = panel.row("inbound").last
    expect(last).to_have_attribute("aria-rowindex", "101")
    expect(last).to_have_attribute("aria-selected", "true")
    panel.root.get_by_role("textbox", name="Filter").fill("outbound")
    expect(panel.says("50 fit the filter")).to_be_visible()
    expect(panel.row("inbound")).to_have_count(0)
    panel.calls.press("Home")
    panel.calls.locator("[aria-rowindex='2']").click()  # the first has the headings
    panel.calls.locator("[aria-rowindex='5']").click(modifiers=["Shift"])
    expect(panel.says("Selected: 4 legs, 4 of them up")).to_be_visible()
    panel.row("outbound").first.click()
    panel.row("outbound").nth(3).click(modifiers=["ControlOrMeta"])
    expect(panel.says("Selected: 2 legs, 2 of them up")).to_be_visible()
    panel.button("Hang up").click()
    expect(panel.says("96 legs up, 4 ended")).to_be_visible()
    panel.calls.focus()
    panel.page.keyboard.press("ControlOrMeta+a")
    expect(panel.says("Selected: 50 legs, 48 of them up")).to_be_visible()
    panel.button("Hang up").click()
    expect(panel.says("0 legs up, 100 ended")).to_be_visible(timeout=30_000)


@pytest.mark.timeout(240)
def test_connects_to_the_simulated_switch_and_leaves_it(open_notebook) -> None:
    notebook = open_notebook(
        "from switchy_nb.panels import Dashboard\npanel = Dashboard()\npanel",
        "panel.selected.calls.hangup_cause.iloc[0]",
        "panel.close()",
    )
    notebook.run(0)
    root = panel_of(notebook)
    status = root.get_by_role("status")
    expect(status.filter(has_text="connect to a switch first").first).to_be_visible()
    root.get_by_role("textbox", name="Host").fill("no-such-host.invalid")
    root.get_by_role("textbox", name="Secret").fill("hush")
    root.get_by_role("button", name="Connect", exact=True).click()
    expect(status.filter(has_text="no-such-host.invalid")).to_be_visible()
    expect(root.get_by_role("textbox", name="Secret")).to_have_value("")
    root.get_by_role("button", name="Use the simulated switch").click()
    expect(status.filter(has_text="the link is up").first).to_be_visible()
    expect(status.filter(has_text=re.compile(r"^FreeSWITCH \d.*up for"))).to_be_visible()
    root.get_by_role("tab", name="Calls").click()
    root.get_by_role("combobox", name="Destination").fill("busy@127.0.0.1:5080")
    root.get_by_role("button", name="Dial", exact=True).click()
    expect(status.filter(has_text="USER_BUSY (SIP 486)").first).to_be_visible()
    notebook.run(1)
    expect(notebook.outputs(1)).to_have_text("'USER_BUSY'")
    root.get_by_role("tab", name="Connect").click()
    root.get_by_role("button", name="Disconnect").click()
    expect(status.filter(has_text="connect to a switch first").first).to_be_visible()
    notebook.run(2)
    expect(root.get_by_role("tab")).to_have_count(0)


@pytest.mark.timeout(240)
def test_a_link_that_dies_and_comes_back(open_notebook) -> None:
    notebook = open_notebook(PANEL, "caller.switch.faults.restart(after=2);")
    notebook.run(0)
    panel = Panel(notebook)
    panel.dial(f"answer@{panel.sip}")
    expect(panel.says(": up")).to_be_visible()
    notebook.run(1)
    expect(panel.says("the link is down, and being brought back")).to_be_visible()
    expect(panel.says("the link is up")).to_be_visible()
    panel.dial(f"echo@{panel.sip}")
    expect(panel.row("echo").first).to_be_visible()


@pytest.mark.timeout(240)
def test_what_is_clicked_while_a_cell_runs_is_what_was_typed(open_notebook) -> None:
    notebook = open_notebook(PANEL, "import time; time.sleep(4); print('over')")
    notebook.run(0)
    panel = Panel(notebook)
    notebook.run(1, wait=False)
    expect(notebook.cell(1).locator(".jp-InputPrompt")).to_have_text("[*]:")
    for number in ("answer", "echo", "busy"):
        panel.destination.fill("")
        panel.destination.press_sequentially(f"{number}@{panel.sip}")
        panel.button("Dial").click()
    panel.destination.fill("nobody@127.0.0.1")
    expect(notebook.outputs(1)).to_have_text("over")
    expect(panel.row("outbound")).to_have_count(3)
    for number in ("answer", "echo", "busy"):
        expect(panel.row("outbound").filter(has_text=number)).to_have_count(1)


@pytest.mark.timeout(240)
def test_a_hostile_caller_runs_no_script(open_notebook) -> None:
    name = "<img src=x onerror=window.forged=1>"
    call = f"caller(caller.url('answer'), timeout=10, caller_id={name!r})"
    notebook = open_notebook(PANEL, f"{call};")
    notebook.run(0)
    panel = Panel(notebook)
    notebook.run(1)
    row = panel.row("outbound")
    expect(row).to_contain_text(name)
    row.click()
    expect(panel.says(f"from {name}")).to_be_visible()
    panel.dial(f"{name}@{panel.sip}")
    expect(panel.says("the destination holds ' '")).to_be_visible()
    assert panel.root.locator("img[onerror], img[src='x']").count() == 0
    assert panel.page.evaluate("() => window.forged") is None


@pytest.mark.timeout(240)
@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_everything_can_be_read(panel: Panel, theme: str) -> None:
    panel.notebook.use_theme(theme)
    panel.dial(f"busy@{panel.sip}")
    expect(panel.row("hung up: USER_BUSY")).to_have_count(2)
    panel.dial(f"answer@{panel.sip}")
    expect(panel.says(f"answer@{panel.sip}: up")).to_be_visible()
    panel.dial("")
    expect(panel.says("Call whom?")).to_be_visible()
    texts = panel.root.locator(
        ".switchy-words:visible, .switchy-heading, .switchy-table td, .switchy-table th, pre, label"
    )
    assert faint(texts) == {}


@pytest.mark.timeout(240)
def test_a_link_that_is_closed_and_a_panel_that_is(panel: Panel, notebook) -> None:
    expect(panel.says("the link is up")).to_be_visible()
    notebook.run(1)
    expect(panel.says("not listened to")).to_be_visible()
    notebook.run(2)
    expect(panel.destination).to_have_count(0)


@pytest.mark.timeout(240)
def test_shown_twice_it_shows_the_same(open_notebook) -> None:
    notebook = open_notebook(PANEL, "panel")
    notebook.run(0)
    notebook.run(1)
    first, second = Panel(notebook), Panel(notebook, 1)
    first.dial(f"tone@{first.sip}")
    for panel in (first, second):
        expect(panel.destination).to_have_value(f"tone@{first.sip}")
        expect(panel.says(f"tone@{first.sip}: up")).to_be_visible()
        expect(panel.row("up")).to_have_count(2)
    second.button("Hang up").click()
    expect(first.row("hung up: NORMAL_CLEARING")).to_have_count(2)


@pytest.mark.timeout(240)
def test_reopened_without_its_kernel_there_is_a_still_picture(open_notebook, lab, tmp_path) -> None:
    notebook = open_notebook(PANEL)
    notebook.run(0)
    panel = Panel(notebook)
    panel.dial(f"busy@{panel.sip}")
    expect(panel.row("hung up: USER_BUSY")).to_have_count(2)
    picture = notebook.cell(0).locator(".switchy-still")
    expect(picture).to_contain_text("hung up: USER_BUSY", timeout=15_000)
    expect(picture.get_by_role("table")).to_be_hidden()  # a live panel is there instead
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")

    again = open_notebook(lab.root / f"{tmp_path.name}-0.ipynb")  # with a kernel that has no panel
    picture = again.cell(0).locator(".switchy-still")
    expect(picture.get_by_role("table").first).to_be_visible()
    expect(picture.get_by_role("row").filter(has_text="USER_BUSY").first).to_be_visible()
    expect(picture).to_contain_text("sess1, waitfor = caller(")
    missing = again.cell(0).get_by_text("model not found")
    expect(missing).to_have_count(1)  # JupyterLab has said so,
    expect(missing).to_be_hidden()  # and nobody needs to read it
    assert all("widget model not found" in error for error in again.errors)
    again.errors.clear()


@pytest.mark.timeout(240)
def test_a_recording_is_listened_to(panel: Panel) -> None:
    panel.dial(f"tone@{panel.sip}")
    expect(panel.says(": up")).to_be_visible()
    panel.button("Record").click()
    expect(panel.says("recording to /")).to_be_visible()
    panel.button("Stop recording").click()
    expect(panel.says("recorded to /")).to_be_visible()
    panel.button("Listen").click()
    player = panel.root.locator("audio")
    expect(player).to_be_visible()
    expect(player).to_have_attribute("aria-label", re.compile("^Recording of"))
    panel.page.wait_for_function(
        "player => player.readyState >= 1 && player.duration >= 0", arg=player.element_handle()
    )
