"""How legs are joined into calls."""

import pytest

from switchy_nb.recording import Recording
from switchy_nb.wire import Event

KEY = "variable_sip_h_X-switchy_originating_session"


def feed(recording, *events):
    for n, (name, leg, headers) in enumerate(events, len(recording)):
        pairs = [("Event-Name", name), ("Event-Sequence", str(n)), ("Unique-ID", leg)]
        recording.append(Event.make([*pairs, *headers.items()]), 1_000_000 + n)
    return recording


def test_a_leg_belongs_to_its_call_before_its_key_was_seen():
    recording = feed(
        Recording(),
        ("CHANNEL_OUTGOING", "a", {}),
        ("CHANNEL_CREATE", "a", {KEY: "a"}),
        ("CHANNEL_STATE", "b", {}),
        ("CHANNEL_CREATE", "b", {KEY: "a"}),
        ("CHANNEL_STATE", "b", {KEY: "something else later"}),
    )
    assert recording.events["call"].tolist() == ["a"] * 5
    assert recording.calls.loc["a", ["caller", "callee"]].tolist() == ["a", "b"]


def test_without_a_key_the_switchs_own_word_joins_legs():
    recording = feed(
        Recording(),
        ("CHANNEL_CREATE", "a", {"Channel-Call-UUID": "a"}),
        ("CHANNEL_CREATE", "b", {"Channel-Call-UUID": "a"}),
        ("CHANNEL_CREATE", "c", {"Channel-Call-UUID": "c"}),
        ("CHANNEL_CREATE", "d", {}),
        ("CHANNEL_CREATE", "e", {"Channel-Call-UUID": "gone before we came"}),
    )
    assert recording.sessions["call"].tolist() == ["a", "a", "c", "d", "gone before we came"]


def test_a_leg_without_a_key_follows_the_leg_that_began_it():
    recording = feed(
        Recording(),
        ("CHANNEL_CREATE", "a", {KEY: "tag"}),
        ("CHANNEL_CREATE", "b", {"Channel-Call-UUID": "a"}),
        ("CHANNEL_CREATE", "c", {"Channel-Call-UUID": "b"}),
    )
    assert recording.sessions["call"].tolist() == ["tag"] * 3


def test_legs_that_name_each_other_are_no_endless_story():
    recording = feed(
        Recording(),
        ("CHANNEL_CREATE", "a", {"Channel-Call-UUID": "b"}),
        ("CHANNEL_CREATE", "b", {"Channel-Call-UUID": "a"}),
    )
    assert recording.sessions["call"].notna().all()


def test_a_key_that_is_used_again_begins_another_call():
    number = "Caller-Destination-Number"
    recording = Recording(call_header=number)
    for leg in ("a", "b", "c"):
        feed(
            recording,
            ("CHANNEL_CREATE", leg, {number: "100"}),
            ("CHANNEL_CREATE", f"far {leg}", {number: "100"}),
            ("CHANNEL_HANGUP", leg, {}),
            ("CHANNEL_HANGUP", f"far {leg}", {}),
            ("CHANNEL_DESTROY", leg, {}),
        )
    assert recording.calls.index.tolist() == ["100", "100#2", "100#3"]
    assert (recording.calls["sessions"] == 2).all()
    assert recording.events["call"].tolist() == ["100"] * 5 + ["100#2"] * 5 + ["100#3"] * 5


def test_a_far_leg_that_comes_after_the_near_one_has_ended_is_still_of_its_call():
    recording = feed(
        Recording(),
        ("CHANNEL_CREATE", "a", {KEY: "a"}),
        ("CHANNEL_HANGUP", "a", {}),
        ("CHANNEL_DESTROY", "a", {}),
        ("CHANNEL_CREATE", "b", {KEY: "a"}),
    )
    assert recording.sessions["call"].tolist() == ["a", "a"]


def test_the_header_can_be_changed_later(record):
    recording = record("ten_calls")
    assert len(recording.calls) == 10
    recording.call_header = "Unique-ID"
    assert recording.sessions["call"].tolist() == recording.sessions.index.tolist()
    recording.call_header = "VARIABLE_sip_h_x-switchy_originating_session"
    assert len(recording.calls) == 10
    recording.append(
        Event.make([("Event-Name", "CHANNEL_CREATE"), ("Unique-ID", "new"), (KEY, "new")]), 1
    )
    assert len(recording.calls) == 11


def test_the_app_of_a_leg_is_the_first_of_the_headers_that_it_has():
    recording = feed(
        Recording(app_headers=("variable_first", "variable_second")),
        ("CHANNEL_CREATE", "a", {KEY: "a", "variable_second": "2"}),
        ("CHANNEL_CREATE", "b", {KEY: "a", "variable_first": "1", "variable_second": "2"}),
        ("CHANNEL_CREATE", "c", {KEY: "c"}),
    )
    assert recording.sessions["app"].fillna("-").tolist() == ["2", "1", "-"]
    assert recording.calls["app"].fillna("-").tolist() == ["2", "-"]
    recording.app_headers = ["variable_third"]
    assert recording.sessions["app"].isna().all()


def test_the_caller_is_the_leg_that_the_call_is_named_after():
    recording = feed(
        Recording(),
        ("CHANNEL_STATE", "far", {KEY: "near"}),
        ("CHANNEL_STATE", "near", {KEY: "near"}),
    )
    assert recording.calls.loc["near", ["caller", "callee"]].tolist() == ["near", "far"]


@pytest.mark.parametrize(
    ("sequences", "who"), [(("7", "9"), "caller"), (("9", "7"), "callee"), (("7", "x"), "caller")]
)
def test_where_both_legs_were_killed_the_first_hangup_counts(sequences, who):
    recording = feed(Recording(), *(("CHANNEL_CREATE", leg, {KEY: "a"}) for leg in "ab"))
    for leg, sequence in zip("ab", sequences, strict=True):
        pairs = [("Event-Name", "CHANNEL_HANGUP"), ("Unique-ID", leg), ("Event-Sequence", sequence)]
        pairs.append(("Event-Date-Timestamp", "1795418625838388"))
        recording.append(Event.make(pairs), 1)
    assert recording.calls["hung_up_by"].tolist() == [who]


def test_a_call_that_is_not_over_was_hung_up_by_nobody():
    calls = feed(Recording(), ("CHANNEL_CREATE", "a", {KEY: "a"})).calls
    assert calls[["hung_up_by", "hungup", "call_duration", "callee"]].isna().all(axis=None)
