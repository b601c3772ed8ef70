"""Call applications: what is done with calls as their events come, each app in a few callbacks."""

from switchy_nb.apps.players import PlayRec, TonePlay

__all__ = ["PlayRec", "TonePlay"]
