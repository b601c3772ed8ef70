"""The commands that steer a leg, by Switchy's names.

Each sends one command of mod_commands and returns when the switch has taken it; what it causes
comes as events. What a leg is and has said is in `session`.
"""

import contextlib
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from switchy_nb.commands import dial_string, escape_word, variable_set
from switchy_nb.errors import APIError, CommandError, LegGone
from switchy_nb.wire.parser import REFUSALS

_DTMF = frozenset("0123456789ABCDabcd*#wWFf")
#: what `uuid_break` and `uuid_send_dtmf` answer although they have done it
_NO_REPLY = "-ERR no reply"


class Commander(Protocol):
    """Who sends a leg's commands; a `Connection` is one."""

    host: str

    def api(self, cmd: str, timeout: float | None = None, *, errcheck: bool = True) -> str:
        """Run a command of the switch."""


class Controls:
    """Commands on one leg, for `Session`, which gives it `uuid`, `con` and `get`.

    On a leg that is gone they raise `LegGone`, but for `hangup`.
    """

    uuid: str
    con: Commander
    get: Callable[..., Any]

    # --- variables ---------------------------------------------------------------------

    def getvar(self, var: str) -> str | None:
        """Ask the switch for a channel variable; None if it is not set."""
        value = self.con.api(f"uuid_getvar {self.uuid} {_word(var)}", errcheck=False)
        if value.startswith(REFUSALS):  # or a value that begins like that
            self._check_there(f"uuid_getvar {var}", value)
        return None if value == "_undef_" else value

    def setvar(self, var: str, value: object) -> None:
        """Set a channel variable, to any text of one line. FreeSWITCH has no empty variables."""
        if not str(value).strip():
            raise CommandError(f"{var!r} cannot be set to {value!r}; unsetvar() removes it")
        self._run(f"uuid_setvar {self.uuid} {_word(var)} {escape_word(str(value))}")

    def setvars(self, params: Mapping[str, object]) -> None:
        """Set several channel variables with one command; FreeSWITCH takes 64 at most.

        Raises
        ------
        CommandError
            For what only `setvar` can carry: FreeSWITCH leaves out a value with ``${`` in it.
        """
        for name, value in params.items():
            if "${" in str(value) or not str(value).strip():
                raise CommandError(f"{name}={value!r} cannot be set among others; use setvar()")
        pairs = [f"{_word(n)}={escape_word(str(v), ';')}" for n, v in params.items()]
        if pairs:
            self._run(f"uuid_setvar_multi {self.uuid} {';'.join(pairs)}")

    def unsetvar(self, var: str) -> None:
        """Remove a channel variable."""
        self._run(f"uuid_setvar {self.uuid} {_word(var)}")

    # --- its life ----------------------------------------------------------------------

    def answer(self) -> None:
        """Answer the call that came in on this leg."""
        self._run(f"uuid_answer {self.uuid}")

    def hangup(self, cause: str = "NORMAL_CLEARING") -> None:
        """Hang up. That the leg is gone already is no error."""
        with contextlib.suppress(LegGone):
            self._run(f"uuid_kill {self.uuid} {_word(cause)}")

    def sched_hangup(self, timeout: float, cause: str = "NORMAL_CLEARING") -> None:
        """Have it hung up in `timeout` seconds, rounded up: the scheduler counts whole ones."""
        self._run(f"sched_hangup +{_seconds(timeout)} {self.uuid} {_word(cause)}")

    def clear_tasks(self) -> None:
        """Cancel what is scheduled for this leg."""
        self._run(f"sched_del {self.uuid}")

    def park(self) -> None:
        """Park it: it waits, unbridged, for the next command."""
        self._run(f"uuid_park {self.uuid}")

    def hold(self) -> None:
        """Put the far end on hold (`uuid_hold`)."""
        self._run(f"uuid_hold {self.uuid}")

    def unhold(self) -> None:
        """Take the far end back from hold."""
        self._run(f"uuid_hold off {self.uuid}")

    def transfer(
        self, extension: str, dialplan: str = "XML", context: str = "default", leg: str = ""
    ) -> None:
        """Send the leg to another extension of the switch's dial plan (`uuid_transfer`).

        Parameters
        ----------
        extension, dialplan, context : str
            Where to; ``app:arguments`` for the dial plan ``inline``.
        leg : str
            ``bleg`` for the leg that it is bridged to, ``both``; itself where it is not given.
        """
        words = [self.uuid, *([f"-{_word(leg)}"] if leg else []), escape_word(extension)]
        self._run(f"uuid_transfer {' '.join(words)} {_word(dialplan)} {_word(context)}")

    def join(self, other: "Controls | str") -> None:
        """Bridge it to another leg of the same switch (`uuid_bridge`), which has its own call."""
        self._run(f"uuid_bridge {self.uuid} {_word(str(other))}")

    # --- applications ------------------------------------------------------------------

    def broadcast(
        self, path: str, leg: str = "", delay: float | None = None, hangup_cause: str | None = None
    ) -> None:
        """Run an application on the leg, beside what it is doing.

        Parameters
        ----------
        path : str
            ``app::arguments``, or a file to play. FreeSWITCH expands ``${…}`` in it.
        leg : str
            ``aleg``, ``bleg`` or ``both`` for a bridged leg.
        delay : float, optional
            Seconds from now, rounded up.
        hangup_cause : str, optional
            Hang up afterwards, with this cause.
        """
        if hangup_cause:
            app, colons, arguments = path.partition("::")
            app, arguments = (app, arguments) if colons else ("playback", path)
            path = f"{app}!{_word(hangup_cause)}::{arguments}"
        words = [self.uuid, escape_word(path)]
        if leg:
            words.append(_word(leg))
        command = f"sched_broadcast +{_seconds(delay)}" if delay else "uuid_broadcast"
        self._run(f"{command} {' '.join(words)}")

    def playback(
        self,
        args: str | tuple[str, ...] | list[str],
        start_sample: int | None = None,
        endless: bool = False,
        leg: str = "aleg",
        params: Mapping[str, object] | None = None,
    ) -> None:
        """Play a file or stream, or several one after the other.

        Parameters
        ----------
        args : str or sequence of str
            Paths on the switch, or streams such as ``tone_stream://%(251,0,1004)``.
        start_sample : int, optional
            Where in the file to begin.
        endless : bool
            Play it again and again.
        leg : str
            Which leg of a bridged pair hears it.
        params : mapping, optional
            Variables for the player, such as ``{"loops": -1}``.
        """
        app = "endless_playback" if endless else "playback"
        if isinstance(args, str):
            args = (args,)
        elif len(args) > 1:
            self.setvar("playback_delimiter", "!")
        start = f"@@{start_sample}" if start_sample else ""
        self.broadcast(f"{app}::{variable_set(params or {})}{'!'.join(args)}{start}", leg=leg)

    def echo(self) -> None:
        """Send back all that is heard."""
        self.broadcast("echo::")

    def bridge(
        self,
        dest_url: str | None = None,
        profile: str | None = None,
        gateway: str | None = None,
        proxy: str | None = None,
        params: Mapping[str, object] | None = None,
    ) -> None:
        """Call on from this leg and join the two.

        Where no destination or profile is given, it is the one that this leg's own call was for.
        A ``${name}`` in the destination is the leg's own channel variable of that name.
        """
        dest = dest_url or self._header("variable_sip_req_uri")
        # filled in here, where what comes of it can still be looked at
        dest = re.sub(r"\$\{(\w+)\}", lambda m: self._header(f"variable_{m[1]}"), dest)
        profile = profile or (None if gateway else self._header("variable_sofia_profile_name"))
        url = dial_string(dest, profile=profile or "external", gateway=gateway, proxy=proxy)
        self.broadcast(f"bridge::{variable_set(params or {})}{url}")

    def respond(self, response: str | int) -> None:
        """Answer the INVITE with a SIP code, such as ``486`` or ``"486 Busy"``."""
        self.broadcast(f"respond::{response}")

    def deflect(self, uri: str) -> None:
        """Send the far end elsewhere, with a REFER to a SIP URI."""
        self.broadcast(f"deflect::{uri}")

    # --- media -------------------------------------------------------------------------

    def breakmedia(self) -> None:
        """Stop what is being played, and go on."""
        self._run(f"uuid_break {self.uuid}", _NO_REPLY)

    def send_dtmf(self, sequence: str, duration: int | None = None) -> None:
        """Send digits to the far end.

        Parameters
        ----------
        sequence : str
            ``0-9 A-D * #``, with ``w`` and ``W`` for pauses of half a second and a second.
        duration : int, optional
            The length of each, in ms.
        """
        self._run(f"uuid_send_dtmf {self.uuid} {_digits(sequence, duration)}", _NO_REPLY)

    def sched_dtmf(self, delay: float, sequence: str, tone_duration: int | None = None) -> None:
        """Send digits in `delay` seconds, rounded up; see `send_dtmf`."""
        digits = _digits(sequence, tone_duration)
        self._run(f"sched_api +{_seconds(delay)} none uuid_send_dtmf {self.uuid} {digits}")

    def start_record(
        self, path: str, rx_only: bool = False, stereo: bool = False, rate: int = 16000
    ) -> None:
        """Record the leg to a file on the switch, with the application `record_session`.

        Parameters
        ----------
        path : str
            Where, on the switch's own file system.
        rx_only : bool
            Only what the far end says.
        stereo : bool
            What it says and what it hears, on a channel each.
        rate : int
            Samples a second.
        """
        if rx_only:
            self.setvar("RECORD_READ_ONLY", "true")
        elif stereo:
            self.setvar("RECORD_STEREO", "true")
        self.setvar("record_sample_rate", rate)
        self.broadcast(f"record_session::{path}")

    def stop_record(self, path: str = "all", delay: float = 0) -> None:
        """Stop recording to a file, or to all, now or in `delay` seconds, rounded up."""
        app = f"stop_record_session::{path}"
        if delay:
            word = escape_word(app)
            self._run(f"sched_api +{_seconds(delay)} none uuid_broadcast {self.uuid} {word}")
        else:
            self.broadcast(app)

    def record(self, action: str, path: str, rx_only: bool = True) -> None:
        """Start, stop, mask or unmask a recording, with `uuid_record`."""
        if rx_only and action == "start":
            self.setvar("RECORD_READ_ONLY", "true")
        self._run(f"uuid_record {self.uuid} {_word(action)} {escape_word(path)}")

    def mute(self, direction: str = "write", level: int = 1) -> None:
        """Silence one direction; `level` over 1 adds comfort noise."""
        self._run(f"uuid_audio {self.uuid} start {_word(direction)} mute {int(level)}")

    def unmute(self, direction: str = "write") -> None:
        """Let one direction be heard again."""
        self.mute(direction, level=0)

    def bypass_media(self, state: bool) -> None:
        """Take the switch out of a bridged call's media, or back into it."""
        self._run(f"uuid_media {'off ' if state else ''}{self.uuid}")

    def start_amd(self, delay: float | None = None) -> None:
        """Listen for an answering machine's beep (mod_avmd), for `delay` seconds if given."""
        self._run(f"avmd {self.uuid} start")
        if delay is not None:
            self._run(f"sched_api +{_seconds(delay)} none avmd {self.uuid} stop")

    def stop_amd(self) -> None:
        """Stop listening for a beep."""
        self._run(f"avmd {self.uuid} stop")

    # -----------------------------------------------------------------------------------

    def _header(self, name: str) -> str:
        value = self.get(name, "")
        if not value:
            raise CommandError(
                f"the leg {self.uuid} has no {name}; give the destination and profile"
            )
        return str(value)

    def _run(self, command: str, done: str = "+OK") -> str:
        """Send a command; find out, if it is refused, whether that is since the leg is gone."""
        reply: str = self.con.api(command, errcheck=False)
        if not reply.startswith(REFUSALS) or reply.startswith(done):
            return reply
        self._check_there(command, reply)
        raise APIError(f"tried `{command}`: it answered {reply.strip()!r}", reply=reply)

    def _check_there(self, command: str, reply: str) -> None:
        if self.con.api(f"uuid_exists {self.uuid}", errcheck=False).strip() == "false":
            said = reply.strip()
            raise LegGone(f"tried `{command}`, but the leg is gone ({said!r})", reply=reply)


def _word(text: str) -> str:
    if not text or any(c.isspace() or c in "'\\;=\0" for c in text):
        raise CommandError(f"{text!r} must be one word, without quotes, spaces, `;` and `=`")
    return text


def _seconds(delay: float) -> int:
    if not delay >= 0:
        raise CommandError(f"a delay of {delay!r} s cannot be")
    return math.ceil(delay)


def _digits(sequence: str, duration: int | None) -> str:
    if not sequence or not set(sequence) <= _DTMF:
        raise CommandError(f"{sequence!r} cannot be sent as digits: 0-9 A-D * # w W F only")
    return sequence if duration is None else f"{sequence}@{int(duration)}"
