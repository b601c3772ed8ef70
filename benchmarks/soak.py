"""Thousands of calls of every kind on a simulated switch, and what is left of them: nothing.

Each call is placed, led through what its kind does, and hung up by one side or the other, at ten
times real speed; a client gets every event. Run it by ``python -m benchmarks.soak`` (10,000 calls);
the tests run a shorter one.
"""

import argparse
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.load import Hearing, Timed, place, send
from benchmarks.switches import Left, Switch, simulated

CALLS = 10_000
SPEED = 10.0
#: calls begun a second of the wall's clock
RATE = 80.0

#: what follows a call's beginning: seconds of the switch's clock, and a command
Story = list[tuple[float, str]]
#: writes the story of the call of a leg, to a SIP address
Kind = Callable[[str, str], Story]


def answered(leg: str, sip: str) -> Story:
    return [(0, place(leg, sip)), (4, f"bgapi uuid_kill {leg}")]


def hung_up_by_schedule(leg: str, sip: str) -> Story:
    return [(0, place(leg, sip)), (2, f"bgapi sched_hangup +2 {leg} NORMAL_CLEARING")]


def busy(leg: str, sip: str) -> Story:
    return [(0, place(leg, sip, "busy"))]


def cancelled(leg: str, sip: str) -> Story:
    return [(0, place(leg, sip, "noanswer")), (3, f"bgapi uuid_kill {leg}")]


def not_answered(leg: str, sip: str) -> Story:
    return [(0, place(leg, sip, "noanswer", originate_timeout="2"))]


def bridged(leg: str, sip: str) -> Story:
    app = f"&bridge(sofia/external/echo@{sip})"
    return [(0, place(leg, sip, app=app)), (5, f"bgapi uuid_kill {leg}")]


def transferred(leg: str, sip: str) -> Story:
    return [
        (0, place(leg, sip)),
        (2, f"bgapi uuid_transfer {leg} echo"),
        (4, f"bgapi uuid_kill {leg}"),
    ]


def recorded(leg: str, sip: str) -> Story:
    # some calls share a file's name, one after the other, so that the disk does not fill up
    path = f"soak-{int(leg[:8], 16) % 50}.wav"
    return [
        (0, place(leg, sip, "tone")),
        (2, f"bgapi uuid_record {leg} start {path} 3600"),
        (2, f"bgapi uuid_displace {leg} start silence_stream://1000 3600 m"),
        (3, f"bgapi uuid_send_dtmf {leg} 12#"),
        (5, f"bgapi uuid_kill {leg}"),
    ]


def looped(leg: str, sip: str) -> Story:
    return [(0, place(leg, sip, "loopback/answer")), (4, f"bgapi uuid_kill {leg}")]


def held(leg: str, sip: str) -> Story:
    return [
        (0, place(leg, sip)),
        (2, f"bgapi uuid_hold {leg}"),
        (3, f"bgapi uuid_hold off {leg}"),
        (4, f"bgapi uuid_kill {leg}"),
    ]


def sounding(leg: str, sip: str) -> Story:
    tone = "tone_stream://%(200,100,440);loops=-1"
    return [
        (0, place(leg, sip, "echo")),
        (2, f"bgapi uuid_broadcast {leg} {tone} aleg"),
        (4, f"bgapi uuid_kill {leg}"),
    ]


KINDS: tuple[Kind, ...] = (
    answered,
    hung_up_by_schedule,
    busy,
    cancelled,
    not_answered,
    bridged,
    transferred,
    recorded,
    looped,
    held,
    sounding,
)


@dataclass(frozen=True)
class Soaked:
    """What came of a soak.

    Attributes
    ----------
    calls, legs, ended : int
        Calls placed, legs that were shown, legs that ended.
    events : int
        Events that the client got.
    seconds, cpu : float
        How long it took, and how much of that the switch's process worked.
    before, halfway, after : Left
        What the switch's process held before the first call, after half of them, after the last.
    """

    calls: int
    legs: int
    ended: int
    events: int
    seconds: float
    cpu: float
    before: Left
    halfway: Left
    after: Left

    @property
    def grown(self) -> int:
        """By how many bytes the switch's process grew in the second half of the calls."""
        return self.after.resident - self.halfway.resident

    def problems(self) -> list[str]:
        """Say what is left that should not be; nothing if all is well."""
        out = []
        if self.legs < self.calls or self.ended < self.legs:
            out.append(f"of {self.legs} legs of {self.calls} calls, {self.ended} ended")
        if self.after.channels:
            out.append(f"{self.after.channels} channels are left")
        for name in ("tasks", "timers", "threads"):
            was, now = getattr(self.before, name), getattr(self.after, name)
            if now > was:
                out.append(f"{name}: {was} before, {now} after")
        return out


def plan(
    calls: int, sip: str, *, rate: float, speed: float, kinds: tuple[Kind, ...] = KINDS
) -> list[Timed]:
    """Plan so many calls, of each kind in turn."""
    out: list[Timed] = []
    for n in range(calls):
        story = kinds[n % len(kinds)](str(uuid.uuid4()), sip)
        out += [(n / rate + after / speed, line) for after, line in story]
    return out


def _run(switch: Switch, calls: int, rate: float, speed: float) -> Hearing:
    hearing, commands = Hearing(switch), switch.connect()
    send(commands, plan(calls, switch.sip, rate=rate, speed=speed))
    hearing.until(lambda: _all_ended(hearing, calls), 30.0)
    hearing.close()
    commands.sock.close()
    return hearing


def _all_ended(hearing: Hearing, calls: int) -> bool:
    legs, ended = hearing.names["CHANNEL_CREATE"], hearing.names["CHANNEL_DESTROY"]
    # a leg that is hung up before it was shown ends without a CHANNEL_CREATE
    return ended >= legs >= calls


def soak(calls: int, *, rate: float = RATE, speed: float = SPEED) -> Soaked:
    """Run so many calls on a simulated switch in a process of its own.

    Parameters
    ----------
    calls : int
        How many calls.
    rate : float
        How many begin in a second of the wall's clock.
    speed : float
        How much faster than the wall's the switch's clock runs.
    """
    with simulated(speed=speed, max_sessions=20_000, sps=10_000) as switch:
        _run(switch, 2 * len(KINDS), rate, speed)  # so that what is made once is there
        before, cpu, began = switch.settled(), switch.ask("cpu"), time.perf_counter()
        first = _run(switch, calls // 2, rate, speed)
        halfway = switch.settled()
        second = _run(switch, calls - calls // 2, rate, speed)
        took, cpu = time.perf_counter() - began, switch.ask("cpu") - cpu
        after = switch.settled()
    names = first.names + second.names
    events = first.events + second.events
    created, destroyed = names["CHANNEL_CREATE"], names["CHANNEL_DESTROY"]
    return Soaked(calls, created, destroyed, events, took, cpu, before, halfway, after)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--rate", type=float, default=RATE, help="calls begun a second")
    parser.add_argument("--speed", type=float, default=SPEED)
    given = parser.parse_args()
    done = soak(given.calls, rate=given.rate, speed=given.speed)
    print(f"{done.calls} calls, {done.legs} legs, {done.events} events in {done.seconds:.0f} s")
    print(
        f"the switch worked {done.cpu:.0f} s; its process has {done.after.resident / 1e6:.0f} MB,"
    )
    print(f"of which {done.grown / 1e6:.1f} MB came in the second half of the calls")
    print(f"left: {done.after}")
    problems = done.problems()
    print("\n".join(problems) or "nothing of them is left")
    raise SystemExit(1 if problems else 0)


if __name__ == "__main__":
    main()
