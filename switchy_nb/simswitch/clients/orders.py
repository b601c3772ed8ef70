"""What a client's commands do, as far as one line answers them: its filters, its log, its messages.

Logging in, ``api``, ``bgapi`` and the subscription to events are the listener's own; so is every
byte on the socket. FreeSWITCH compares the beginnings of lines without regard to case, in the order
of the table below, which is why ``events`` and ``eventplain`` are commands too.
"""

import re
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.calls.signals import PrivateCommand
from switchy_nb.simswitch.clients import levels
from switchy_nb.simswitch.words import atoi
from switchy_nb.wire import serve
from switchy_nb.wire.names import named
from switchy_nb.wire.serve import ClientCommand
from switchy_nb.wire.subscription import EventFormat

if TYPE_CHECKING:
    from switchy_nb.simswitch.clients.listener import Listener

#: what `connect` answers with, on a connection that follows a call
_CONNECTED = events.Kind(
    "CHANNEL_DATA", "mod_event_socket.c", "parse_command", 2018, variables=True, own_first=True
)
_INDEX = re.compile(r"([^\[]+)\[\s*(\d{1,4})")
#: what FreeSWITCH allows as an array's index
_MAX_INDEX = 4000

NO_SESSION = "-ERR not controlling a session"


class Orders:
    """The commands of one client.

    Parameters
    ----------
    listener : Listener
        The client's connection.
    """

    def __init__(self, listener: "Listener") -> None:
        self._listener = listener
        self._core = listener.core
        self._wants = listener.wants
        #: the log lines that the client gets: up to this level
        self.log_level = levels.DISABLED
        self._logging = False
        #: the call that ``myevents`` follows, once it was found
        self.session: Channel | None = None
        self._lingers = False
        #: how long it stays after the call, in seconds; None is for ever
        self._patience: int | None = None

    def obey(self, command: ClientCommand) -> str | None:
        """Obey a command.

        Returns
        -------
        str or None
            The reply's text; "" if there is no such command, None if it was answered already.
        """
        line, low = command.line, command.line.lower()
        if low.startswith("filter "):
            return self._wants.filters.command(line[7:])
        if self.session is not None and low.startswith("resume"):
            self.session.set("socket_resume", "true")
            return "+OK"
        if self.session is not None and low.startswith("connect"):
            self._connect(self.session)
            return None
        if self.session is not None and low.startswith("getvar"):
            return self.session.get(line.partition(" ")[2])
        if low.startswith("myevents ") or (self.session is not None and low.startswith("myevents")):
            return self._my_events(line)
        if low.startswith("divert_events"):
            return self._divert(line[13:].strip(" "))
        if low.startswith("sendmsg"):
            return self._send_message(command)
        if low.startswith("sendevent"):
            return self._send_event(command)
        if low.startswith("log"):
            return self._log(line[3:])
        if low.startswith("linger"):
            return self._linger(line[6:])
        if low.startswith("nolinger"):
            self._lingers = False
            return NO_SESSION if self.session is None else "+OK will not linger"
        if low.startswith("nolog"):
            was, self._logging, self.log_level = self._logging, False, levels.DISABLED
            return "+OK no longer logging" if was else "-ERR not loging"
        if low.startswith("event"):
            return self._wants.subscribe(line[5:].partition(" ")[2])
        if low.startswith("nixevent"):
            return self._wants.unsubscribe(line[8:].partition(" ")[2])
        if low.startswith("noevents"):
            self._listener.outbox.forget()
            return self._wants.clear()
        return ""

    # -- following a call ------------------------------------------------------------------

    def _my_events(self, line: str) -> str:
        if self._wants.only is not None:
            return "-ERR aready enabled."
        uuid, space, _ = line[9:].partition(" ")
        channel = self._core.channels.get(uuid)
        if channel is not None and not channel.up:
            channel = None
        if channel is None and space:
            return "-ERR invalid uuid"
        self.session = channel
        self._wants.follow(uuid if channel is not None else "")
        asked = line[:9] + uuid  # a format behind the uuid is never read
        for form in (EventFormat.XML, EventFormat.JSON):
            if form.value in asked or form.value.upper() in asked:
                self._wants.format = form
        return "+OK Events Enabled"

    def _divert(self, value: str) -> str:
        if self.session is None:
            return f"{NO_SESSION}."
        if not value:
            return "-ERR missing value."
        return "+OK events diverted" if value.lower() == "on" else "+OK events not diverted"

    def _linger(self, rest: str) -> str:
        if self.session is None:
            return NO_SESSION
        self._lingers = True
        self._patience = atoi(rest[1:]) if rest.startswith(" ") and rest[1:] else None
        if self._patience is None:
            return "+OK will linger"
        return f"+OK will linger {self._patience} seconds"

    def _connect(self, channel: Channel) -> None:
        who = channel.profile
        own = list(who.pairs("Channel")) if who is not None else []
        if who is not None:
            behind = next(n for n, pair in enumerate(own) if pair[0] == "Channel-Channel-Name")
            own.insert(behind + 1, ("Channel-Profile-Index", str(who.index)))
        event = self._core.events.of_channel(_CONNECTED, channel, own)
        last: list[events.Pair] = [
            ("Content-Type", "command/reply"),
            ("Reply-Text", "+OK\n"),
            ("Socket-Mode", "async"),
            ("Control", "full"),
        ]
        self._listener.answer(serve.plain_event([*event.pairs, *last]))

    def call_is_over(self) -> None:
        """Tell the client that the call it follows is over: it lingers, or has to go."""
        channel, self.session = self.session, None
        if channel is None:
            return
        head = [("Controlled-Session-UUID", channel.uuid)]
        if not self._lingers:
            self._listener.leave([*head, ("Content-Disposition", "disconnect")])
            return
        patience = -1 if self._patience is None else self._patience
        notice = [
            *head,
            ("Content-Disposition", "linger"),
            ("Channel-Name", channel.name),
            ("Linger-Time", str(patience)),
        ]
        self._listener.notify(
            serve.text_frame("text/disconnect-notice", "", notice, length_last=True)
        )
        if patience >= 0:
            last = [*head, ("Content-Disposition", "disconnect")]
            # FreeSWITCH looks at whole seconds, and goes when more than those have passed
            self._core.loop.call_later(patience + 1, self._listener.leave, last)

    # -- messages --------------------------------------------------------------------------

    def _send_message(self, command: ClientCommand) -> str:
        named_one = command.line[7:].lstrip(" ")
        uuid = named_one or command.header("session-id") or ""
        channel: Channel | None = self._core.channels.get(uuid)
        if not uuid:
            channel = self.session
        if channel is None or not channel.up:
            return f"-ERR invalid session id [{uuid}]"
        shown = command.line if named_one else command.text
        queued: list[events.Pair] = [("Command", shown)]
        given = [(name, value) for name, value in command.headers if value]
        channel.send_private(PrivateCommand(given, command.body, queued))
        return "+OK"

    def _send_event(self, command: ClientCommand) -> str:
        asked = command.line[9:].lstrip("\t ")
        name = named(asked)
        uuid = self._core.ids.uuid()
        pairs: list[events.Pair] = [("Command", command.line), *_given(command.headers)]
        subclass = command.header("event-subclass")
        if name == "CUSTOM" and subclass is not None:
            pairs = [p for p in pairs if p[0].lower() != "event-subclass"]
            pairs.insert(0, ("Event-Subclass", subclass))
        pairs.append(("Event-UUID", uuid))
        target = self._core.channels.get(command.header("unique-id") or "")
        if target is None or not target.up:  # else it is queued for that call, and nobody sees it
            event = self._core.events.sent_by_client(name or "CUSTOM", pairs, command.body)
            self._core.fire(event)
        return f"+OK {uuid}"

    # -- the log ---------------------------------------------------------------------------

    def _log(self, rest: str) -> str:
        shown = rest.lstrip(" ").partition(" ")[0]
        level = levels.read(shown) if shown else levels.DEBUG
        if level is None:
            return "-ERR invalid log level"
        self.log_level, self._logging = level, True
        return f"+OK log level {shown} [{level}]"


def _given(headers: tuple[tuple[str, str], ...]) -> list[events.Pair]:
    """Read a client's headers as an event's: what is empty goes, ``Name[1]`` is part of a list."""
    pairs: list[events.Pair] = []
    for name, value in headers:
        index = _INDEX.match(name)
        if index is not None:
            _put(pairs, index[1], int(index[2]), value)
        elif value.startswith("ARRAY::"):
            pairs.append((name, tuple(value.removeprefix("ARRAY::").split("|:"))))
        elif value:
            pairs.append((name, value))
        else:
            pairs = [pair for pair in pairs if pair[0].lower() != name.lower()]
    return [pair for pair in pairs if serve.can_name(pair[0])]


def _put(pairs: list[events.Pair], name: str, index: int, value: str) -> None:
    """Set one item of a list."""
    if index > _MAX_INDEX:
        return
    at = next((n for n, pair in enumerate(pairs) if pair[0].lower() == name.lower()), None)
    items: list[str] = []
    if at is not None:
        old = pairs.pop(at)[1]
        items = list(old) if isinstance(old, tuple) else [old]
    items += [""] * (index + 1 - len(items))
    items[index] = value
    pairs.insert(len(pairs) if at is None else at, (name, tuple(items)))
