"""Commands to the media of calls: recordings, levels, displaced sound, what is played, bypass."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.commands.calls import FAILED, NO_CHANNEL, NO_SESSION, live_channel
from switchy_nb.simswitch.sound import displacing, playing, sounds, taping
from switchy_nb.simswitch.sound.recordings import Recording
from switchy_nb.simswitch.words import separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

_OK = "+OK Success\n"
_RECORD_USAGE = "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n"
_AUDIO_USAGE = "-USAGE: <uuid> [start [read|write] [mute|level <level>]|stop]\n"
_DISPLACE_USAGE = "-USAGE: <uuid> [start|stop] <path> [<limit>] [mux]\n"
#: verb → what it does to a recording, and whether it begins or ends that
_MARKS = {
    "mask": ("mask", True),
    "unmask": ("mask", False),
    "pause": ("pause", True),
    "resume": ("pause", False),
}


def _number(words: list[str], at: int) -> int:
    text = words[at] if at < len(words) else ""
    return int(text) if text.lstrip("+-").isdigit() and len(text) < 10 else 0


def uuid_record(core: "Core", args: str) -> "str | Awaitable[str]":
    """Begin or end a recording of a channel, or mask or pause it."""
    words = separate(args, " ", 5)
    if len(words) < 3:
        return _RECORD_USAGE
    channel = live_channel(core, words[0])
    if channel is None:
        return NO_SESSION
    verb, path = words[1].lower(), words[2]
    if verb == "start":
        given = sounds.read_params(unquote(words[4]))[0] if len(words) > 4 else ()
        begun = Recording.start(channel, path, limit=_number(words, 3), given=given)
        return _OK if begun else "-ERR Cannot record session!\n"
    if verb == "stop":
        return _stop(channel, path)
    if verb in _MARKS:
        which, on = _MARKS[verb]
        done = taping.mark(channel, path, which, on=on)
        return _OK if done else f"-ERR Cannot {verb} recording session!\n"
    return _RECORD_USAGE


async def _stop(channel: Channel, path: str) -> str:
    """End recordings; the answer comes when their files are there."""
    return _OK if await taping.stop(channel, path) else "-ERR Cannot stop record session!\n"


def uuid_audio(core: "Core", args: str) -> str:
    """Mute what a channel reads or writes, or change its level."""
    words = separate(args, " ")
    if len(words) < 2:
        return _AUDIO_USAGE
    channel = live_channel(core, words[0])
    if channel is None:
        return NO_CHANNEL
    verbs = [word.lower() for word in words[1:4]]
    if verbs[0] == "stop":
        displacing.stop_levels(channel)
        return "+OK\n"
    known = len(words) > 4 and verbs[1] in ("read", "write") and verbs[2] in ("mute", "level")
    if verbs[0] != "start" or not known:
        return _AUDIO_USAGE
    if channel.leg is not None:
        channel.leg.pre_answer()
    if channel.codec is not None:
        displacing.set_level(channel, verbs[1], verbs[2], _number(words, 4))
    return "+OK\n"


def uuid_displace(core: "Core", args: str) -> str:
    """Put a sound in the place of what a channel sends, or end that."""
    words = separate(args, " ", 5)
    if len(words) < 3:
        return _DISPLACE_USAGE
    channel = live_channel(core, words[0])
    if channel is None:
        return NO_SESSION
    verb, path = words[1].lower(), words[2]
    if verb == "start":
        flags = words[4] if len(words) > 4 else ""
        begun = displacing.start(channel, path, limit=_number(words, 3), flags=flags)
        return _OK if begun else "-ERR Cannot displace session!\n"
    if verb == "stop":
        done = displacing.stop(channel, path)
        return _OK if done else "-ERR Cannot stop displace session!\n"
    return _DISPLACE_USAGE


def uuid_fileman(core: "Core", args: str) -> str:
    """Pause, move or change the level of what a channel plays: ``seek:+1000``."""
    words = separate(args, " ", 4)
    if len(words) < 2:
        return "-USAGE: <uuid> <cmd>:<val>\n"
    channel = live_channel(core, words[0])
    if channel is None:
        return NO_CHANNEL
    return "+OK\n" if playing.manage(channel, words[1]) else "-ERR No file handle!\n"


def uuid_media(core: "Core", args: str) -> str:
    """Take the media out of the switch (``off uuid``), or back: it stays where it is here."""
    words = separate(args, " ")
    if not words:
        return "-USAGE: [off] <uuid>\n" + FAILED
    channel = live_channel(core, words[-1])
    if channel is None:
        return FAILED
    if words[0] != "off" and channel.partner is None:
        return FAILED
    return _OK


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "uuid_record": uuid_record,
        "uuid_audio": uuid_audio,
        "uuid_displace": uuid_displace,
        "uuid_fileman": uuid_fileman,
        "uuid_media": uuid_media,
    }
