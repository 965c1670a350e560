"""What is said of a ListenerSet, by what its Gateway makes of it.

https://gateway-api.sigs.k8s.io/geps/gep-1713/
"""

from collections.abc import Mapping

from lateen.base.refs import Key
from lateen.planner.gateway_api.gateway import ApiGateway
from lateen.planner.gateway_api.gateway_status import broken_listeners, listener_statuses
from lateen.planner.gateway_api.status import Condition, ListenerSetStatus


def listener_set_status(
    key: Key, generation: int, gateway: ApiGateway, attached: Mapping[str, int], programmed: Condition
) -> ListenerSetStatus:
    """Say what becomes of a ListenerSet. `programmed`: what is said so of its Gateway; `attached`: how many routes each
    listener has, by its title."""
    parent = Key(gateway.namespace, gateway.name)
    listeners = gateway.of_set(key)
    if not listeners:
        message = f"Gateway {parent} allows no ListenerSets of namespace {key.namespace}"
        refused = (Condition(name, False, "NotAllowed", message) for name in ("Accepted", "Programmed"))
        return ListenerSetStatus(parent, generation, tuple(refused), ())
    broken = broken_listeners(listeners)
    conditions: tuple[Condition, ...]
    if len(broken) == len(listeners):
        message = f"listeners that are not valid: {', '.join(broken)}"
        conditions = tuple(Condition(name, False, "ListenersNotValid", message) for name in ("Accepted", "Programmed"))
    else:
        reason, message = ("ListenersNotValid", f"but for {', '.join(broken)}") if broken else ("Accepted", "Accepted")
        conditions = (Condition("Accepted", True, reason, message), programmed)
    return ListenerSetStatus(parent, generation, conditions, listener_statuses(listeners, attached, programmed.holds))


def is_attached(gateway: ApiGateway, key: Key) -> bool:
    """Say whether a ListenerSet counts as attached: any of its listeners is accepted."""
    listeners = gateway.of_set(key)
    return len(broken_listeners(listeners)) < len(listeners)
