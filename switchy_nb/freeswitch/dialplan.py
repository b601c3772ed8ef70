"""The dial plan that a real FreeSWITCH needs, as the file that is dropped into its configuration.

Only finds and reads the file: whether a switch has it is for `switchy_nb.freeswitch.doctor`.
"""

from __future__ import annotations

from importlib.resources import files

CONTEXT = "switchy_nb"
"""The name of the dial plan's context, which a SIP profile is pointed at."""

FILE_NAME = f"{CONTEXT}.xml"
"""The name to give the file in FreeSWITCH's ``dialplan`` folder."""


def dialplan_xml() -> str:
    """Return the text of the dial plan: one XML context, ready to be included."""
    return files(__package__).joinpath(FILE_NAME).read_text(encoding="utf-8")
