"""Commands that are answered and change nothing, and those that ask about what is not there."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter

import pytest
from simswitch.client import Client

from switchy_nb.simswitch import commands

_RELOADED = "+OK Reloading XML\n-ERR unloading module "
_NO_REPLY = "-ERR no reply\n"
_DOMAIN = '<domain name="127.0.0.1"></domain>\n'

#: commands without a call, and what they answer
ANSWERS = [
    ("chat sip|a|b", "Invalid"),
    ("chat sip|a|b|hello", "Error! Message Not Sent"),
    ("db_cache", "parameter missing\n"),
    ("db_cache status", "0 total. 0 in use.\n"),
    ("domain_data a b", _NO_REPLY),
    ("event_channel_broadcast", "-ERR parsing json\n"),
    ("event_sink", "This is a web application!\n"),
    ("find_user_xml a", "-ERR bad args\n"),
    ("find_user_xml id a b", "-ERR can't find user\n"),
    ("getenv HOME", "_undef_"),
    ("gethost localhost", "127.0.0.1"),
    ("gethost ::1", "-ERR"),
    ("group_call a@b", "error/NO_ROUTE_DESTINATION"),
    ("hash_remote", "-ERR Usage: list|kill [name]|rescan\n"),
    ("hash_remote kill x", "-ERR No such remote instance x\n"),
    ("hash_remote rescan", "+OK\n"),
    ("host_lookup", "parameter missing\n"),
    ("host_lookup localhost", "127.0.0.1"),
    ("host_lookup nowhere.invalid", "!err!"),
    ("in_group a b", "false"),
    ("interface_ip", "USAGE: interface_ip [auto|ipv4|ipv6] <ifname>\n"),
    ("interface_ip auto lo", "127.0.0.1"),
    ("interface_ip ipv6 lo", "::1"),
    ("interface_ip auto eth9", _NO_REPLY),
    ("msrp", "-ERR usage: debug <on|off>|restart\n"),
    ("msrp debug on", "+OK debug on\n"),
    ("page", "-ERR no data"),
    ("presence", "Invalid: presence [in|out] <user> <rpid> <message>"),
    ("presence in a b c", "Event Sent"),
    ("reg_url a", "error/user_not_registered"),
    ("reload", "-USAGE: [-f] <mod_name>\n"),
    ("reload mod_sofia", f"{_RELOADED}[Module is not unloadable]\n"),
    ("reload -f mod_none", f"{_RELOADED}[No such module!]\n"),
    ("reloadacl", "+OK acl reloaded\n"),
    ("say_string en", "-ERR Usage: <module_name>[.<ext>] <lang>"),
    ("say_string en en number pronounced 1", _NO_REPLY),
    ("sndfile_debug", "-USAGE: <on|off>\n"),
    ("sndfile_debug ON", "Sndfile Debug: on\n"),
    ("sofia_count_reg external/a", "0"),
    ("sofia_count_reg none/a", "-1"),
    ("sofia_dig a", "usage: sofia_dig "),
    ("sofia_gateway_data", "-ERR Parameter missing\n"),
    ("sofia_presence_data a", _NO_REPLY),
    ("sofia_username_of a", _NO_REPLY),
    ("stun", "-STUN Failed! NO STUN SERVER\n"),
    ("stun 127.0.0.1", "-STUN Failed! [Remote Address Error!]\n"),
    ("tolower ABC Ä", "abc Ä"),
    ("tone_detect", _NO_REPLY),
    ("user_data a b c", _NO_REPLY),
    ("xml_flush_cache", "+OK cleared 0 entries\n"),
    ("xml_locate", "-ERR bad args\n"),
    ("xml_locate directory", f'<section name="directory" description="Nobody">\n      {_DOMAIN}'),
    ("xml_locate directory domain name 127.0.0.1", _DOMAIN),
    ("xml_locate a b c d", "can't find anything\n"),
]

_NO_CHANNEL = "-ERR No such channel!\n"
_NO_NAMED = "-ERR No such channel nobody!\n"
_FAILED = "-ERR Operation failed\n"
_LOUD = "-ERR Operation Failed\n"
_OK, _SUCCESS = "+OK\n", "+OK Success\n"

#: commands to a call: with too little, for a call that there is not, and for one
TO_CALLS = [
    ("uuid_capture_text", "-USAGE: <uuid> <on|off>\n", _NO_NAMED, _NO_REPLY),
    ("uuid_chat", "-USAGE: <uuid> <text>\n", _NO_NAMED, _OK),
    ("uuid_codec_debug", f"-USAGE: <uuid> audio|video <level>\n{_LOUD}", _LOUD, _SUCCESS),
    ("uuid_codec_param", "-USAGE: <uuid> audio|video read|write", _LOUD, _SUCCESS),
    ("uuid_debug_media", "-USAGE: <uuid> <read|write|both", _NO_CHANNEL, _SUCCESS),
    ("uuid_drop_dtmf", "-USAGE: <uuid> [on | off ] [ mask_digits", _NO_NAMED, _OK),
    ("uuid_early_ok", "-ERROR\n", "-ERROR\n", _NO_REPLY),
    ("uuid_jitterbuffer", "-USAGE: <uuid> [0|<min_msec>[:<max", _FAILED, _SUCCESS),
    ("uuid_media_3p", f"-USAGE: [off] <uuid>\n{_FAILED}", _FAILED, _SUCCESS),
    ("uuid_media_params", "-USAGE: <uuid> <json>\n", _FAILED, _SUCCESS),
    ("uuid_media_reneg", f"-USAGE: <uuid>[ <codec_string>]\n{_LOUD}", _LOUD, _SUCCESS),
    ("uuid_msrp_send", "-ERR Usage: uuid_msrp_send <uuid> msg\n", "-ERR Invalid uuid\n", _OK),
    ("uuid_pause", "-USAGE: <uuid> <on|off>\n", _NO_CHANNEL, _NO_REPLY),
    ("uuid_phone_event", f"-USAGE: <uuid>\n{_FAILED}", _FAILED, _SUCCESS),
    ("uuid_preprocess", "-USAGE: <>\n", _NO_CHANNEL, _OK),
    ("uuid_recovery_refresh", "-USAGE: <uuid> <uri>\n", _NO_NAMED, _OK),
    ("uuid_send_message", "-USAGE: <uuid> <message>\n", _NO_NAMED, _SUCCESS),
    ("uuid_send_text", "-USAGE: <uuid> <text>\n", _NO_NAMED, _OK),
    ("uuid_set_media_stats", "-USAGE: <uuid>\n", _NO_NAMED, "+OK:\n"),
    ("uuid_video_bandwidth", f"-USAGE: <uuid> [auto|manual]\n{_LOUD}", _LOUD, _SUCCESS),
    ("uuid_video_bitrate", f"-USAGE: <uuid> [auto|manual]\n{_LOUD}", _LOUD, _SUCCESS),
    ("uuid_video_refresh", f"-USAGE: <uuid> [auto|manual]\n{_LOUD}", _LOUD, _SUCCESS),
    ("uuid_xfer_zombie", f"-USAGE: <uuid>\n{_LOUD}", _LOUD, _SUCCESS),
    ("uuid_zombie_exec", "-ERR no such session\n", "-ERR no such session\n", "+OK MMM Brains...\n"),
]


@pytest.mark.parametrize(("command", "answer"), ANSWERS, ids=[command for command, _ in ANSWERS])
def test_what_is_not_there_is_told_of(client: Client, command: str, answer: str) -> None:
    assert client.api(command).startswith(answer)


def test_commands_to_calls_find_their_call_or_say_that_there_is_none(client: Client) -> None:
    leg = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    rest = "1 2 3 4 5"
    for command, usage, unknown, done in TO_CALLS:
        assert client.api(command).startswith(usage), command
        assert client.api(f"{command} nobody {rest}") == unknown, command
        assert client.api(f"{command} {leg} {rest}") == done, command
    assert client.api(f"uuid_exists {leg}") == "true"
    assert [e["Application"] for e in client.found("CHANNEL_EXECUTE", leg)] == ["park"]


@pytest.mark.parametrize(
    ("command", "event"), [("reloadxml", "RELOADXML"), ("reloadcert", "CERT_RELOAD")]
)
def test_what_is_read_again_is_told_of(client: Client, command: str, event: str) -> None:
    assert client.api(command).startswith("+OK")
    client.seen(event)
    assert len(client.found(event)) == 1


def test_no_two_modules_answer_the_same_command() -> None:
    named: Counter[str] = Counter()
    for module in pkgutil.iter_modules(commands.__path__):
        made = importlib.import_module(f"{commands.__name__}.{module.name}")
        named.update(list(getattr(made, "table", dict)()))
    assert named
    assert [name for name, count in named.items() if count > 1] == []
