"""Recordings of legs: how they begin and end, and the thread they are computed on.

What may be asked of one is in `wishes`, what it holds in `rendering`, the file in `wavs`; the
applications that record are in `taping`. Nothing is computed before a recording ends, and then on a
thread of its own, so that a hundred that end at once keep nobody's events waiting.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls import hooks
from switchy_nb.simswitch.sound import bugs, rendering, wavs
from switchy_nb.simswitch.sound.media import FRAME, frame_of
from switchy_nb.simswitch.sound.rendering import Frames, Taken, Track
from switchy_nb.simswitch.sound.tones import RATE
from switchy_nb.simswitch.sound.wishes import Options

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel
    from switchy_nb.simswitch.core import Core

_T = TypeVar("_T")

#: how often (s) a recording that ends with silence listens
_LISTEN_S = 0.1
#: after so many frames the studio lets the switch go on for so long (s)
_YIELD, _REST_S = 25, 0.0002
#: the kinds of files that are written: those of mod_sndfile that are WAV
_KINDS = (".wav",)


class Studio:
    """Where a switch's recordings are computed: one thread, while there is any."""

    def __init__(self, core: "Core") -> None:
        self._core = core
        self._pool: ThreadPoolExecutor | None = None
        #: how many recordings there are now, or are being computed
        self.running = 0

    @property
    def busy(self) -> bool:
        """Whether anything is being recorded, so that all that is sent must be remembered."""
        return self.running > 0

    async def compute(self, work: Callable[[], _T]) -> _T:
        """Run something on the studio's thread, to its end even if nobody waits any more."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="simswitch-studio")
        return await asyncio.shield(self._core.loop.run_in_executor(self._pool, work))

    def close(self) -> None:
        """Finish what is being computed, and end the thread."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
            self._pool = None


def full_path(channel: "Channel", path: str) -> str:
    """Say where a file is: one that names no folder is below ``sound_prefix``."""
    if path.startswith("/"):
        return path
    return f"{folder(channel)}/{path}"


def folder(channel: "Channel") -> Path:
    """Say where the names of files begin that name no folder: the channel's ``sound_prefix``."""
    core = channel.core
    prefix = channel.get("sound_prefix") or core.globals.get("sound_prefix", "")
    return Path(prefix or core.files.sounds_dir)


@dataclass(frozen=True)
class Written:
    """What became of a recording's file.

    Attributes
    ----------
    samples : int
        Recorded at 8 kHz, in each channel.
    size : int
        Of the file, in bytes, when it was closed.
    error : str
        Why it could not be written, or "".
    """

    samples: int
    size: int
    error: str = ""


def write_file(
    path: Path,
    options: Options,
    source: Track,
    taken: Sequence[Taken],
    *,
    begun: int,
    masked: Sequence[tuple[int, int | None]] = (),
) -> Written:
    """Compute a recording and write its file; runs on the studio's thread."""
    channels = 2 if options.stereo else 1
    frames, rest = 0, threading.Event()
    try:
        with wavs.Writer(path, options.rate, channels, append=options.append) as file:
            for block in rendering.render(
                source, iter(taken), begun=begun, stereo=options.stereo, masked=masked
            ):
                file.write(rendering.resampled(block, file.rate, channels))
                frames += 1
                if frames % _YIELD == 0:
                    # Python's threads take turns by 5 ms, in which the switch would do nothing
                    rest.wait(_REST_S)
            return Written(frames * FRAME, file.close())
    except OSError as error:
        return Written(frames * FRAME, 0, error.strerror or str(error))


def prepare(channel: "Channel", path: str, options: Options) -> Path | None:
    """Make a recording's file, empty as yet; None when it cannot be."""
    file = channel.core.files.local(path)
    if file.suffix.lower() not in _KINDS:
        channel.core.log(3, f"Unknown file Format [{file.suffix.lstrip('.')}]", channel)
        return None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with wavs.Writer(file, options.rate, 2 if options.stereo else 1, append=options.append):
            return file
    except OSError as error:
        channel.core.log(3, f"Error opening {path}: {error.strerror}", channel)
        return None


@dataclass(eq=False)
class Recording:
    """A recording of what a leg hears and sends, that runs beside whatever else the leg does."""

    channel: "Channel"
    path: Path
    shown: str
    begun: int
    options: Options
    #: why it ended, where something but its leg or a command ended it
    cause: str = ""
    #: ends it in its time, if a time was given
    limit: "asyncio.TimerHandle | None" = None
    #: frames from … to … at which it takes silence, and at which it takes none
    masked: list[tuple[int, int | None]] = field(default_factory=list)
    paused: list[tuple[int, int | None]] = field(default_factory=list)
    #: it ends: what is done when the file is there
    ending: "asyncio.Task[None] | None" = None

    @classmethod
    def start(
        cls,
        channel: "Channel",
        path: str,
        *,
        limit: int = 0,
        given: tuple[tuple[str, str], ...] = (),
    ) -> bool:
        """Begin to record; False when it cannot be.

        Parameters
        ----------
        limit : int
            In seconds, by the clock's whole seconds; 0 is none.
        """
        core = channel.core
        options = Options.of(channel, given)
        if channel.leg is not None:
            channel.leg.pre_answer()
        if channel.codec is None or not channel.up:
            core.log(3, "Can not record session.  Media not enabled on channel", channel)
            return False
        if path in channel.recordings:
            core.log(4, f"Already recording [{path}]", channel)
            return True
        shown = full_path(channel, path)
        file = prepare(channel, shown, options)
        if file is None:
            channel.set("record_completion_cause", "uri-failure")
            return False
        recording = cls(channel, file, shown, core.clock.now(), options)
        channel.recordings[shown] = recording
        core.studio.running += 1
        channel.fire(events.RECORD_START, recording.pairs())
        hooks.then(
            channel,
            ("execute_on_record_start", "api_on_record_start"),
            lambda: bugs.add(channel, "session_record", shown),
        )
        if limit > 0:
            until = (recording.begun // 1_000_000 + limit) * 1_000_000 - recording.begun
            recording.limit = core.loop.call_later(until / 1e6, recording.end)
        if options.threshold and (options.initial_ms or options.final_ms):
            core.spawn(recording._listen())
        return True

    def pairs(self) -> list[events.Pair]:
        """Write the headers that its events have."""
        given = [(f"Recording-Variable-{name}", value) for name, value in self.options.given]
        return [("Record-File-Path", self.shown), *given]

    def mark(self, which: str, on: bool) -> None:
        """Mask it or pause it, or go on."""
        marks = self.masked if which == "mask" else self.paused
        now = frame_of(self.channel.core.clock.now())
        if on and (not marks or marks[-1][1] is not None):
            marks.append((now, None))
        elif not on and marks and marks[-1][1] is None:
            marks[-1] = (marks[-1][0], now)

    def end(self) -> None:
        """End it, if it has not ended: the file is written, and then the switch says so."""
        finish(self.channel, [self])

    # -- what it holds ---------------------------------------------------------------------

    def _frames(self, now: int) -> Frames:
        """Say in which frames anything was read and written."""
        media = self.channel.media
        begin = frame_of(self.begun)
        end = max(begin + 1, frame_of(now))  # the frame in which it begins is read
        reads = bytearray(b"\x01" * max(0, end - begin))
        writes = media.present(begin, end)
        keep = 0
        for digit in [*media.digits, *(media.other.digits if media.other is not None else ())]:
            last = digit.begin + digit.frames
            keep = max(keep, last + 1)
            if not self.options.has_read:
                _mark(writes, digit.begin - begin, last - begin, 1)
        gone = [*media.holds, *self.paused]
        if self.options.answered_only:
            profile = self.channel.profile
            answered = profile.times.answered if profile is not None else 0
            gone.append((begin, frame_of(answered) if answered else None))
        if self.options.bridged_only:
            gone += self._unbridged(begin, end)
        for first, last in gone:
            for marks in (reads, writes):
                _mark(marks, first - begin, (end if last is None else last) - begin, 0)
        o = self.options
        return Frames(begin, end, reads, writes, o.has_read, o.has_write, o.hold_back, keep)

    def _unbridged(self, begin: int, end: int) -> list[tuple[int, int | None]]:
        """Say when the leg was connected to no other one."""
        gone: list[tuple[int, int | None]] = []
        at = begin
        for span in self.channel.media.spans:
            if span.source is not self.channel and not hasattr(span.source, "cut"):
                gone.append((at, span.begin))
                at = span.until(end)
        return [*gone, (at, None)]

    async def compute(self, now: int) -> tuple[Written, bool]:
        """Write the file; say what became of it, and whether anything was recorded."""
        core = self.channel.core
        source = rendering.track(self.channel.media, frame_of(now))
        frames = self._frames(now)
        options, path, begun, masked = self.options, self.path, self.begun, tuple(self.masked)

        def work() -> Written:
            taken = list(rendering.frame_pairs(frames))
            return write_file(path, options, source, taken, begun=begun, masked=masked)

        written = await core.studio.compute(work)
        return written, written.samples > 0

    async def _listen(self) -> None:
        """End it when nobody has spoken for the time that it was given."""
        core, options = self.channel.core, self.options
        at = frame_of(self.begun)
        quiet, spoken = 0, False
        while self.ending is None and self.channel.up:
            await asyncio.sleep(_LISTEN_S)
            now = frame_of(core.clock.now())
            source = rendering.track(self.channel.media, now)
            for energy in rendering.energies(source, at, now):
                quiet = quiet + 20 if energy < options.threshold else 0
                spoken = spoken or not quiet
                limit = options.final_ms if spoken else options.initial_ms
                if 0 < limit <= quiet:
                    self.cause = "success-silence" if spoken else "no-input-timeout"
                    self.end()
                    return
            at = now


def _mark(marks: bytearray, first: int, last: int, value: int) -> None:
    first, last = max(0, first), min(len(marks), last)
    if last > first:
        marks[first:last] = bytes((value,)) * (last - first)


def finish(channel: "Channel", recordings: Sequence[Recording]) -> "asyncio.Task[None] | None":
    """End recordings of a channel; the task is done when their files are there and it is said.

    Returns
    -------
    asyncio.Task or None
        None if there was none to end.
    """
    chosen = [recording for recording in recordings if recording.ending is None]
    if not chosen:
        return None
    task = channel.core.loop.create_task(_finish(channel, chosen, channel.core.clock.now()))
    channel.core.hold(task)
    for recording in chosen:
        recording.ending = task
        if recording.limit is not None:
            recording.limit.cancel()
    return task


async def finish_all(channel: "Channel") -> None:
    """End all recordings of a channel, and wait until their files are there."""
    finish(channel, list(channel.recordings.values()))
    tasks = {r.ending for r in channel.recordings.values() if r.ending is not None}
    for task in tasks:
        await asyncio.shield(task)


async def _finish(channel: "Channel", chosen: Sequence[Recording], now: int) -> None:
    hung_up = not channel.up
    try:
        for recording in chosen:
            written, anything = await recording.compute(now)
            _tell(recording, written, anything=anything, hung_up=hung_up)
    finally:
        channel.core.studio.running -= len(chosen)
        for recording in chosen:
            channel.recordings.pop(recording.shown, None)
    for recording in reversed(chosen):
        bugs.remove(channel, "session_record", recording.shown)


def _tell(recording: Recording, written: Written, *, anything: bool, hung_up: bool) -> None:
    """Say that a recording has ended."""
    channel, options = recording.channel, recording.options
    if written.error:
        channel.core.log(3, f"Error writing {recording.shown}: {written.error}", channel)
        recording.cause = "uri-failure"
    channel.set("record_file_size", str(written.size))
    short = written.samples * options.rate // RATE < options.rate * options.min_seconds
    cause = recording.cause
    if not options.append and not written.error and (not anything or short):
        channel.set("RECORD_DISCARDED", "true")
        recording.path.unlink(missing_ok=True)
        cause = cause or ("input-too-short" if anything else "empty-file")
    cause = cause or ("success-silence" if hung_up else "success-maxtime")
    set_lengths(channel, written.samples)
    channel.set("record_completion_cause", cause)
    channel.fire(events.RECORD_STOP, [*recording.pairs(), ("Record-Completion-Cause", cause)])
    hooks.then(channel, ("execute_on_record_stop", "api_on_record_stop"))


def set_lengths(channel: "Channel", samples: int) -> None:
    """Note how long a recording is in the channel's variables."""
    channel.set("record_samples", str(samples))
    channel.set("record_seconds", str(samples // RATE))
    channel.set("record_ms", str(samples * 1000 // RATE))
