"""The report: one page that fetches nothing, runs nothing, and tells what is in the recording."""

import re
from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO
from xml.etree import ElementTree

import pytest
from matplotlib import image

from switchy_nb import Recording
from switchy_nb.errors import RecordingError
from switchy_nb.recording.reporting import chosen_calls, embed
from switchy_nb.wire import Event

EVIL = "\"><script>alert('x')</script><img src=http://evil.example/a onerror=alert(1)>{{7*7}}"
VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """The elements of a page with their attributes, its text, and whether its tags are balanced."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.text, self.styles, self._open = [], [], [], []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        (self.styles if self._open[-1:] == ["style"] else self.text).append(data)


def page_of(recording, tmp_path, **options):
    path = recording.report(tmp_path / "run.html", **options)
    return Page(path.read_text(encoding="utf-8"))


def hostile():
    recording = Recording(switch=EVIL)
    start = 1_795_418_600_000_000
    for n, (name, more) in enumerate(
        [
            ("CHANNEL_CREATE", {}),
            ("CHANNEL_EXECUTE", {"Application": EVIL, "Application-Data": EVIL}),
            ("DTMF", {"DTMF-Digit": EVIL}),
            ("CHANNEL_HANGUP", {"Hangup-Cause": EVIL}),
        ]
    ):
        pairs = {
            "Event-Name": name,
            "Unique-ID": f"{EVIL}-leg",
            "Event-Sequence": str(n),
            "Event-Date-Timestamp": str(start + n * 1_000_000),
            "Caller-Caller-ID-Name": EVIL,
            "Caller-Destination-Number": EVIL,
            "Channel-Name": EVIL,
            "Call-Direction": "outbound",
            **more,
        }
        recording.append(Event.make(pairs.items()), start + n * 1_000_000)
    recording.mark_link(False, EVIL, start, EVIL)
    return recording


@pytest.mark.parametrize("name", ["ten_calls", "hostile_values", "wrong_commands"])
def test_nothing_on_the_page_is_fetched_and_nothing_runs(name, record, tmp_path):
    page = page_of(record(name), tmp_path)
    pictures = 0
    for tag, attributes in page.elements:
        assert tag not in {"script", "link", "iframe", "object", "embed", "form", "base", "svg"}
        assert not any(attribute.startswith("on") for attribute in attributes)
        for where in ("src", "href", "srcset", "data", "action", "background"):
            if where in attributes:
                assert attributes[where].startswith(("data:image/", "#")), attributes[where]
        if tag == "img":
            pictures += 1
            assert attributes["alt"]
            kind, _, data = attributes["src"].partition(";base64,")
            if kind == "data:image/svg+xml":
                inert(b64decode(data))
    assert pictures >= 3
    assert not re.search(r"url\(|@import|expression", "".join(page.styles))
    policies = [a["content"] for tag, a in page.elements if a.get("http-equiv")]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def inert(drawing):
    """Make sure that a drawing is one, and refers to nothing but itself."""
    root = ElementTree.fromstring(drawing)
    for element in root.iter():
        assert not element.tag.endswith(("script", "foreignObject", "image", "a"))
        for attribute, value in element.attrib.items():
            assert not attribute.lower().startswith("on")
            if attribute.endswith("href"):
                assert value.startswith("#")
            for address in re.findall(r"url\(([^)]*)\)", value):
                assert address.startswith("#")


def test_hostile_values_are_text_and_nothing_else(tmp_path):
    page = page_of(hostile(), tmp_path, title=EVIL)
    assert not {"script", "b"} & {tag for tag, _ in page.elements}
    for tag, attributes in page.elements:
        assert tag != "img" or attributes["src"].startswith("data:image/")
    text = "".join(page.text)
    assert "alert('x')" in text
    assert "{{7*7}}" in text
    assert "49" not in re.findall(r"onerror=alert\(1\)>(\d+)", text)


def test_the_page_tells_what_is_in_the_recording(record, placed_numbers, tmp_path):
    recording = record("ten_calls")
    page = page_of(recording, tmp_path, title="Ten calls & more")
    text = " ".join(" ".join(page.text).split())
    assert "Ten calls & more" in text
    assert "answered, of 10 70.0 %" in text
    assert "SIP 486 Busy Here, USER_BUSY (Q.850 17): the far end is busy" in text
    assert "3 problems in 10 calls, 453 events: 2 failed, 1 unanswered." in text
    for key in placed_numbers:
        assert f"Failed ({recording.calls.at[key, 'hangup_cause']}): {key}" in text
        assert " ".join(recording.explain(key).split()) in text
        assert " ".join(recording.call(key).steps().split()) in text


@pytest.fixture
def placed_numbers(record):
    calls = record("ten_calls").calls
    return list(calls.index[calls["hangup_cause"].isin(["USER_BUSY", "UNALLOCATED_NUMBER"])])


def test_calls_that_failed_come_first_one_of_each_cause_and_then_the_slowest(record):
    recording = record("ten_calls")
    chosen = chosen_calls(recording, slowest=2, failed=5)
    reasons = [why for _, why in chosen]
    assert reasons[:3] == [
        "Failed (USER_BUSY)",
        "Failed (UNALLOCATED_NUMBER)",
        "Unanswered (NORMAL_CLEARING)",
    ]
    assert reasons[3] == "Slowest (21 ms to be answered)"
    assert reasons[4].startswith("Number 2 of the slowest")
    setup = recording.calls["call_setup_latency"]
    assert chosen[3][0] == setup.idxmax()
    assert chosen_calls(recording, slowest=0, failed=1) == chosen[:1]
    assert chosen_calls(Recording(), 5, 5) == []


def test_one_of_each_cause_comes_before_two_of_any(record):
    recording = Recording.concat([record("busy"), record("unallocated"), record("no_answer")])
    twice = Recording.concat([recording, record("ten_calls")])
    causes = [twice.calls.at[key, "hangup_cause"] for key, _ in chosen_calls(twice, 0, 4)]
    assert sorted(causes) == ["NORMAL_CLEARING", "NO_ANSWER", "UNALLOCATED_NUMBER", "USER_BUSY"]


def test_an_empty_recording_has_a_page_too(tmp_path):
    text = "".join(page_of(Recording(), tmp_path).text)
    for told in ("It holds no events.", "There is nothing to draw.", "There are no calls."):
        assert told in text


def test_a_drawing_follows_the_theme_of_the_page(record):
    recording = record("busy")
    drawing = b64decode(embed(recording.causes(theme="light")).partition(";base64,")[2])
    assert b"prefers-color-scheme:dark" in drawing
    assert b"currentColor" in drawing
    assert drawing.count(b"#2b2b2b") == 1


def test_a_large_drawing_is_kept_as_pixels(record, monkeypatch):
    from switchy_nb.recording import reporting

    monkeypatch.setattr(reporting, "_LARGEST_SVG", 1000)
    address = embed(record("busy").causes(theme="light"))
    pixels = b64decode(address.removeprefix("data:image/png;base64,"))
    assert pixels[1:4] == b"PNG"
    corner = image.imread(BytesIO(pixels))[0, 0]
    assert list(corner) == [1, 1, 1, 1]  # its ink is dark: so that a dark page does not hide it


def test_what_cannot_be_written_is_an_error(record, tmp_path):
    recording = record("busy")
    with pytest.raises(RecordingError, match="nowhere"):
        recording.report(tmp_path / "nowhere" / "run.html")
    with pytest.raises(TypeError, match="did you mean 'title'"):
        recording.report(tmp_path / "run.html", titel="x")
    with pytest.raises(ValueError, match="slowest is how many calls"):
        recording.report(tmp_path / "run.html", slowest=-1)
    assert not list(tmp_path.iterdir())
