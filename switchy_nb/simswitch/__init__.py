"""A FreeSWITCH simulated in this process, for notebooks, tests and first steps.

It speaks the Event Socket protocol over a real socket, and models channels, applications and the
signalling between the legs of a call; no media is moved. It needs nothing of the rest of the
toolkit but `wire` and `errors`.
"""

from switchy_nb.simswitch.core import Timing
from switchy_nb.simswitch.dialplan import Dialplan, Rule, Step, rule
from switchy_nb.simswitch.switch import SimSwitch

__all__ = ["Dialplan", "Rule", "SimSwitch", "Step", "Timing", "rule"]
