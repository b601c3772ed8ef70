"""Small applications of every kind: what they leave can be seen, and none of them takes time.

Variables caught or handed over, digits dropped, what listens to a leg taken away, files moved. What
sets variables plainly is in `setting`; what plays, records or moves a call in `applications`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from switchy_nb.simswitch.sound import displacing, recordings
from switchy_nb.simswitch.words import atoi, is_true, separate
from switchy_nb.wire import patterns

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel


async def capture(channel: "Channel", data: str) -> None:
    """Keep what a pattern matches, and each of its groups: ``NAME|TEXT|PATTERN``."""
    parts = separate(data, "|", 3)
    if len(parts) < 3:
        channel.core.log(3, "No data specified.", channel)
        return
    name, text, pattern = parts
    found = patterns.search(pattern, text)
    for value in (found[0], *found.groups()) if found is not None else ():
        channel.push(name, value or "")


async def transfer_vars(channel: "Channel", data: str) -> None:
    """Hand a variable to the leg that this one is connected to; ``~PREFIX`` hands all such."""
    words = separate(data, " ")
    other = channel.bonded
    if not words or other is None:
        return
    name = words[0]
    if name.startswith("~"):
        names = [each for each in channel.variables if each.startswith(name[1:])]
    else:
        names = [name] if name in channel.variables else []
    for each in names:
        other.set(each, channel.get(each))


async def set_user(channel: "Channel", data: str) -> None:
    """Take on a user of the directory: it has none, and the log says so."""
    if data:
        channel.core.log(4, f"can't find user [{data.split(' ')[0]}]", channel)


async def media_reset(channel: "Channel", data: str) -> None:
    """Forget, before there is media, that it should go past the switch."""
    if channel.codec is None:
        channel.set("bypass_media", None)
        channel.set("proxy_media", None)


async def verbose_events(channel: "Channel", data: str) -> None:
    """Have every event of this leg show its variables."""
    channel.verbose = True


async def flush_dtmf(channel: "Channel", data: str) -> None:
    """Forget the digits that wait to be taken."""
    channel.digits.clear()


async def block_dtmf(channel: "Channel", data: str) -> None:
    """Let no digits through, either way."""
    channel.no_digits = True


async def unblock_dtmf(channel: "Channel", data: str) -> None:
    """Let digits through again."""
    channel.no_digits = False


async def remove_bugs(channel: "Channel", data: str) -> None:
    """Take away all that listens to a leg's media or changes it, or that of one function."""
    if data in ("", "session_record"):
        await recordings.finish_all(channel)
    if data in ("", "displace"):
        for shown in list(channel.media.displaced):
            displacing.stop(channel, shown)
    if data in ("", "audio"):
        displacing.stop_levels(channel)


async def set_mute(channel: "Channel", data: str) -> None:
    """Mute one way, or undo it: ``read true``, ``write false``."""
    words = data.split()
    if len(words) == 2 and words[0].lower() in ("read", "write"):
        level = atoi(words[1]) if atoi(words[1]) > 0 else int(is_true(words[1]))
        displacing.set_level(channel, words[0].lower(), "mute", level)


async def mkdir(channel: "Channel", data: str) -> None:
    """Make a directory, and those that it is in."""
    try:
        channel.core.files.local(data).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        channel.core.log(4, f"MKDIR: {data}: {error}", channel)


async def rename(channel: "Channel", data: str) -> None:
    """Give a file that the switch keeps another name there: ``OLD NEW``."""
    old, _, new = data.partition(" ")
    core = channel.core
    if not new:
        core.log(3, "Usage: <from_path> <to_path>", channel)
        return
    try:
        _own(channel, old).rename(_own(channel, new))
    except (OSError, ValueError) as error:
        core.log(7, f"{channel.name} Can't rename {old} to {new}: {error}", channel)


def _own(channel: "Channel", path: str) -> Path:
    """Find a file among the switch's own: no client moves those of the machine it runs on."""
    files = channel.core.files
    local = files.local(path)
    homes = (files.local(files.recordings_dir), files.home)
    if ".." in local.parts or not any(local.is_relative_to(home) for home in homes):
        raise ValueError(f"{path} is none of the switch's files")
    return local


APPLICATIONS = {
    "capture": capture,
    "transfer_vars": transfer_vars,
    "set_user": set_user,
    "media_reset": media_reset,
    "verbose_events": verbose_events,
    "flush_dtmf": flush_dtmf,
    "block_dtmf": block_dtmf,
    "unblock_dtmf": unblock_dtmf,
    "mkdir": mkdir,
    "rename": rename,
}
