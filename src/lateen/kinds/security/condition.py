"""Further conditions of an AuthorizationPolicy's rule.

https://istio.io/latest/docs/reference/config/security/conditions/
"""

import re
from collections.abc import Callable, Iterator, Mapping

from lateen.base.errors import Fault
from lateen.kinds.addresses import cidr_faults
from lateen.kinds.model import Model
from lateen.kinds.security.operation import port_text_faults
from lateen.kinds.suggestion import did_you_mean

_ATTRIBUTES = (
    "source.ip", "remote.ip", "source.namespace", "source.principal", "source.serviceAccount", "source.trustDomain",
    "request.auth.principal", "request.auth.audiences", "request.auth.presenter",
    "destination.ip", "destination.port", "connection.sni",
)  # fmt: skip
_MAPS = ("request.headers", "request.auth.claims")
_EXPERIMENTAL = "experimental.envoy.filters."
_MEMBER = re.compile(r"(\[[^\[\]]+\])+")
_VALUES: Mapping[str, Callable[[str, str], Iterator[Fault]]] = {
    "source.ip": cidr_faults,
    "remote.ip": cidr_faults,
    "destination.ip": cidr_faults,
    "destination.port": port_text_faults,
}
_NOT_CUSTOM = ("source.namespace", "source.principal", "request.auth.")


class AttributeCondition(Model, frozen=True, kw_only=True):
    """One of `values` must match the attribute `key`, none of `not_values` may."""

    key: str
    values: tuple[str, ...] = ()
    not_values: tuple[str, ...] = ()

    @property
    def reads_http(self) -> bool:
        """Say whether it needs a request, not only a connection."""
        return self.key.startswith(("request.", "remote.ip"))


def condition_faults(path: str, condition: AttributeCondition, custom: bool) -> Iterator[Fault]:
    """Yield what is wrong with a condition; `custom`: in a rule of action CUSTOM, which knows no identities yet."""
    key = condition.key
    yield from _key_faults(f"{path}.key", key)
    if custom and key.startswith(_NOT_CUSTOM):
        yield Fault(f"{path}.key", f"{key} is not known where action CUSTOM is decided", "leave it to the provider")
    if not condition.values and not condition.not_values:
        yield Fault(path, "has nothing to compare with", "give values or notValues")
    check = _VALUES.get(key)
    for name, values in (("values", condition.values), ("notValues", condition.not_values)):
        for index, value in enumerate(values):
            place = f"{path}.{name}[{index}]"
            if not value:
                yield Fault(place, "may not be empty", '"*" is any')
            elif check is not None:
                yield from check(place, value)


def _key_faults(path: str, key: str) -> Iterator[Fault]:
    name = key.partition("[")[0]
    if not key:
        yield Fault(path, "is required: an attribute, as source.ip")
    elif name in _MAPS or name.startswith(_EXPERIMENTAL):
        if not _MEMBER.fullmatch(key.removeprefix(name)):
            yield Fault(path, f'"{key}" names no member of {name}', f"as {name}[name]")
    elif key not in _ATTRIBUTES:
        fix = did_you_mean(name, (*_ATTRIBUTES, *_MAPS)) or f"one of {', '.join((*_ATTRIBUTES, *_MAPS))}"
        yield Fault(path, f'"{key}" is not an attribute of requests', fix)
