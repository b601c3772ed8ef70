"""Recordings without the people in them: real ones, made-up ones, and hostile ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from switchy_nb.errors import ConfigurationError
from switchy_nb.recording import Recording
from switchy_nb.recording.redact import Redacted
from switchy_nb.wire import Event, Format
from switchy_nb.wire.serve import json_event, plain_event

UUID = "35c51e55-4ff7-4bfa-adae-96415f422f24"
START = 1_795_000_000_000_000


def recording_of(*events: list[tuple[str, str]], fmt: Format = Format.PLAIN) -> Recording:
    recording = Recording(switch="10.20.30.40:8021")
    for n, pairs in enumerate(events):
        body = dict(pairs).get("(body)")
        own = [pair for pair in pairs if pair[0] != "(body)"]
        write = json_event if fmt is Format.JSON else plain_event
        recording.append(Event(write([("Event-Name", "CUSTOM"), *own], body), fmt), START + n)
    return recording


def value(redacted: Redacted, header: str, n: int = 0) -> str:
    return redacted.recording.event(n)[header]


# --- consistency ----------------------------------------------------------------------------

SDP = (
    "v=0\r\no=alice 1795398836 1795398837 IN IP4 10.1.2.3\r\ns=-\r\nc=IN IP4 10.1.2.3\r\n"
    "t=0 0\r\nm=audio 19790 RTP/AVP 0 8 101\r\na=candidate:1 1 UDP 1 10.1.2.3 19790 typ host\r\n"
)
CALL = [
    ("Unique-ID", UUID),
    ("Caller-Caller-ID-Name", "Anna Ümläut"),
    ("Caller-Caller-ID-Number", "+493012345678"),
    ("Caller-Destination-Number", "1001"),
    ("Channel-Name", "sofia/external/493012345678@10.1.2.3:5080"),
    ("variable_sip_full_from", '"Anna Ümläut" <sip:493012345678@10.1.2.3>;tag=1'),
    ("variable_sip_from_uri", "493012345678@pbx.example.org"),
    ("variable_switch_r_sdp", SDP),
    ("variable_file", "/var/rec/anna ümläut_493012345678_1001.wav"),
    ("variable_twice", quote("sip:493012345678@10.1.2.3")),
    ("variable_thrice", quote(quote("sip:493012345678@[fd00::2]:5060"))),
    ("variable_list", "ARRAY::493012345678|:10.1.2.3"),
    ("variable_formatted", "+49 (30) 1234-5678"),
    ("variable_prefixed", "00493012345678"),
    ("variable_sip_network_ip", "10.1.2.3"),
    ("variable_v6", "FD00:0:0:0:0:0:0:2"),
    ("variable_mapped", "::ffff:10.1.2.3"),
    ("variable_codec", "PCMU@8000h@20i@64000b"),
    ("variable_module", "sofia::register and mod::dead"),
    ("variable_start_uepoch", "1795418626498410"),
    ("variable_caller_tells", "call me at 493012345678, Anna Ümläut"),
]


def test_an_option_that_is_mistyped() -> None:
    with pytest.raises(TypeError, match="takes no 'header'; did you mean 'headers'"):
        recording_of(CALL).redact(header=["variable_mine"])


@pytest.mark.parametrize("fmt", list(Format))
def test_the_same_is_replaced_by_the_same_wherever_it_stands(fmt: Format) -> None:
    recording = recording_of(CALL, [*CALL, ("(body)", "from: 493012345678 at 10.1.2.3\n")], fmt=fmt)
    redacted = recording.redact()
    stand = redacted.stand_ins
    number, name, ip = stand["493012345678"], stand["anna ümläut"], stand["10.1.2.3"]
    v6, short, user = stand["fd00::2"], stand["1001"], stand["alice"]
    assert number.startswith("555")
    assert len(number) == 12
    assert (len(short), short[0]) == (4, "5")
    assert ip.startswith(("192.0.2.", "198.51.100.", "203.0.113."))
    assert v6.startswith("2001:db8::")
    for n in (0, 1):
        assert value(redacted, "Unique-ID", n) == UUID
        assert value(redacted, "Caller-Caller-ID-Name", n) == name
        assert value(redacted, "Caller-Caller-ID-Number", n) == f"+{number}"
        assert value(redacted, "Caller-Destination-Number", n) == short
        assert value(redacted, "Channel-Name", n) == f"sofia/external/{number}@{ip}:5080"
        assert value(redacted, "variable_sip_full_from", n) == f'"{name}" <sip:{number}@{ip}>;tag=1'
        assert value(redacted, "variable_sip_from_uri", n) == f"{number}@pbx.example.org"
        sdp = SDP.replace("10.1.2.3", ip).replace("o=alice", f"o={user}")
        assert value(redacted, "variable_switch_r_sdp", n) == sdp
        assert value(redacted, "variable_file", n) == f"/var/rec/{name}_{number}_1001.wav".replace(
            "_1001", f"_{short}"
        )
        assert value(redacted, "variable_list", n) == f"ARRAY::{number}|:{ip}"
        plus, rest = number[:2], number[2:]
        assert value(redacted, "variable_formatted", n) == (
            f"+{plus} ({rest[:2]}) {rest[2:6]}-{rest[6:]}"
        )
        assert value(redacted, "variable_prefixed", n) == f"00{number}"
        assert value(redacted, "variable_v6", n) == v6
        assert value(redacted, "variable_mapped", n) == f"::ffff:{ip}"
        for kept in ("variable_codec", "variable_module", "variable_start_uepoch"):
            assert value(redacted, kept, n) == dict(CALL)[kept]
        assert value(redacted, "variable_caller_tells", n) == f"call me at {number}, {name}"
    assert redacted.recording.event(1).body == f"from: {number} at {ip}\n"
    assert redacted.recording.switch == f"{stand['10.20.30.40']}:8021"
    assert set(redacted.recording.events["switch"]) == {redacted.recording.switch}


def test_values_that_were_encoded_more_than_once() -> None:
    redacted = recording_of(CALL).redact()
    raw = redacted.recording.event(0).raw
    stand = redacted.stand_ins
    for original in (b"493012345678", b"10.1.2.3", b"fd00", b"FD00"):
        assert original not in raw
    assert stand["493012345678"].encode() in raw.partition(b"variable_thrice: ")[2].split(b"\n")[0]


def test_what_was_not_replaced_is_byte_for_byte_the_same() -> None:
    raw = (
        b"Event-Name: CUSTOM\nno colon here\nodd:  two blanks, %zz %41\n"
        b"Caller-Caller-ID-Name: %41nna Berg\nContent-Length: 7\nX: Anna%20Berg%21\n"
        b"Content-Length: 9\n\nAnna Berg"
    )
    recording = Recording()
    recording.append(Event(raw), START)
    redacted = recording.redact()
    name = redacted.stand_ins["anna berg"].encode()
    assert redacted.recording.event(0).raw == (
        b"Event-Name: CUSTOM\nno colon here\nodd:  two blanks, %zz %41\n"
        b"Caller-Caller-ID-Name: " + name + b"\nContent-Length: 7\nX: " + name + b"%21\n"
        b"Content-Length: " + str(len(name)).encode() + b"\n\n" + name
    )


def test_commands_replies_and_rows_about_the_link() -> None:
    recording = recording_of(CALL)
    url = f"{{origination_caller_id_name='Bob Kelso',origination_uuid={UUID}}}sofia/gateway/gw/4989555000"
    token = recording.command_sent("bgapi", f"originate {url} &park()", START, job=UUID)
    recording.command_replied(token, START, True, f"+OK Job-UUID: {UUID}")
    token = recording.command_sent("api", f"uuid_setvar {UUID} effective_caller_id_name Eve", START)
    recording.command_replied(token, START, True, "+OK Bob Kelso, Eve and 10.1.2.3\n")
    recording.mark_link(False, "10.1.2.3 broke off", START + 5)
    redacted = recording.redact()
    stand = redacted.stand_ins
    commands = redacted.recording.commands
    assert list(commands["command"]) == [
        f"originate {{origination_caller_id_name='{stand['bob kelso']}',origination_uuid={UUID}}}"
        f"sofia/gateway/gw/{stand['4989555000']} &park()",
        f"uuid_setvar {UUID} effective_caller_id_name {stand['eve']}",
    ]
    assert list(commands["reply"]) == [
        f"+OK Job-UUID: {UUID}",
        f"+OK {stand['bob kelso']}, {stand['eve']} and {stand['10.1.2.3']}\n",
    ]
    assert redacted.recording.event(1)["Link-Reason"] == f"{stand['10.1.2.3']} broke off"
    assert redacted.recording.events["name"].iloc[1] == "LINK_DOWN"
    assert list(commands["sent"]) == list(recording.commands["sent"])


def test_numbers_can_stay() -> None:
    redacted = recording_of(CALL).redact(numbers=False)
    assert value(redacted, "Caller-Caller-ID-Number") == "+493012345678"
    assert value(redacted, "Caller-Destination-Number") == "1001"
    assert value(redacted, "Caller-Caller-ID-Name") == redacted.stand_ins["anna ümläut"]
    assert "10.1.2.3" not in value(redacted, "Channel-Name")


def test_chosen_headers_are_replaced_everywhere() -> None:
    other = "99999999-4ff7-4bfa-adae-96415f422f24"
    event = [
        ("variable_account", "ACME Rockets"),
        ("variable_customer", other),
        ("variable_note", f"for ACME rockets, {other}"),
        ("FreeSWITCH-Hostname", "pbx7.example.org"),
        ("variable_sip_from_uri", "42424242@pbx7.example.org"),
        ("X-Dial", "{account=Globex}x"),
    ]
    headers = ["variable_account", "variable_cust*", "freeswitch-hostname", "variable_acount"]
    redacted = recording_of(event).redact(headers=headers)
    stand = redacted.stand_ins
    assert value(redacted, "variable_account") == stand["acme rockets"]
    assert value(redacted, "variable_customer") == stand[other]
    assert value(redacted, "variable_note") == f"for {stand['acme rockets']}, {stand[other]}"
    assert value(redacted, "FreeSWITCH-Hostname") == stand["pbx7.example.org"]
    assert value(redacted, "variable_sip_from_uri").endswith(f"@{stand['pbx7.example.org']}")
    assert value(redacted, "X-Dial") == f"{{account={stand['globex']}}}x"
    missing = redacted.unsure[redacted.unsure["header"] == "variable_acount"]
    assert "the nearest is variable_account" in missing["why"].iloc[0]


def test_digits_that_were_dialled(record: Callable[[str], Recording]) -> None:
    recording = record("dtmf_across")
    before = recording.redact()
    assert "digits=True" in " ".join(before.unsure["why"])
    digits = recording.header("DTMF-Digit").dropna()
    assert list(before.recording.header("DTMF-Digit").dropna()) == list(digits)
    after = recording.redact(digits=True)
    assert set(after.recording.header("DTMF-Digit").dropna()) <= set("5*#")
    sent = "".join(digits)
    for n in range(len(recording)):
        argument = after.recording.event(n).get("API-Command-Argument", "")
        assert sent[:4] not in argument


# --- salt and stand-ins -----------------------------------------------------------------------


def test_one_salt_gives_the_same_stand_ins_and_none_gives_others() -> None:
    one, two = recording_of(CALL), recording_of(CALL, [("Caller-ANI", "4412345678")])
    same = recording_of(CALL).redact(salt="s").stand_ins
    assert one.redact(salt="s").stand_ins.items() <= two.redact(salt=b"s").stand_ins.items()
    assert one.redact(salt="other").stand_ins["493012345678"] != same["493012345678"]
    assert one.redact().stand_ins["anna ümläut"] != one.redact().stand_ins["anna ümläut"]


def test_different_values_have_different_stand_ins_which_are_nobodys() -> None:
    people = [
        [("Caller-Caller-ID-Number", str(n)), ("Caller-Caller-ID-Name", f"Person {n}"),
         ("Caller-Network-Addr", f"192.0.2.{n % 256}" if n < 1300 else f"10.0.{n % 200}.7")]
        for n in range(1000, 2000)
    ]  # fmt: skip
    redacted = recording_of(*people).redact(salt="s")
    stand = redacted.stand_ins
    assert len(set(stand.values())) == len(stand)
    assert not set(stand) & set(stand.values())


def test_short_numbers_of_which_there_are_too_many_get_longer() -> None:
    redacted = recording_of(*([("Caller-ANI", str(n))] for n in range(1, 10))).redact()
    assert len(set(redacted.stand_ins.values())) == len(redacted.stand_ins)
    assert "a digit longer" in " ".join(redacted.unsure["why"])


def test_stand_ins_are_not_shown() -> None:
    redacted = recording_of(CALL).redact()
    assert "493012345678" not in repr(redacted)
    assert "493012345678" not in str(redacted.unsure)


# --- doubts -----------------------------------------------------------------------------------


def why(redacted: Redacted, header: str) -> str:
    return " ".join(redacted.unsure.loc[redacted.unsure["header"] == header, "why"])


def test_what_is_not_sure_is_listed_with_its_header_and_how_often() -> None:
    event = [
        *CALL,
        ("variable_ticket", "88123456789"),
        ("variable_room", "1001"),
        ("variable_sip_auth_password", "hunter2"),
        ("variable_greeting", "hello Ümläut"),
        ("variable_proxy", "sip:proxy.example.org"),
        ("variable_menu", "park"),
        ("variable_from_user", "park"),
        ("variable_to_user", "Jo"),
        ("(body)", "Dear all, how are you?"),
    ]
    redacted = recording_of(event, event).redact()
    unsure = redacted.unsure
    assert list(unsure.columns) == ["header", "samples", "why"]
    assert "no caller's number anywhere" in why(redacted, "variable_ticket")
    assert int(unsure.loc[unsure["header"] == "variable_ticket", "samples"].iloc[0]) == 2
    assert value(redacted, "variable_ticket") == "88123456789"
    assert "may count something" in why(redacted, "variable_room")
    assert value(redacted, "variable_room") == redacted.stand_ins["1001"]
    assert "secret" in why(redacted, "variable_sip_auth_password")
    assert "part of a caller's name" in why(redacted, "variable_greeting")
    assert "name of a host" in why(redacted, "variable_proxy")
    assert "name of a host" in why(redacted, "variable_sip_from_uri")
    assert "FreeSWITCH uses it too" in why(redacted, "variable_menu")
    assert value(redacted, "variable_menu") == "park"
    assert value(redacted, "variable_from_user") == redacted.stand_ins["park"]
    assert "fewer than 3 letters" in why(redacted, "variable_to_user")
    assert "anybody may have written" in why(redacted, "(body)")


def test_events_that_cannot_be_read_are_searched_all_the_same() -> None:
    recording = recording_of(CALL)
    torn = b'{"Caller-Caller-ID-Name":"Bob Kelso","variable_x":"493012345678 at 10.1.2'
    recording.append(Event(torn + b".3", Format.JSON), START)
    recording.append(Event(b"Event-Name: X\nCaller-Caller-ID-Name: Eve Moneypenny"), START)
    redacted = recording.redact()
    stand = redacted.stand_ins
    assert redacted.recording.event(1).raw.decode() == (
        f'{{"Caller-Caller-ID-Name":"{stand["bob kelso"]}",'
        f'"variable_x":"{stand["493012345678"]} at {stand["10.1.2.3"]}'
    )
    assert redacted.recording.event(2)["Caller-Caller-ID-Name"] == stand["eve moneypenny"]
    assert "no JSON object" in why(redacted, "(event)")


def test_json_is_written_as_it_was() -> None:
    raw = (
        b'{ "Event-Name" : "CUSTOM", "Caller-Caller-ID-Name":"J\\u00f6rg \\"x\\" K\\/L",'
        b'"list":["J\xc3\xb6rg \\"x\\" K/L","b"],"Caller-ANI": 4412345678, "t":true,'
        b'"nested":{"caller_id_number":"4412345678"},"Content-Length":"5","_body":"a\\u00e4b\\n"}'
    )
    recording = Recording()
    recording.append(Event(raw, Format.JSON), START)
    redacted = recording.redact()
    stand = redacted.stand_ins
    name, number = stand['jörg "x" k/l'], stand["4412345678"]
    made = redacted.recording.event(0).raw.decode()
    assert made == (
        f'{{ "Event-Name" : "CUSTOM", "Caller-Caller-ID-Name":"{name}",'
        f'"list":["{name}","b"],"Caller-ANI": {number}, "t":true,'
        f'"nested":{{"caller_id_number":"{number}"}},"Content-Length":"5","_body":"a\\u00e4b\\n"}}'
    )
    json.loads(made)


# --- being asked ------------------------------------------------------------------------------


def test_errors_say_what_to_do() -> None:
    recording = recording_of(CALL)
    with pytest.raises(ConfigurationError, match=r"headers=\['variable_x'\]"):
        recording.redact(headers="variable_x")
    with pytest.raises(ConfigurationError, match="an empty salt"):
        recording.redact(salt="")


def test_nothing_is_a_recording_too() -> None:
    redacted = Recording().redact()
    assert len(redacted.recording) == 0
    assert redacted.unsure.empty
    assert redacted.stand_ins == {}


def test_an_interrupt_ends_it_and_leaves_the_recording_whole(
    record: Callable[[str], Recording], monkeypatch: pytest.MonkeyPatch
) -> None:
    from switchy_nb.recording import redact as module

    recording = record("busy")
    before = [recording.event(n).raw for n in range(len(recording))]

    def interrupted(pieces: Any, **_: Any) -> Any:
        for _piece in pieces:
            yield _piece
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "shown", interrupted)
    with pytest.raises(KeyboardInterrupt):
        recording.redact()
    assert [recording.event(n).raw for n in range(len(recording))] == before
