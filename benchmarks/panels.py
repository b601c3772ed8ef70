"""What a dashboard takes of a kernel while a hundred calls begin and end each second.

A simulated switch runs in a process of its own, and so does a real kernel, whose messages are
counted as a page would get them. First the calls alone, then the same with every part of the panel
open and in sight; a cell prints all the while. Run it by ``python -m benchmarks.panels``.
"""

import argparse
import contextlib
import json
import queue
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager

from benchmarks.load import Hearing, Timed, place, send
from benchmarks.switches import Switch, simulated

RATE, UP = 100.0, 2000
SECONDS = 20.0
#: What must be met: repaints and messages a second, and a share of one core.
REPAINTS, MESSAGES, SHARE = 10.0, 500.0, 0.1

CONNECT = """
import json, os, threading, time
from switchy_nb import open_caller
caller = open_caller({host!r}, {port}, {password!r}, apps={{}})

def spent():
    "Seconds of the processor by what a thread is for."
    tick = os.sysconf("SC_CLK_TCK")
    used = {{}}
    for thread in threading.enumerate():
        with open(f"/proc/self/task/{{thread.native_id}}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        name = thread.name.removeprefix("switchy_nb ")
        for lane in ("panel drawing", "panel events", "panel"):
            if name.startswith(lane):
                name = lane
                break
        used[name] = used.get(name, 0.0) + (int(fields[11]) + int(fields[12])) / tick
    used["all"] = time.process_time()
    return used
"""
OPEN = """
from switchy_nb.panels import Calls, Connect, Dashboard, Dialer, Events, Timeline
dashboard = Dashboard(caller)
parts = [dashboard, *(part(dashboard) for part in (Connect, Dialer, Calls, Events))]
parts.append(Timeline(dashboard, calls="all"))
dashboard.select(next(reversed(caller.client.listener.sessions)))
"""
PRINT = """
for n in range({count}):
    print("line", n, flush=True)
    time.sleep(0.05)
"""
ASK = "print(json.dumps([spent(), caller.recording.received]))"
CHECK = """
names = caller.recording.events["name"]
losses = names.index[names == "LINK_DOWN"]
counts = names[names.str.startswith("CHANNEL")].value_counts().to_dict()
print(json.dumps([counts, [caller.recording.event(n)["Link-Reason"] for n in losses]]))
"""


@dataclass
class Page:
    """What a page would get of a kernel: its messages, counted.

    Attributes
    ----------
    messages, size : int
        How many messages of widgets came, and their bytes.
    of : dict
        How many of each trait.
    moments : list of float
        When each came.
    """

    client: BlockingKernelClient
    messages: int = 0
    size: int = 0
    of: dict[str, int] = field(default_factory=dict)
    moments: list[float] = field(default_factory=list)
    printed: str = ""
    errors: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(queue.Empty):
                self._take(self.client.get_iopub_msg(timeout=0.2))

    def _take(self, message: dict[str, Any]) -> None:
        kind, content = message["msg_type"], message["content"]
        if kind.startswith("comm"):
            self.messages += 1
            self.moments.append(time.perf_counter())
            self.size += len(json.dumps(content)) + sum(map(len, message.get("buffers", ())))
            for trait in content.get("data", {}).get("state", ()):
                self.of[trait] = self.of.get(trait, 0) + 1
        elif kind == "stream":
            self.printed += content["text"]  # which may end within a line
        elif kind == "error":
            self.errors.append("\n".join(content["traceback"]))

    def begin(self) -> None:
        """Count from now on."""
        self.messages = self.size = 0
        self.of, self.moments, self.printed = {}, [], ""

    @property
    def lines(self) -> list[str]:
        """What the cells have printed, whole lines only."""
        return self.printed.split("\n")[:-1]

    @property
    def repaints(self) -> int:
        """How often something came after nothing had for 20 ms: a browser paints that at once."""
        pairs = zip(self.moments, self.moments[1:], strict=False)
        return sum(after - before > 0.02 for before, after in pairs) + bool(self.moments)

    def run(self, code: str, timeout: float = 120.0) -> None:
        """Run a cell to its end."""
        ident = self.client.execute(code, store_history=True)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            with contextlib.suppress(queue.Empty):
                answer = self.client.get_shell_msg(timeout=1.0)
                if answer["parent_header"].get("msg_id") == ident:
                    break
        else:
            raise TimeoutError(f"a cell took more than {timeout:g} s: {code[:60]!r}")
        if answer["content"]["status"] != "ok":
            raise RuntimeError("\n".join(answer["content"]["traceback"]))

    def ask(self, code: str) -> Any:
        """Run a cell, and read what it prints."""
        count = len(self.lines)
        self.run(code)
        if not self.until(lambda: len(self.lines) > count):
            raise TimeoutError(f"nothing was printed by {code[:60]!r}")
        return json.loads(self.lines[-1])

    def until(self, done: Callable[[], bool], timeout: float = 10.0) -> bool:
        """Wait until something has come; say whether it has."""
        deadline = time.monotonic() + timeout
        while not done() and time.monotonic() < deadline:
            time.sleep(0.01)
        return done()

    def close(self) -> None:
        self._over.set()
        self._thread.join()


@contextlib.contextmanager
def kernel() -> Iterator[Page]:
    """Start a kernel, and a page that counts what it gets."""
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(extra_arguments=["--IPKernelApp.log_level=ERROR"])
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        page = Page(client)
        try:
            yield page
        finally:
            page.close()
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


class Calls(threading.Thread):
    """Places calls at a rate, each of which lasts so long that so many are up."""

    def __init__(self, switch: Switch, rate: float, up: int) -> None:
        super().__init__(daemon=True)
        self._commands, self._sip = switch.connect(), switch.sip
        self._rate, self._lasts = rate, up / rate
        self._over = False

    def run(self) -> None:
        began, legs = time.perf_counter(), deque[tuple[float, str]]()
        while not self._over:
            now = time.perf_counter() - began
            timed = [(n / self._rate, str(uuid.uuid4())) for n in range(int(self._rate))]
            legs += [(now + when, leg) for when, leg in timed]
            plan: list[Timed] = [(when, place(leg, self._sip)) for when, leg in timed]
            while legs and legs[0][0] + self._lasts < now + 1:
                when, leg = legs.popleft()
                plan.append((max(when + self._lasts - now, 0.0), f"bgapi uuid_kill {leg}"))
            send(self._commands, plan)

    def stop(self) -> None:
        self._over = True
        self.join()
        self._commands.sock.close()


def silence(hearing: Hearing) -> None:
    """Wait until a switch has no more to say."""
    count = -1
    while hearing.until(lambda count=count: hearing.events > count, 1.0):  # type: ignore[misc]
        count = hearing.events


@dataclass(frozen=True)
class Measured:
    """What was spent, and sent, a second."""

    spent: dict[str, float]
    events: float
    sent: float
    messages: float
    size: float
    repaints: float
    of: dict[str, float]
    missing: int


def measure(page: Page, hearing: Hearing, seconds: float) -> Measured:
    """Let a cell print for some seconds, and see what comes meanwhile."""
    page.begin()
    before, received = page.ask(ASK)
    page.begin()
    heard, began = hearing.events, time.perf_counter()
    count = int(seconds / 0.05)
    page.run(PRINT.format(count=count), timeout=seconds * 4 + 60)
    took = time.perf_counter() - began
    sent = (hearing.events - heard) / took
    messages, size, repaints = page.messages, page.size, page.repaints
    of = dict(page.of)
    page.until(lambda: f"line {count - 1}" in page.lines)  # it may come after the cell's end
    printed = {line for line in page.lines if line.startswith("line ")}
    after, now = page.ask(ASK)
    return Measured(
        {name: (after[name] - before.get(name, 0.0)) / took for name in after},
        (now - received) / took,
        sent,
        messages / took,
        size / took,
        repaints / took,
        {name: count / took for name, count in of.items()},
        count - len(printed),
    )


def show(what: str, measured: Measured) -> None:
    spent = measured.spent
    print(f"{what}:")
    print(f"{'  events that the switch sent':<44}{measured.sent:>10,.0f} a second")
    print(f"{'  events recorded':<44}{measured.events:>10,.0f} a second")
    print(f"{'  the kernel, of one core':<44}{spent['all']:>10.3f}")
    for name, share in sorted(spent.items(), key=lambda item: -item[1]):
        if name != "all" and share >= 0.001:
            print(f"{'    ' + name[:38]:<44}{share:>10.3f}")
    print(f"{'  lines of the cell that are missing':<44}{measured.missing:>10}")
    if measured.messages:
        print(f"{'  messages of widgets':<44}{measured.messages:>10.1f} a second")
        print(f"{'  their size':<44}{measured.size / 1e3:>10.1f} kB a second")
        print(f"{'  repaints of the page':<44}{measured.repaints:>10.1f} a second")
        for name, rate in sorted(measured.of.items(), key=lambda item: -item[1])[:12]:
            print(f"{'    ' + name:<44}{rate:>10.1f} a second")


def run(switch: Switch, rate: float, up: int, seconds: float) -> list[str]:
    """Measure, print, and say what is not as it must be."""
    rise = up / rate
    hearing, calls = Hearing(switch), Calls(switch, rate, up)
    with kernel() as page:
        page.run(CONNECT.format(host=switch.host, port=switch.port, password=switch.password))
        calls.start()
        time.sleep(rise + 1)
        alone = measure(page, hearing, seconds)
        show(f"{rate:g} calls a second, {up:,} up, no panel", alone)
        page.run(OPEN)
        time.sleep(8)  # the first drawing, which loads what draws, is over
        full = measure(page, hearing, seconds)
        show("the same, with every part of the panel open", full)
        calls.stop()
        silence(hearing)
        recorded, losses = page.ask(CHECK)
        errors = page.errors
    # what a panel makes the kernel's own threads do counts as well
    others = ("IOPub", "MainThread", "Heartbeat")
    own = sum(share for name, share in full.spent.items() if name.startswith("panel"))
    more = sum(full.spent.get(n, 0.0) - alone.spent.get(n, 0.0) for n in others)
    print(f"{'the panel, of one core':<44}{own:>10.3f}")
    print(f"{'what it adds to the kernel threads':<44}{more:>10.3f}")
    sent = {name: count for name, count in hearing.names.items() if name.startswith("CHANNEL")}
    kept, lost = sum(recorded.values()), sum((Counter(sent) - Counter(recorded)).values())
    for loss in losses:
        print(f"  the link was lost: {loss}")
    if hearing.lost:
        print("  the switch has ended the benchmark's own link")
    hearing.close()
    print(f"{'events of calls recorded':<44}{kept:>10,}; {lost:,} of those sent are missing")
    checks = [
        (full.repaints <= REPAINTS, f"more than {REPAINTS:g} repaints a second"),
        (full.messages < MESSAGES, f"{MESSAGES:g} messages a second or more"),
        (own + max(more, 0.0) < SHARE, f"{SHARE:g} of a core or more for the panel"),
        (not lost, "events are missing"),
        (not full.missing, "lines of a cell are missing"),
        (not errors, f"cells failed: {errors[:1]}"),
    ]
    return [words for well, words in checks if not well]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rate", type=float, default=RATE, help="calls a second")
    parser.add_argument("--up", type=int, default=UP, help="calls that are up at a time")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each measurement")
    given = parser.parse_args([] if __name__ != "__main__" else None)
    with simulated() as switch:
        problems = run(switch, given.rate, given.up, given.seconds)
    print("\n".join(f"NOT MET: {problem}" for problem in problems) or "All of it is met.")
    if problems and __name__ == "__main__":
        raise SystemExit(1)


if __name__ == "__main__":
    main()
