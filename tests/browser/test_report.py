"""A report as somebody opens it: in both themes, with hostile values in it, from a file."""

from __future__ import annotations

import pytest
from helpers import RECORDINGS
from playwright.sync_api import expect

from switchy_nb import Recording
from switchy_nb.wire import Event

EVIL = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


def hostile() -> Recording:
    """The recording of ten real calls, and one call whose every value is markup."""
    recording = Recording.load(RECORDINGS / "ten_calls.events.raw.xz")
    for n, name in enumerate(("CHANNEL_CREATE", "CHANNEL_EXECUTE", "CHANNEL_HANGUP")):
        moment = 1_795_418_640_000_000 + n * 1_000_000
        pairs = {
            "Event-Name": name,
            "Event-Date-Timestamp": str(moment),
            "Event-Sequence": str(99_000 + n),
            **dict.fromkeys(
                (
                    "Unique-ID",
                    "Caller-Caller-ID-Name",
                    "Caller-Destination-Number",
                    "Channel-Name",
                    "Application",
                    "Application-Data",
                    "Hangup-Cause",
                ),
                EVIL,
            ),
        }
        recording.append(Event.make(pairs.items()), moment, EVIL)
    return recording


@pytest.mark.parametrize(("scheme", "paper"), [("light", 255), ("dark", 15)])
def test_a_report_shows_all_and_does_nothing(scheme, paper, chromium, tmp_path):
    path = hostile().report(tmp_path / "run.html", title=EVIL, slowest=1, failed=4)
    page = chromium.new_page(color_scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    try:
        page.goto(path.as_uri())
        expect(page.get_by_role("heading", level=1)).to_have_text(EVIL)
        assert page.title() == EVIL
        pictures = page.get_by_role("img")
        assert pictures.count() == 3 + 5
        for picture in pictures.all():
            picture.scroll_into_view_if_needed()
            assert picture.evaluate("image => image.complete && image.naturalWidth") > 100
            assert picture.evaluate("image => image.clientWidth <= image.parentElement.clientWidth")
        expect(page.get_by_role("row").filter(has_text="UNALLOCATED_NUMBER")).to_have_count(2)
        red = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")
        assert int(red) == paper
        wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert page.evaluate(wide)
        page.set_viewport_size({"width": 420, "height": 800})
        assert page.evaluate(wide)
        page.emulate_media(media="print")  # dark ink on white paper, whatever the screen's theme
        assert page.evaluate("getComputedStyle(document.body).backgroundColor").endswith(
            "(255, 255, 255)"
        )
        ink = page.evaluate("getComputedStyle(document.body).color.match(/\\d+/)[0]")
        assert int(ink) < 64
    finally:
        page.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
