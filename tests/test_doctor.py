"""The doctor's checks, on a switch that answers from a table and on the simulated one."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest

from switchy_nb import errors
from switchy_nb.freeswitch import Check, Status, Target, examine, settings, testcalls
from switchy_nb.freeswitch.checks import is_this_machine
from switchy_nb.freeswitch.doctor import LATER, STEPS

NOW = 1_795_423_955.732463

# What a FreeSWITCH 1.11.1 answered.
HEALTHY = {
    "version": "FreeSWITCH Version 1.11.1-release+git~20260526T204126Z~c2c59645f6~64bit\n",
    "module_exists": "true",
    "sofia status profile external": (
        "====\nName             \texternal\nDomain Name      \tN/A\nDialplan         \tXML\n"
        "Context          \tpublic\nURL              \tsip:mod_sofia@192.0.2.7:5080\n"
        "BIND-URL         \tsip:mod_sofia@192.0.2.7:5080;transport=udp,tcp\n"
    ),
    "sofia status": (
        "                     Name\t   Type\t            Data\tState\n====\n"
        "            192.0.2.7\talias\t          external\tALIASED\n"
        "             external\tprofile\t  sip:mod_sofia@192.0.2.7:5080\tRUNNING (0)\n====\n"
        "1 profile 1 alias\n"
    ),
    "status": "UP 0 years\n696 session(s) since startup\n7 session(s) - peak 600, last 5min 9 \n",
    "fsctl sps": "+OK sessions per second: 1000\n",
    "fsctl max_sessions": "+OK max sessions: 2000\n",
    "xml_locate configuration": (
        '<configuration name="switch.conf"><param name="core-db-dsn" value="pgsql://u:hunter2@h">'
        '</param><param name="loglevel" value="warning"></param></configuration>'
    ),
    "originate": "+OK 3580ecac-4c39-42ea-8a0c-18a2b0e4023c\n",
    "uuid_kill": "+OK\n",
    "uuid_exists": "false",
    "show channels like": "\n0 total.\n",
}
BUSY = "-ERR USER_BUSY\n"


class Switch:
    """A link to a switch that answers from a table, by the longest beginning that matches."""

    def __init__(self, **answers: str | Exception) -> None:
        self.answers: dict[str, str | Exception] = {**HEALTHY, "originate busy": BUSY}
        self.answers["strmicroepoch"] = f"{time.time() * 1e6:.0f}"
        self.answers |= {name.replace("__", " "): answer for name, answer in answers.items()}
        self.asked: list[str] = []

    def api(self, cmd: str, timeout: float | None = None, *, errcheck: bool = True) -> str:
        assert "\n" not in cmd
        assert timeout is not None
        self.asked.append(cmd)
        if cmd.startswith("originate") and "/busy" in cmd:
            cmd = "originate busy"
        known = [name for name in self.answers if cmd.startswith(name)]
        if not known:
            return f"-ERR {cmd.split()[0]} Command not found!\n"
        answer = self.answers[max(known, key=len)]
        if isinstance(answer, Exception):
            raise answer
        return answer


def report(switch: Switch, target: Target | None = None) -> dict[str, Check]:
    checks = list(examine(target or Target("127.0.0.1"), lambda: switch))
    assert [check.name for check in checks] == [*STEPS, *LATER]
    return {check.name: check for check in checks}


def refused(error: Exception) -> list[Check]:
    def connect() -> Switch:
        raise error

    return list(examine(Target("fs.example.org"), connect))


# --- all is well ---------------------------------------------------------------------------


def test_a_healthy_switch_has_nothing_to_mend():
    checks = report(Switch())
    assert {name: c.status for name, c in checks.items() if c.status is not Status.OK} == {}
    assert [c.remedy for c in checks.values() if c.remedy] == []
    assert checks["version"].found == "FreeSWITCH 1.11.1-release"
    assert checks["profile"].found == "external is up, listens on 192.0.2.7:5080, context public"


def test_it_asks_and_calls_and_changes_nothing():
    switch = Switch()
    report(switch)
    unchanging = (
        r"version|status|strmicroepoch|fsctl (sps|max_sessions)|module_exists \w+"
        r"|sofia status( profile external)?|xml_locate configuration configuration name switch.conf"
        r"|originate \{[^{}]+\}\S+ &park\(\)|uuid_(kill|exists) 3580ecac-4c39-\S+"
        r"|show channels like doctor-[0-9a-f]{12}"
    )
    assert [c for c in switch.asked if not re.fullmatch(unchanging, c)] == []


def test_a_test_call_ends_by_itself_if_nobody_can_hang_it_up():
    switch = Switch()
    report(switch)
    calls = [command for command in switch.asked if command.startswith("originate")]
    assert len(calls) == 3
    for call in calls:
        assert f"park_timeout={testcalls.LIFETIME}" in call
        assert f"originate_timeout={testcalls.RING_TIME}" in call
    assert calls[-1].endswith("sofia/external/answer@192.0.2.7:5080 &park()")


# --- the link ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "failed", "advice"),
    [
        (errors.UnknownHost("no such name"), "reachable", "spelt"),
        (errors.Unreachable("refused"), "reachable", "mod_event_socket"),
        (errors.NotAnEventSocket("SSH-2.0"), "reachable", "--port"),
        (errors.TimeoutError("mute"), "reachable", "firewall"),
        (errors.LinkLost("closed"), "reachable", "listen-ip"),
        (OSError("no buffers"), "reachable", "listen-ip"),
        (errors.AccessDenied("go away"), "admitted", "apply-inbound-acl"),
        (errors.AuthenticationError("-ERR invalid"), "logged in", "SWITCHY_NB_PASSWORD"),
    ],
)
def test_a_link_that_fails_fails_at_its_step(error, failed, advice):
    checks = refused(error)
    assert [check.name for check in checks] == [*STEPS, *LATER]
    at = STEPS.index(failed)
    assert [check.status for check in checks[:at]] == [Status.OK] * at
    assert checks[at].status is Status.FAIL
    assert checks[at].found == str(error)
    assert advice in checks[at].remedy
    assert {check.status for check in checks[at + 1 :]} == {Status.SKIP}
    assert {check.found for check in checks[at + 1 :]} == {"not looked at: there is no link"}


def test_a_link_that_breaks_half_way_leaves_the_rest_out():
    checks = report(Switch(fsctl__sps=errors.LinkLost("the link was lost")))
    after = LATER.index("sessions a second")
    assert checks["call over SIP"].status is Status.OK
    assert checks["sessions a second"].status is Status.FAIL
    assert "the link was lost" in checks["sessions a second"].found
    assert {checks[name].status for name in LATER[after + 1 :]} == {Status.SKIP}


# --- settings ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("FreeSWITCH Version 1.10.12-release~64bit\n", Status.OK),
        ("FreeSWITCH Version 1.6.20\n", Status.WARN),
        ("Asterisk 20", Status.WARN),
        ("", Status.WARN),
    ],
)
def test_version(said, status):
    assert report(Switch(version=said))["version"].status is status


@pytest.mark.parametrize(
    ("module", "status"),
    [("mod_sofia", Status.FAIL), ("mod_dptools", Status.FAIL), ("mod_tone_stream", Status.WARN)],
)
def test_a_missing_module_is_named_with_what_it_is_for(module, status):
    switch = Switch()
    switch.answers[f"module_exists {module}"] = "false"
    check = report(switch)["modules"]
    assert check.status is status
    assert check.found.startswith(f"not loaded: {module} (")
    assert f"load {module}" in check.remedy


def test_without_mod_commands_hardly_anything_can_be_asked():
    switch = Switch()
    del switch.answers["module_exists"]
    check = report(switch)["modules"]
    assert check.status is Status.FAIL
    assert "mod_commands" in check.remedy


def test_a_profile_that_is_not_there_fails_and_its_call_is_left_out():
    checks = report(Switch(sofia__status__profile__external="Invalid Profile!\n"))
    assert checks["profile"].status is Status.FAIL
    assert "Invalid Profile!" in checks["profile"].found
    assert checks["dial plan"].status is Status.SKIP
    assert checks["call over SIP"].status is Status.SKIP
    assert checks["call over loopback"].status is Status.OK


def test_a_profile_that_is_down_is_not_taken_for_one_that_runs():
    down = HEALTHY["sofia status"].replace("RUNNING (0)", "DOWN")
    check = report(Switch(sofia__status=down))["profile"]
    assert check.status is Status.FAIL
    assert "DOWN" in check.found


def test_an_address_that_is_given_goes_before_what_the_profile_says():
    switch = Switch()
    report(switch, Target("127.0.0.1", sip="[2001:db8::7]:5060"))
    assert any("answer@[2001:db8::7]:5060 " in command for command in switch.asked)


@pytest.mark.parametrize(
    ("limit", "status"), [(1, Status.WARN), (30, Status.WARN), (200, Status.OK)]
)
def test_sessions_a_second(limit, status):
    check = report(Switch(fsctl__sps=f"+OK sessions per second: {limit}\n"))["sessions a second"]
    assert check.status is status
    assert f"at most {limit};" in check.found


@pytest.mark.parametrize(("limit", "status"), [(106, Status.WARN), (107, Status.OK)])
def test_sessions_at_once_counts_those_in_use(limit, status):
    check = report(Switch(fsctl__max_sessions=f"+OK max sessions: {limit}\n"))["sessions at once"]
    assert check.status is status
    assert check.found == f"at most {limit}, 7 in use"


@pytest.mark.parametrize(
    ("offset", "status", "words"),
    [
        (0.0, Status.OK, "within"),
        (0.09, Status.OK, "within"),
        (0.2, Status.WARN, "0.200 s ahead of ours"),
        (-3600.0, Status.WARN, "3600.000 s behind ours"),
    ],
)
def test_clocks_that_differ(offset, status, words):
    check = settings.clock(Switch(strmicroepoch=f"{(NOW + offset) * 1e6:.0f}"), lambda: NOW)
    assert check.status is status
    assert words in check.found


@pytest.mark.parametrize(("offset", "status"), [(0, Status.OK), (2, Status.WARN)])
def test_a_clock_that_tells_seconds_only_is_given_half_of_one(offset, status):
    switch = Switch(strepoch=str(int(NOW) + offset))
    del switch.answers["strmicroepoch"]
    assert settings.clock(switch, lambda: NOW).status is status


def test_half_a_round_trip_is_allowed_for():
    ticks = iter([NOW, NOW + 4.0])
    switch = Switch(strmicroepoch=f"{(NOW + 3.9) * 1e6:.0f}")
    assert settings.clock(switch, lambda: next(ticks)).status is Status.OK


def test_the_log_level_is_all_that_is_told_of_the_configuration():
    debug = HEALTHY["xml_locate configuration"].replace('"warning"', '"debug"')
    checks = report(Switch(xml_locate__configuration=debug))
    assert checks["log level"].status is Status.WARN
    assert not [check for check in checks.values() if "hunter2" in repr(check)]


@pytest.mark.parametrize(
    ("host", "default", "status"),
    [
        ("127.0.0.1", True, Status.OK),
        ("192.0.2.1", True, Status.FAIL),
        ("192.0.2.1", False, Status.OK),
    ],
)
def test_the_default_secret_is_for_this_machine_only(host, default, status):
    target = Target(host, default_secret=default)
    assert report(Switch(), target)["secret"].status is status


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("192.0.2.1", False),
        ("nowhere.invalid", False),
    ],
)
def test_this_machine_is_known_by_its_addresses(host, ours):
    assert is_this_machine(host) is ours


# --- calls ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "advice"),
    [
        ("NO_ROUTE_DESTINATION", "switchy-nb dialplan"),
        ("NO_ANSWER", "switchy-nb dialplan"),
        ("CALL_REJECTED", "auth-calls"),
        ("NORMAL_TEMPORARY_FAILURE", "--sip"),
        ("A_CAUSE_NOBODY_KNOWS", "console loglevel"),
    ],
)
def test_a_call_that_fails_names_its_cause_and_what_to_do(cause, advice):
    checks = report(Switch(originate=f"-ERR {cause}\n"))
    for name in ("call over loopback", "call over SIP"):
        assert checks[name].status is Status.FAIL
        assert checks[name].found.startswith(cause)
        assert advice in checks[name].remedy


def test_a_context_that_does_not_know_the_dial_plan_is_warned_of():
    switch = Switch()
    switch.answers["originate busy"] = "-ERR NO_ROUTE_DESTINATION\n"
    check = report(switch)["dial plan"]
    assert check.status is Status.WARN
    assert "NO_ROUTE_DESTINATION, not USER_BUSY" in check.found


def test_a_leg_that_stays_is_told_of(monkeypatch):
    monkeypatch.setattr(testcalls, "GONE_WITHIN", 0.1)
    check = report(Switch(uuid_exists="true"))["call over SIP"]
    assert check.status is Status.WARN
    assert "still up" in check.found


def test_a_far_leg_that_stays_is_told_of(monkeypatch):
    monkeypatch.setattr(testcalls, "GONE_WITHIN", 0.1)
    checks = report(Switch(show__channels__like="uuid,direction\nx,inbound\n\n1 total.\n"))
    assert checks["call over loopback"].status is Status.WARN


# --- hostile switches ----------------------------------------------------------------------


def hostile(change: Callable[[str], str]) -> Switch:
    status = "sofia status profile external"
    return Switch(**{status.replace(" ", "__"): change(HEALTHY[status])})


@pytest.mark.parametrize("forged", ["public &system(id)", "public,x", "{a=b}public", "a/b", "€"])
def test_a_context_that_would_be_read_as_a_command_is_not_used(forged):
    switch = hostile(lambda text: text.replace("\tpublic\n", f"\t{forged}\n"))
    assert report(switch)["dial plan"].status is Status.SKIP
    assert not [command for command in switch.asked if forged in command]


@pytest.mark.parametrize("forged", ["192.0.2.7:5080 &system(id)", "a,b", "[::1", "h:1;x=y|error/x"])
def test_an_address_that_would_be_read_as_a_command_is_not_used(forged):
    switch = hostile(lambda text: text.replace("mod_sofia@192.0.2.7:5080\n", f"x@{forged}\n"))
    report(switch)
    assert not [c for c in switch.asked if "system" in c or "error/" in c or "a,b" in c]


def test_an_id_that_would_be_read_as_a_command_is_not_used():
    switch = Switch(originate="+OK all NORMAL_CLEARING\n")
    check = report(switch)["call over SIP"]
    assert check.status is Status.FAIL
    assert not [command for command in switch.asked if command.startswith("uuid_kill")]


@pytest.mark.parametrize("answer", ["", "-ERR no reply\n", "\x1b[2J\x00", "%s" * 50, "9" * 4000])
def test_whatever_a_switch_answers_makes_a_report(answer):
    switch = Switch()
    switch.answers = dict.fromkeys(switch.answers, answer)
    checks = report(switch)
    assert checks["profile"].status is Status.FAIL
    assert max(len(check.found) for check in checks.values()) < 1000


@pytest.mark.parametrize(
    "wrong", [{"profile": "a b"}, {"profile": "x}y"}, {"sip": "h:1,x"}, {"sip": "h:1\nexit"}]
)
def test_a_target_that_would_be_read_as_a_command_is_refused(wrong):
    with pytest.raises(errors.ConfigurationError):
        Target("127.0.0.1", **wrong)
