"""What backends of routes mean, and why some mean nothing.

https://gateway-api.sigs.k8s.io/reference/spec/#backendref
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from lateen.base.hosts import fqdn
from lateen.kinds.gateway_api.references import BackendObjectReference
from lateen.planner.target import Target

ISTIO = "networking.istio.io"
MULTICLUSTER = "multicluster.x-k8s.io"

# What no object can declare: requests that go there are answered with an error.
NOWHERE = Target("", 65535)


class Reference(NamedTuple):
    """An object that another one names."""

    group: str
    kind: str
    namespace: str
    name: str


# Says whether the route may refer to an object of another namespace.
Permitted = Callable[[Reference], bool]


class Refused(NamedTuple):
    """Why a backend means nothing: a reason of the condition ResolvedRefs, and what to say."""

    reason: Literal["InvalidKind", "RefNotPermitted"]
    message: str


def find_backend(said: BackendObjectReference, namespace: str, permitted: Permitted) -> Target | Refused:
    """Find what a backend of a route in `namespace` means; that it is there is not asked."""
    own = said.namespace or namespace
    port = said.port or 0
    match said.group, said.kind:
        case "" | "core", "Service":
            host = fqdn(said.name, own).lower()
        case group, "ServiceImport" if group == MULTICLUSTER:
            host = fqdn(said.name, own, "clusterset.local").lower()
        case group, "Hostname" if group == ISTIO:
            return Target(said.name.lower(), port)
        case group, kind:
            return Refused("InvalidKind", f'there is no backend of group "{group}" and kind "{kind}"')
    reference = Reference("" if said.group == "core" else said.group, said.kind, own, said.name)
    if own != namespace and not permitted(reference):
        message = f"no ReferenceGrant of namespace {own} lets routes of {namespace} name {said.kind} {said.name}"
        return Refused("RefNotPermitted", message)
    return Target(host, port)
