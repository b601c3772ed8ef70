"""Small applications: what a real FreeSWITCH showed of each, and those that leave nothing."""

from __future__ import annotations

import pytest
from simswitch.client import Client

from switchy_nb.simswitch import SimSwitch
from switchy_nb.simswitch.calls import applications

_RECORDINGS = "/usr/local/freeswitch/recordings"


def parked(client: Client, number: str = "park") -> tuple[str, str]:
    a = client.originate(number)
    b = client.peer(a)
    client.seen("CHANNEL_PARK", b)
    return a, b


def execute(client: Client, leg: str, app: str, data: str = "") -> list[str]:
    """Have a leg run an application; give the leg's events until that is done."""
    client.events.clear()
    line = f"sendmsg {leg}\ncall-command: execute\nexecute-app-name: {app}"
    client.command(f"{line}\nexecute-app-arg: {data}" if data else line)
    client.seen("CHANNEL_EXECUTE_COMPLETE", leg, Application=app)
    names = client.names(leg)
    return names[: names.index("CHANNEL_EXECUTE_COMPLETE") + 1]


@pytest.mark.parametrize("app", applications._UNSEEN)
def test_what_is_not_seen_leaves_no_variable(client: Client, app: str) -> None:
    _, b = parked(client)
    before = client.api(f"uuid_getvar {b} endpoint_disposition")
    assert execute(client, b, app, "on") == ["CHANNEL_EXECUTE", "CHANNEL_EXECUTE_COMPLETE"]
    assert client.api(f"uuid_getvar {b} endpoint_disposition") == before


@pytest.mark.parametrize("app", applications._UNHEARD)
def test_what_is_not_heard_opens_the_media(client: Client, app: str) -> None:
    _, b = parked(client)
    told = execute(client, b, app)
    assert told.index("CHANNEL_PROGRESS_MEDIA") < told.index("CHANNEL_EXECUTE")


@pytest.mark.parametrize("app", ["bind_meta_app", "jitterbuffer", "start_dtmf", "detect_silence"])
def test_what_is_not_modelled_is_unknown(client: Client, app: str) -> None:
    _, b = parked(client)
    client.command(f"sendmsg {b}\ncall-command: execute\nexecute-app-name: {app}")
    assert client.seen("CHANNEL_HANGUP", b)["Hangup-Cause"] == "DESTINATION_OUT_OF_ORDER"


def test_a_pattern_is_captured_with_its_groups(client: Client) -> None:
    _, b = parked(client)
    execute(client, b, "capture", r"cap|abc123|^([a-z]+)(\d+)$")
    assert client.api(f"uuid_getvar {b} cap") == "ARRAY::abc123|:abc|:123"
    execute(client, b, "capture", r"none|abc|^\d+$")
    assert client.api(f"uuid_getvar {b} none") == "_undef_"


def test_variables_are_handed_to_the_partner(client: Client) -> None:
    a, _ = parked(client, "answer")
    other, _ = parked(client, "answer")
    for leg in (a, other):
        client.seen("CHANNEL_PARK", leg)
    client.api(f"uuid_bridge {a} {other}")
    client.seen("CHANNEL_BRIDGE", a)
    for name in ("one", "two_a", "two_b"):
        client.api(f"uuid_setvar {a} {name} {name}")
    client.api(f"uuid_broadcast {a} transfer_vars::one")
    client.seen("CHANNEL_EXECUTE_COMPLETE", a, Application="transfer_vars")
    client.api(f"uuid_broadcast {a} transfer_vars::~two")
    client.seen("CHANNEL_EXECUTE_COMPLETE", a, 2, Application="transfer_vars")
    for name in ("one", "two_a", "two_b"):
        assert client.api(f"uuid_getvar {other} {name}") == name


def test_digits_are_blocked_and_let_through(client: Client) -> None:
    a, b = parked(client, "answer")
    execute(client, b, "block_dtmf")
    client.api(f"uuid_send_dtmf {a} 1")
    client.api(f"uuid_recv_dtmf {b} 2")
    execute(client, b, "unblock_dtmf")
    client.api(f"uuid_recv_dtmf {b} 3")
    assert client.seen("DTMF", b)["DTMF-Digit"] == "3"


def test_every_event_shows_the_variables(client: Client) -> None:
    _, b = parked(client)
    execute(client, b, "verbose_events")
    client.api(f"uuid_kill {b}")
    state = client.seen("CHANNEL_STATE", b)
    assert state["variable_uuid"] == b


def test_a_leg_is_muted_and_what_listens_is_taken_away(client: Client) -> None:
    _, b = parked(client, "answer")
    assert "MEDIA_BUG_START" in execute(client, b, "set_mute", "read true")
    client.api(f"uuid_record {b} start {_RECORDINGS}/bugs.wav")
    told = execute(client, b, "remove_bugs")
    assert told.count("MEDIA_BUG_STOP") == 2
    assert "RECORD_STOP" in told


def test_files_are_moved_among_the_switchs_own(
    switch: SimSwitch, client: Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _, b = parked(client)
    foreign = tmp_path_factory.mktemp("foreign") / "mine.txt"
    foreign.write_text("mine")
    execute(client, b, "mkdir", f"{_RECORDINGS}/a/b")
    switch.file(f"{_RECORDINGS}/a/b/one.wav").write_bytes(b"sound")
    execute(client, b, "rename", f"{_RECORDINGS}/a/b/one.wav {_RECORDINGS}/two.wav")
    assert switch.file(f"{_RECORDINGS}/two.wav").read_bytes() == b"sound"
    execute(client, b, "rename", f"{foreign} {_RECORDINGS}/three.wav")
    assert foreign.read_text() == "mine"
    assert not switch.file(f"{_RECORDINGS}/three.wav").exists()


def test_no_user_is_taken_on(client: Client) -> None:
    _, b = parked(client)
    client.command("log 7")
    told = execute(client, b, "set_user", "nobody@127.0.0.1")
    assert told == ["CHANNEL_EXECUTE", "CHANNEL_EXECUTE_COMPLETE"]
