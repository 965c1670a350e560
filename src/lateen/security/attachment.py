"""What a policy is for: all of its namespace (the root namespace: of the mesh), some workloads, or a Gateway's proxies.

https://istio.io/latest/docs/concepts/security/#policy-target
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from lateen.base.selectors import Labels, matches
from lateen.kinds.label_selector import WorkloadSelector
from lateen.kinds.target_ref import PolicyTargetReference

GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name"

# Namespace, and one pair of labels that a workload has, or two empty texts.
Bucket = tuple[str, str, str]


class Attachment(Struct, frozen=True, kw_only=True):
    """`selector`: labels of the workloads that a policy is for; `gateways`: of which Gateways' proxies it is for,
    instead."""

    namespace: str
    selector: Mapping[str, str] = {}
    gateways: tuple[str, ...] = ()

    @property
    def buckets(self) -> Iterator[Bucket]:
        """Where workloads find the policy."""
        for gateway in self.gateways:
            yield self.namespace, GATEWAY_NAME, gateway
        if not self.gateways:
            yield self.namespace, *min(self.selector.items(), default=("", ""))

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of labels that tell whom it is for."""
        return (GATEWAY_NAME,) if self.gateways else tuple(sorted(self.selector))

    def is_for(self, namespace: str, labels: Labels) -> bool:
        """Say whether it is in force for workloads, given that its namespace is theirs or the root namespace."""
        if self.gateways:
            return self.namespace == namespace and labels.get(GATEWAY_NAME) in self.gateways
        return matches(self.selector, labels)


def attached(
    namespace: str, selector: WorkloadSelector | None, targets: Iterable[PolicyTargetReference | None]
) -> Attachment | None:
    """Read what a policy is for; None when it is for no sidecar or gateway, but a waypoint's Services."""
    named = tuple(one for one in targets if one is not None)
    gateways = tuple(one.name for one in named if one.kind == "Gateway")
    if named and not gateways:
        return None
    return Attachment(namespace=namespace, selector=selector.match_labels if selector else {}, gateways=gateways)


def buckets_of(namespace: str, root_namespace: str, labels: Labels) -> Iterator[Bucket]:
    """Yield where policies for a workload may be, the mesh's first."""
    for place in dict.fromkeys((root_namespace, namespace)):
        for name, value in (("", ""), *labels.items()):
            yield place, name, value
