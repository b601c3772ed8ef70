"""The dial plan that is shipped, read as FreeSWITCH reads it: the first extension that matches."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from switchy_nb.freeswitch import CONTEXT, dialplan_xml

TONE = "tone_stream://%(251,0,1004);loops=-1"

# What the far legs of recorded calls executed on a FreeSWITCH, in order.
RECORDED = {
    "park": [("park", None)],
    "answer": [("answer", None), ("park", None)],
    "echo": [("answer", None), ("echo", None)],
    "tone": [("answer", None), ("playback", TONE)],
    "ringanswer": [("ring_ready", None), ("sleep", "1000"), ("answer", None), ("park", None)],
    "busy": [("hangup", "USER_BUSY")],
    "hangup-UNALLOCATED_NUMBER": [("hangup", "UNALLOCATED_NUMBER")],
    "hangup-486": [("hangup", "486")],
    "early": [("pre_answer", None), ("playback", TONE)],
}


@pytest.fixture(scope="module")
def context() -> ElementTree.Element:
    root = ElementTree.fromstring(dialplan_xml())
    assert root.tag == "include", "what FreeSWITCH includes into its dialplan section"
    (context,) = root.findall("context")
    return context


def actions(context: ElementTree.Element, number: str) -> list[tuple[str, str | None]]:
    """Return what a call to a number executes, with what its expression caught put in."""
    for extension in context.findall("extension"):
        (condition,) = extension.findall("condition")
        assert condition.get("field") == "destination_number"
        if match := re.search(condition.attrib["expression"], number):
            caught = match.groups()
            return [
                (action.attrib["application"], _filled(action.get("data"), caught))
                for action in condition.findall("action")
            ]
    return []


def _filled(data: str | None, caught: tuple[str, ...]) -> str | None:
    return re.sub(r"\$(\d)", lambda m: caught[int(m[1]) - 1], data) if data else data


def test_the_context_has_the_name_that_the_docs_give_it(context):
    assert context.get("name") == CONTEXT == "switchy_nb"


def test_the_include_stands_on_lines_of_its_own():
    """FreeSWITCH drops every line that holds the tag, with whatever else is on it."""
    lines = [line for line in dialplan_xml().splitlines() if "include>" in line]
    assert lines == ["<include>", "</include>"]


@pytest.mark.parametrize("number", RECORDED)
def test_a_number_does_what_was_recorded(context, number):
    assert actions(context, number) == RECORDED[number]


def test_noanswer_rings_and_never_answers(context):
    applications = [application for application, _ in actions(context, "noanswer")]
    assert applications[0] == "ring_ready"
    assert applications[-1] == "park", "a minute's sleep ends, and the call must not"
    assert "answer" not in applications


@pytest.mark.parametrize(
    "number",
    ["1234", "doggy", "answering", "hangup-", "hangup-a b", "hangup-X,answer", "Busy", ""],
)
def test_every_other_number_is_parked_unanswered(context, number):
    assert actions(context, number) == [("park", None)]


def test_it_calls_nobody(context):
    """Whoever reaches the context must not reach anyone, or run anything, through it."""
    used = {action.attrib["application"] for action in context.iter("action")}
    assert used <= {"answer", "echo", "hangup", "park", "playback", "pre_answer"} | {
        "ring_ready",
        "sleep",
    }
