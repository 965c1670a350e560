"""One version of an object that was heard of, and which refusals of proxies say that it is not in force."""

from typing import NamedTuple

from lateen.app.refusals import At, Named, Refusal, Refusals


class Version(NamedTuple):
    """`known`: what was refused already when it was heard of. `since`: when it had been computed (0: not yet).

    `confirmed`: every proxy that was connected then has answered, and taken all that was made with it.
    `held`: where it was refused when they had answered, if anywhere.
    """

    uid: str
    api_version: str
    generation: int
    known: frozenset[Refusal] = frozenset()
    since: float = 0.0
    confirmed: bool = False
    held: frozenset[At] = frozenset()

    def computed(self, now: float) -> "Version":
        """Return the version as it is when it has been computed."""
        return self if self.confirmed else self._replace(since=now)


def blockers(version: Version, name: Named, refusals: Refusals) -> list[Refusal]:
    """Return the refusals that keep a version of the object `name` out of proxies, its own first.

    A refusal that was known before, of a resource that the version did not change, has nothing to do with it, but if
    the object is part of that resource. What a proxy had taken stays in force in it, whatever it refuses later: a
    confirmed version is missing only from proxies that came later.
    """
    own = refusals.of(name)
    if version.confirmed:
        return sorted((each for each in own if each.connection.since > version.since), key=str)
    now = refusals.now()
    more = [each for each in now if each.at in version.held] if version.held else now - version.known
    return sorted(own, key=str) + sorted(set(more).difference(own), key=str)
