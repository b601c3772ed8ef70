from __future__ import annotations

import asyncio
import threading

import pytest

from switchy_nb.errors import ConfigurationError, JobError, LinkLost, TimeoutError
from switchy_nb.events import Events, event_time
from switchy_nb.models import Job, Vars, job_error
from switchy_nb.wire import Event


def event(**headers: str) -> Event:
    return Event.make((n.replace("_", "-"), v) for n, v in headers.items())


def test_events_newest_first(capsys: pytest.CaptureFixture[str]) -> None:
    events = Events(event(Event_Name="A", x="1", only="here", empty=""))
    events.update(event(Event_Name="B", x="2"))
    assert events["x"] == "2"
    assert events["only"] == "here"
    assert events.get("none", 5) == 5
    assert events.get("empty") is None
    with pytest.raises(KeyError):
        events["none"]
    assert [e.name for e in events] == ["B", "A"]
    assert events[0].name == "B"
    assert [e.name for e in events[:1]] == ["B"]
    assert len(events) == 2
    assert repr(events) == "Events(['A', 'B'])"
    events.pprint()
    assert capsys.readouterr().out.startswith("Event-Name: A\nx: 1\n")


def test_event_time() -> None:
    assert event_time(event(Event_Date_Timestamp="1795418662398602")) == 1795418662.398602
    assert event_time(event(Event_Name="A")) == 0


class Changes:
    count = 0

    def note(self) -> None:
        self.count += 1


def test_vars_tell_of_every_change() -> None:
    changes = Changes()
    names = Vars(changes.note)
    names["a"] = 1
    names.update(b=2)
    names.setdefault("c", 3)
    assert changes.count == 3
    del changes
    names["d"] = 4
    assert names["d"] == 4


def test_a_job_that_succeeds() -> None:
    job = Job("j", command="status", sess_uuid="s", client_id="app")
    assert not job.ready()
    with pytest.raises(ConfigurationError, match="not done"):
        job.successful()
    with pytest.raises(TimeoutError, match=r"waited 0\.1 s for the job `status`"):
        job.get(0.1)
    assert not job.wait(0.01)
    threading.Timer(0.05, job.finish, ["fine"]).start()
    assert job.get(5) == "fine" == job.result
    assert (job.uuid, job.sess_uuid, job.cid) == ("j", "s", "app")
    job.fail(LinkLost("too late"))
    assert job.successful()


def test_a_job_that_fails() -> None:
    job = Job("j")
    job.fail(job_error("originate {a=b}sofia/x/1@h &park()", "-ERR USER_BUSY\n"))
    with pytest.raises(JobError, match=r"USER_BUSY.*from `originate sofia/x/1@h &park\(\)`") as got:
        job.get()
    assert got.value.cause == "USER_BUSY"
    assert job.wait(0)
    assert not job.successful()
    assert isinstance(job.result, JobError)
    assert "failed" in repr(job)


def test_what_the_switch_says_is_quoted_when_it_is_no_cause() -> None:
    error = job_error("x", "-ERR x Command not found!\n")
    assert error.cause == "x Command not found!"
    assert "'x Command not found!'" in str(error)


def test_a_jobs_callback_makes_its_result() -> None:
    job = Job("j", callback=lambda text, n: text * n, kwargs={"n": 2})
    job.finish("ab")
    assert job.get() == "abab"
    bad = Job("j", callback=lambda text: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bad.finish("x")
    with pytest.raises(ZeroDivisionError):
        bad.get(1)


def test_a_job_can_be_awaited() -> None:
    async def main() -> str:
        job = Job("j")
        asyncio.get_running_loop().call_later(0.02, job.finish, "fine")
        return str(await job)

    assert asyncio.run(main()) == "fine"

    async def late() -> None:
        await Job("j").done(0.05)

    with pytest.raises(TimeoutError, match=r"0\.1 s|0\.0 s"):
        asyncio.run(late())
