"""What a caller calls itself, and what is typed, shows as text and never as markup."""

from __future__ import annotations

import json
import re
from pathlib import Path

from helpers import eventually
from panels.conftest import Hands, Page, walk

from switchy_nb import panels
from switchy_nb.sync import Caller

HOSTILE = "<img src=x onerror=alert(1)>"


def test_a_hostile_caller_name_is_text(hands: Hands, page: Page, caller: Caller, sip: str) -> None:
    caller(f"answer@{sip}", "TonePlay", timeout=5, caller_id=HOSTILE)
    rows = eventually(lambda: len(found := hands.rows()) == 2 and found)
    assert rows[0]["sender"].startswith(HOSTILE)
    hands.choose(rows[0]["id"])
    hands.sees(HOSTILE, "selection")

    html = hands.panel._repr_mimebundle_()["text/html"]
    assert "&lt;img" in html
    assert "<img" not in html
    # the only widgets whose text the page reads as HTML hold our own titles, and nothing else
    for widget in walk(hands.panel):
        if type(widget).__name__.startswith("HTML"):
            assert re.fullmatch(r'<h4 class="switchy-heading">[A-Za-z ]+</h4>', widget.value)
    sent = [data for fake in page.comms for _, data, _ in fake.sent]
    json.dumps([{k: v for k, v in d.items() if k != "buffers"} for d in sent], default=repr)


def test_a_hostile_destination_is_text(hands: Hands) -> None:
    hands.dial(HOSTILE)
    text = hands.sees("onerror")
    assert hands.tone("dial") == "bad"
    html = hands.panel._repr_mimebundle_()["text/html"]
    assert "<img" not in html
    assert text


def test_no_script_of_ours_makes_markup_of_text_or_fetches_anything() -> None:
    scripts = sorted((Path(panels.__file__).parent / "static").iterdir())
    assert len(scripts) >= 7
    for script in scripts:
        source = script.read_text("utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", source)
        assert not re.search(r"https?:|//cdn|@import|fetch\(|XMLHttp|import\(|url\(", source)
