"""What a call through `sync_caller` takes, over the same call by bare sockets.

Both place the same call on the same switch, one after the other in turns: originate in the
background, wait until the job is done, hang up. The bare way is a socket for events and one for
commands, and looks at nothing but the job's id. The switch is the simulated one, in a process of
its own, or the one that ``SWITCHY_NB_HOST`` names. Run it by ``python -m benchmarks.calls``.
"""

import statistics
import time
import uuid

from benchmarks.switches import Bare, named_or_simulated
from switchy_nb import sync_caller
from switchy_nb.sync import Caller

CALLS = 100


def bare_call(events: Bare, commands: Bare, url: str) -> float:
    job, leg = uuid.uuid4(), uuid.uuid4()
    began = time.perf_counter()
    commands.command(
        f"bgapi originate {{origination_uuid={leg},ignore_early_media=true,"
        f"originator_codec=PCMU}}sofia/external/{url} &park()\nJob-UUID: {job}"
    )
    events.until(f"Job-UUID: {job}".encode())
    events.until(b"+OK ")
    took = time.perf_counter() - began
    commands.sock.sendall(f"api uuid_kill {leg}\n\n".encode())
    commands.until(b"+OK\n")
    return took


def our_call(caller: Caller, url: str) -> float:
    began = time.perf_counter()
    sess, _ = caller(url)
    took = time.perf_counter() - began
    sess.hangup()
    sess.wait("CHANNEL_DESTROY", 5)
    return took


def main() -> None:
    bare_times, our_times = [], []
    with named_or_simulated() as switch:
        url = f"answer@{switch.sip}"
        events, commands = switch.connect(), switch.connect()
        events.command("event plain BACKGROUND_JOB")
        with sync_caller(switch.host, switch.port, switch.password, apps={}) as caller:
            for turn in range(CALLS + 5):
                one, two = bare_call(events, commands, url), our_call(caller, url)
                if turn >= 5:  # the first ones warm up
                    bare_times.append(one)
                    our_times.append(two)
    added = [two - one for one, two in zip(bare_times, our_times, strict=True)]
    for what, times in (
        ("a call by bare sockets", bare_times),
        ("a call through sync_caller", our_times),
        ("what sync_caller adds", added),
    ):
        median, worst = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        print(f"{what:<44}{median * 1e3:>10.1f} ms median {worst * 1e3:>8.1f} ms 95th percentile")


if __name__ == "__main__":
    main()
