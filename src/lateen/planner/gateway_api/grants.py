"""ReferenceGrants: which objects of other namespaces may be referred to.

https://gateway-api.sigs.k8s.io/reference/spec/#referencegrant
"""

from collections.abc import Iterable
from typing import NamedTuple

from lateen.kinds.gateway_api.reference_grant import ReferenceGrantSpec
from lateen.planner.gateway_api.backends import Reference


class Referrer(NamedTuple):
    """Who refers to an object."""

    group: str
    kind: str
    namespace: str


def permits(grants: Iterable[ReferenceGrantSpec], referrer: Referrer, to: Reference) -> bool:
    """Say whether one of the grants in the namespace of `to` lets `referrer` name it."""
    return any(
        any(one == referrer for one in _referrers(grant))
        and any((one.group, one.kind) == (to.group, to.kind) and one.name in ("", to.name) for one in grant.to)
        for grant in grants
    )


def _referrers(grant: ReferenceGrantSpec) -> Iterable[Referrer]:
    return (Referrer(one.group, one.kind, one.namespace) for one in grant.from_)
