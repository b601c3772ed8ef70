"""The switch's log: its lines, as ``log`` sends them to a client.

Which of them there are is decided where they are said (`Core.log`), by the switch's own level and
the call's (``fsctl loglevel``, ``uuid_loglevel``); a client then gets those up to its own.
"""

import time
from dataclasses import dataclass, field

from switchy_nb.simswitch.clients import levels
from switchy_nb.wire import serve

#: FreeSWITCH's text channels: of the switch itself, of a session, and that without time and place
OF_SWITCH = 0
OF_CALL_BARE = 1
OF_SESSION = 3


@dataclass(frozen=True)
class Site:
    """Which line of FreeSWITCH's source says something in the log."""

    file: str
    function: str
    line: int
    channel: int = OF_SWITCH


@dataclass
class LogLine:
    """One line of the log.

    Attributes
    ----------
    level : int
        From 0 (CONSOLE) to 7 (DEBUG).
    text : str
        What it says, without the line end.
    site : Site
        Who says it.
    when : int
        µs since the epoch.
    uuid : str
        The call that it belongs to, if any.
    """

    level: int
    text: str
    site: Site
    when: int
    uuid: str = ""
    _frame: bytes | None = field(default=None, repr=False)

    def frame(self) -> bytes:
        """Write the line as it goes over the socket."""
        if self._frame is None:
            self._frame = self._write()
        return self._frame

    def _write(self) -> bytes:
        name = levels.name_of(self.level)
        place = f"{self.site.file}:{self.site.line}"
        text = f"{self.text}\n"
        if self.site.channel != OF_CALL_BARE:
            seconds, micros = divmod(self.when, 1_000_000)
            stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))
            text = f"{stamp}.{micros:06d} 99.00% [{name}] {place} {text}"
        extra = [
            ("Log-Level", str(self.level)),
            ("Text-Channel", str(self.site.channel)),
            ("Log-File", self.site.file),
            ("Log-Func", self.site.function),
            ("Log-Line", str(self.site.line)),
            ("User-Data", self.uuid),
        ]
        return serve.text_frame("log/data", text, extra)


#: the command ``log``
API_LOG = Site("mod_commands.c", "log_function", 7227, OF_SESSION)
#: what says something of a call, or of the switch, without a place of its own
OF_A_CALL = Site("switch_core_session.c", "switch_core_session_exec", 2771, OF_SESSION)
OF_THE_SWITCH = Site("switch_core.c", "switch_core_session_ctl", 2791)
