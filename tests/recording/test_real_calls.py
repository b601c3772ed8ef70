"""The frames of a real FreeSWITCH's calls, against facts counted plainly."""

from collections import Counter

import pandas as pd
import pytest

SCENARIOS = [
    "blocking_originate",
    "bridged_calls",
    "busy",
    "callee_hangs_up",
    "caller_hangs_up",
    "cancelled_while_ringing",
    "channel_variables",
    "dtmf_across",
    "hang_up_all",
    "hostile_values",
    "no_answer",
    "parked_then_answered",
    "record_both_legs",
    "ring_then_answer",
    "scheduled_hangup",
    "ten_calls",
    "tone_and_echo",
    "unallocated",
    "wrong_commands",
]
COLUMNS = {
    "name": "Event-Name",
    "subclass": "Event-Subclass",
    "session": "Unique-ID",
    "direction": "Call-Direction",
    "channel_state": "Channel-State",
    "call_state": "Channel-Call-State",
    "answer_state": "Answer-State",
    "application": "Application",
    "hangup_cause": "Hangup-Cause",
    "job": "Job-UUID",
}


def listed(column):
    return [None if pd.isna(value) else value for value in column]


def moment(event):
    return pd.Timestamp(int(event["Event-Date-Timestamp"]), unit="us", tz="UTC")


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_event_is_a_row_in_order_with_its_own_headers(name, record, events_of):
    events, frame = events_of(name), record(name).events
    assert len(frame) == len(events)
    for column, header in COLUMNS.items():
        assert listed(frame[column]) == [event.get(header) for event in events], column
    assert listed(frame["time"]) == [moment(event) for event in events]
    assert listed(frame["sequence"]) == [int(event["Event-Sequence"]) for event in events]


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_leg_is_a_session_with_its_times_and_cause(name, record, events_of):
    legs: dict[str, list[dict[str, str]]] = {}
    for event in events_of(name):
        if "Unique-ID" in event:
            legs.setdefault(event["Unique-ID"], []).append(event)
    sessions = record(name).sessions
    assert list(sessions.index) == list(legs)
    wanted = {
        "created": ("CHANNEL_CREATE",),
        "progress": ("CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA"),
        "answered": ("CHANNEL_ANSWER",),
        "hungup": ("CHANNEL_HANGUP",),
    }
    for uuid, events in legs.items():
        row = sessions.loc[uuid]
        assert row["events"] == len(events)
        for column, names in wanted.items():
            times = [moment(event) for event in events if event["Event-Name"] in names]
            assert row[column] == times[0] if times else pd.isna(row[column]), (uuid, column)
        cause = [e["Hangup-Cause"] for e in events if e["Event-Name"] == "CHANNEL_HANGUP"]
        assert listed([row["hangup_cause"]]) == (cause or [None])
        created = [e for e in events if e["Event-Name"] == "CHANNEL_CREATE"]
        if created:
            name_, number = (created[0][f"Caller-Caller-ID-{what}"] for what in ("Name", "Number"))
            assert row["caller_id"] == f"{name_} <{number}>"


@pytest.mark.parametrize("name", SCENARIOS)
def test_legs_with_one_tag_are_one_call(name, record, events_of):
    tag = "variable_sip_h_X-switchy_originating_session"
    key_of: dict[str, str] = {}
    for event in events_of(name):
        if tag in event and "Unique-ID" in event:
            key_of.setdefault(event["Unique-ID"], event[tag])
    recording = record(name)
    sessions, calls, events = recording.sessions, recording.calls, recording.events
    tagged = sessions[sessions.index.isin(list(key_of))]
    assert dict(tagged["call"]) == key_of
    for call, count in Counter(key_of.values()).items():
        assert calls.loc[call, "sessions"] == count
        assert calls.loc[call, "caller"] == call
    with_leg = events[events["session"].notna()]
    assert (with_leg["call"] == with_leg["session"].map(sessions["call"])).all()
    assert events.loc[events["session"].isna(), "call"].isna().all()


@pytest.mark.parametrize(
    ("name", "who", "cause", "codes"),
    [
        ("caller_hangs_up", "caller", "NORMAL_CLEARING", (None, 200)),
        ("callee_hangs_up", "callee", "NORMAL_CLEARING", (200, None)),
        ("busy", "callee", "USER_BUSY", (486, None)),
        ("unallocated", "callee", "UNALLOCATED_NUMBER", (404, None)),
        ("cancelled_while_ringing", "caller", "NORMAL_CLEARING", (487, 487)),
        ("no_answer", "caller", "NO_ANSWER", (487, 487)),
        ("scheduled_hangup", "caller", "NORMAL_CLEARING", (None, 200)),
        ("parked_then_answered", "caller", "NORMAL_CLEARING", (None, 200)),
    ],
)
def test_who_hung_up_and_why(name, who, cause, codes, record, events_of):
    recording = record(name)
    call = recording.calls.iloc[0]
    assert (call["hung_up_by"], call["hangup_cause"]) == (who, cause)
    first = next(e for e in events_of(name) if e["Event-Name"] == "CHANNEL_HANGUP")
    assert call[who] == first["Unique-ID"]
    assert tuple(listed(recording.sessions["sip_code"])) == codes


def test_the_commands_beside_a_scenario_say_who_was_hung_up(record, commands_of):
    for name in ("caller_hangs_up", "callee_hangs_up"):
        killed = next(
            c["command"].split()[2] for c in commands_of(name) if "uuid_kill" in c["command"]
        )
        call = record(name).calls.iloc[0]
        assert call[call["hung_up_by"]] == killed


def test_calls_that_are_bridged_stay_two_and_are_each_others_peers(record):
    recording = record("bridged_calls")
    sessions = recording.sessions
    assert len(recording.calls) == 2
    near = sessions[sessions["direction"] == "outbound"]
    assert list(near["peer"]) == list(near.index[::-1])
    far = sessions[sessions["direction"] == "inbound"]
    assert list(far["peer"]) == list(far["call"])


def test_the_latencies_of_a_call_are_differences_of_its_legs_times(record):
    recording = record("parked_then_answered")
    call = recording.calls.iloc[0]
    near, far = (recording.sessions.loc[call[leg]] for leg in ("caller", "callee"))
    seconds = {
        "invite_latency": far["created"] - near["created"],
        "answer_latency": near["answered"] - far["answered"],
        "call_setup_latency": near["answered"] - near["created"],
        "call_duration": near["hungup"] - near["created"],
    }
    for column, duration in seconds.items():
        assert call[column] == pytest.approx(duration.total_seconds()), column
    assert pd.isna(call["originate_latency"])  # the recorded bytes don't tell when it was asked
    assert near["talk_s"] == pytest.approx((near["hungup"] - near["answered"]).total_seconds())
    assert near["duration_s"] == call["call_duration"]
    assert far["ring_s"] == pytest.approx((far["answered"] - far["progress"]).total_seconds())
    assert pd.isna(near["ring_s"])  # nobody said that it rings
    assert (near["codec"], near["mos"]) == ("PCMU", 4.5)


def test_ring_time_of_a_call_that_rang_a_second(record):
    sessions = record("ring_then_answer").sessions
    assert sessions["ring_s"].max() == pytest.approx(1.0, abs=0.1)


def test_legs_that_were_never_created_are_rows_all_the_same(record):
    sessions = record("wrong_commands").sessions
    assert list(sessions["events"]) == [2, 2]
    assert sessions[["created", "answered", "hungup", "channel", "caller_id"]].isna().all(axis=None)
    assert list(sessions["direction"]) == ["outbound", "outbound"]


def test_a_recording_that_begins_in_the_middle_of_a_call(events_of):
    from switchy_nb import wire
    from switchy_nb.recording import Recording

    whole = events_of("parked_then_answered")
    recording = Recording()
    answered = next(n for n, e in enumerate(whole) if e["Event-Name"] == "CALL_UPDATE")
    for event in whole[answered:]:
        pairs = [(k, v) for k, v in event.items() if k not in ("(body)", "Content-Length")]
        recording.append(wire.Event.make(pairs), 1)
    leg = recording.sessions.iloc[0]
    first = next(e for e in whole if e["Event-Name"] == "CHANNEL_CREATE")
    assert leg["caller_id"] == "Mr_Switchy <1112223333>"  # the event itself has them the other way
    assert leg["created"] == moment(first)
    assert leg["answered"].value // 1000 == int(
        next(
            e["Event-Date-Timestamp"]
            for e in whole
            if e["Event-Name"] == "CHANNEL_ANSWER" and e["Unique-ID"] == first["Unique-ID"]
        )
    )


def test_jobs_are_known_by_their_events_alone(record, commands_of, events_of):
    for name in ("wrong_commands", "ten_calls", "busy"):
        jobs = record(name).jobs
        ended = [e for e in events_of(name) if e["Event-Name"] == "BACKGROUND_JOB"]
        assert list(jobs.index) == [e["Job-UUID"] for e in ended]
        assert list(jobs["result"]) == [e["(body)"].strip() for e in ended]
        assert list(jobs["ok"]) == [not e["(body)"].startswith("-ERR") for e in ended]
        sent = {c["command"].split("\n")[0].partition(" ")[2] for c in commands_of(name)}
        assert set(jobs["command"]) <= sent
    busy = record("busy")
    assert list(busy.jobs["session"]) == list(busy.calls["caller"])
    assert list(busy.calls["job"]) == list(busy.jobs.index)


def test_an_outgoing_call_is_known_by_its_job_before_any_event_of_its_far_leg(record):
    calls = record("ten_calls").calls
    assert calls["job"].notna().all()
    assert calls["job"].is_unique


def test_six_hundred_calls(load, events_of):
    events = events_of("load_600_calls")
    frame, sessions, calls = load.events, load.sessions, load.calls
    assert (len(frame), len(sessions), len(calls)) == (33_002, 1_200, 600)
    assert dict(frame["name"].value_counts()) == Counter(e["Event-Name"] for e in events)
    assert calls["caller_answer"].notna().all()
    assert calls["callee_answer"].notna().all()
    assert (calls["sessions"] == 2).all()
    assert set(calls["hangup_cause"]) == {"NORMAL_CLEARING"}
    assert set(calls["app"]) == {
        e["variable_sip_h_X-switchy_app"] for e in events if "variable_sip_h_X-switchy_app" in e
    }
    assert sessions["events"].sum() == sum("Unique-ID" in e for e in events)
    assert len(load.jobs) == 1_200
    assert load.jobs["ok"].all()
