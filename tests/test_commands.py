from __future__ import annotations

import re
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchy_nb import Connection
from switchy_nb.commands import (
    build_originate_cmd,
    dial_string,
    escape_word,
    event_header,
    xheader_variable,
)
from switchy_nb.errors import CommandError
from switchy_nb.pytest_plugin import Switch


def test_the_command_as_switchy_has_it() -> None:
    command = build_originate_cmd(
        "doggy@192.0.2.1:5080",
        uuid_str="leg",
        xheaders={"switchy_app": "TonePlay", "sip_h_X-own": "1"},
        proxy="192.0.2.9:5060",
        codec="PCMA",
        ignore_early_media=None,
    )
    assert command == (
        "originate {originate_timeout=60,origination_caller_id_name=Mr_Switchy,"
        "origination_caller_id_number=1112223333,originator_codec=PCMA,origination_uuid=leg,"
        "ignore_display_updates=true,sip_h_X-switchy_app=TonePlay,sip_h_X-own=1}"
        "sofia/external/doggy@192.0.2.1:5080;fs_path=sip:192.0.2.9:5060 &park()"
    )


def test_where_a_call_can_go() -> None:
    assert dial_string("1@h", gateway="carrier") == "sofia/gateway/carrier/1@h"
    assert dial_string("1", endpoint="loopback") == "loopback/1"
    assert dial_string("1@h", profile="internal") == "sofia/internal/1@h"
    extension = build_originate_cmd("1@h", dp_exten="9196", dp_context="public")
    assert extension.endswith("sofia/external/1@h 9196 xml public")
    assert "origination_uuid={uuid_str}," in extension


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"note": "a\nb"}, "line break"),
        ({"note": "a\0b"}, "NUL"),
        ({"note": "a}b"}, "do not pair"),
        ({"note": "}{"}, "do not pair"),
        ({"note": "${system(reboot)}"}, "expand"),
        ({"note": "$${secret}"}, "expand"),
        ({"note": "a:_:b"}, "another call"),
        ({"bad name": "x"}, "name of a channel variable"),
        ({"app_arg_str": "x) &system(y"}, r"`\)`"),
        ({"app_arg_str": "${x}"}, "expand"),
        ({"app_name": "park() &x"}, "name of an application"),
        ({"profile": "a,b"}, "profile"),
        ({"proxy": "h x"}, "proxy"),
        ({"gateway": ""}, "gateway"),
        ({"dp_exten": "1 2"}, "one word"),
        ({"dp_exten": "&system(reboot)"}, "would be an application"),
        ({"caller_id": 'x" <sip:666@evil.example>;foo="'}, "caller's name"),
        ({"caller_id": "a\\"}, "caller's name"),
        ({"caller_id_num": "666@evil>;p=<x"}, "caller's number"),
        ({"caller_id": "x\ny"}, "origination_caller_id_name"),
    ],
)
def test_what_cannot_be_carried_is_an_error(options: dict[str, str], match: str) -> None:
    with pytest.raises(CommandError, match=match):
        build_originate_cmd("1@h", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "dest", ["", "1@h,sofia/x/2@h", "1@h|2", "1 2", "[a=b]1@h", "{a=b}1@h", "'"]
)
def test_a_destination_is_one_destination(dest: str) -> None:
    with pytest.raises(CommandError, match="destination"):
        build_originate_cmd(dest)


def test_names_of_headers_and_variables() -> None:
    assert xheader_variable("switchy_app") == "sip_h_X-switchy_app"
    assert xheader_variable("variable_sip_h_X-a") == "sip_h_X-a" == xheader_variable("sip_h_X-a")
    assert event_header("sip_h_X-a") == "variable_sip_h_X-a" == event_header("variable_sip_h_X-a")


# --- what FreeSWITCH makes of it -------------------------------------------------------


def separate(text: str, delimiter: str, most: int) -> list[str]:
    """FreeSWITCH's `switch_separate_string`, told again: where it cuts, and what it cleans."""
    parts, start, i, quoted = [], 0, 0, False
    while i < len(text) and len(parts) < most - 1:
        if text[i] == "\\":
            i += 1
        elif text[i] == "'":
            quoted = not quoted
        elif text[i] == delimiter and not quoted:
            parts.append(text[start:i])
            start = i + 1
        i += 1
    return [clean(part, delimiter) for part in [*parts, text[start:]]]


def clean(text: str, delimiter: str) -> str:
    def plain(match: re.Match[str]) -> str:
        c = match[1]
        known = {"n": "\n", "r": "\r", "t": "\t", "s": "\1"}
        if c in "'\"\\" or (c == delimiter and c != " "):
            return {"'": "\2"}.get(c, c)
        return known.get(c, f"\\{c}")

    out = re.sub(r"\\(.)", plain, text).replace("'", "").strip(" ")
    return out.replace("\1", " ").replace("\2", "'")


def variables(command: str) -> dict[str, str]:
    word = separate(command.removeprefix("originate "), " ", 10)[0]
    depths = accumulate((c == "{") - (c == "}") for c in word)
    end = next(at for at, depth in enumerate(depths) if not depth)
    pairs = separate(word[1:end], ",", 1024)
    found = [separate(pair, "=", 2) for pair in pairs]
    assert all(len(pair) == 2 for pair in found), pairs
    return {pair[0]: pair[1] for pair in found}


values = st.text(st.characters(exclude_characters="\1\2", codec="utf-8"), max_size=20)


@given(values)
def test_any_value_arrives_as_it_was_or_is_an_error(value: str) -> None:
    try:
        command = build_originate_cmd("1@h", uuid_str="u", first="1", note=value, last="1")
    except CommandError:
        return
    assert separate(command.removeprefix("originate "), " ", 10)[1:] == ["&park()"]
    found = variables(command)
    assert found["note"] == value
    assert list(found)[-3:] == ["first", "note", "last"]


HOSTILE = [
    "two words",
    "it's",
    "a,b=c",
    "x,evil=1",
    "'x,evil=1",
    "'quoted, evil=1'",
    "back\\slash \\n \\",
    " edges ",
    "a{b,evil=1}d",
    "[evil=1]",
    "^^;evil=1",
    "<b>&amp;</b>",
    "Zoë ☎ 電話",
    "a|b",
    '"double"',
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_switch_takes_hostile_values_as_they_are(switch: Switch, value: str) -> None:
    con = Connection(switch.host, switch.port, switch.password)
    con.connect()
    leg = con.cmd("create_uuid")
    url = f"answer@{switch.sip}"
    try:
        con.api(build_originate_cmd(url, uuid_str=leg, note=value, last="here"), timeout=20)
        assert con.api(f"uuid_getvar {leg} note") == value
        assert con.api(f"uuid_getvar {leg} last") == "here"
        assert con.api(f"uuid_getvar {leg} evil") == "_undef_"
        con.api(f"uuid_setvar {leg} later {escape_word(value)}")
        assert con.api(f"uuid_getvar {leg} later") == value
    finally:
        con.api(f"uuid_kill {leg}", errcheck=False)
        con.disconnect()
