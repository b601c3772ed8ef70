"""Things to do later: ``sched_hangup`` and its like, and the events that tell of them.

FreeSWITCH's scheduler counts in whole seconds: a task is due when the clock's second is its own,
and is looked for twice a second.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

#: the longest that a timer is set for: later tasks are looked at again, in seconds
_FARTHEST = 86_400
#: the switch itself has the first two
FIRST_OWN = 3
#: what one switch keeps of tasks, so that no client can fill its memory
MOST = 100_000


def _nothing() -> None:
    """Do nothing: whoever made the task does it."""


@dataclass
class Task:
    """One thing to do at a time.

    Attributes
    ----------
    runtime : int
        When, in seconds since the epoch.
    repeat : int
        After how many seconds again; 0 for never.
    """

    number: int
    description: str
    group: str
    runtime: int
    repeat: int
    action: Callable[[], None] = _nothing
    timer: asyncio.TimerHandle | None = None


class Scheduler:
    """The tasks of one switch."""

    def __init__(self, core: "Core") -> None:
        self._core = core
        self._tasks: dict[int, Task] = {}
        self._last = FIRST_OWN - 1

    def add(
        self,
        when: int,
        description: str,
        group: str,
        action: Callable[[], None],
        *,
        repeat: int = 0,
    ) -> int:
        """Have something done.

        Parameters
        ----------
        when : int
            Seconds since the epoch; what is past is so many seconds from now, again and again.
        description, group : str
            What ``show tasks`` says; `group` can be deleted by name.
        action : callable
            What is to be done.
        repeat : int
            After how many seconds again.

        Returns
        -------
        int
            The task's number; 0 if there are too many.
        """
        if len(self._tasks) >= MOST:
            return 0
        now = self._now()
        if when < now:
            repeat, when = repeat or max(0, when), now + max(0, when)
        self._last += 1
        task = Task(self._last, description, group, when, repeat, action)
        self._tasks[task.number] = task
        self._tell(events.ADD_SCHEDULE, task)
        self._wait(task)
        return task.number

    def _now(self) -> int:
        return self._core.clock.now() // 1_000_000

    def _wait(self, task: Task) -> None:
        left = task.runtime - self._core.clock.now() / 1e6
        wait = min(max(0.0, left), _FARTHEST)
        task.timer = self._core.loop.call_later(wait, self._run, task)

    def _run(self, task: Task) -> None:
        if self._tasks.get(task.number) is not task:
            return
        if self._now() < task.runtime:
            self._wait(task)
            return
        task.action()
        if task.repeat > 0 and task.number in self._tasks:
            task.runtime = self._now() + task.repeat
            self._tell(events.RE_SCHEDULE, task)
            self._wait(task)
        elif self._tasks.pop(task.number, None) is not None:
            self._tell(events.DEL_SCHEDULE, task)

    def delete(self, *, number: int = 0, group: str = "") -> int:
        """Take away the task with that number, or a group's tasks; give how many there were."""
        chosen = [
            task
            for task in self._tasks.values()
            if task.number == number or (group and task.group == group)
        ]
        for task in chosen:
            del self._tasks[task.number]
            if task.timer is not None:
                task.timer.cancel()
            self._tell(events.DEL_SCHEDULE, task)
        return len(chosen)

    def again(self, task: Task) -> None:
        """Tell that one of the switch's own tasks was done, and when it is next."""
        self._tell(events.RE_SCHEDULE, replace(task, runtime=self._now() + task.repeat))

    def listed(self) -> list[Task]:
        """List the tasks, for ``show tasks``."""
        return list(self._tasks.values())

    def clear(self) -> None:
        """Forget all tasks, saying nothing: the switch is stopping."""
        for task in self._tasks.values():
            if task.timer is not None:
                task.timer.cancel()
        self._tasks.clear()

    def _tell(self, kind: events.Kind, task: Task) -> None:
        own = [
            ("Task-ID", str(task.number)),
            ("Task-Desc", task.description),
            ("Task-Group", task.group),
            ("Task-Runtime", str(task.runtime)),
        ]
        self._core.fire(self._core.events.make(kind, own))
