"""API commands and their answers, each as a FreeSWITCH 1.11.1 with the same plan gave it."""

from __future__ import annotations

import json
import re

import pytest
from simswitch.client import Client

ANSWERS = [
    ("show nonsense", "-USAGE: codec|endpoint"),
    ("show channels as nonsense", "-ERR Cannot find format nonsense\n"),
    ("show channels count as json", '{"row_count":0,"rows":[]}'),
    ("show calls count as xml", '<result row_count="0"></result>\n'),
    ("show bridged_calls count as json", "\n0 total.\n"),
    ("show registrations as json", '{"row_count": 0}\n'),
    ("show api count", "\n0 total.\n"),
    ("show limits", "type,name,ikey\nlimit,db,mod_db\nlimit,hash,mod_hash\n\n2 total.\n"),
    ("show application park", "name,description,syntax,ikey\npark,Park,,mod_dptools\n\n1 total.\n"),
    ("uptime fortnights", "-USAGE: [us|ms|s|"),
    ("eval  two  blanks ", "two  blanks"),
    ("eval $${domain} ${domain:-3}", "127.0.0.1 0.1"),
    ("eval \\${domain}", "${domain}"),
    ("eval ${domain", "127.0.0.1"),
    ("eval ${toupper abc}", "ABC"),
    ("eval ${toupper(${domain})}", "127.0.0.1"),
    ("eval ${nosuchcommand(1)}", "-ERR no reply\n"),
    ("expand nosuchcommand 1", "INVALID COMMAND!\n-ERR Cannot execute command\n"),
    ("expr 1+1", "-ERR expr Command not found!\n"),
    ("toupper dEf é", "DEF é"),
    ("escape a b\tc$", "a\\sb\\tc\\$"),
    ("quote_shell_arg a'b c", "'a'\\''b c'"),
    ("sql_escape a'b", "a''b"),
    ("cond 1 == 1 ? yes : no", "yes"),
    ("cond abcd > abc ? yes : no", "yes"),
    ("cond a == b ? yes", "-ERR no reply\n"),
    ("cond 1==1?yes:no", "-ERR"),
    ("cond 'a b' == 'a b' ? yes : no", "yes"),
    ("regex abc|^(a)(b)|%2-%1", "b-a"),
    ("regex abc|x|%1|n", "-ERR no reply\n"),
    ("regex abc|x|%1|b", "false"),
    ("regex abc|/B/i", "true"),
    ("regex m:~abc~x~%0", "abc"),
    ("regex abc|(", "false"),
    ("replace m:~abc~b~X", "aXc"),
    ("coalesce ^^;;a;b", "a"),
    ("strftime 0|_%Y-%m-%d", "1970-01-01"),
    ("strftime bogus %", "-ERR no reply\n"),
    ("strepoch bogus", "0"),
    ("acl 10.0.0.1 rfc1918.auto", "true"),
    ("acl 8.8.8.8 wan.auto", "true"),
    ("acl 10.0.0.1 wan.auto", "false"),
    ("acl 11.0.0.1 10.0.0.0/8", "false"),
    ("acl bogus nonsense", "false"),
    ("is_lan_addr 172.31.0.1", "true"),
    ("is_lan_addr ::1", "false"),
    ("json bogus", "-ERR Parse error.\n"),
    ("xml_wrap echo hi", '<result>\n  <row id="1">\n    <data>hi</data>\n  </row>\n</result>\n'),
    ("user_exists id 1000 127.0.0.1", "false"),
    ("domain_exists 127.0.0.1", "true"),
    ("load mod_sofia", "+OK Reloading XML\n-ERR [Module already loaded]\n"),
    ("unload mod_nosuch", "-ERR [No such module!]\n"),
    ("module_exists CORE_PCM_MODULE", "true"),
    ("sofia profile external nonsense", "-ERR Unknown command!\n"),
    ("sofia profile nosuch restart", "Invalid Profile [nosuch]"),
    ("sofia xmlstatus gateway", '<?xml version="1.0" encoding="ISO-8859-1"?>\n<gateways>\n'),
    ("sofia tracelevel info", "+OK tracelevel is INFO"),
    ("sofia loglevel nonsense 1", "USAGE:\n---"),
    ("sofia_contact 1000@127.0.0.1", "error/user_not_registered"),
    (
        "console_complete fsctl pau",
        "\n\n[               pause]\t[         pause_check]\t\n\nwrite=3",
    ),
    ("unsched_api 999", "-ERR No such id\n"),
    ("sched_hangup +1", "-ERR No such channel!\n"),
    ("uuid_zombie_exec nosuch", "-ERR no such session\n"),
    ("uuid_video_refresh", "-USAGE: <uuid> [auto|manual]\n-ERR Operation Failed\n"),
    ("uuid_loglevel nosuch 7", "-ERR No such channel nosuch!\n"),
    ("limit_status hash", "-ERR not supported yet (locking problems)."),
    ("log nonsense text", "+OK\n"),
    ("nat_map status", "false"),
    ("timer_test 33", "parameter missing: <10|20|"),
]


@pytest.mark.parametrize(("command", "answer"), ANSWERS)
def test_a_command_is_answered_as_freeswitch_does(
    client: Client, command: str, answer: str
) -> None:
    assert client.api(command).startswith(answer)


def test_what_is_listed_can_be_asked(client: Client) -> None:
    rows = json.loads(client.api("show api as json"))["rows"]
    assert len(rows) == 172
    waits = {"msleep", "time_test", "timer_test", "originate", "shutdown", "..."}
    for name in (row["name"] for row in rows if row["name"] not in waits):
        assert "Command not found" not in client.api(name), name


@pytest.mark.parametrize("name", ["system", "bg_system", "spawn", "bg_spawn", "spawn_stream"])
def test_no_program_is_run_on_the_machine(client: Client, name: str) -> None:
    assert client.api(f"{name} touch /tmp/x").startswith("-ERR a simulated switch runs no")
    assert client.api(name) == "-USAGE: <command>\n"


def conversation(client: Client, *steps: tuple[str, str]) -> None:
    for command, answer in steps:
        assert client.api(command) == answer, command


def test_values_are_kept_in_the_hash(client: Client) -> None:
    conversation(
        client,
        ("hash insert/r/k/v/w", "+OK\n"),
        ("hash select/r/k", "v/w"),
        ("hash insert_ifempty/r/k/x", "-ERR key already exists\n"),
        ("hash_dump all", "D/r_k/v/w\n"),
        ("hash delete_ifmatch/r/k/x", "-ERR Doesn't match\n"),
        ("hash delete/r/k", "+OK\n"),
        ("hash delete/r/k", "-ERR Not found\n"),
        ("hash select/r/k", "-ERR no reply\n"),
    )


def test_values_and_groups_are_kept_in_the_database(client: Client) -> None:
    conversation(
        client,
        ("db insert/r/k/v", "+OK"),
        ("db insert/r/k2/v", "+OK"),
        ("db exists/r/k", "true"),
        ("db count/r", "2"),
        ("db list/r", "k,k2"),
        ("db delete/r/k", "+OK"),
        ("db select/r/k", "-ERR no reply\n"),
        ("group insert:g:sofia/a", "+OK"),
        ("group insert:g:sofia/b", "+OK"),
        ("group call:g:order", "sofia/a|sofia/b"),
        ("group delete:g:*", "+OK"),
        ("group call:g", "-ERR no reply\n"),
        ("group nonsense:g:x", "!err!"),
    )


def test_a_limited_resource_is_held_by_calls(client: Client) -> None:
    one, two = client.originate("answer"), client.originate("answer")
    for leg in (one, two):
        client.seen("CHANNEL_PARK", leg)
    assert client.api(f"uuid_limit {one} hash r x 1 !USER_BUSY") == "+OK"
    assert client.seen("CUSTOM", Event_Subclass="limit::usage")["usage"] == "1"
    assert client.api("limit_usage hash r x") == "1"
    assert client.api(f"uuid_getvar {one} limit_usage_r_x") == "1"
    assert client.api(f"uuid_limit {two} hash r x 1 !USER_BUSY") == "+OK"
    assert client.seen("CHANNEL_HANGUP", two)["Hangup-Cause"] == "USER_BUSY"
    client.api(f"uuid_kill {one}")
    client.seen("CHANNEL_DESTROY", one)
    client.until(lambda: client.api("limit_usage hash r x") == "0", "the release of the limit")


def test_global_variables_change_on_condition(client: Client) -> None:
    conversation(
        client,
        ("global_setvar zz=2=1", "+OK"),
        ("global_getvar zz", "-ERR no reply\n"),
        ("global_setvar zz=1", "+OK"),
        ("global_setvar zz=2=1", "+OK"),
        ("global_getvar zz", "2"),
        ("global_setvar zz=", "+OK"),
        ("global_getvar zz", "-ERR no reply\n"),
    )


def test_the_log_is_set_and_turned_off_by_asking(client: Client) -> None:
    conversation(
        client,
        ("fsctl loglevel warning", "+OK log level: WARNING [4]\n"),
        ("fsctl loglevel 99", "+OK log level: DEBUG [7]\n"),
        ("fsctl loglevel nonsense", "-ERR syntax error, log level not set!\n"),
        ("fsctl loglevel", "+OK log level: DISABLE [-1]\n"),
    )


def test_digits_keep_within_their_bounds(client: Client) -> None:
    conversation(
        client,
        ("fsctl min_dtmf_duration 100", "+OK min dtmf duration: 400\n"),
        ("fsctl max_dtmf_duration 99999999", "+OK max dtmf duration: 192000\n"),
        ("fsctl default_dtmf_duration 10", "+OK default dtmf duration: 400\n"),
        ("fsctl min_idle_cpu 5", "+OK min idle cpu: 5.00"),
        ("fsctl api_expansion off", "+OK api_expansion is off \n"),
        ("eval ${toupper(a)}", "<API execute Permission Denied>"),
    )


def test_a_paused_switch_takes_no_calls(client: Client) -> None:
    call = "originate sofia/external/answer@127.0.0.1:5080 &park()"
    conversation(
        client,
        ("fsctl pause", "+OK\n"),
        ("fsctl ready_check", "false"),
        (call, "-ERR DESTINATION_OUT_OF_ORDER\n"),
        ("fsctl resume", "+OK\n"),
        ("fsctl pause inbound", "+OK\n"),
        ("fsctl pause_check", "false"),
        ("fsctl pause_check inbound", "true"),
        (call, "-ERR NORMAL_TEMPORARY_FAILURE\n"),
        ("fsctl resume", "+OK\n"),
    )
    assert client.api(call).startswith("+OK ")


def test_a_call_is_dumped_plainly(client: Client) -> None:
    leg = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    assert f"Unique-ID: [{leg}]\n" in client.api(f"uuid_dump {leg} plain")
    assert re.search(r"<Unique-ID>[\w-]+</Unique-ID>", client.api(f"uuid_dump {leg} xml"))


def test_a_repeated_command_tells_of_each_time(client: Client) -> None:
    assert re.fullmatch(r"\+OK Added: \d+\n", client.api("sched_api @1 mine echo hi"))
    again = client.seen("RE_SCHEDULE", Task_Group="mine")
    assert int(again["Task-Runtime"]) > int(client.seen("ADD_SCHEDULE")["Task-Runtime"])
    assert client.api("sched_del mine") == "+OK Deleted: 1\n"


def test_jobs_of_the_command_bgapi(client: Client) -> None:
    assert client.api("bgapi uuid:mine echo x y") == "+OK Job-UUID: mine\n"
    assert client.seen("BACKGROUND_JOB", Job_UUID="mine")["_body"] == "x y"
    assert client.api("bgapi") == "-ERR Invalid syntax\n"


def test_expand_is_told_of_in_one_event(client: Client) -> None:
    client.api("expand echo ${domain}")
    client.until(lambda: bool(client.found("API")), "the API event")
    assert [e["API-Command"] for e in client.found("API")] == ["expand"]
