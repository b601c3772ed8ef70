"""Applications that sound or listen: playback, echo, recording."""

from switchy_nb.simswitch import events, sounds
from switchy_nb.simswitch.channel import Channel
from switchy_nb.simswitch.media import Recording
from switchy_nb.simswitch.signals import Wake
from switchy_nb.simswitch.sounds import RATE


async def play(channel: Channel, path: str) -> Wake:
    """Play something, with its PLAYBACK_START and PLAYBACK_STOP.

    Returns
    -------
    Wake
        TIME when it was played to its end.
    """
    sound = sounds.open_sound(path, channel.core.sounds_dir)
    if sound is None:
        channel.set("current_application_response", "FILE NOT FOUND")
        channel.core.log(4, f"Invalid file {path}", channel)
        return Wake.TIME
    own: list[events.Pair] = []
    if sound.kind:
        own.append(("Playback-File-Type", sound.kind))
    own.append(("Playback-File-Path", path))
    channel.fire(events.PLAYBACK_START, own)
    core = channel.core
    begun = core.clock.now()
    span = channel.media.start(sound, begun)
    stops = channel.get("playback_terminators") not in ("", "none")
    why = await channel.pause(sound.seconds, keep_digits=stops)
    if why is Wake.DTMF:
        channel.take_digit()
    now = core.clock.now()
    channel.media.stop(span, now)
    played = (now - begun) * RATE // 1_000_000
    if why is Wake.TIME and sound.loops >= 0:
        played = sound.loops * len(sound.samples)
    channel.set("playback_last_offset_pos", str(played))
    channel.set("playback_seconds", str(played // RATE))
    channel.set("playback_ms", str(played * 1000 // RATE))
    channel.set("playback_samples", str(played))
    status = "done" if why in (Wake.TIME, Wake.GONE) else "break"
    channel.fire(events.PLAYBACK_STOP, [*own, ("Playback-Status", status)])
    return why


async def playback(channel: Channel, data: str) -> None:
    """Play once what is named; several are joined by ``!`` or ``file_string://``."""
    paths = [data]
    if data.startswith("file_string://"):
        paths = data.removeprefix("file_string://").split("!")
    for path in paths:
        why = await play(channel, path.strip())
        if channel.get("current_application_response") != "FILE NOT FOUND":
            channel.set("current_application_response", "FILE PLAYED")
        if why is not Wake.TIME:
            break


async def endless_playback(channel: Channel, data: str) -> None:
    """Play again and again until somebody stops it."""
    while channel.ready and await play(channel, data) is Wake.TIME:
        if channel.get("current_application_response") == "FILE NOT FOUND":
            break


async def gentones(channel: Channel, data: str) -> None:
    """Play tones given in the tone language, ``|loops`` at the end."""
    spec, _, loops = data.partition("|")
    extra = f";loops={loops}" if loops.lstrip("-").isdigit() else ""
    sound = sounds.tone_stream(spec + extra)
    span = channel.media.start(sound, channel.core.clock.now())
    await channel.pause(sound.seconds)
    channel.media.stop(span, channel.core.clock.now())


async def echo(channel: Channel, data: str) -> None:
    """Send back what is heard, until somebody stops it."""
    span = channel.media.start(channel, channel.core.clock.now())
    while channel.ready and await channel.pause() is not Wake.BREAK:
        continue
    channel.media.stop(span, channel.core.clock.now())


async def record_session(channel: Channel, data: str) -> None:
    """Record the leg from now on, while other applications run."""
    path = data.split("+")[0].strip() if "+" in data else data.strip()
    if path and path not in channel.recordings:
        Recording.start(channel, channel.core.recording_path(path))


async def stop_record_session(channel: Channel, data: str) -> None:
    """End one recording, or all."""
    stop_recordings(channel, data.strip())


def stop_recordings(channel: Channel, path: str) -> bool:
    """End the recording at a path, or ``all``; say whether there was one."""
    wanted = channel.core.recording_path(path) if path != "all" else path
    chosen = [r for p, r in channel.recordings.items() if wanted in ("all", p)]
    for recording in chosen:
        recording.stop(channel)
    return bool(chosen)


async def record(channel: Channel, data: str) -> None:
    """Record until somebody stops it, or for the seconds that follow the path."""
    words = data.split()
    if not words:
        return
    limit = float(words[1]) if len(words) > 1 and words[1].isdigit() else None
    recording = Recording.start(channel, channel.core.recording_path(words[0]))
    if recording is not None:
        await channel.pause(limit, keep_digits=True)
        recording.stop(channel)
