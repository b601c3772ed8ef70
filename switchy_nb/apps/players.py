"""Apps that play and record."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from switchy_nb.client import Client
from switchy_nb.marks import event_callback
from switchy_nb.session import Session

#: North America's "milliwatt" test tone, 1004 Hz without a pause, until it is stopped.
MILLIWATT = "tone_stream://%(251,0,1004);loops=-1"
#: A clip that every switch has: three notes in 1.8 s.
THREE_NOTES = "tone_stream://%(400,200,440);%(400,200,554);%(400,200,659)"


class Parked:
    """What apps on parked legs have in common: answer the far leg, begin when a leg is ready.

    A leg is ready when it is both answered and parked: FreeSWITCH fails a playback that is asked
    for between the near leg's answer and its parking.
    """

    @event_callback("CHANNEL_PARK")
    def on_park(self, sess: Session) -> None:
        """Answer the far leg, unless the dial plan has."""
        if sess.is_inbound() and not sess.answered:
            sess.answer()
        else:
            self._begin(sess)

    @event_callback("CHANNEL_ANSWER")
    def on_answer(self, sess: Session) -> None:
        """Begin, if the leg is parked already."""
        self._begin(sess)

    def on_ready(self, sess: Session) -> None:
        """Do what the app does: called once for each leg, answered and parked."""

    def _begin(self, sess: Session) -> None:
        if sess.answered and sess.parked and not sess.vars.get("ready"):
            sess.vars["ready"] = True
            self.on_ready(sess)


class TonePlay(Parked):
    """Plays a milliwatt tone on the near leg, and echoes it on the far one."""

    def on_ready(self, sess: Session) -> None:
        """Start the tone, or the echo."""
        if sess.is_inbound():
            sess.echo()
        else:
            sess.broadcast(f"playback::{MILLIWATT}")


@dataclass(frozen=True, slots=True)
class RecInfo:
    """A call's two recordings: paths on the switch named by `host`."""

    host: str
    caller: str
    callee: str


class PlayRec(Parked):
    """Plays a clip to the far end and records both legs, then hangs up.

    ``sess.vars["recorded"]`` becomes true on each leg when its recording is closed;
    ``sess.call.vars["record"]`` says that the call is recorded. `call2recs` has each call's files.
    """

    def prepost(
        self,
        client: Client,
        clip: str | None = None,
        filename: str | None = None,
        category: str = "ivr",
        sample_rate: int = 8000,
        iterations: int = 1,
        tail: float = 1.0,
        rec_rate: int = 1,
        rec_stereo: bool = False,
        callback: Callable[[RecInfo], Any] | None = None,
    ) -> None:
        """Set the app up.

        Parameters
        ----------
        clip : str, optional
            What to play: a path on the switch, or a stream; three notes where it is not given.
        filename, category : str, optional
            Or a file of FreeSWITCH's sounds, such as ``ivr-founder_of_freesource.wav`` in ``ivr``.
        sample_rate : int
            Samples a second, of that file and of the recordings.
        iterations : int
            How often it is played.
        tail : float
            Seconds to go on recording when it has been played, rounded up to whole ones.
        rec_rate : int
            Record every so manieth call; 1 records all.
        rec_stereo : bool
            Record what each leg says and hears on a channel each.
        callback : callable, optional
            Called with a `RecInfo` when both legs of a call are recorded.
        """
        if filename is not None:
            sounds = client.cmd("global_getvar sound_prefix")
            clip = f"{sounds}/{category}/{sample_rate}/{filename}"
        self.clip = clip or THREE_NOTES
        self.sample_rate = sample_rate
        self.iterations = iterations
        self.tail = tail
        self.rec_rate = rec_rate
        self.stereo = rec_stereo
        self.callback = callback
        self.host = client.host
        self.recsdir = client.cmd("global_getvar recordings_dir")
        self.call2recs: dict[str, dict[str, str]] = {}
        self._calls = 0

    def on_ready(self, sess: Session) -> None:
        """Start the recording, or the clip where the call isn't recorded."""
        call = sess.call
        if "record" not in call.vars:
            call.vars["record"] = self._calls % self.rec_rate == 0
            self._calls += 1
        if call.vars["record"]:
            side = "caller" if sess.is_outbound() else "callee"
            path = f"{self.recsdir}/{side}_{sess.uuid}.wav"
            self.call2recs.setdefault(call.uuid, {})[side] = path
            sess.vars["recorded"] = False
            sess.start_record(path, stereo=self.stereo, rate=self.sample_rate)
        elif sess.is_outbound():
            sess.playback(self.clip)

    @event_callback("RECORD_START")
    def on_record(self, sess: Session) -> None:
        """Play the clip to the far end once its recording, and ours, are running."""
        sess.vars["recording"] = True
        call = sess.call
        if all(leg.vars.get("recording") for leg in (call.first, call.last) if leg is not None):
            call.first.playback(self.clip)

    @event_callback("PLAYBACK_STOP")
    def on_stop(self, sess: Session) -> None:
        """Play it again, or bring the call to its end."""
        call = sess.call
        call.vars["played"] = call.vars.get("played", 0) + 1
        if sess.hungup:
            return
        if call.vars["played"] < self.iterations:
            sess.playback(self.clip)
        elif call.vars["record"]:
            for leg in tuple(call.sessions):
                leg.stop_record(delay=self.tail)
        else:
            sess.hangup()

    @event_callback("RECORD_STOP")
    def on_recorded(self, sess: Session) -> None:
        """Hang up when both legs are recorded, and hand the files over."""
        sess.vars["recorded"] = True
        call = sess.call
        legs = [leg for leg in (call.first, call.last) if leg is not None]
        if all(leg.vars.get("recorded") for leg in legs):
            for leg in tuple(call.sessions)[:1]:
                leg.hangup()
            files = self.call2recs.pop(call.uuid)
            if self.callback is not None:
                self.callback(RecInfo(self.host, files.get("caller", ""), files.get("callee", "")))
