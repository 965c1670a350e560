"""Names as the agents' DNS proxies read them: Istio's NameInfo, under the host as the resource's name."""

from lateen.plan.name import Name
from lateen.proto.name_table import EXTERNAL, KUBERNETES, NameInfo


def name_info(plan: Name) -> bytes:
    """Encode what is known under a name."""
    registry = KUBERNETES if plan.short_name else EXTERNAL
    return NameInfo(plan.addresses, registry, plan.short_name, plan.namespace).encode()
