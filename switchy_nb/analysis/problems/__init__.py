"""What looks wrong in a recording, each thing with its evidence.

Each module here looks for one sort: in `calls`, in `sound`, in `signalling`, in `sequence` and in
`link`; `problem` has what they share, and `frame` the frame that is made of what they find.
"""

from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.problems.problem import Kind, Limits, Problem

if TYPE_CHECKING:
    from switchy_nb.analysis.material import Material
    from switchy_nb.analysis.problems.frame import Problems

__all__ = ["Kind", "Limits", "Problem", "find_problems"]


def find_problems(material: "Material", **limits: Any) -> "Problems":
    """Look for what is wrong.

    Parameters
    ----------
    material : Material
        The recording.
    **limits
        As of `Limits`.

    Returns
    -------
    Problems
        A row for each, in order of time.

    Raises
    ------
    TypeError
        If there is no such limit; the nearest is named.
    """
    from switchy_nb.analysis.material import Snapshot
    from switchy_nb.analysis.problems import calls, link, sequence, signalling, sound
    from switchy_nb.analysis.problems.frame import make_problems

    within, material = Limits.of(limits), Snapshot(material)
    found = [
        *calls.find(material, within),
        *sound.find(material, within),
        *signalling.find(material),
        *sequence.find(material),
        *link.find(material),
    ]
    return make_problems(found, looked_at=(len(material.calls), len(material.events)))
