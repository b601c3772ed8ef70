"""The states of a channel and of its call, and which may follow which.

Names and numbers are FreeSWITCH's own (``switch_types.h``). What happens in a state is in
`channel`; the events that tell of it are made in `events`.
"""

from enum import Enum, IntEnum


class ChannelState(IntEnum):
    """Where a channel is in its life; ``Channel-State`` and ``Channel-State-Number``."""

    NEW = 0
    INIT = 1
    ROUTING = 2
    SOFT_EXECUTE = 3
    EXECUTE = 4
    EXCHANGE_MEDIA = 5
    PARK = 6
    CONSUME_MEDIA = 7
    HIBERNATE = 8
    RESET = 9
    HANGUP = 10
    REPORTING = 11
    DESTROY = 12
    NONE = 13

    @property
    def label(self) -> str:
        """The name that events show, such as ``CS_EXECUTE``."""
        return f"CS_{self.name}"


class CallState(IntEnum):
    """What a user would say of the call; ``Channel-Call-State``."""

    DOWN = 0
    DIALING = 1
    RINGING = 2
    EARLY = 3
    ACTIVE = 4
    HELD = 5
    RING_WAIT = 6
    HANGUP = 7
    UNHELD = 8


class AnswerState(Enum):
    """``Answer-State``: how far the other end has come."""

    RINGING = "ringing"
    EARLY = "early"
    ANSWERED = "answered"
    HANGUP = "hangup"


class Direction(Enum):
    """Which way a leg was made, seen from the switch."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


_LIVE = frozenset(
    {
        ChannelState.ROUTING,
        ChannelState.SOFT_EXECUTE,
        ChannelState.EXECUTE,
        ChannelState.EXCHANGE_MEDIA,
        ChannelState.PARK,
        ChannelState.CONSUME_MEDIA,
        ChannelState.HIBERNATE,
        ChannelState.RESET,
        ChannelState.HANGUP,
    }
)

#: state → the states that may follow it
CHANNEL_TABLE: dict[ChannelState, frozenset[ChannelState]] = {
    ChannelState.NONE: frozenset({ChannelState.NEW, ChannelState.INIT, ChannelState.DESTROY}),
    ChannelState.NEW: frozenset({ChannelState.INIT, ChannelState.HANGUP, ChannelState.DESTROY}),
    ChannelState.INIT: _LIVE,
    ChannelState.ROUTING: _LIVE - {ChannelState.ROUTING},
    ChannelState.SOFT_EXECUTE: _LIVE - {ChannelState.SOFT_EXECUTE},
    ChannelState.EXECUTE: _LIVE - {ChannelState.EXECUTE},
    ChannelState.EXCHANGE_MEDIA: _LIVE - {ChannelState.EXCHANGE_MEDIA},
    ChannelState.PARK: _LIVE - {ChannelState.PARK},
    ChannelState.CONSUME_MEDIA: _LIVE - {ChannelState.CONSUME_MEDIA},
    ChannelState.HIBERNATE: _LIVE - {ChannelState.HIBERNATE},
    ChannelState.RESET: _LIVE - {ChannelState.RESET},
    ChannelState.HANGUP: frozenset({ChannelState.REPORTING, ChannelState.DESTROY}),
    ChannelState.REPORTING: frozenset({ChannelState.DESTROY}),
    ChannelState.DESTROY: frozenset(),
}


def may_follow(state: ChannelState, to: ChannelState) -> bool:
    """Say whether a channel in `state` may go to `to`."""
    return to in CHANNEL_TABLE[state]


def may_become(state: CallState, to: CallState) -> bool:
    """Say whether a call in `state` may become `to`: once hung up, it stays so."""
    return state is not to and state is not CallState.HANGUP
