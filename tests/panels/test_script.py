from __future__ import annotations

import pytest

from switchy_nb.panels import script
from switchy_nb.panels.book import Leg
from switchy_nb.panels.script import Script


@pytest.fixture
def made() -> Script:
    return Script()


def test_a_dialled_leg_has_a_name_and_so_has_its_far_end(made: Script) -> None:
    near, far = Leg("n", 0), Leg("f", 0)
    made.dialled("n", "a@b", "TonePlay", {"caller_id": "Ann"}, 30.0, 5.0)
    made.did([made.leg(near, [near])], "hold()")
    made.did([made.leg(far, [near, far])], "send_dtmf('1#')")
    made.did([made.leg(Leg("other", 1), [])], "hangup()")
    assert made.lines == [
        "sess1, waitfor = caller('a@b', 'TonePlay', timeout=35, originate_timeout=30, "
        "caller_id='Ann')",
        "sess1.hold()",
        "sess1.call.last.send_dtmf('1#')",
        "caller.client.listener.sessions['other'].hangup()",
    ]


def test_with_a_client_only() -> None:
    made = Script(has_caller=False)
    made.dialled("n", "a@b", None, {}, 30.0, 5.0)
    made.did([made.leg(Leg("n", 0), [])], "hangup()")
    assert made.lines == [
        "job1 = client.originate('a@b', timeout=30)",
        "job1.get(35)",
        "sess1 = client.listener.find(job1.sess_uuid)",
        "sess1.hangup()",
    ]


def test_a_connection_begins_anew_and_shows_no_secret(made: Script) -> None:
    made.dialled("n", "a@b", None, {}, 30.0, 5.0)
    made.connected("fs", "8021", secret=True)
    assert made.lines[1:] == [
        "from getpass import getpass",
        "from switchy_nb import open_caller",
        "caller = open_caller('fs', 8021, getpass('Secret: '))",
    ]
    assert made.leg(Leg("n", 0), []) == "caller.client.listener.sessions['n']"
    made.connected("", "", secret=False)
    assert made.lines[-1] == "caller = open_caller()"


def test_no_value_becomes_code(made: Script) -> None:
    nasty = "x'); __import__('os').system('true') #\n\u202e"
    made.did([made.leg(Leg(nasty, 0), [])], f"wait({nasty!r}, 1)")
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


def test_many_are_a_loop(made: Script) -> None:
    made.did([f"leg{n}" for n in range(4)], "hangup()")
    (block,) = made.lines
    compile(block, "cell", "exec")
    made.dialled_many(50, 10, "a@b", "TonePlay", {}, 30.0)
    compile("\n".join(made.lines), "cell", "exec")
    assert "time.sleep(0.1)" in made.lines[-1]


def test_it_does_not_grow_for_ever(made: Script) -> None:
    for _ in range(script.KEPT + 50):
        made.did(["leg"], "hangup()")
    assert len(made.lines) == script.KEPT


def test_of_what_is_only_looked_at_the_last_stands_there(made: Script) -> None:
    made.looked("event", "recording.event(1)")
    made.looked("event", "recording.event(2)")
    made.looked("table", "recording.sessions")
    made.looked("event", "recording.event(3)")
    assert made.lines == ["recording.event(2)", "recording.sessions", "recording.event(3)"]
    made.looked("event", "")
    made.looked("event", "")
    assert made.lines == ["recording.event(2)", "recording.sessions"]
    made.add("sess1.hangup()")
    made.looked("table", "recording.sessions")
    assert len(made.lines) == 4, "what was done is never replaced"


def test_ids_of_legs_that_have_a_name_and_of_others(made: Script) -> None:
    near, far = Leg("n", 0), Leg("f", 0)
    made.dialled("n", "a@b", None, {}, 30.0, 5.0)
    assert made.uuid(near, [near, far]) == "sess1.uuid"
    assert made.uuid(far, [near, far]) == "sess1.call.last.uuid"
    assert made.uuid(Leg("other'", 1), []) == '"other\'"'
