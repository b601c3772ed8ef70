"""No original survives a redaction: of any values, in any places, however they are written."""

from __future__ import annotations

import re
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import pyarrow.parquet as pq
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from switchy_nb.recording import Recording
from switchy_nb.recording.redact_headers import NOBODY, VOCABULARY
from switchy_nb.recording.redact_standins import StandIns
from switchy_nb.wire import Event, Format
from switchy_nb.wire.serve import json_event, plain_event

START = 1_795_000_000_000_000
#: Words that stand in the events themselves, or that are no names: nobody could tell those apart.
_FRAME = ("custom", "event", "name", "number", "redact", "originate", "string", "schema", "pandas")

letters = st.characters(codec="utf-8", categories=["L"], exclude_characters="İıſK")
words = st.text(letters, min_size=3, max_size=12)
people = st.builds(lambda a, b: f"{a} {b}", words, words).filter(
    lambda n: (
        n.lower().encode() not in NOBODY
        and not any(word in n.lower() for word in _FRAME)
        and not all(part in VOCABULARY for part in n.lower().split())
    )
)
numbers = st.text("123456789", min_size=7, max_size=15)
v4 = st.ip_addresses(v=4).filter(lambda a: not a.is_unspecified).map(str)
v6 = st.ip_addresses(v=6).filter(lambda a: not a.is_unspecified).map(str)


def event_of(name: str, number: str, ip: str, ip6: str, fmt: Format) -> Event:
    pairs = [
        ("Event-Name", "CUSTOM"),
        ("Caller-Caller-ID-Name", name),
        ("Caller-Destination-Number", number),
        ("Channel-Name", f"sofia/external/{number}@{ip}:5080"),
        ("variable_path", f"/tmp/{number}/{name}.wav"),
        ("variable_glued", f"x{number}y{name}z{number}00"),
        ("variable_quoted", quote(f"<sip:{number}@[{ip6}]:5060> {name} {ip}")),
        ("variable_twice", quote(quote(f"{name};{number};{ip};{ip6}"))),
        ("variable_shouted", name.upper()),
        ("variable_whispered", name.lower()),
        ("variable_sdp", f"v=0\r\no={number} 1 1 IN IP6 {ip6}\r\nc=IN IP4 {ip}\r\ns={name}\r\n"),
        ("variable_json", f'{{"callee_id_name":"{name}","x":["{number}"]}}'),
        (f"variable_{number}", "named by a number"),
        ("variable_dial", f"{{origination_caller_id_name='{name}'}}user/{number}@{ip}"),
    ]
    body = f"{name} <{number}> at {ip}, {ip6}\n"
    write = json_event if fmt is Format.JSON else plain_event
    return Event(write(pairs, body), fmt)


@given(people, numbers, v4, v6, st.sampled_from(list(Format)), st.binary(min_size=1))
@example("Anna Berg", "5551234567", "192.0.2.1", "2001:db8::1", Format.PLAIN, b"s")
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
def test_no_original_survives_anywhere_in_the_file(
    name: str, number: str, ip: str, ip6: str, fmt: Format, salt: bytes
) -> None:
    recording = Recording(switch=f"{ip}:8021")
    event = event_of(name, number, ip, ip6, fmt)
    recording.append(event, START)
    token = recording.command_sent("api", f"originate user/{number} {name}", START)
    recording.command_replied(token, START, True, f"+OK {name} {number} {ip} {ip6}")
    recording.mark_link(False, f"{ip} says {name}", START)
    redacted = recording.redact(salt=salt)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.parquet"
        redacted.recording.save(path)
        table = pq.read_table(path)
        cells = [cell for c in table.column_names if c not in ("received", "time", "n")
                 for cell in table[c].to_pylist()]  # fmt: skip
        again = Recording.load(path)
    made = again.event(0)
    written = (
        b"\n".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells)
        + again.commands.to_csv().encode()
    )
    shown = "\n".join([f"{key}: {value}" for key, value in made.items()] + [made.body or ""])
    for original in (name, name.upper(), name.lower(), number):
        assert original not in shown
        for form in (original, quote(original), quote(quote(original))):
            assert form.encode() not in written
    for address in (ip, ip6):  # 2001:db8:: is in every stand-in's text, and is none of them
        alone = rf"(?<![\w.:]){re.escape(address)}(?![\w.:])"
        assert re.search(alone, shown) is None
        assert re.search(alone.encode(), written) is None
    assert len(made) == len(event)
    assert len(again) == len(recording)


@given(st.lists(numbers | st.text("0123456789", min_size=1, max_size=6), max_size=40))
def test_every_number_gets_a_stand_in_of_its_own(given_: list[str]) -> None:
    originals = {number.encode() for number in given_}
    stand_ins = StandIns(b"salt", originals.__contains__)
    made = [stand_ins.number(number) for number in sorted(originals)]
    assert len(set(made)) == len(originals)
    assert not originals & set(made)
    for number, stand_in in zip(sorted(originals), made, strict=True):
        assert stand_in.isdigit()
        if number not in stand_ins.crowded:
            assert len(stand_in) == len(number)
        if len(number) >= 7:
            assert stand_in.startswith(b"555")


@given(st.binary(max_size=400), st.sampled_from(list(Format)))
def test_any_bytes_can_be_redacted(raw: bytes, fmt: Format) -> None:
    recording = Recording()
    recording.append(Event(raw, fmt), START)
    redacted = recording.redact(salt="s", digits=True, headers=["a*"])
    assert len(redacted.recording) == 1


@given(st.lists(st.tuples(st.text(letters, min_size=1, max_size=9), st.text(max_size=30))))
def test_where_nobody_is_named_nothing_changes(pairs: list[tuple[str, str]]) -> None:
    pairs = [(f"x-{name}", "".join(c for c in text if c.isalpha())) for name, text in pairs]
    recording = Recording()
    event = Event.make([("Event-Name", "CUSTOM"), *pairs])
    recording.append(event, START)
    assert recording.redact().recording.event(0) == event


def test_long_hostile_values_take_no_time() -> None:
    """No pattern goes over a text again and again."""
    recording = Recording()
    for text in (
        "a" * 200_000, "1" * 200_000, "1 " * 100_000, "a:" * 100_000, '"' * 100_000,
        "a=" * 100_000, "<" * 100_000, "sofia/" * 30_000, "%25" * 60_000, "1.1.1." * 30_000,
        "@" * 100_000, "user/" * 40_000, '"a":"' * 40_000, "a@" * 100_000, "{a=b," * 40_000,
        "loopback/x" * 20_000, "uuid_setvar a " * 10_000, "sip:a " * 30_000, "o=a 1 " * 30_000,
    ):  # fmt: skip
        recording.append(Event.make([("Event-Name", "X"), ("variable_x", text)]), START)
        recording.append(Event.make([("Caller-Caller-ID-Name", text[:300])]), START)
    began = time.process_time()
    recording.redact()
    assert time.process_time() - began < 60
