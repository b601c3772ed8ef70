"""Applications that write something down, and what later events and commands show of it."""

from __future__ import annotations

import pytest
from simswitch.client import Client


def parked(client: Client) -> str:
    leg = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    return leg


def run(client: Client, leg: str, app: str, data: str) -> dict[str, str]:
    """Have a leg run an application, and give the event of its end."""
    before = len(client.found("CHANNEL_EXECUTE_COMPLETE", leg))
    command = f"sendmsg {leg}\ncall-command: execute\nexecute-app-name: {app}"
    assert client.command(f"{command}\nexecute-app-arg: {data}") == "+OK"
    client.until(lambda: len(client.found("CHANNEL_EXECUTE_COMPLETE", leg)) > before, app)
    return client.found("CHANNEL_EXECUTE_COMPLETE", leg)[-1]


@pytest.mark.parametrize(
    ("orders", "name", "value"),
    [
        ([("push", "v=1"), ("push", "v=2")], "v", "ARRAY::1|:2"),
        ([("push", "v=1"), ("unshift", "v=0")], "v", "ARRAY::0|:1"),
        ([("multiset", "^^;v=1;w=a b")], "w", "a b"),
        ([("multiset", "v=1 w=2"), ("multiunset", "v w")], "w", "_undef_"),
        ([("export", "v=1"), ("export", "nolocal:w=2")], "export_vars", "v,nolocal:w"),
        ([("export", "nolocal:w=2")], "w", "_undef_"),
        ([("strftime", "v=%Y")], "v", None),
    ],
)
def test_variables(
    client: Client, orders: list[tuple[str, str]], name: str, value: str | None
) -> None:
    leg = parked(client)
    for app, data in orders:
        run(client, leg, app, data)
    found = client.api(f"uuid_getvar {leg} {name}")
    assert found == value if value is not None else found.isdigit()


def test_a_name_and_a_callers_profile_show_in_the_next_event(client: Client) -> None:
    leg = parked(client)
    assert run(client, leg, "set_name", "mine")["Channel-Name"] == "mine"
    assert (
        run(client, leg, "set_profile_var", "caller_id_name=Bob")["Caller-Caller-ID-Name"] == "Bob"
    )
    hidden = run(client, leg, "privacy", "name")
    assert hidden["Caller-Privacy-Hide-Name"] == "true"
    assert hidden["Caller-Privacy-Hide-Number"] == "false"
    assert run(client, leg, "privacy", "off")["Caller-Privacy-Hide-Name"] == "false"


def test_what_is_kept_for_the_whole_switch(client: Client) -> None:
    leg = parked(client)
    run(client, leg, "set_global", "probe_colour=red")
    assert client.api("global_getvar probe_colour") == "red"
    run(client, leg, "hash", "insert/realm/key/value")
    assert client.api("hash select/realm/key") == "value"
    run(client, leg, "limit", "hash realm thing 3")
    assert client.api("limit_usage hash realm thing") == "1"


def test_an_address_that_is_not_on_the_list_ends_the_call(client: Client) -> None:
    leg = parked(client)
    run(client, leg, "check_acl", "127.0.0.1 loopback.auto")
    assert client.api(f"uuid_exists {leg}") == "true"
    run(client, leg, "check_acl", "192.0.2.1 loopback.auto USER_BUSY")
    assert client.seen("CHANNEL_HANGUP", leg)["Hangup-Cause"] == "USER_BUSY"


def test_what_a_leg_exports_comes_to_the_leg_that_it_calls(client: Client) -> None:
    leg = parked(client)
    run(client, leg, "multiset", "ignore_early_media=true kept=here")
    run(client, leg, "export", "shown=both")
    run(client, leg, "export", "nolocal:only=there")
    client.send(
        f"sendmsg {leg}\ncall-command: execute\nexecute-app-name: bridge\n"
        "execute-app-arg: sofia/external/echo@127.0.0.1:5080\n\n"
    )
    client.seen("CHANNEL_BRIDGE", leg)
    called = client.found("CHANNEL_ORIGINATE")[-1]
    assert called["variable_shown"] == "both"
    assert called["variable_only"] == "there"
    assert called["variable_ignore_early_media"] == "true"
    assert "variable_kept" not in called
