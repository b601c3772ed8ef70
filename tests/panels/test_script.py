from __future__ import annotations

from switchy_nb.connection import Connection
from switchy_nb.models import Call, Job
from switchy_nb.panels import script
from switchy_nb.panels.script import Script
from switchy_nb.session import Session
from switchy_nb.wire import Event


def leg(uuid: str, call: Call | None = None) -> Session:
    event = Event.make([("Event-Name", "CHANNEL_CREATE"), ("Unique-ID", uuid)])
    session = Session(event, con=Connection("127.0.0.1"))
    session.call = call or Call(uuid, session)
    if call is not None:
        call.append(session)
    return session


def test_a_dialled_leg_has_a_name_and_so_has_its_far_end() -> None:
    made = Script(has_caller=True)
    near = leg("n")
    far = leg("f", near.call)
    made.dialled(Job("j", sess_uuid="n"), "a@b", "TonePlay", 30.0, 5.0)
    made.waited(near, "answered", 2.5)
    made.dtmf_sent(far, "1#")
    made.hung_up(leg("other"))
    assert made.lines == [
        "sess1, waitfor = caller('a@b', 'TonePlay', timeout=35, originate_timeout=30)",
        "sess1.wait('answered', 2.5)",
        "sess1.call.last.send_dtmf('1#')",
        "caller.client.listener.sessions['other'].hangup()",
    ]


def test_with_a_client_only() -> None:
    made = Script(has_caller=False)
    near = leg("n")
    made.dialled(Job("j", sess_uuid="n"), "a@b", None, 30.0, 5.0)
    made.hung_up(near)
    assert made.lines == [
        "job1 = client.originate('a@b', timeout=30)",
        "client.listener.sessions[job1.sess_uuid].hangup()",
    ]


def test_no_value_becomes_code() -> None:
    made = Script(has_caller=True)
    nasty = "x'); __import__('os').system('true') #\n\u202e"
    made.waited(leg(nasty), nasty, 1)
    (line,) = made.lines
    assert "\n" not in line
    assert "\u202e" not in line
    calls: list[object] = []

    class Legs(dict[str, object]):
        def __missing__(self, key: str) -> object:
            calls.append(key)
            return type("Leg", (), {"wait": lambda _, *a: calls.append(a)})()

    client = type("C", (), {"listener": type("L", (), {"sessions": Legs()})})
    exec(line, {"caller": type("Caller", (), {"client": client})})
    assert calls == [nasty, (nasty, 1)]


def test_it_does_not_grow_for_ever() -> None:
    made = Script(has_caller=True)
    for _ in range(script.KEPT + 50):
        made.hung_up(leg("a"))
    assert len(made.lines) == script.KEPT
