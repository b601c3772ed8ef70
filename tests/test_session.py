from __future__ import annotations

from collections.abc import Iterator

import pytest
from helpers import eventually
from legs import Recorder, event

from switchy_nb.errors import (
    APIError,
    CommandError,
    LegGone,
)
from switchy_nb.legstate import State
from switchy_nb.pytest_plugin import Switch
from switchy_nb.session import Session
from switchy_nb.sync import Caller, sync_caller


@pytest.fixture
def link() -> Recorder:
    return Recorder()


@pytest.fixture
def sess(link: Recorder) -> Session:
    return Session(event("CHANNEL_CREATE", Call_Direction="outbound", Caller_ID="x"), con=link)


# --- what it has said ------------------------------------------------------------------


def test_headers_are_those_of_the_newest_event_that_has_them(sess: Session) -> None:
    sess.update(event("CHANNEL_STATE", Caller_ID="y", Event_Date_Timestamp="7500000"))
    assert sess["Caller-ID"] == "y"
    assert sess["Call-Direction"] == "outbound"
    assert sess.get("nothing") is None
    assert sess.get("nothing", "else") == "else"
    with pytest.raises(KeyError, match=r"leg.*'Nothing'"):
        sess["Nothing"]
    assert sess.is_outbound()
    assert not sess.is_inbound()
    assert sess.uptime == 2.5
    assert str(sess) == "leg"
    assert len(sess.events) == 2
    assert sess.events[0].name == "CHANNEL_STATE"
    assert sess.host == "192.0.2.7"


def test_states_follow_the_events(sess: Session) -> None:
    def state() -> list[str]:
        return [s.value for s in State if getattr(sess, s.value)]

    assert state() == []
    seen = []
    for name in (
        "CHANNEL_PROGRESS",
        "CHANNEL_ANSWER",
        "CHANNEL_PARK",
        "CHANNEL_UNPARK",
        "CHANNEL_BRIDGE",
        "CHANNEL_UNBRIDGE",
        "CHANNEL_HANGUP",
    ):
        sess.update(event(name, Hangup_Cause="USER_BUSY", Event_Date_Timestamp="6000000"))
        seen.append(state())
    assert seen == [
        ["ringing"],
        ["answered"],
        ["answered", "parked"],
        ["answered"],
        ["answered", "bridged"],
        ["answered"],
        ["answered", "hungup"],
    ]
    assert sess.hangup_cause == "USER_BUSY"
    assert sess.times["answer"] == sess.times["hangup"] == 6.0
    assert sess.duration == 0
    assert "hungup" in repr(sess)


# --- commands --------------------------------------------------------------------------


def test_the_commands(sess: Session, link: Recorder) -> None:
    sess.answer()
    sess.park()
    sess.hold()
    sess.unhold()
    sess.transfer("2000")
    sess.transfer("park:", "inline", leg="both")
    sess.join("other")
    sess.echo()
    sess.breakmedia()
    sess.hangup()
    sess.sched_hangup(1.2, "USER_BUSY")
    sess.clear_tasks()
    sess.setvar("a", "it's one")
    sess.unsetvar("a")
    sess.setvars({"b": 1, "c": "x y"})
    sess.setvars({"d": "1;2"})
    sess.setvars({})
    sess.send_dtmf("12w#")
    sess.send_dtmf("1", 200)
    sess.sched_dtmf(2, "34", 100)
    sess.playback("a file.wav", params={"loops": -1})
    sess.playback(["a.wav", "b.wav"], endless=True, leg="both")
    sess.start_record("/r/a b.wav", stereo=True, rate=8000)
    sess.stop_record()
    sess.stop_record("/r/a b.wav", delay=0.5)
    sess.record("start", "/r/c.wav")
    sess.mute()
    sess.unmute()
    sess.bypass_media(True)
    sess.bypass_media(False)
    sess.start_amd(2)
    sess.stop_amd()
    sess.respond(486)
    sess.deflect("sip:a@b")
    sess.broadcast("set::x=1", delay=3)
    sess.broadcast("playback::x", hangup_cause="USER_BUSY")
    sess.broadcast("/a/file.wav", hangup_cause="USER_BUSY")
    sess.bridge("1@h", profile="internal", proxy="p:5060", params={"note": "a,b"})
    assert link.sent == [
        "uuid_answer leg",
        "uuid_park leg",
        "uuid_hold leg",
        "uuid_hold off leg",
        "uuid_transfer leg 2000 XML default",
        "uuid_transfer leg -both park: inline default",
        "uuid_bridge leg other",
        "uuid_broadcast leg echo::",
        "uuid_break leg",
        "uuid_kill leg NORMAL_CLEARING",
        "sched_hangup +2 leg USER_BUSY",
        "sched_del leg",
        r"uuid_setvar leg a it\'s\sone",
        "uuid_setvar leg a",
        r"uuid_setvar_multi leg b=1;c=x\sy",
        r"uuid_setvar_multi leg d=1\;2",
        "uuid_send_dtmf leg 12w#",
        "uuid_send_dtmf leg 1@200",
        "sched_api +2 none uuid_send_dtmf leg 34@100",
        r"uuid_broadcast leg playback::{loops=-1}a\sfile.wav aleg",
        "uuid_setvar leg playback_delimiter !",
        "uuid_broadcast leg endless_playback::a.wav!b.wav both",
        "uuid_setvar leg RECORD_STEREO true",
        "uuid_setvar leg record_sample_rate 8000",
        r"uuid_broadcast leg record_session::/r/a\sb.wav",
        "uuid_broadcast leg stop_record_session::all",
        r"sched_api +1 none uuid_broadcast leg stop_record_session::/r/a\sb.wav",
        "uuid_setvar leg RECORD_READ_ONLY true",
        "uuid_record leg start /r/c.wav",
        "uuid_audio leg start write mute 1",
        "uuid_audio leg start write mute 0",
        "uuid_media off leg",
        "uuid_media leg",
        "avmd leg start",
        "sched_api +2 none avmd leg stop",
        "avmd leg stop",
        "uuid_broadcast leg respond::486",
        "uuid_broadcast leg deflect::sip:a@b",
        "sched_broadcast +3 leg set::x=1",
        "uuid_broadcast leg playback!USER_BUSY::x",
        "uuid_broadcast leg playback!USER_BUSY::/a/file.wav",
        r"uuid_broadcast leg bridge::{note=a\\,b}sofia/internal/1@h;fs_path=sip:p:5060",
    ]


def test_a_bridge_to_what_the_legs_own_variables_say(link: Recorder) -> None:
    sess = Session(
        event("CHANNEL_CREATE", variable_sip_req_user="7001", variable_evil="1@h,sofia/x/2@h"),
        con=link,
    )
    sess.bridge("${sip_req_user}@h", gateway="carrier")
    assert link.sent == ["uuid_broadcast leg bridge::sofia/gateway/carrier/7001@h"]
    with pytest.raises(CommandError, match="dial string would end"):
        sess.bridge("${evil}", gateway="carrier")
    with pytest.raises(CommandError, match="variable_nothing"):
        sess.bridge("${nothing}", gateway="carrier")


def test_what_a_command_cannot_carry(sess: Session, link: Recorder) -> None:
    for command, arguments in (
        (sess.setvar, ("a b", 1)),
        (sess.setvar, ("a", "x\ny")),
        (sess.setvar, ("a", "")),
        (sess.setvar, ("a", "\t ")),
        (sess.setvars, ({"a": "${b}"},)),
        (sess.setvars, ({"a": ""},)),
        (sess.hangup, ("USER_BUSY\n\napi x",)),
        (sess.hangup, ("",)),
        (sess.send_dtmf, ("12; x",)),
        (sess.send_dtmf, ("",)),
        (sess.sched_hangup, (-1,)),
        (sess.broadcast, ("playback::a\nb",)),
        (sess.bridge, ()),
    ):
        with pytest.raises(CommandError):
            command(*arguments)  # type: ignore[operator]
    assert link.sent == []


def test_a_leg_that_is_gone_already(sess: Session, link: Recorder) -> None:
    link.answer = "-ERR No such channel!\n"
    with pytest.raises(APIError, match="uuid_kill"):
        sess.hangup()  # refused, although the leg is there
    link.exists = "false"
    sess.hangup()
    with pytest.raises(LegGone, match="uuid_answer"):
        sess.answer()
    with pytest.raises(LegGone, match="uuid_break"):
        sess.breakmedia()
    link.exists = "true"
    link.answer = "-ERR no reply\n"
    sess.breakmedia()
    sess.send_dtmf("1")
    link.answer = "_undef_"
    assert sess.getvar("x") is None
    link.answer = "value"
    assert sess.getvar("x") == "value"


# --- on a switch -----------------------------------------------------------------------


@pytest.fixture
def plain_caller(switch: Switch) -> Iterator[Caller]:
    """A caller with no app, so that nobody but the test does anything to its calls."""
    with sync_caller(switch.host, switch.port, switch.password, apps={}) as caller:
        yield caller


def test_a_leg_on_a_switch(plain_caller: Caller, switch: Switch) -> None:
    near, _ = plain_caller(switch.url("answer"))
    far = near.call.last
    assert far is not None
    assert far.wait("answered", 5)
    near.wait("parked", 5)
    near.setvar("note", "it's; a, value")
    assert near.getvar("note") == "it's; a, value"
    near.setvars({"one": "1", "two": " b; it's \\c"})
    assert (near.getvar("one"), near.getvar("two")) == ("1", " b; it's \\c")
    near.setvar("one", "-ERR is a ${value}")
    assert near.getvar("one") == "-ERR is a ${value}"
    near.unsetvar("one")
    assert near.getvar("one") is None
    near.send_dtmf("12#")
    assert [far.wait("DTMF", 5)["DTMF-Digit"] for _ in range(3)] == ["1", "2", "#"]
    near.playback("tone_stream://%(100,0,440)")
    assert near.wait("PLAYBACK_STOP", 5)["Playback-Status"] == "done"
    near.playback("tone_stream://%(100,0,440);loops=-1")
    for _ in range(2):  # the first one's, and this one's
        near.wait("PLAYBACK_START", 5)
    near.breakmedia()
    assert near.wait("PLAYBACK_STOP", 5)["Playback-Status"] == "break"
    near.sched_hangup(1)
    ended = near.wait("CHANNEL_HANGUP_COMPLETE", 5)
    assert ended["Hangup-Cause"] == "NORMAL_CLEARING"
    far.wait("hungup", 5)
    near.hangup()
    eventually(lambda: plain_caller.client.listener.count_sessions() == 0)


def test_two_calls_bridged(plain_caller: Caller, switch: Switch) -> None:
    one, _ = plain_caller(switch.url("answer"))
    two, _ = plain_caller(switch.url("answer"))
    for leg in (one, two):
        leg.wait("parked", 5)
    one.join(two)
    one.wait("bridged", 5)
    two.wait("bridged", 5)
    one.hangup("NORMAL_CLEARING")
    one.wait("hungup", 5)
    two.wait("hungup", 5)
