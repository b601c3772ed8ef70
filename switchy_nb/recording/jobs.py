"""The frame of background jobs: commands that were sent, joined to the events that end them.

A job whose command was not recorded is known by its event alone.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.commands import Sent, without_secret
from switchy_nb.recording.core import Core
from switchy_nb.recording.fields import Kind, known
from switchy_nb.wire import Event, Format

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_END = "BACKGROUND_JOB"
_BGAPI = re.compile(r"bgapi\s+", re.IGNORECASE)
_ORIGINATE = re.compile(r"originate\b", re.IGNORECASE)
_CHOSEN_UUID = re.compile(r"[{<\[,]\s*origination_uuid\s*=\s*'?([^\s,'}\]>]+)")
_STARTED = re.compile(r"\+OK\s+(\S+)")


class JobBook:
    """What the events that end jobs say; each is read once and kept."""

    def __init__(self) -> None:
        self._read: dict[int, tuple[str | None, str | None]] = {}

    def read(self, core: Core) -> dict[int, tuple[str | None, str | None]]:
        """Return for each row that ends a job its command and its result."""
        import numpy as np

        rows = [int(n) for n in np.flatnonzero(core.named(_END))]
        missing = [n for n in rows if n not in self._read]
        for n, raw, kind in core.raw_rows(missing):
            self._read[n] = _ended(raw, kind)
        return {n: self._read[n] for n in rows}


def jobs_frame(core: Core, commands: Sequence[Sent], ends: JobBook) -> "pd.DataFrame":
    """Make the frame of jobs, in the order in which they were sent or, unsent, ended."""
    from switchy_nb.recording.schema import JOBS, make_frame, moments

    jobs: dict[str, dict[str, Any]] = {}
    for sent in commands:
        if sent.job:
            jobs[sent.job] = {
                "switch": sent.switch,
                "command": _BGAPI.sub("", sent.command, count=1),
                "launched": sent.sent,
                "replied": sent.replied,
                "ok": False if sent.ok is False else None,
                "result": sent.reply if sent.ok is False else None,
            }
    uuids, switches = core.text("job"), core.text("switch")
    finished: dict[str, np.datetime64] = {}
    for n, (command, result) in ends.read(core).items():
        uuid = uuids[n]
        if uuid is None:
            continue
        job = jobs.setdefault(uuid, {"switch": switches[n], "command": command})
        finished[uuid] = core.received[n]
        job["result"] = result
        job["ok"] = None if result is None else not result.startswith(("-ERR", "-USAGE"))
    rows = list(jobs.values())
    columns: dict[str, Any] = {
        name: [row.get(name) for row in rows]
        for name in JOBS
        if name not in ("finished", "session")
    }
    columns["finished"] = moments([None] * len(rows))
    for at, uuid in enumerate(jobs):
        if uuid in finished:
            columns["finished"][at] = finished[uuid]
    columns["session"] = [_session(row.get("command"), row.get("result")) for row in rows]
    return make_frame(JOBS, columns, index_name="job", index=list(jobs))


def _ended(raw: bytes, kind: Kind) -> tuple[str | None, str | None]:
    event = Event(raw, Format.JSON if kind is Kind.JSON else Format.PLAIN)
    words = [event.get("Job-Command"), event.get("Job-Command-Arg")]
    command = " ".join(word for word in words if word)
    body = event.body
    return known(without_secret("bgapi", command)), None if body is None else known(body.strip())


def _session(command: str | None, result: str | None) -> str | None:
    """Find the leg that an ``originate`` began, or was told to begin."""
    if not command or not _ORIGINATE.match(command):
        return None
    began = _STARTED.match(result or "") or _CHOSEN_UUID.search(command)
    return began.group(1) if began else None
