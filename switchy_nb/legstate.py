"""What a leg can be, and which of its events say so."""

import difflib
from collections.abc import Mapping
from enum import Enum

from switchy_nb.errors import ConfigurationError


class State(Enum):
    """What a leg can be waited for to be."""

    RINGING = "ringing"
    ANSWERED = "answered"
    PARKED = "parked"
    BRIDGED = "bridged"
    HUNGUP = "hungup"


#: their names
STATES = tuple(state.value for state in State)

#: what an event says of its leg: attributes and their new values
CHANGES: Mapping[str, Mapping[str, bool]] = {
    "CHANNEL_ORIGINATE": {},
    "CHANNEL_PROGRESS": {"ringing": True},
    "CHANNEL_PROGRESS_MEDIA": {"ringing": True},
    "CHANNEL_ANSWER": {"answered": True, "ringing": False},
    "CHANNEL_PARK": {"parked": True},
    "CHANNEL_UNPARK": {"parked": False},
    "CHANNEL_BRIDGE": {"bridged": True},
    "CHANNEL_UNBRIDGE": {"bridged": False},
    "CHANNEL_HANGUP": {"hungup": True, "parked": False, "bridged": False, "ringing": False},
    "CHANNEL_DESTROY": {"hungup": True, "ended": True},
}
#: the time that an event is kept as
TIMES = {"CHANNEL_ORIGINATE": "originate", "CHANNEL_ANSWER": "answer", "CHANNEL_HANGUP": "hangup"}


def name_of(what: object) -> str:
    """Say what is waited for."""
    if isinstance(what, State):
        return what.value
    name = what if isinstance(what, str) else str(getattr(what, "__name__", repr(what)))
    return "a function" if name == "<lambda>" else name


def check_name(name: str) -> None:
    """Check that a name can be waited for: a state's, or one that an event may have.

    Raises
    ------
    ConfigurationError
        If it is neither, with the state that is nearest.
    """
    if name in STATES or name.isupper() or "::" in name:
        return
    near = difflib.get_close_matches(name, STATES, 1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise ConfigurationError(
        f"cannot wait for {name!r}{hint} Give a state ({', '.join(STATES)}), the name of "
        "an event such as 'CHANNEL_ANSWER', or a function of the session"
    )
