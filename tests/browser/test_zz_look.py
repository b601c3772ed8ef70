import os, re
import pytest
from playwright.sync_api import expect
from browser.test_panel import PANEL as SETUP
MANY = """
for i in range(40): caller.client.originate(f'echo@{caller.switch.sip}', app_id='TonePlay', caller_id=['<b>Bold & Brave</b>', 'A very long caller name that goes on and on and on for ever', 'Zoë'][i%3])
"""
@pytest.mark.parametrize("theme", ["light","dark"])
def test_look(open_notebook, theme):
    nb = open_notebook(SETUP, MANY)
    p = nb.page
    p.evaluate("t => window.jupyterapp.commands.execute('apputils:change-theme', {theme: t})", "JupyterLab "+theme.title())
    expect(p.locator(f'body[data-jp-theme-name="JupyterLab {theme.title()}"]')).to_be_attached()
    p.set_viewport_size({"width":1280,"height":1250})
    nb.run(0)
    d = p.get_by_role("textbox", name="Destination").or_(p.get_by_role("combobox", name="Destination"))
    sip = d.input_value().split("@")[1]
    d.fill("ringanswer@"+sip)
    p.get_by_role("button", name="Dial").click()
    expect(p.get_by_text(re.compile("ringanswer.*: up"))).to_be_visible()
    w = p.get_by_role("combobox", name="Wait for")
    w.fill("bridged"); p.get_by_role("spinbutton", name="Within").fill("1"); p.get_by_role("button", name="Wait", exact=True).click()
    p.get_by_role("textbox", name="Digits").fill("12x"); p.get_by_role("button", name="Send digits").click()
    expect(p.get_by_text("waited 1.0 s")).to_be_visible()
    p.wait_for_timeout(800)
    p.screenshot(path=f"/tmp/shots/{theme}5.png")
    nb.run(1)
    p.wait_for_timeout(2500)
    p.screenshot(path=f"/tmp/shots/{theme}6.png")
    p.set_viewport_size({"width":640,"height":1300})
    p.wait_for_timeout(500)
    p.screenshot(path=f"/tmp/shots/{theme}7.png")
