"""Where a timeline's parts go in the room that there is."""

from matplotlib.figure import Figure
from scenarios import told, with_commands

from switchy_nb.plots import timeline


def test_all_of_it_is_drawn_into_axes_that_have_the_room():
    ax = Figure(figsize=(13, 8)).add_subplot()
    timeline(*told(with_commands("bridged_calls")), ax=ax)
    given = {text.get_text() for text in ax.texts}
    (own,) = timeline(*told(with_commands("bridged_calls")), width=16).axes
    assert {text.get_text() for text in own.texts if "bridged with" in text.get_text()} <= given
    assert any("bridged with" in text for text in given)
