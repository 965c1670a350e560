"""Who calls: the source of a request in an AuthorizationPolicy's rule."""

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar

from msgspec import Meta

from lateen.base.errors import Fault
from lateen.kinds.addresses import cidr_faults
from lateen.kinds.model import Model
from lateen.kinds.names import NAMESPACE_RULE, is_label, is_subdomain
from lateen.kinds.schema_rules import CelRule

_ServiceAccounts = Annotated[tuple[Annotated[str, Meta(max_length=320)], ...], Meta(max_length=16)]
_IDENTITIES = ("principals", "not_principals", "namespaces", "not_namespaces")
_NOT_CUSTOM = (*_IDENTITIES, "request_principals", "not_request_principals")
_BLOCKS = ("ip_blocks", "not_ip_blocks", "remote_ip_blocks", "not_remote_ip_blocks")


class Source(Model, frozen=True, kw_only=True):
    """Each field that is set must match, one value of it suffices; `not_`: no value of it may match.

    `service_accounts`: `namespace/name`, or `name` in the policy's namespace. `ip_blocks` are of the connection,
    `remote_ip_blocks` of the original client.
    """

    schema_rules: ClassVar = (
        CelRule(
            "!(has(self.serviceAccounts) || has(self.notServiceAccounts)) || !(has(self.principals) || "
            "has(self.notPrincipals) || has(self.namespaces) || has(self.notNamespaces))",
            "Cannot set serviceAccounts with namespaces or principals",
        ),
    )

    principals: tuple[str, ...] = ()
    not_principals: tuple[str, ...] = ()
    request_principals: tuple[str, ...] = ()
    not_request_principals: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    not_namespaces: tuple[str, ...] = ()
    ip_blocks: tuple[str, ...] = ()
    not_ip_blocks: tuple[str, ...] = ()
    remote_ip_blocks: tuple[str, ...] = ()
    not_remote_ip_blocks: tuple[str, ...] = ()
    service_accounts: _ServiceAccounts = ()
    not_service_accounts: _ServiceAccounts = ()
    trust_domains: tuple[str, ...] = ()
    not_trust_domains: tuple[str, ...] = ()

    @property
    def reads_http(self) -> bool:
        """Say whether it needs a request, not only a connection."""
        lists = (self.request_principals, self.not_request_principals, self.remote_ip_blocks, self.not_remote_ip_blocks)
        return any(lists)


_NAMES = dict(zip(Source.__struct_fields__, Source.__struct_encode_fields__, strict=True))


def source_faults(path: str, source: Source | None, custom: bool) -> Iterator[Fault]:
    """Yield what is wrong with a source; `custom`: in a rule of action CUSTOM, which knows no identities yet."""
    lists = {field: getattr(source, field) for field in _NAMES} if source is not None else {}
    if not any(lists.values()):
        yield Fault(path, "is empty: name at least one attribute", "or leave out from")
    for field, values in lists.items():
        yield from _value_faults(f"{path}.{_NAMES[field]}", field, values)
        if custom and values and field in _NOT_CUSTOM:
            message = "is not known where action CUSTOM is decided"
            yield Fault(f"{path}.{_NAMES[field]}", message, "use ipBlocks, or leave it to the provider")
    if source is not None and (source.service_accounts or source.not_service_accounts):
        for field in _IDENTITIES:
            if lists[field]:
                message = "Cannot set serviceAccounts with namespaces or principals"
                yield Fault(f"{path}.{_NAMES[field]}", message, "use two members of from")


def _value_faults(path: str, field: str, values: Sequence[str]) -> Iterator[Fault]:
    for index, value in enumerate(values):
        place = f"{path}[{index}]"
        if not value:
            yield Fault(place, "may not be empty", '"*" is any')
        elif field in _BLOCKS:
            yield from cidr_faults(place, value)
        elif field in ("service_accounts", "not_service_accounts"):
            yield from _account_faults(place, value)


def _account_faults(path: str, value: str) -> Iterator[Fault]:
    namespace, slash, name = value.rpartition("/")
    if slash and not is_label(namespace):
        yield Fault(path, f'"{value}": "{namespace}" is not a namespace: {NAMESPACE_RULE}')
    elif not is_subdomain(name):
        yield Fault(path, f'"{value}" is not a service account', "as namespace/name, or name; there is no wildcard")
