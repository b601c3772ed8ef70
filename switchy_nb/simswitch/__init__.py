"""A FreeSWITCH simulated in this process, for notebooks, tests and first steps.

It speaks the Event Socket protocol over a real socket, and models channels, applications and the
signalling between the legs of a call; sound is computed where somebody records it. It needs nothing
of the rest of the toolkit but `wire` and `errors`.
"""

from switchy_nb.simswitch.clients.fault_kinds import Fault
from switchy_nb.simswitch.clients.faults import Faults
from switchy_nb.simswitch.plan.chance import (
    Duration,
    exponential,
    lognormal,
    measured,
    normal,
    uniform,
)
from switchy_nb.simswitch.plan.dialplan import Dialplan, Rule, rule
from switchy_nb.simswitch.plan.hosts import Hosts
from switchy_nb.simswitch.plan.incoming import IncomingCall
from switchy_nb.simswitch.plan.steps import (
    Step,
    answer,
    bridge,
    echo,
    forward,
    hangup,
    one_of,
    park,
    playback,
    pre_answer,
    respond,
    ring_ready,
    run,
    set_variable,
    sleep,
    sometimes,
)
from switchy_nb.simswitch.settings import Timing
from switchy_nb.simswitch.switch import SimSwitch

__all__ = [
    "Dialplan",
    "Duration",
    "Fault",
    "Faults",
    "Hosts",
    "IncomingCall",
    "Rule",
    "SimSwitch",
    "Step",
    "Timing",
    "answer",
    "bridge",
    "echo",
    "exponential",
    "forward",
    "hangup",
    "lognormal",
    "measured",
    "normal",
    "one_of",
    "park",
    "playback",
    "pre_answer",
    "respond",
    "ring_ready",
    "rule",
    "run",
    "set_variable",
    "sleep",
    "sometimes",
    "uniform",
]
