from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from panels.conftest import Page

from switchy_nb import panels
from switchy_nb.panels.forms import Button, Field, Form, Kind, Typed


@pytest.fixture
def pressed() -> list[tuple[str, dict[str, str]]]:
    return []


@pytest.fixture
def form(page: Page, pressed: list[tuple[str, dict[str, str]]]) -> Any:
    def note(name: str) -> Any:
        def took(typed: Typed) -> None:
            pressed.append((name, dict(typed)))

        return took

    fields = [Field("to", "To"), Field("app", "App", Kind.CHOICE, options=(("A", "a"),))]
    made = Form("Dial", fields, [Button("go", "Go", note("go")), Button("no", "No", note("no"))])
    yield made
    made.layout.close()
    made.close()


def send(form: Form, content: object) -> None:
    data = {"method": "custom", "content": content}
    form.comm.handle_msg({"content": {"data": data}, "buffers": []})


def test_a_press_brings_what_was_typed(form: Form, pressed: list[Any]) -> None:
    send(form, {"press": "no", "values": {"to": "doggy", "app": "a"}})
    send(form, {"press": "go", "values": {"to": "kitty", "app": "a"}})
    assert pressed == [
        ("no", {"to": "doggy", "app": "a"}),
        ("go", {"to": "kitty", "app": "a"}),
    ]


def test_what_no_page_of_ours_sends_does_nothing_or_little(form: Form, pressed: list[Any]) -> None:
    for content in (None, [], "go", {}, {"press": "go"}, {"press": [], "values": {}}):
        send(form, content)
    send(form, {"press": "delete", "values": {}})
    assert pressed == []
    send(form, {"press": "go", "values": {"to": 5, "app": "x" * 10_000, "other": "y"}})
    assert pressed == [("go", {"to": "", "app": "x" * 4000})]


def test_buttons_are_turned_off_and_on_only_on_change(form: Form) -> None:
    form.enable(go=False, no=True)
    form.enable(go=False, no=True)
    form.enable(go=True, no=True)
    assert form.comm.updates("off") == [["go"], []]


def test_other_options_are_sent_and_the_same_are_not(form: Form) -> None:
    fields = [Field("to", "To"), Field("app", "App", Kind.CHOICE, options=(("A", "a"),))]
    form.offer(fields)
    assert form.comm.updates("fields") == []
    form.offer([fields[0], Field("app", "App", Kind.CHOICE, options=(("B", "b"),))])
    (sent,) = form.comm.updates("fields")
    assert sent[1]["options"] == [["B", "b"]]


def test_the_page_writes_no_trait() -> None:
    scripts = list((Path(panels.__file__).parent / "static").glob("*.js"))
    assert scripts
    for script in scripts:
        assert "save_changes" not in script.read_text("utf-8")
