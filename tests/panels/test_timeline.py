"""The timeline as its user has it: drawn of what is selected, again as it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from helpers import RECORDINGS, eventually, own_threads, recorded
from matplotlib.image import imread
from panels.conftest import Page

from switchy_nb.panels import scene, timeline
from switchy_nb.panels.timeline import Timeline
from switchy_nb.recording import Recording
from switchy_nb.sync import Caller

T0 = 1_795_418_625_000_000
MakeTimeline = Callable[..., Timeline]


@pytest.fixture
def make(page: Page) -> Iterator[MakeTimeline]:
    made: list[Timeline] = []

    def make_(target: object, **options: Any) -> Timeline:
        made.append(Timeline(target, **options))
        return made[-1]

    yield make_
    for part in made:
        part.close()


@pytest.fixture
def calls() -> Recording:
    return Recording.load(RECORDINGS / "ten_calls.events.raw.xz")


def message(widget: Any, content: dict[str, Any]) -> None:
    data = {"method": "custom", "content": content, "buffer_paths": []}
    widget.comm.handle_msg({"content": {"data": data}, "buffers": []})


def draw(part: Timeline, calls: str, clock: str = "arrival") -> None:
    message(part._form, {"press": "draw", "values": {"calls": calls, "clock": clock}})


def drawn(part: Timeline, words: str = "", after: bytes = b"") -> bytes:
    """Wait for a picture other than `after`, whose words hold these."""

    def there() -> bytes:
        png = bytes(part._picture.png)
        return png if png and png != after and words in part._picture.alt else b""

    return eventually(there, 20, f"a picture of {words}")


def said(part: Timeline) -> str:
    return str(part._words.shown.get("text", "")) + " " + str(part._words.shown.get("aside", ""))


def test_the_selected_call_is_drawn_as_it_goes_on(
    make: MakeTimeline, caller: Caller, sip: str
) -> None:
    part = make(caller)
    eventually(lambda: "Nothing is selected" in part._picture.note)
    sess, _ = caller(f"answer@{sip}", timeout=5)
    eventually(lambda: part.board.book.find(sess.uuid))
    part.select(sess.uuid)
    png = drawn(part, "to answer: up")
    assert part.board.script.lines == [], "nothing was clicked"
    draw(part, "selected")
    eventually(lambda: part.board.script.lines)
    (line,) = part.board.script.lines
    assert line.startswith(f"caller.recording.timeline(sessions=[{sess.uuid!r}, ")
    draw(part, "all")  # which are the same legs
    drawn(part, "Timeline of the calls that are up")
    draw(part, "selected")
    png = drawn(part, "Timeline of the selected call")
    assert png.startswith(b"\x89PNG")
    eventually(lambda: said(part) == "The selected call 2 legs")
    sess.hangup()
    drawn(part, "ended, NORMAL_CLEARING", png)


def test_all_calls_that_are_up(make: MakeTimeline, caller: Caller, sip: str) -> None:
    part = make(caller, calls="all")
    eventually(lambda: "no calls" in part._picture.note)
    sess, _ = caller(f"answer@{sip}", timeout=5)
    drawn(part, "Timeline of the calls that are up.")
    eventually(lambda: said(part) == "The calls that are up 2 legs")
    sess.hangup()
    eventually(lambda: "no calls" in part._picture.note, 10)
    assert not part._picture.png


def test_only_the_newest_of_very_many(
    make: MakeTimeline, caller: Caller, sip: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scene, "LANES", 2)
    part = make(caller, calls="all")
    for _ in range(3):
        caller(f"answer@{sip}", timeout=5)
    eventually(lambda: said(part) == "The calls that are up the newest 2 of 6 legs", 20)


def test_a_recording_is_drawn_once(make: MakeTimeline, calls: Recording, page: Page) -> None:
    part = make(calls)
    draw(part, "all")
    drawn(part, "Timeline of all calls.")
    eventually(lambda: f"All calls {len(calls.sessions)} legs" in said(part))
    before = page.messages()
    artist, looks = part._artist, iter(range(3))
    assert artist is not None
    whole, done = artist.draw, []

    def draw_(*given: Any, **options: Any) -> Any:
        done.append(whole(*given, **options))
        return done[-1]

    artist.draw = draw_  # type: ignore[method-assign]
    for looked in looks:
        part.board.post(part._wake.set)
        eventually(lambda looked=looked: len(done) > looked)
    assert {one.png for one in done} == {b""}
    assert page.messages() == before


def test_by_the_switch_s_clock_and_for_a_theme(make: MakeTimeline) -> None:
    data = recorded("ten_calls.events.raw.xz")
    count = len(Recording.from_bytes(data))
    # they came as slowly as no switch sends them
    calls = Recording.from_bytes(data, received=[T0 + n * 100_000 for n in range(count)])
    part = make(calls)
    part.select(calls.sessions.index[0])
    arrival = drawn(part)
    draw(part, "selected", "switch")
    switch = drawn(part, after=arrival)
    message(part._picture, {"theme": "dark", "width": 1000})
    dark = drawn(part, after=switch)
    message(part._picture, {"theme": "light", "width": 1000})
    light = drawn(part, after=dark)
    assert ink(dark) > ink(light)
    for room in ({"theme": "<b>", "width": 5}, {"theme": "dark", "width": "5"}, {"width": -5}):
        message(part._picture, room)
    part.board.desk.call(lambda: None)
    assert (part._theme, part._width) == ("light", 1000)


def test_as_wide_as_there_is_room(make: MakeTimeline, calls: Recording) -> None:
    part = make(calls)
    part.select(calls.sessions.index[0])
    png = drawn(part)
    for room, at_least, at_most in ((800, 740, 840), (1280, 1200, 1340), (10, 700, 800)):
        message(part._picture, {"width": room})
        png = drawn(part, after=png)
        assert at_least < imread(BytesIO(png)).shape[1] < at_most


def ink(png: bytes) -> float:
    """How light the most of what is drawn is."""
    pixels = imread(BytesIO(png))
    solid = pixels[pixels[..., 3] > 0.9][:, :3]
    grey = solid[(solid.max(axis=1) - solid.min(axis=1)) < 0.02]
    return float(grey.mean())


def test_another_selection_is_another_picture(make: MakeTimeline, calls: Recording) -> None:
    part = make(calls)
    legs = calls.sessions.groupby("call", sort=False).head(1).index
    part.select(legs[0])
    first = drawn(part)
    part.select(legs[1])
    drawn(part, after=first)
    part.select()
    eventually(lambda: not part._picture.png)
    part.select(legs[1])
    drawn(part)


def test_a_rush_is_rested_from_unless_somebody_looks_at_another_call_or_it_is_over(
    make: MakeTimeline, calls: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "BUSY", -1.0)  # whatever comes is a rush
    monkeypatch.setattr(timeline, "BUSY_SHARE", 10_000)
    monkeypatch.setattr(timeline, "LONGEST_REST", 0.2)
    part = make(calls)
    legs = calls.sessions.groupby("call", sort=False).head(1).index
    part.select(legs[0])
    first = drawn(part)
    eventually(lambda: part._rest > 60)
    part.select(legs[1])
    drawn(part, after=first)
    eventually(lambda: part._rest > 60)
    monkeypatch.setattr(timeline, "BUSY", 500.0)
    eventually(lambda: part._rest < 1, 10)


def test_a_drawing_that_fails_says_so_and_is_tried_again(
    make: MakeTimeline, calls: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "REST", 0.05)
    monkeypatch.setattr(scene.Artist, "draw", lambda *_, **__: 1 / 0)
    part = make(calls, calls="all")
    eventually(lambda: "could not be drawn: division by zero" in part._picture.note)
    monkeypatch.undo()
    drawn(part)


def test_what_is_not_known_is_refused(page: Page, calls: Recording) -> None:
    with pytest.raises(TypeError, match="not 'none'"):
        Timeline(calls, calls="none")
    with pytest.raises(TypeError, match="'call'; did you mean 'calls'"):
        Timeline(calls, call="all")
    for comm in page.left_open():
        comm.close()


def test_the_still_picture_is_the_last_one(make: MakeTimeline, calls: Recording) -> None:
    part = make(calls, calls="all")
    assert part.still() == ""
    drawn(part)
    html = part._repr_mimebundle_()["text/html"]
    assert '<img src="data:image/png;base64,iVBOR' in html
    assert 'alt="Timeline of all calls."' in html


def test_closed_it_leaves_nothing_behind(page: Page, calls: Recording) -> None:
    threads = own_threads()
    part = Timeline(calls, calls="all")
    drawn(part)
    part.close()
    assert page.left_open() == []
    assert own_threads() == threads
