"""What variables have run as a leg rings, is answered, bridged, recorded and over.

The orders are those that a real FreeSWITCH showed.
"""

from __future__ import annotations

from simswitch.client import Client


def story(client: Client, leg: str) -> list[str]:
    """List a leg's events, applications with their argument, and what commands were run."""
    out = []
    for event in client.events:
        name = event.get("Event-Name", "")
        command = event.get("API-Command", "")
        if name.startswith("CHANNEL_EXECUTE") and event.get("Unique-ID") == leg:
            out.append(f"{name[8:]} {event.get('Application-Data') or event['Application']}")
        elif command == "eval":
            out.append(f"eval {event['API-Command-Argument']}")
        elif event.get("Unique-ID") == leg and name == "CHANNEL_CALLSTATE":
            out.append(event["Channel-Call-State"])
        elif event.get("Unique-ID") == leg:
            out.append(name.removeprefix("CHANNEL_"))
    return out


def ran(data: str) -> list[str]:
    return [f"EXECUTE {data}", f"EXECUTE_COMPLETE {data}"]


def part(events: list[str], begin: str, end: str) -> list[str]:
    first = events.index(begin)
    return events[first : events.index(end, first) + 1]


def test_ringing_then_answer(client: Client) -> None:
    leg = client.originate(
        "ringanswer",
        execute_on_ring="set:got=ring",
        execute_on_answer="set:got=answer",
        execute_on_media="set:got=media",
        api_on_ring="'eval ring'",
        api_on_media="'eval media'",
        api_on_answer="'eval answer'",
    )
    client.seen("CHANNEL_PARK", leg)
    told = story(client, leg)
    assert part(told, "PROGRESS", "RINGING") == [
        *("PROGRESS", *ran("got=ring"), "eval ring", "RINGING")
    ]
    assert part(told, "ANSWER", "ACTIVE") == [
        *("ANSWER", *ran("got=answer"), *ran("got=media")),
        *("eval media", "eval answer", "ACTIVE"),
    ]


def test_early_media(client: Client) -> None:
    leg = client.originate(
        "early",
        execute_on_pre_answer="set:got=pre",
        execute_on_media="set:got=media",
        api_on_pre_answer="'eval pre'",
        api_on_media="'eval media'",
    )
    client.seen("CHANNEL_CALLSTATE", leg, Channel_Call_State="EARLY")
    assert part(story(client, leg), "PROGRESS_MEDIA", "EARLY") == [
        *("PROGRESS_MEDIA", *ran("got=pre"), *ran("got=media")),
        *("eval pre", "eval media", "EARLY"),
    ]


def test_what_takes_time_holds_up_what_follows(client: Client) -> None:
    b = client.peer(client.originate("park"))
    client.seen("CHANNEL_PARK", b)
    client.api(f"uuid_setvar {b} execute_on_answer playback silence_stream://300")
    client.api(f"uuid_setvar {b} api_on_answer eval late")
    client.api(f"uuid_answer {b}")
    client.seen("CHANNEL_CALLSTATE", b, Channel_Call_State="ACTIVE")
    sound = "silence_stream://300"
    assert part(story(client, b), "ANSWER", "ACTIVE") == [
        *("ANSWER", f"EXECUTE {sound}", "PLAYBACK_START", "PLAYBACK_STOP"),
        *(f"EXECUTE_COMPLETE {sound}", "eval late", "ACTIVE"),
    ]


def test_an_application_without_end_makes_way(client: Client) -> None:
    leg = client.originate("answer", execute_on_answer="park")
    client.seen("CHANNEL_PARK", leg, 2)
    told = story(client, leg)
    end = told.index("EXECUTE_COMPLETE park")
    assert told[end : end + 4] == ["EXECUTE_COMPLETE park", "ACTIVE", "STATE", "EXECUTE park"]


def test_one_that_there_is_not_ends_the_call(client: Client) -> None:
    leg = client.originate("answer", execute_on_answer="nonesuch", api_on_answer="'eval late'")
    client.seen("CHANNEL_DESTROY", leg)
    told = story(client, leg)
    assert part(told, "ANSWER", "ACTIVE") == ["ANSWER", "HANGUP", "eval late", "ACTIVE"]


def test_the_end(client: Client) -> None:
    leg = client.originate(
        "answer", api_hangup_hook="'eval::hung ${uuid}'", api_reporting_hook="'eval over'"
    )
    client.seen("CHANNEL_PARK", leg)
    client.api(f"uuid_setvar {leg} api_hangup_hook eval::hung ${{uuid}}")
    client.api(f"uuid_kill {leg}")
    client.seen("CHANNEL_DESTROY", leg)
    hung = next(e for e in client.events if e.get("API-Command-Argument") == f"hung {leg}")
    assert "Event-Name" not in hung
    assert "Event-Sequence" not in hung
    assert (hung["uuid"], hung["variable_uuid"], hung["Unique-ID"]) == (leg, leg, leg)
    assert part(story(client, leg), "HANGUP", "HANGUP_COMPLETE")[-4:] == [
        *(f"eval hung {leg}", "STATE", "eval over", "HANGUP_COMPLETE")
    ]


def test_a_bridge(client: Client) -> None:
    leg = client.originate(
        "answer",
        app="&bridge(sofia/external/answer@127.0.0.1:5080)",
        execute_on_originate="set:o=1",
        execute_on_pre_originate="set:pre=1",
        execute_on_post_originate="set:post=1",
        execute_on_pre_bridge="set:b=1",
        execute_on_post_bridge="set:b=2",
        api_after_bridge="'eval after'",
        exec_after_bridge_app="park",
    )
    client.seen("CHANNEL_EXECUTE_COMPLETE", leg, Application_Data="b=1")
    client.api(f"uuid_kill {client.found('CHANNEL_BRIDGE', leg)[0]['Bridge-B-Unique-ID']}")
    client.seen("CHANNEL_PARK", leg)
    told = [word for word in story(client, leg) if word not in ("CODEC", "CALL_UPDATE")]
    assert told[:4] == ["OUTGOING", *ran("o=1"), "STATE"]
    assert part(told, "RING_WAIT", "BRIDGE") == [
        *("RING_WAIT", *ran("pre=1"), *ran("post=1"), "ACTIVE", "BRIDGE")
    ]
    bridge = "sofia/external/answer@127.0.0.1:5080"
    assert told[told.index("EXECUTE b=2") :] == [
        *(*ran("b=2"), "eval after", "UNBRIDGE"),
        *(f"EXECUTE_COMPLETE {bridge}", "EXECUTE park", "PARK"),
    ]


def test_a_recording(client: Client) -> None:
    leg = client.originate(
        "answer",
        execute_on_answer="record_session:/usr/local/freeswitch/recordings/hook.wav",
        execute_on_record_start="set:r=1",
        execute_on_record_stop="set:r=2",
        api_on_record_stop="'eval stopped'",
    )
    client.seen("CHANNEL_PARK", leg)
    client.api(f"uuid_kill {leg}")
    client.seen("CHANNEL_DESTROY", leg)
    told = story(client, leg)
    assert part(told, "RECORD_START", "MEDIA_BUG_START")[1:-1] == ran("r=1")
    assert part(told, "RECORD_STOP", "MEDIA_BUG_STOP")[1:-1] == [*ran("r=2"), "eval stopped"]
