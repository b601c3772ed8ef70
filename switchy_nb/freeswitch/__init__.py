"""What a real FreeSWITCH needs: its dial plan, and the checks of ``switchy-nb doctor``.

Opens no connection of its own: whoever runs the checks hands in a function that makes one.
"""

from switchy_nb.freeswitch.checks import Check, Link, Status, Target
from switchy_nb.freeswitch.dialplan import CONTEXT, dialplan_xml
from switchy_nb.freeswitch.doctor import examine

__all__ = ["CONTEXT", "Check", "Link", "Status", "Target", "dialplan_xml", "examine"]
