"""Pure functions of a recording's frames: to numbers and to words.

They know nothing of recordings and switches.
"""

from switchy_nb.analysis.causes import Cause, describe_cause, find_cause
from switchy_nb.analysis.latency import (
    answer_latency,
    call_duration,
    call_setup_latency,
    invite_latency,
    originate_latency,
    post_dial_delay,
    post_dial_delays,
    seconds_between,
)
from switchy_nb.analysis.sip import describe_sip

__all__ = [
    "Cause",
    "answer_latency",
    "call_duration",
    "call_setup_latency",
    "describe_cause",
    "describe_sip",
    "find_cause",
    "invite_latency",
    "originate_latency",
    "post_dial_delay",
    "post_dial_delays",
    "seconds_between",
]
