"""Commands that are answered and change nothing here: video, text, jitter buffers and the like.

Each reads its arguments as FreeSWITCH does, and finds its call or not; what it would then change
is not modelled (video, MSRP, SIP messages that nobody answers), so that no event shows it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from switchy_nb.simswitch.commands.calls import FAILED, NO_CHANNEL, NO_SESSION, live_channel
from switchy_nb.simswitch.words import is_true, separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

_FAILED_LOUDLY = "-ERR Operation Failed\n"
_NO_NAMED = "-ERR No such channel {}!\n"
_OK = "+OK\n"
_SUCCESS = "+OK Success\n"


@dataclass(frozen=True)
class _OfCall:
    """A command to one call: how many arguments it takes, and what it answers.

    Attributes
    ----------
    usage : str
        What it says when there are too few.
    least : int
        How many there must be.
    unknown : str
        What it says of a call that there is not; ``{}`` is the uuid.
    done : str
        What it says otherwise.
    """

    usage: str
    least: int = 2
    unknown: str = NO_CHANNEL
    done: str = _OK

    def __call__(self, core: "Core", args: str) -> str:
        words = separate(args, " ", 6)
        if len(words) < self.least:
            return self.usage
        uuid = words[0] if words else ""
        if live_channel(core, uuid) is None:
            return self.unknown.replace("{}", uuid)
        return self.done


def _usage(syntax: str, behind: str = "") -> str:
    return f"-USAGE: {syntax}\n{behind}"


_OF_CALLS = {
    "uuid_capture_text": _OfCall(_usage("<uuid> <on|off>"), 2, _NO_NAMED, ""),
    "uuid_chat": _OfCall(_usage("<uuid> <text>"), unknown=_NO_NAMED),
    "uuid_codec_debug": _OfCall(
        _usage("<uuid> audio|video <level>", _FAILED_LOUDLY), 3, _FAILED_LOUDLY, _SUCCESS
    ),
    "uuid_codec_param": _OfCall(
        _usage("<uuid> audio|video read|write <param> <val>", "-ERR Operation Failed [NOT SENT]\n"),
        *(5, _FAILED_LOUDLY, _SUCCESS),
    ),
    "uuid_debug_media": _OfCall(
        _usage("<uuid> <read|write|both|vread|vwrite|vboth|all> <on|off>"), 3, done=_SUCCESS
    ),
    "uuid_drop_dtmf": _OfCall(
        _usage("<uuid> [on | off ] [ mask_digits <digits> | mask_file <file>]"), 3, _NO_NAMED
    ),
    "uuid_early_ok": _OfCall("-ERROR\n", 1, "-ERROR\n", ""),
    "uuid_jitterbuffer": _OfCall(_usage("<uuid> [0|<min_msec>[:<max_msec>]]"), 2, FAILED, _SUCCESS),
    "uuid_media_3p": _OfCall(_usage("[off] <uuid>", FAILED), 1, FAILED, _SUCCESS),
    "uuid_media_params": _OfCall(_usage("<uuid> <json>"), 2, FAILED, _SUCCESS),
    "uuid_media_reneg": _OfCall(
        _usage("<uuid>[ <codec_string>]", _FAILED_LOUDLY), 1, _FAILED_LOUDLY, _SUCCESS
    ),
    "uuid_msrp_send": _OfCall("-ERR Usage: uuid_msrp_send <uuid> msg\n", 2, "-ERR Invalid uuid\n"),
    "uuid_outgoing_answer": _OfCall(_usage("<uuid>"), 1),
    "uuid_pause": _OfCall(_usage("<uuid> <on|off>"), done=""),
    "uuid_phone_event": _OfCall(_usage("<uuid>", FAILED), 1, FAILED, _SUCCESS),
    "uuid_preprocess": _OfCall(_usage("<>")),
    "uuid_recovery_refresh": _OfCall(_usage("<uuid> <uri>"), 2, _NO_NAMED),
    "uuid_redirect": _OfCall(_usage("<uuid> <uri>"), 2, _NO_NAMED),
    "uuid_send_message": _OfCall(_usage("<uuid> <message>"), 2, _NO_NAMED, _SUCCESS),
    "uuid_send_text": _OfCall(_usage("<uuid> <text>"), 2, _NO_NAMED),
    "uuid_set_media_stats": _OfCall(_usage("<uuid>"), 1, _NO_NAMED, "+OK:\n"),
    "uuid_video_bandwidth": _OfCall(
        _usage("<uuid> [auto|manual]", _FAILED_LOUDLY), 2, _FAILED_LOUDLY, _SUCCESS
    ),
    "uuid_video_bitrate": _OfCall(
        _usage("<uuid> [auto|manual]", _FAILED_LOUDLY), 2, _FAILED_LOUDLY, _SUCCESS
    ),
    "uuid_video_refresh": _OfCall(
        _usage("<uuid> [auto|manual]", _FAILED_LOUDLY), 1, _FAILED_LOUDLY, _SUCCESS
    ),
    "uuid_xfer_zombie": _OfCall(_usage("<uuid>", _FAILED_LOUDLY), 1, _FAILED_LOUDLY, _SUCCESS),
    "uuid_zombie_exec": _OfCall(
        "-ERR no such session\n", 1, "-ERR no such session\n", "+OK MMM Brains...\n"
    ),
    "tone_detect": _OfCall("", 3, NO_SESSION, "-ERR\n"),
}


def chat(core: "Core", args: str) -> str:
    """Send a message to somebody: nobody is there to take it."""
    words = args.split("|")
    return "Error! Message Not Sent" if len(words) >= 4 and words[3] else "Invalid"


def presence(core: "Core", args: str) -> str:
    """Tell of somebody's presence, which nobody watches."""
    words = separate(args, " ", 5)
    if len(words) < 4 or words[0].lower() not in ("in", "out"):
        return "Invalid: presence [in|out] <user> <rpid> <message>"
    return "Event Sent"


def sndfile_debug(core: "Core", args: str) -> str:
    """Say more of sound files in the log, or not."""
    if args.lower() not in ("on", "off"):
        return "-USAGE: <on|off>\n"
    core.controls.sndfile_debug = is_true(args)
    return f"Sndfile Debug: {args.lower()}\n"


def msrp(core: "Core", args: str) -> str:
    """Set what is said of MSRP in the log: there is none."""
    words = separate(args, " ", 2)
    if words[:1] == ["debug"] and len(words) > 1:
        return f"+OK debug {'on' if is_true(words[1]) else 'off'}\n"
    return "" if words[:1] == ["restart"] else "-ERR usage: debug <on|off>|restart\n"


def say_string(core: "Core", args: str) -> str:
    """Say how a text would be spoken: there is no language for it."""
    if len(separate(args, " ", 6)) < 5:
        return (
            "-ERR Usage: <module_name>[.<ext>] <lang>[.<ext>] <say_type> <say_method> "
            "[<say_gender>] <text>\n"
        )
    return ""


def event_sink(core: "Core", args: str) -> str:
    """Serve events over HTTP, which this switch does not."""
    return "This is a web application!\n"


def page(core: "Core", args: str) -> str:
    """Play a file to several phones: there are none."""
    return "" if args else "-ERR no data"


def event_channel_broadcast(core: "Core", args: str) -> str:
    """Broadcast JSON to those who watch a channel of events: nobody does."""
    return "-ERR parsing json\n"


def db_cache(core: "Core", args: str) -> str:
    """Say which databases are open: none is."""
    return "0 total. 0 in use.\n" if args and args.lower() in "status" else "parameter missing\n"


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        **_OF_CALLS,
        "pause": _OF_CALLS["uuid_pause"],
        "chat": chat,
        "presence": presence,
        "sndfile_debug": sndfile_debug,
        "msrp": msrp,
        "say_string": say_string,
        "event_sink": event_sink,
        "page": page,
        "event_channel_broadcast": event_channel_broadcast,
        "db_cache": db_cache,
    }
