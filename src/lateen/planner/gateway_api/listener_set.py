"""ListenerSets: to which Gateway one wants to be attached, and whether that one lets it.

https://gateway-api.sigs.k8s.io/geps/gep-1713/
"""

from collections.abc import Mapping

from lateen.base.refs import Key
from lateen.kinds.gateway_api.gateway import AllowedListeners, GatewaySpec
from lateen.kinds.gateway_api.listener_set import ListenerSetSpec
from lateen.kinds.gateway_api.names import GROUP
from lateen.kinds.label_selector import selects
from lateen.kinds.object import Object

KIND = "ListenerSet"
_NOBODY = AllowedListeners()


def parent_of(found: Object) -> Key | None:
    """Return the Gateway that a ListenerSet is for; None where it names something else."""
    spec: ListenerSetSpec = found.model.spec
    parent = spec.parent_ref
    if (parent.group, parent.kind) != (GROUP, "Gateway"):
        return None
    return Key(parent.namespace or found.namespace, parent.name)


def precedence(found: Object) -> tuple[str, Key]:
    """Sort key among the ListenerSets of a Gateway: the oldest first, then by namespace and name."""
    return (found.created, found.key)


def allows(gateway: Object, namespace: str, labels: Mapping[str, str]) -> bool:
    """Say whether a Gateway lets ListenerSets of a namespace with `labels` be attached."""
    spec: GatewaySpec = gateway.model.spec
    said = (spec.allowed_listeners or _NOBODY).namespaces
    match said.from_:
        case "All":
            return True
        case "Same":
            return namespace == gateway.namespace
        case "Selector":
            return said.selector is not None and selects(said.selector, labels)
        case "None":
            return False
