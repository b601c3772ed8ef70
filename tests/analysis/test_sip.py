import pytest

from switchy_nb.analysis.causes import _CAUSES
from switchy_nb.analysis.sip import describe_sip, sip_phrase


def test_a_status_is_told_with_its_phrase_and_in_plain_words():
    assert describe_sip(486) == "SIP 486 Busy Here: the far end is busy"
    assert sip_phrase(503) == "SIP 503 Service Unavailable"


def test_a_status_that_nobody_defined_is_told_by_its_class():
    assert describe_sip(499) == "SIP 499: the far side will not or cannot take this request"
    assert sip_phrase(699) == "SIP 699"


@pytest.mark.parametrize("code", [0, 99, 700])
def test_what_is_no_status_is_an_error(code):
    with pytest.raises(ValueError, match=f"{code} is no SIP status"):
        describe_sip(code)


def test_every_status_that_a_cause_is_sent_as_has_words():
    for cause in _CAUSES.values():
        if cause.sip is not None:
            assert describe_sip(cause.sip).count(":") == 1
            assert sip_phrase(cause.sip) != f"SIP {cause.sip}"
