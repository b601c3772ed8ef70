from __future__ import annotations

from html.parser import HTMLParser

from switchy_nb.panels import still

HOSTILE = "<img src=x onerror=alert(1)>\"'&"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[object] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_values_are_text() -> None:
    page = Tags()
    page.feed(
        still.lines([HOSTILE, ""]) + still.table([HOSTILE], [[HOSTILE]]) + still.code(HOSTILE)
    )
    assert page.tags == {"p", "table", "thead", "tbody", "tr", "th", "td", "pre"}
    assert page.attributes == []
    assert page.text.count(HOSTILE) == 4


def test_of_nothing_there_is_nothing() -> None:
    assert still.table(["State"], []) == still.lines([""]) == still.code("") == ""
