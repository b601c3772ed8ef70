"""`sync_caller`: Switchy's quick start, line by line, and what is new."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import textwrap
from uuid import uuid4

import pytest
from helpers import eventually

from switchy_nb import Connection, PlayRec, SimSwitch, TonePlay, sync_caller
from switchy_nb.errors import ConfigurationError, JobError, TimeoutError, Unreachable
from switchy_nb.models import Job
from switchy_nb.pytest_plugin import Switch
from switchy_nb.session import Session
from switchy_nb.sync import Caller


def gone(switch: Switch, *legs: str) -> bool:
    """Whether the switch itself has none of these legs any more."""
    with Connection(switch.host, switch.port, switch.password) as con:
        return all(con.cmd(f"uuid_exists {leg}") == "false" for leg in legs)


# --- Switchy's own four ----------------------------------------------------------------


def test_toneplay(switch: Switch) -> None:
    with sync_caller(
        switch.host, switch.port, switch.password, apps={"TonePlay": TonePlay}
    ) as caller:
        assert "TonePlay" in caller.app_names
        sess, _ = caller(switch.url("doggy"), "TonePlay", timeout=3)
        assert sess.is_outbound()
        assert sess.answered
        assert sess.wait("PLAYBACK_START", 5)["Playback-File-Path"].startswith("tone_stream://")
        far = sess.call.last
        assert far is not None
        assert far.is_inbound()
        far.wait(lambda leg: leg.get("Application") == "echo", 5)
        sess.hangup()
        sess.wait("hungup", 5)
        far.wait("hungup", 5)
        assert caller.client.listener.count_calls() == 0


def test_playrec(switch: Switch) -> None:
    with sync_caller(switch.host, switch.port, switch.password, {"PlayRec": PlayRec}) as caller:
        caller.apps.PlayRec["PlayRec"].rec_rate = 1
        sess, waitfor = caller(switch.url("doggy"), "PlayRec", timeout=10)
        waitfor(sess, "recorded", timeout=15)
        waitfor(sess.call.get_peer(sess), "recorded", timeout=15)
        assert sess.call.vars["record"]
        sess.wait("hungup", 5)
        stopped = [e for e in sess.events if e.name == "RECORD_STOP"]
        assert len(stopped) == 1
        assert stopped[0]["Record-File-Path"].endswith(f"caller_{sess.uuid}.wav")


def test_tracking_by_an_alternate_header(switch: Switch) -> None:
    with sync_caller(switch.host, switch.port, switch.password) as caller:
        listener = caller.client.listener
        listener.call_tracking_header = "Caller-Destination-Number"
        number = f"doggy-{uuid4()}"  # a real switch may still send the end of others' calls
        sess, _ = caller(switch.url(number), "TonePlay", timeout=3)
        assert sess.is_outbound()
        call = listener.calls[number]
        assert call.first is sess
        assert call.last is not None
        assert call.last.is_inbound()
        call.hangup()
        eventually(lambda: listener.count_calls() == 0)
        row = caller.recording.calls.loc[number]
        assert (row["caller"], row["sessions"]) == (sess.uuid, 2)


def test_an_untracked_call(switch: Switch) -> None:
    with sync_caller(switch.host, switch.port, switch.password) as caller:
        listener = caller.client.listener
        listener.call_tracking_header = "doggypants"
        sess, _ = caller(switch.url("jonesy"), "TonePlay", timeout=3)
        assert listener.count_sessions() == listener.count_calls() == 2
        sess.hangup()
        eventually(lambda: listener.count_sessions() == listener.count_calls() == 0)
        assert not listener.sessions
        assert not listener.calls


# --- placing calls ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "cause"), [("busy", "USER_BUSY"), ("hangup-CALL_REJECTED", "CALL_REJECTED")]
)
def test_a_call_that_fails(caller: Caller, switch: Switch, number: str, cause: str) -> None:
    with pytest.raises(JobError, match=cause) as caught:
        caller(switch.url(number), timeout=5)
    assert caught.value.cause == cause
    listener = caller.client.listener
    eventually(lambda: listener.count_calls() == 0 and not listener.own)
    assert listener.failed_jobs[cause] == 1
    eventually(lambda: len(listener.failed_sessions.get(cause, ())) == 2)
    assert listener.count_failed() == 2


def test_a_call_that_is_not_answered_in_time_is_hung_up(caller: Caller, switch: Switch) -> None:
    with pytest.raises(TimeoutError, match=r"saw CREATE, ORIGINATE, PROGRESS.*hung up"):
        caller(switch.url("noanswer"), timeout=0.7)
    listener = caller.client.listener
    eventually(lambda: listener.count_calls() == 0 and not listener.own)
    assert listener.hangup_causes["ORIGINATOR_CANCEL"] >= 1


def test_a_call_that_is_over_before_anybody_looks_is_returned_all_the_same(
    caller: Caller, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = caller.client.listener
    leg_of = type(caller)._leg

    def late(self: Caller, job: Job, dest_url: str) -> Session:
        listener.find(job.sess_uuid).hangup()
        eventually(lambda: listener.find(job.sess_uuid) is None)
        return leg_of(self, job, dest_url)

    monkeypatch.setattr(type(caller), "_leg", late)
    sess, _ = caller(switch.url("answer"), "TonePlay")
    assert sess.answered
    assert sess.ended
    assert sess.wait("hungup", 1)


def test_the_only_app_is_the_default_and_others_are_named(caller: Caller, switch: Switch) -> None:
    sess, _ = caller(switch.url("answer"))
    assert sess.appname == "TonePlay"
    with pytest.raises(ConfigurationError, match="there are TonePlay"):
        caller(switch.url("answer"), "ToneDeaf")
    caller.client.load_app(TonePlay, on_value="Another")
    with pytest.raises(ConfigurationError, match="which app"):
        caller(switch.url("answer"))


def test_waitfor_as_an_argument(caller: Caller, switch: Switch) -> None:
    sess, _ = caller(switch.url("doggy"), waitfor=("ready", 5))
    assert sess.vars["ready"]
    with pytest.raises(TimeoutError, match=r"vars\['never'\]"):
        caller(switch.url("doggy"), waitfor=("never", 0.2))


def test_app_lookup_vars(caller: Caller, switch: Switch) -> None:
    caller.client.load_app(TonePlay, on_value="doggy")
    caller.app_lookup_vars.append("Caller-Destination-Number")
    sess, _ = caller(switch.url("doggy"), "TonePlay")
    assert sess.appname == "doggy"


def test_options_go_to_the_originate(caller: Caller, switch: Switch) -> None:
    name = "O'Brien, {the} \\ 'quoted' one=two"
    sess, _ = caller(switch.url("answer"), caller_id_num="4711", note=name)
    assert sess.getvar("note") == name
    assert sess["Caller-Orig-Caller-ID-Number"] == "4711"


def test_dial_keeps_the_event_loop_free(caller: Caller, switch: Switch) -> None:
    async def both() -> tuple[bool, int]:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.02)
                ticks += 1

        ticking = asyncio.create_task(tick())
        sess, _ = await caller.dial(switch.url("ringanswer"), timeout=5)
        await sess.until("parked", 5)
        sess.hangup()
        await sess.until("hungup", 5)
        with pytest.raises(JobError, match="USER_BUSY"):
            await caller.dial(switch.url("busy"), timeout=5)
        ticking.cancel()
        return sess.answered, ticks

    answered, ticks = asyncio.run(both())
    assert answered
    assert ticks > 10


def test_a_cancelled_dial_leaves_no_call(caller: Caller, switch: Switch) -> None:
    async def cancelled() -> None:
        task = asyncio.create_task(caller.dial(switch.url("noanswer"), timeout=30))
        while not caller.client.listener.sessions:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    listener = caller.client.listener
    eventually(lambda: listener.count_calls() == 0 and not listener.own)


# --- the block -------------------------------------------------------------------------


def test_leaving_the_block_hangs_up_its_own_calls_only(switch: Switch) -> None:
    with sync_caller(switch.host, switch.port, switch.password) as other:
        theirs, _ = other(switch.url("answer"))
        with (
            pytest.raises(ZeroDivisionError),
            sync_caller(switch.host, switch.port, switch.password) as caller,
        ):
            mine, _ = caller(switch.url("answer"))
            ringing = caller.client.originate(switch.url("noanswer"), app_id="TonePlay")
            raise ZeroDivisionError
        assert not caller.client.connected()
        assert not caller.client.listener.is_alive()
        assert gone(switch, mine.uuid, str(ringing.sess_uuid))
        assert not gone(switch, theirs.uuid)
        with pytest.raises(TimeoutError):
            theirs.wait("hungup", 0.1)


def test_no_host_is_the_simulated_switch_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SWITCHY_NB_HOST", raising=False)
    with sync_caller() as caller:
        assert "simulated switch" in capsys.readouterr().out
        assert caller.switch is not None
        sess, _ = caller("answer@127.0.0.1:5080")
        assert sess.answered
        assert "simulated" in repr(caller)
        host, port = caller.client.host, caller.client.port
    with pytest.raises(Unreachable, match=str(port)):
        Connection(host, port).connect()


def test_slips_are_errors_that_say_what_was_meant(
    caller: Caller, switch: Switch, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        pytest.raises(TypeError, match="did you mean 'password'"),
        sync_caller(switch.host, pasword="x"),
    ):
        raise AssertionError("it was opened")
    monkeypatch.delenv("SWITCHY_NB_HOST", raising=False)
    with pytest.raises(ConfigurationError, match="host"), sync_caller(password="x"):
        raise AssertionError("it was opened")
    with pytest.raises(TypeError, match="did you mean 'timeout'"):
        caller(switch.url("answer"), tiemout=3)
    assert not caller.client.listener.own


def test_the_environment_names_a_switch(
    switch: Switch, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SWITCHY_NB_HOST", f"{switch.host}:{switch.port}")
    monkeypatch.setenv("SWITCHY_NB_PASSWORD", switch.password)
    with sync_caller() as caller:
        out = capsys.readouterr().out
        assert f"{switch.host}:{switch.port}" in out
        assert switch.password not in out
        assert caller.switch is None
        assert "UP" in caller.client.cmd("status")
    monkeypatch.setenv("SWITCHY_NB_HOST", switch.host)
    monkeypatch.setenv("SWITCHY_NB_PORT", str(switch.port))
    with sync_caller() as caller:
        assert caller.client.port == switch.port


def test_the_recording_has_every_event_and_command(caller: Caller, switch: Switch) -> None:
    sess, _ = caller(switch.url("answer"))
    sess.hangup()
    sess.wait("CHANNEL_DESTROY", 5)
    far = sess.call.last
    assert far is not None
    far.wait("CHANNEL_DESTROY", 5)
    recording = caller.recording
    events = recording.events
    mine = events[events["session"] == sess.uuid]
    assert set(mine["name"]) >= {"CHANNEL_OUTGOING", "CHANNEL_STATE", "CHANNEL_ANSWER"}
    assert {e.name for e in sess.events} <= set(mine["name"])
    call = recording.calls.loc[sess.uuid]
    assert (call["caller"], call["callee"], call["app"]) == (sess.uuid, far.uuid, "TonePlay")
    assert call["hangup_cause"] == "NORMAL_CLEARING"
    assert call["hung_up_by"] == "caller"
    assert call["originate_latency"] >= 0
    job = recording.jobs.loc[call["job"]]
    assert job["ok"]
    assert job["session"] == sess.uuid
    assert job["launched"] <= job["replied"]
    commands = recording.commands
    assert f"uuid_kill {sess.uuid} NORMAL_CLEARING" in list(commands["command"])
    assert not commands["command"].str.contains(switch.password).any()
    assert "auth" not in set(commands["kind"])


# --- interrupts ------------------------------------------------------------------------

WAITS = {
    "a call": 'caller(f"noanswer@{sip}", timeout=60)',
    "a job": 'caller.client.originate(f"noanswer@{sip}", app_id="TonePlay").get(60)',
    "a state": 'sess.wait("hungup", 60)',
    "a variable": 'waitfor(sess, "never", 60)',
    "an await": 'asyncio.run(sess.until("hungup", 60))',
    "a dial": 'asyncio.run(caller.dial(f"noanswer@{sip}", timeout=60))',
    "the listener": "caller.client.listener.wait(60)",
}


@pytest.mark.parametrize("wait", WAITS)
def test_an_interrupt_ends_any_wait_and_leaves_nothing(switch: Switch, wait: str) -> None:
    code = f"""
        import asyncio, signal, threading, time
        from switchy_nb import sync_caller
        sip = {switch.sip!r}
        began = None
        with sync_caller({switch.host!r}, {switch.port}, {switch.password!r}) as caller:
            sess, waitfor = caller(f"answer@{{sip}}")
            threading.Timer(0.5, signal.raise_signal, [signal.SIGINT]).start()
            began = time.monotonic()
            try:
                {WAITS[wait]}
                print("not interrupted")
            except KeyboardInterrupt:
                print("in time", time.monotonic() - began < 15)
            listener = caller.client.listener
            legs = [*listener.sessions, *listener.own]
        print([t.name for t in threading.enumerate()
               if "switchy_nb listener" in t.name], listener.own, len(legs) > 0)
        print(*legs)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    lines = done.stdout.splitlines()
    assert lines[:2] == ["in time True", "[] set() True"], done.stdout + done.stderr
    assert done.returncode == 0
    assert gone(switch, *lines[2].split())


def test_a_simulated_switch_that_does_not_run_yet_runs_as_long_as_its_caller() -> None:
    switch = SimSwitch()
    with sync_caller(switch) as caller:
        assert switch.running
        assert caller(caller.url("answer"), timeout=5)[0].answered
    assert not switch.running
