"""Some legs of a recording, as a recording of their own that grows with it.

`Recording.select` makes the same once; this takes in only what came since, so that a picture of a
few legs can be drawn again and again while thousands of others go on.
"""

import re
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from switchy_nb.recording.fields import Kind
from switchy_nb.recording.finding import among
from switchy_nb.recording.window import Window

if TYPE_CHECKING:
    from switchy_nb.recording.recording import Recording
    from switchy_nb.recording.segment import Segment

_WORD = re.compile(r"[\w-]+")


class Following:
    """Follows some legs. To be used by one thread at a time.

    Parameters
    ----------
    recording : Recording
        What it follows.
    legs : iterable of str
        Their uuids.
    since : int, optional
        They began after this moment (µs since the epoch, this machine's clock): what is older need
        not be looked through.

    Attributes
    ----------
    part : Recording
        Their events, the commands that name them with the jobs that those began, and what happened
        to the link meanwhile.
    """

    def __init__(
        self, recording: "Recording", legs: Iterable[str], since: int | None = None
    ) -> None:
        self.legs = frozenset(legs)
        self.part: Recording = type(recording)(
            call_header=recording.call_header,
            app_headers=recording.app_headers,
            switch=recording.switch,
        )
        self._recording = recording
        self._window = Window(recording)
        self._jobs: set[str] = set()
        self._commands: list[int] = []
        self._told = self._changes = 0
        self._seen = self._window.first
        if since is not None:
            for segment in self._window.segments(self._seen, self._window.end):
                if segment.latest is None or segment.latest >= since:
                    break
                self._seen = segment.first + len(segment)

    def update(self) -> bool:
        """Take in what came since the last time; return whether there was anything."""
        before = len(self.part)
        told = self._take_commands()
        end = self._window.end
        for segment in self._window.segments(self._seen, end):
            first = max(self._seen, segment.first)
            upto = min(end, segment.first + len(segment))
            for n in self._rows(segment, first, upto):
                for _, row in self._window.raw_rows(*n):
                    self.part._store.append(*row)
            self._seen = upto
        return told or len(self.part) > before

    def _rows(self, segment: "Segment", first: int, end: int) -> list[tuple[int, int]]:
        """Return which rows belong to the legs: where each run of them begins and ends."""
        import numpy as np
        import pyarrow.compute as pc

        start, count = first - segment.first, end - first
        table = segment.columns(["session", "job", "kind"]).slice(start, count)
        theirs = among(table["session"], self.legs.__contains__)
        theirs |= among(table["job"], self._jobs.__contains__)
        if len(self.part) or theirs.any():
            link = pc.equal(table["kind"], int(Kind.LINK)).to_numpy()
            if not len(self.part):
                link[: theirs.argmax()] = False  # what was before them does not matter to them
            theirs = theirs | link
        places = (np.flatnonzero(theirs) + first).tolist()
        runs = [
            [n for _, n in run] for _, run in groupby(enumerate(places), lambda at: at[1] - at[0])
        ]
        return [(run[0], run[-1] + 1) for run in runs]

    def _take_commands(self) -> bool:
        log = self._recording._commands
        if log.changes == self._changes:
            return False
        self._changes, commands = log.snapshot()
        for at, sent in enumerate(commands[self._told :], self._told):
            if not self.legs.isdisjoint(_WORD.findall(sent.command)):
                self._commands.append(at)
                if sent.job:
                    self._jobs.add(sent.job)
        self._told = len(commands)
        theirs = [commands[at] for at in self._commands]
        changed = theirs != self.part._commands.snapshot()[1]
        if changed:
            self.part._commands.replace(theirs)
        return changed
