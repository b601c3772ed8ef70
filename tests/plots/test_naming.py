"""What things are called in pictures."""

from switchy_nb.plots import timeline


def labels(figure):
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def test_an_app_is_named_at_its_leg_unless_it_has_only_a_uuid(frames):
    sessions, events = frames("busy")
    named = timeline(sessions.assign(app="TonePlay"), events)
    assert "busy (TonePlay)" in labels(named)[0]
    plain = timeline(sessions.assign(app="119fc3fa-e4b5-4c8e-9b5f-0123456cce7a"), events)
    assert labels(plain) == labels(timeline(sessions, events))
