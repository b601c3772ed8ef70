"""Commands and the background jobs that they start."""

import pandas as pd
import pytest

from switchy_nb.recording import Recording
from switchy_nb.wire import Event

SECOND = 1_000_000
T0 = 1_795_418_625 * SECOND


def ended(job, body, command="originate", arg=""):
    pairs = [("Event-Name", "BACKGROUND_JOB"), ("Job-UUID", job), ("Job-Command", command)]
    return Event.make([*pairs, ("Job-Command-Arg", arg)], body)


def test_a_command_and_its_reply_are_a_row():
    recording = Recording(switch="fs")
    first = recording.command_sent("api", "status", T0)
    second = recording.command_sent("event", "plain all", T0 + 1, switch="other")
    recording.command_replied(first, T0 + SECOND // 2, True, "UP 0 years\n")
    commands = recording.commands
    assert (first, second) == (0, 1)
    assert commands.index.name == "n"
    assert commands.loc[0, "took_s"] == 0.5
    assert commands.loc[0, ["switch", "kind", "command", "ok", "reply"]].tolist() == [
        "fs",
        "api",
        "status",
        True,
        "UP 0 years\n",
    ]
    assert commands.loc[1, ["replied", "took_s", "ok", "reply"]].isna().all()
    recording.command_replied(second, T0 + 2, False, "-ERR no keywords supplied")
    assert recording.commands["ok"].tolist() == [True, False]
    assert repr(recording) == "<Recording of 0 events, 2 commands>"


def test_a_wait_is_a_row_of_its_own_kind_and_is_not_counted_as_a_command(tmp_path):
    recording = Recording(switch="fs")
    recording.command_sent("api", "status", T0)
    token = recording.command_sent("wait", "answered u-1", T0 + 1)
    recording.command_replied(token, T0 + SECOND, True, "True")
    assert repr(recording) == "<Recording of 0 events, 1 command>"
    assert "<dt>commands</dt><dd>1, 1 without an answer</dd>" in recording._repr_html_()
    recording.save(tmp_path / "waits.parquet")
    again = Recording.load(tmp_path / "waits.parquet")
    pd.testing.assert_frame_equal(again.commands, recording.commands)
    assert again.commands["kind"].tolist() == ["api", "wait"]


def test_a_reply_to_no_command_is_an_error():
    with pytest.raises(IndexError, match="no command has the token 3"):
        Recording().command_replied(3, T0, True, "")


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("auth", "auth ClueCon"),
        ("auth", "ClueCon"),
        ("auth", "authClueCon"),
        ("AUTH", "ClueCon"),
        ("userauth", "user:ClueCon"),
        ("send", "auth ClueCon"),
        ("send", "  UserAuth user:ClueCon"),
        ("", "auth ClueCon"),
    ],
)
def test_a_secret_is_never_kept(kind, command):
    recording = Recording()
    recording.command_sent(kind, command, T0)
    assert "ClueCon" not in str(recording.commands.to_dict())
    assert "ClueCon" not in recording._repr_html_() + repr(recording)


def test_an_api_command_that_only_sounds_like_a_login_is_kept():
    recording = Recording()
    recording.command_sent("api", "authentic_module status", T0)
    assert recording.commands["command"].tolist() == ["authentic_module status"]


def test_a_job_is_its_command_its_reply_and_the_event_that_ends_it():
    recording = Recording(switch="fs")
    command = "originate {origination_uuid=leg-1,x=y}sofia/external/1@h &park()"
    token = recording.command_sent("bgapi", command, T0, job="j1")
    jobs = recording.jobs
    assert jobs.loc["j1", "session"] == "leg-1"
    assert jobs.loc["j1", ["replied", "finished", "ok", "result"]].isna().all()
    recording.command_replied(token, T0 + 1000, True, "+OK Job-UUID: j1")
    recording.append(ended("j1", "+OK leg-1\n"), T0 + 3 * SECOND)
    job = recording.jobs.loc["j1"]
    assert (job["command"], job["ok"], job["result"], job["session"]) == (
        command,
        True,
        "+OK leg-1",
        "leg-1",
    )
    assert (job["finished"] - job["launched"]).total_seconds() == 3.0
    assert (job["replied"] - job["launched"]).total_seconds() == 0.001


@pytest.mark.parametrize(
    ("body", "ok"),
    [("-ERR USER_BUSY\n", False), ("-USAGE: <x>\n", False), ("+OK x", True), ("3 total.\n", True)],
)
def test_how_a_job_ended_is_told_by_its_result(body, ok):
    recording = Recording()
    recording.append(ended("j", body, "show", "channels"), T0)
    assert recording.jobs["ok"].tolist() == [ok]
    assert recording.jobs["result"].tolist() == [body.strip()]
    assert recording.jobs["command"].tolist() == ["show channels"]
    assert recording.jobs["session"].isna().all()


def test_a_job_that_was_refused_has_failed():
    recording = Recording()
    token = recording.command_sent("bgapi", "bgapi nonsense", T0, job="j")
    recording.command_replied(token, T0 + 1, False, "-ERR command not found")
    assert recording.jobs["ok"].tolist() == [False]
    assert recording.jobs["result"].tolist() == ["-ERR command not found"]
    assert recording.jobs["command"].tolist() == ["nonsense"]


def test_a_chosen_uuid_is_found_in_a_failed_originate():
    recording = Recording()
    recording.append(ended("j", "-ERR NO_ANSWER\n", arg="{a=b,origination_uuid=u-1}x &park"), T0)
    assert recording.jobs["session"].tolist() == ["u-1"]


def test_originate_latency_is_by_our_own_clock_alone():
    recording = Recording()
    recording.command_sent("bgapi", "originate {origination_uuid=a}x &park", T0, job="j")
    # The switch's clock is an hour ahead: that must not show.
    pairs = [("Event-Name", "CHANNEL_CREATE"), ("Unique-ID", "a")]
    pairs.append(("Event-Date-Timestamp", str(T0 + 3600 * SECOND)))
    recording.append(Event.make(pairs), T0 + 12_345)
    call = recording.calls.loc["a"]
    assert call["job"] == "j"
    assert call["originate_latency"] == pytest.approx(0.012345)
    assert call["launched"] == pd.Timestamp(T0, unit="us", tz="UTC")


def test_what_a_peer_put_into_its_reply_can_be_shown():
    recording = Recording()
    token = recording.command_sent("api", "status", T0)
    recording.command_replied(token, T0, True, "caf\udce9")
    assert recording.commands["reply"].tolist() == [r"caf\xe9"]
