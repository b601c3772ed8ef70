"""The dial plan: numbers, patterns, chances, functions, and rules that cannot be."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from simswitch.client import Client

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch import (
    Dialplan,
    IncomingCall,
    SimSwitch,
    Step,
    answer,
    bridge,
    forward,
    hangup,
    one_of,
    park,
    playback,
    respond,
    ring_ready,
    rule,
    run,
    set_variable,
    sleep,
    sometimes,
    uniform,
)
from switchy_nb.simswitch.plan.dialplan import default_rules
from switchy_nb.simswitch.plan.steps import Deed

NOBODY: Any = None


def steps_of(plan: Dialplan, number: str, chance: random.Random | None = None) -> list[Deed]:
    chance = chance or random.Random(1)
    return plan.route(IncomingCall(NOBODY, number, chance), chance)[0]


@pytest.mark.parametrize(
    ("number", "steps"),
    [
        ("answer", ["answer", "park"]),
        ("echo", ["answer", "echo"]),
        ("tone", ["answer", "playback"]),
        ("ringanswer", ["ring_ready", "sleep", "answer", "park"]),
        ("busy", ["hangup"]),
        ("noanswer", ["ring_ready", "sleep"]),
        ("early", ["pre_answer", "playback"]),
        ("hangup-NO_ANSWER", ["hangup"]),
        ("park", ["park"]),
        ("5551234", ["park"]),
    ],
)
def test_the_plan_it_starts_with(number: str, steps: list[str]) -> None:
    found = steps_of(Dialplan(default_rules()), number)
    assert [step.application for step in found if isinstance(step, Step)] == steps
    if number.startswith("hangup-"):
        assert found == [Step("hangup", "NO_ANSWER")]


def test_a_number_of_ones_own_comes_first() -> None:
    plan = Dialplan(default_rules())
    plan["7001"] = [answer(), sleep(0.5), hangup("USER_BUSY")]
    expected = [Step("answer"), Step("sleep", "500"), Step("hangup", "USER_BUSY")]
    assert steps_of(plan, "7001") == expected
    assert steps_of(plan, "17001") == [Step("park")]


def test_a_pattern_takes_all_that_match_and_fills_its_groups_in() -> None:
    plan = Dialplan()
    plan[r"^9(\d+)$"] = [bridge("loopback/$1")]
    plan[re.compile("seven", re.IGNORECASE)] = [park()]
    assert steps_of(plan, "9123") == [Step("bridge", "loopback/123")]
    assert steps_of(plan, "x9123") == []
    assert steps_of(plan, "dial-SEVEN-now") == [Step("park")]


def test_a_plan_is_a_mapping() -> None:
    plan = Dialplan(default_rules())
    before = len(plan)
    plan["1"] = [answer()]
    plan["1"] = [park()]
    assert len(plan) == before + 1
    assert next(iter(plan)) == "1"
    assert plan["1"] == [park()]
    assert "1" in repr(plan)
    del plan["1"]
    assert "1" not in plan
    with pytest.raises(KeyError):
        del plan["1"]


def test_some_calls_are_busy_by_chance_and_repeat_with_the_seed() -> None:
    plan = Dialplan()
    plan["1"] = [sometimes(0.1, hangup("USER_BUSY")), answer(), park()]

    def ends(seed: int) -> list[int]:
        chance = random.Random(seed)
        return [len(steps_of(plan, "1", chance)) for _ in range(2000)]

    assert ends(5) == ends(5)
    assert Counter(ends(5))[3] == pytest.approx(200, rel=0.25)


def test_one_of_several_ways() -> None:
    plan = Dialplan()
    plan["1"] = [
        one_of((0.2, [respond(503)]), (0.3, [sleep(60)]), otherwise=[answer(), park()]),
    ]
    chance = random.Random(2)
    ways = Counter(len(steps_of(plan, "1", chance)) for _ in range(2000))
    assert ways[2] == pytest.approx(1000, rel=0.1)
    firsts = Counter(str(steps_of(plan, "1", chance)[0]) for _ in range(2000))
    assert firsts[str(Step("respond", "503 Service Unavailable"))] == pytest.approx(400, rel=0.25)


def test_a_delay_is_drawn_for_each_call() -> None:
    plan = Dialplan()
    plan["1"] = [sleep(uniform(1, 2))]
    chance = random.Random(3)
    drawn = {str(steps_of(plan, "1", chance)[0]) for _ in range(50)}
    assert len(drawn) > 40


def test_a_function_decides_or_leaves_it_to_the_next_rule() -> None:
    plan = Dialplan(default_rules())
    plan["^5"] = lambda call: [park()] if call.number.endswith("0") else None
    plan["^55(.)"] = lambda call: [set_variable("third", call.match[1]), answer()]
    assert steps_of(plan, "50") == [Step("park")]
    assert steps_of(plan, "557") == [Step("set", "third=7"), Step("answer")]
    del plan["^(.*)$"]
    assert steps_of(plan, "51") == []


def wrong(plan: Dialplan, number: Any, steps: Any) -> None:
    plan[number] = steps


@pytest.mark.parametrize(
    ("number", "steps", "says"),
    [
        ("1", [], "no steps"),
        ("1", ["answer"], re.escape("make steps with")),
        ("1", answer(), "give a list of steps"),
        ("1", "answer", "give a list of steps"),
        ("1", None, "give a list of steps"),
        ("^(", [answer()], "no regular expression"),
        ("", [answer()], "no number to dial"),
        (7001, [answer()], "no number to dial"),
        ("7.*", [answer()], "begin it with"),
        ("7 1", [answer()], "begin it with"),
        ("7001", [hangup("$1")], r"speaks of \$1, but its pattern has 0 groups"),
        ("^7", [sometimes(0.5, hangup("$2"))], r"speaks of \$2"),
        ("1", [run("playbak", "x")], "simulated switch has not; did you mean 'playback'?"),
        ("1", [run("xyz", "x")], "simulated switch has not; `show application` lists them"),
    ],
)
def test_a_rule_that_cannot_be_is_an_error(number: Any, steps: Any, says: str) -> None:
    plan = Dialplan()
    with pytest.raises(SimulationError, match=says):
        wrong(plan, number, steps)
    assert len(plan) == 0


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: hangup("USER_BUZY"), "did you mean 'USER_BUSY'"),
        (lambda: hangup("9999"), "no such hangup cause"),
        (lambda: respond(200), "from 400 to 699"),
        (lambda: playback(" "), "names nothing"),
        (lambda: bridge("echo"), "ENDPOINT/ADDRESS"),
        (lambda: set_variable("a b", "1"), "no name of a variable"),
        (lambda: set_variable("", "1"), "no name of a variable"),
        (lambda: sometimes(0.5), "has no steps"),
        (lambda: sometimes(10, answer()), "write 10 % as 0.1"),
        (lambda: one_of((0.6, [answer()]), (0.6, [park()])), "the shares make 1.2"),
        (lambda: one_of([answer()]), "is no way"),  # type: ignore[arg-type]
        (lambda: sleep(-1), "0 or more"),
        (lambda: forward(change={"Subject": "x"}), "no X-header"),
        (lambda: forward(drop=["X-a\nb"]), "no X-header"),
        (lambda: forward(change={"X-a": 5}), "no X-header"),  # type: ignore[dict-item]
        (lambda: forward("::::"), "NUMBER@HOST"),
        (lambda: forward(change={"X-a": "b\r\nVia: c"}), "no X-header"),
    ],
)
def test_a_step_that_cannot_be_is_an_error(make: Callable[[], object], says: str) -> None:
    with pytest.raises(SimulationError, match=says):
        make()


# -- on a switch ---------------------------------------------------------------------------


def test_a_plan_of_ones_own_is_run() -> None:
    plan = Dialplan([rule("^(7)(.*)$", [set_variable("rest", "$2"), park()])])
    with SimSwitch(dialplan=plan) as switch, Client(switch.port) as client:
        client.command("event plain all")
        a = client.originate("7123")
        b = client.peer(a)
        client.seen("CHANNEL_PARK", b)
        assert client.api(f"uuid_getvar {b} rest") == "123"
        assert client.api(f"uuid_getvar {b} DP_MATCH") == "ARRAY::7123|:7|:123"
        failed = client.job_of("sofia/external/800@127.0.0.1:5080")
        assert failed == "-ERR NO_ROUTE_DESTINATION\n"


def test_a_plan_can_be_changed_while_the_switch_runs(switch: SimSwitch, client: Client) -> None:
    dial = "sofia/external/7001@127.0.0.1:5080"
    switch.dialplan["7001"] = [hangup("CALL_REJECTED")]
    assert client.job_of(dial) == "-ERR CALL_REJECTED\n"
    switch.dialplan["7001"] = [respond(486)]
    assert client.job_of(dial) == "-ERR USER_BUSY\n"
    del switch.dialplan["7001"]
    a = client.originate("7001")
    client.seen("CHANNEL_PARK", client.peer(a))


async def menu(call: IncomingCall) -> None:
    await call.ring()
    await call.answer()
    await call.play("silence_stream://20")
    digits = await call.digits(2, timeout=5)
    call.set("pressed", digits)
    assert call.get("pressed") == digits
    await call.sleep(0.02)
    await call.hangup("USER_BUSY" if digits == "12" else "NORMAL_CLEARING")
    raise AssertionError("nothing runs after a hangup")


def test_a_coroutine_leads_a_call(switch: SimSwitch, client: Client) -> None:
    switch.dialplan["7002"] = [menu]
    a = client.originate("7002")
    b = client.peer(a)
    client.seen("CHANNEL_EXECUTE_COMPLETE", b, Application="playback")
    client.api(f"uuid_send_dtmf {a} 12")
    end = client.seen("CHANNEL_HANGUP_COMPLETE", b)
    assert end["Hangup-Cause"] == "USER_BUSY"
    assert end["variable_pressed"] == "12"
    assert [e["DTMF-Digit"] for e in client.found("DTMF", b)] == ["1", "2"]


def test_a_coroutine_is_cancelled_when_the_caller_leaves(switch: SimSwitch, client: Client) -> None:
    async def forever(call: IncomingCall) -> None:
        await call.answer()
        while True:
            await call.play("silence_stream://10")

    switch.dialplan["7003"] = [forever]
    a = client.originate("7003")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    client.api(f"uuid_kill {a}")
    client.seen("CHANNEL_DESTROY", b)
    assert client.api("show channels count").strip() == "0 total."


def test_a_function_sees_who_calls(switch: SimSwitch, client: Client) -> None:
    seen: list[tuple[str, str, str, str | None]] = []

    def look(call: IncomingCall) -> list[Step]:
        seen.append((call.number, call.caller_name, call.caller_number, call.headers.get("X-who")))
        return [hangup("USER_BUSY")]

    switch.dialplan["^7004"] = look
    a = client.originate("70041", **{"sip_h_X-who": "me"})
    client.seen("CHANNEL_DESTROY", a)
    assert seen == [("70041", "Mr_Switchy", "1112223333", "me")]


@pytest.mark.parametrize("waits", [False, True])
def test_a_function_that_fails_ends_only_its_call(
    switch: SimSwitch, client: Client, caplog: pytest.LogCaptureFixture, waits: bool
) -> None:
    def decide(call: IncomingCall) -> list[Step]:
        raise ValueError("no such customer")

    async def lead(call: IncomingCall) -> None:
        raise ValueError("no such customer")

    switch.dialplan["7005"] = [lead] if waits else decide
    dial = "sofia/external/7005@127.0.0.1:5080"
    assert client.job_of(dial) == "-ERR NORMAL_TEMPORARY_FAILURE\n"
    assert "dial plan failed" in caplog.text
    assert "no such customer" in caplog.text
    assert client.job_of("loopback/answer").startswith("+OK ")


def test_what_a_function_gives_is_checked(
    switch: SimSwitch, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    switch.dialplan["7006"] = lambda call: [run("nosuchapp")]
    dial = "sofia/external/7006@127.0.0.1:5080"
    assert client.job_of(dial) == "-ERR NORMAL_TEMPORARY_FAILURE\n"
    assert "'nosuchapp', an application that the simulated switch has not" in caplog.text


def test_ringing_takes_its_time(switch: SimSwitch, client: Client) -> None:
    switch.dialplan["7007"] = [ring_ready(), sleep(uniform(0.05, 0.1)), answer(), park()]
    a = client.originate("7007")
    ringing = client.seen("CHANNEL_PROGRESS", a)
    answered = client.seen("CHANNEL_ANSWER", a)
    took = int(answered["Event-Date-Timestamp"]) - int(ringing["Event-Date-Timestamp"])
    assert took >= 40_000
