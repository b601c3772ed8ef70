"""What may be asked of a recording, by a channel's variables or with the command that begins it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from switchy_nb.simswitch.sound.tones import RATE
from switchy_nb.simswitch.words import is_true

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel

#: how loud silence may be, where a recording ends with it
_THRESHOLD = 200
_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)


@dataclass(frozen=True)
class Options:
    """What the channel's variables, and those given with the command, ask of a recording.

    Attributes
    ----------
    stereo : str
        As `rendering.render` takes it.
    rate : int
        Of the file, in Hz.
    min_seconds : int
        A shorter file is thrown away.
    given : tuple of (str, str)
        What was given with the command; the events show it.
    """

    stereo: str = ""
    has_read: bool = True
    has_write: bool = True
    append: bool = False
    rate: int = RATE
    min_seconds: int = 0
    hold_back: int = 25
    answered_only: bool = False
    bridged_only: bool = False
    initial_ms: int = 0
    final_ms: int = 0
    threshold: int = 0
    given: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, channel: "Channel", given: tuple[tuple[str, str], ...] = ()) -> "Options":
        """Read the variables; those given win."""
        own = {name.lower(): value for name, value in given}

        def ask(name: str) -> str:
            return own.get(name.lower()) or channel.get(name)

        def yes(name: str) -> bool:
            return is_true(ask(name))

        def number(name: str, default: int) -> int:
            text = ask(name)
            return int(text) if text.isdigit() and len(text) < 10 else default

        rate = number("record_sample_rate", RATE)
        read_only, write_only = yes("RECORD_READ_ONLY"), yes("RECORD_WRITE_ONLY")
        initial, final = ask("RECORD_INITIAL_TIMEOUT_MS"), ask("RECORD_FINAL_TIMEOUT_MS")
        swap = yes("RECORD_STEREO_SWAP")
        return cls(
            stereo="wr" if swap else "rw" if yes("RECORD_STEREO") else "",
            has_read=read_only or not write_only,
            has_write=not read_only,
            append=yes("RECORD_APPEND"),
            rate=rate if rate in _RATES else RATE,
            min_seconds=number("RECORD_MIN_SEC", 0),
            hold_back=number("RECORD_PRE_BUFFER_FRAMES", 25) or 25,
            answered_only=yes("RECORD_ANSWER_REQ") or yes("media_bug_answer_req"),
            bridged_only=yes("RECORD_BRIDGE_REQ"),
            initial_ms=number("RECORD_INITIAL_TIMEOUT_MS", 0),
            final_ms=number("RECORD_FINAL_TIMEOUT_MS", 0),
            threshold=number("RECORD_SILENCE_THRESHOLD", _THRESHOLD if initial or final else 0),
            given=given,
        )
