"""What the modules db and hash keep: values by realm and key, groups of dial strings, limits.

The commands that read and change it are in `commands.storing`; here is only what there is. What a
call holds of a limited resource is given back when it ends.
"""

from dataclasses import dataclass, field

#: what one switch keeps of everything that clients may store, so that none can fill its memory
MOST = 100_000


@dataclass
class Resource:
    """One limited resource: how many calls hold it, and how often it was asked for."""

    holders: set[str] = field(default_factory=set)
    rate: int = 0
    interval: int = 0
    checked: int = 0

    @property
    def used(self) -> int:
        """How many calls hold it."""
        return len(self.holders)


@dataclass
class Stores:
    """What one switch's modules keep.

    Attributes
    ----------
    hash : dict
        From ``realm_key`` to a value.
    db : dict
        From a realm and a key to a value.
    groups : dict
        From a group's name to its dial strings, in order.
    limits : dict
        From a backend (``hash`` or ``db``), realm and resource to who holds it.
    """

    hash: dict[str, str] = field(default_factory=dict)
    db: dict[tuple[str, str], str] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    limits: dict[tuple[str, str, str], Resource] = field(default_factory=dict)

    def room(self) -> bool:
        """Say whether one more thing may be stored."""
        kept = len(self.hash) + len(self.db) + len(self.limits)
        return kept + sum(map(len, self.groups.values())) < MOST

    def take(
        self,
        place: tuple[str, str, str],
        uuid: str,
        *,
        most: int = -1,
        interval: int = 0,
        now: int = 0,
    ) -> Resource | None:
        """Let a call hold a resource.

        Parameters
        ----------
        place : tuple of str
            Backend, realm, resource.
        uuid : str
            The call.
        most : int
            How many calls may hold it, or how often it may be asked for within `interval`
            seconds; negative for no limit.
        now : int
            Seconds since the epoch.

        Returns
        -------
        Resource or None
            What is held now; None if the limit does not allow it.
        """
        resource = self.limits.get(place) or Resource()
        if interval > 0:
            resource.interval = interval
            if resource.checked <= now - interval:
                resource.rate, resource.checked = 1, now
            else:
                resource.rate += 1
                if 0 <= most < resource.rate:
                    return None
        elif 0 <= most < len(resource.holders | {uuid}):
            return None
        if place not in self.limits and not self.room():
            return None
        resource.holders.add(uuid)
        self.limits[place] = resource
        return resource

    def release(self, uuid: str, backend: str, realm: str = "", name: str = "") -> None:
        """Take what a call holds of one resource, or of all of a backend's."""
        for place, resource in list(self.limits.items()):
            if place[0] != backend or (realm and place[1:] != (realm, name)):
                continue
            resource.holders.discard(uuid)
            if not resource.holders and not resource.rate:
                del self.limits[place]

    def forget_stale(self, now: int) -> None:
        """Forget the resources that nobody holds, and whose interval is over."""
        for place, resource in list(self.limits.items()):
            if not resource.holders and resource.checked <= now - resource.interval:
                del self.limits[place]

    def release_all(self, uuid: str) -> None:
        """Take all that a call holds: it is over."""
        for backend in {place[0] for place in self.limits}:
            self.release(uuid, backend)
