"""Things to do later: ``sched_hangup`` and its like, and the events that tell of them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core


@dataclass
class Task:
    """One thing to do at a time."""

    number: int
    description: str
    group: str
    runtime: int
    handle: asyncio.TimerHandle
    repeat: float


class Scheduler:
    """The tasks of one switch."""

    def __init__(self, core: "Core") -> None:
        self._core = core
        self._tasks: dict[int, Task] = {}
        self._last = 0

    def add(
        self,
        delay: float,
        description: str,
        group: str,
        action: Callable[[], None],
        *,
        repeat: float = 0.0,
    ) -> int:
        """Have something done after `delay` seconds, and every `repeat` ones then."""
        self._last += 1
        number = self._last
        handle = self._core.loop.call_later(max(0.0, delay), self._run, number, action)
        runtime = self._core.clock.now() // 1_000_000 + round(delay)
        task = Task(number, description, group, runtime, handle, repeat)
        self._tasks[number] = task
        self._tell(events.ADD_SCHEDULE, task)
        return number

    def _run(self, number: int, action: Callable[[], None]) -> None:
        task = self._tasks.get(number)
        if task is None:
            return
        action()
        if task.repeat > 0 and number in self._tasks:
            task.runtime = self._core.clock.now() // 1_000_000 + round(task.repeat)
            task.handle = self._core.loop.call_later(task.repeat, self._run, number, action)
            return
        if self._tasks.pop(number, None) is not None:
            self._tell(events.DEL_SCHEDULE, task)

    def delete(self, which: str) -> int:
        """Take away the task with that number, or a group's tasks; give how many there were."""
        chosen = [t for t in self._tasks.values() if str(t.number) == which or t.group == which]
        for task in chosen:
            self._tasks.pop(task.number, None)
            task.handle.cancel()
            self._tell(events.DEL_SCHEDULE, task)
        return len(chosen)

    def listed(self) -> list[Task]:
        """List the tasks, for ``show tasks``."""
        return list(self._tasks.values())

    def clear(self) -> None:
        """Forget all tasks, saying nothing: the switch is stopping."""
        for task in self._tasks.values():
            task.handle.cancel()
        self._tasks.clear()

    def _tell(self, kind: events.Kind, task: Task) -> None:
        own = [
            ("Task-ID", str(task.number)),
            ("Task-Desc", task.description),
            ("Task-Group", task.group),
            ("Task-Runtime", str(task.runtime)),
        ]
        self._core.fire(self._core.events.make(kind, own))
