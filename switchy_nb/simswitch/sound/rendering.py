"""What a leg heard and sent, computed: from the notes of its media to samples, a second at a time.

A `Track` is a copy of the notes of a leg and of all that it could hear, so that samples can be
computed on another thread while the calls go on. Which frames FreeSWITCH puts into a recording, and
when it leaves frames out, is `frame_pairs`.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from switchy_nb.simswitch.sound import sounds, tones
from switchy_nb.simswitch.sound.media import (
    FRAME,
    FRAME_US,
    MAX_DEPTH,
    Effect,
    Media,
    SentDigit,
    frame_of,
)
from switchy_nb.simswitch.sound.sounds import Silence, Sound

if TYPE_CHECKING:
    from switchy_nb.simswitch.sound.media import Span

#: frames are computed by so many at once
_BLOCK = 50
_QUIET = bytes(2 * FRAME)
#: the frames that FreeSWITCH hears as silence when a recording begins
_DEAF = 2


@dataclass(eq=False)
class Track:
    """The notes of one leg's media, as they were at one time."""

    #: each span, and the track whose ear it relays where it is no sound
    spans: "list[tuple[Span, Track | None]]" = field(default_factory=list)
    digits: tuple[SentDigit, ...] = ()
    reading: tuple[Effect, ...] = ()
    writing: tuple[Effect, ...] = ()
    other: "Track | None" = None

    def sent(
        self,
        begin: int,
        count: int,
        before: int | None = None,
        depth: int = 0,
        *,
        keys: bool = True,
    ) -> tuple["array[int]", bytearray]:
        """Compute what the leg sent in `count` frames, and mark in which it sent anything.

        Parameters
        ----------
        before : int, optional
            A time in µs: what was added to the leg after it changes nothing.
        keys : bool
            With the digits that it sent.
        """
        out, marks = array("h", bytes(2 * FRAME * count)), bytearray(count)
        for span, ear in self.spans:
            first, last = max(begin, span.begin), span.until(begin + count)
            if last <= first:
                continue
            at, frames = first - begin, last - first
            if isinstance(span.source, Sound):
                part = span.source.cut(span.offset + (first - span.begin) * FRAME, frames * FRAME)
                heard = bytearray(b"\x01" * frames)
            elif ear is not None and depth < MAX_DEPTH:
                part, heard = ear.heard(first, frames, depth + 1)
            else:
                continue
            if span.level:
                part = sounds.scaled(part, span.level)
            _put(out, marks, at, part, heard)
        out = _affected(out, marks, begin, self.writing, before)
        if keys:
            for digit in self.digits:
                _key(out, marks, digit, begin, count)
        return out, marks

    def heard(self, begin: int, count: int, depth: int = 0) -> tuple["array[int]", bytearray]:
        """Compute what the leg heard in `count` frames: it takes a frame to come."""
        if self.other is None or depth > MAX_DEPTH:
            return array("h", bytes(2 * FRAME * count)), bytearray(count)
        out, marks = self.other.sent(begin - 1, count, depth=depth)
        return _affected(out, marks, begin, self.reading, None), marks


def track(media: Media, end: int, known: dict[int, Track] | None = None) -> Track:
    """Copy the notes of a leg's media, and of all that it hears, as they are until a frame."""
    known = {} if known is None else known
    if id(media) in known:
        return known[id(media)]
    copy = known[id(media)] = Track()
    copy.digits = tuple(media.digits)
    copy.reading, copy.writing = tuple(media.reading), tuple(media.writing)
    for span in media.spans:
        if isinstance(span.source, Sound):
            copy.spans.append((span, None))
        else:
            copy.spans.append((span, track(span.source.media, end, known)))
    if media.other is not None:
        copy.other = track(media.other, end, known)
    return copy


def _put(
    out: "array[int]", marks: bytearray, at: int, part: "array[int]", heard: bytearray
) -> None:
    if heard.count(1) == len(heard):
        out[at * FRAME : at * FRAME + len(part)] = part
        marks[at : at + len(heard)] = heard
        return
    for n, mark in enumerate(heard):
        if mark:
            out[(at + n) * FRAME : (at + n + 1) * FRAME] = part[n * FRAME : (n + 1) * FRAME]
            marks[at + n] = 1


def _key(out: "array[int]", marks: bytearray, digit: SentDigit, begin: int, count: int) -> None:
    first, last = max(begin, digit.begin), min(begin + count, digit.begin + digit.frames)
    if last > first:
        beat = tones.key(digit.digit, digit.frames * FRAME_US // 1000)
        part = beat.read((first - digit.begin) * FRAME, (last - first) * FRAME)
        at = first - begin
        out[at * FRAME : at * FRAME + len(part)] = part
        marks[at : at + last - first] = b"\x01" * (last - first)


def _affected(
    out: "array[int]",
    marks: bytearray,
    begin: int,
    effects: tuple[Effect, ...],
    before: int | None,
) -> "array[int]":
    """Change samples as levels and displaced sounds do, in the order in which they were added."""
    for effect in effects:
        if before is not None and effect.added > before:
            continue
        end = begin + len(marks)
        first, last = max(begin, effect.begin), end if effect.end is None else min(end, effect.end)
        for frame in range(first, last):
            at = frame - begin
            if not marks[at]:
                continue
            here = slice(at * FRAME, (at + 1) * FRAME)
            if effect.sound is not None:
                part = effect.sound.cut((frame - effect.begin) * FRAME, FRAME)
                out[here] = sounds.mixed(out[here], part) if effect.mux else part
            elif effect.mute:
                divisor = effect.mute if effect.mute > 1 else 0
                out[here] = Silence(FRAME, divisor).read(0, FRAME)
            else:
                out[here] = sounds.scaled(out[here], effect.level)
    return out


@dataclass(frozen=True)
class Frames:
    """Which frames a recording may take.

    Attributes
    ----------
    begin, end : int
        The frames between which it lasts.
    reads, writes : bytes or bytearray
        A mark for each: whether a frame was read there, and whether one was written.
    has_read, has_write : bool
        Whether it records what the leg hears, and what it sends.
    hold_back : int
        For so many frames it takes none (``RECORD_PRE_BUFFER_FRAMES``).
    keep : int
        What was read before this frame is not lost in the end: FreeSWITCH's recordings have no
        digits at all, so where there are some they are whole.
    """

    begin: int
    end: int
    reads: bytes | bytearray
    writes: bytes | bytearray
    has_read: bool = True
    has_write: bool = True
    hold_back: int = 25
    keep: int = 0


Taken = tuple[int, int | None, int | None]


def frame_pairs(frames: Frames) -> Iterator[Taken]:
    """Pair the frames that are read and written, as FreeSWITCH's recorder does.

    Each frame that is read lets the recorder look at two queues, of frames read and of frames
    written. For a while it only looks. Then it takes one of each as long as both have some, and one
    alone if only one has: so frames that came while it held back stay behind for as long as the
    other direction is silent, and are lost in the end. Too many written ones are thrown away.

    Yields
    ------
    tuple of int, int or None, int or None
        The frame at which it takes them, and the frame read and the frame written that are mixed;
        None is silence.

    Notes
    -----
    Read from ``switch_core_media_bug_read`` in ``switch_core_media_bug.c`` and its use in
    ``record_callback`` in ``switch_ivr_async.c``.
    """
    queue = _Queues(frames)
    for at in range(frames.end - frames.begin):
        if frames.reads[at]:
            queue.read += [frames.begin + at] if frames.has_read else []
            yield from queue.take(frames.begin + at, first=True)
        if frames.writes[at] and frames.has_write:
            queue.written.append(frames.begin + at)
    yield from queue.take(frames.end, first=False)
    yield from ((frames.end, read, None) for read in queue.read if read < frames.keep)


class _Queues:
    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._looked = 0
        self._begun = False
        self.read: list[int] = []
        self.written: list[int] = []

    def take(self, when: int, *, first: bool) -> Iterator[Taken]:
        frames = self._frames
        while True:
            waiting = self.read or self.written
            if self._begun and waiting and self._looked < frames.hold_back:
                self._looked += 1
                return
            self._begun = True
            if len(self.written) > max(2, len(self.read)):
                del self.written[0]
            lacks_read = frames.has_read and not self.read
            lacks_write = frames.has_write and not self.written
            nothing = not self.read and not self.written
            if (
                nothing
                or (lacks_read and lacks_write)
                or (not first and (lacks_read or lacks_write))
            ):
                return
            yield (
                when,
                self.read.pop(0) if self.read else None,
                self.written.pop(0) if self.written else None,
            )
            first = False


class _Window:
    """Frames of one direction, computed by the block as they are asked for, in order."""

    def __init__(self, source: Track, *, sent: bool, before: int, keys: bool) -> None:
        self._source, self._sent, self._before, self._keys = source, sent, before, keys
        self._begin = 0
        self._block = array("h")

    def frame(self, number: int | None) -> "array[int] | None":
        if number is None:
            return None
        if not self._begin <= number < self._begin + len(self._block) // FRAME:
            self._begin = number
            if self._sent:
                self._block, _ = self._source.sent(number, _BLOCK, self._before, keys=self._keys)
            else:
                self._block, _ = self._source.heard(number, _BLOCK)
        at = (number - self._begin) * FRAME
        part = self._block[at : at + FRAME]
        return part if part.tobytes() != _QUIET else None


def render(
    source: Track,
    pairs: Iterator[Taken],
    *,
    begun: int,
    stereo: str = "",
    masked: Sequence[tuple[int, int | None]] = (),
) -> Iterator["array[int]"]:
    """Compute a recording, frame by frame.

    Parameters
    ----------
    source : Track
        The leg that is recorded.
    pairs : iterator of (int, int or None, int or None)
        Which frames, as `frame_pairs` gives them.
    begun : int
        When (µs) the recording began.
    stereo : str
        "" mixes both directions; "rw" puts what is heard left and what is sent right, "wr" swaps.
    masked : sequence of (int, int or None)
        The frames from … to … at which silence is taken instead.
    """
    keys = {
        digit.begin + n: (digit, n * FRAME) for digit in source.digits for n in range(digit.frames)
    }
    heard = _Window(source, sent=False, before=begun, keys=True)
    sent = _Window(source, sent=True, before=begun, keys=False)
    silence = array("h", _QUIET)
    deaf = frame_of(begun) + _DEAF
    for when, read, written in pairs:
        one = heard.frame(read if read is not None and read >= deaf else None)
        two = sent.frame(written)
        if keys and (number := read if read is not None else written) in keys:
            # what the leg dials goes with what it hears at that time
            digit, offset = keys[number]
            two = tones.key(digit.digit, digit.frames * FRAME_US // 1000).read(offset, FRAME)
        if any(first <= when and (last is None or when < last) for first, last in masked):
            one = two = None
        if stereo:
            both = array("h", bytes(2 * len(_QUIET)))
            left, right = (one, two) if stereo == "rw" else (two, one)
            both[0::2] = left if left is not None else silence
            both[1::2] = right if right is not None else silence
            yield both
        elif one is None or two is None:
            yield one if one is not None else two if two is not None else silence
        else:
            yield sounds.mixed(one, two)


def energies(source: Track, begin: int, end: int) -> list[float]:
    """Give the mean size of the samples of each frame that the leg heard."""
    samples, _ = source.heard(begin, max(0, end - begin))
    return [sum(map(abs, samples[at : at + FRAME])) / FRAME for at in range(0, len(samples), FRAME)]


def resampled(block: "array[int]", rate: int, channels: int = 1) -> "array[int]":
    """Bring one frame from 8 kHz to another rate, by the straight line between samples."""
    if rate == tones.RATE:
        return block
    count = len(block) // channels * rate // tones.RATE
    out = array("h", bytes(2 * count * channels))
    for channel in range(channels):
        track_ = block[channel::channels]
        last = len(track_) - 1
        for n in range(count):
            at, part = divmod(n * tones.RATE, rate)
            after = track_[min(last, at + 1)]
            out[n * channels + channel] = track_[at] + (after - track_[at]) * part // rate
    return out
