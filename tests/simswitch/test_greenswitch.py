"""greenswitch as it comes, talking to the simulated switch."""

from __future__ import annotations

import json
import subprocess
import sys

from switchy_nb.simswitch import SimSwitch

PROGRAM = """
import json, sys
import gevent, gevent.event
import greenswitch

link = greenswitch.InboundESL(host="127.0.0.1", port=int(sys.argv[1]), password=sys.argv[2])
link.connect()
story, over = [], gevent.event.Event()

def tell(event):
    story.append((event.headers["Event-Name"], event.headers["Unique-ID"]))
    if sum(name == "CHANNEL_DESTROY" for name, _ in story) == 2:
        over.set()

for name in ("CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_HANGUP", "CHANNEL_DESTROY"):
    link.register_handle(name, tell)
reply = link.send("events plain all")
status = link.send("api status")
placed = link.send("api originate sofia/external/answer@127.0.0.1:5080 &park()")
gone = link.send("api uuid_kill " + placed.data.split()[1])
over.wait(10)
print(json.dumps({
    "reply": reply.headers["Reply-Text"],
    "status": status.data,
    "placed": placed.data,
    "gone": gone.data,
    "story": story,
}))
link.stop()
"""


def test_greenswitch_places_a_call_and_hears_of_it(switch: SimSwitch) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(switch.port), switch.password],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["reply"] == "+OK event listener enabled plain"
    assert told["status"].startswith("UP 0 years, 0 days")
    assert told["placed"].startswith("+OK ")
    assert told["gone"] == "+OK\n"
    near = told["placed"].split()[1]
    assert [name for name, leg in told["story"] if leg == near] == [
        "CHANNEL_CREATE",
        "CHANNEL_ANSWER",
        "CHANNEL_HANGUP",
        "CHANNEL_DESTROY",
    ]
    assert {name for name, leg in told["story"] if leg != near} == {
        "CHANNEL_CREATE",
        "CHANNEL_ANSWER",
        "CHANNEL_HANGUP",
        "CHANNEL_DESTROY",
    }


def test_greenswitch_is_told_that_its_secret_is_wrong(switch: SimSwitch) -> None:
    program = PROGRAM.replace("link.connect()", "link.connect(); print('in')")
    done = subprocess.run(
        [sys.executable, "-c", program, str(switch.port), "wrong"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode != 0
    assert "Invalid password" in done.stderr
    assert "in\n" not in done.stdout
