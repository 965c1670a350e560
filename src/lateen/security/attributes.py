"""Fields of an AuthorizationPolicy's rule as expressions: who calls, what is asked for, further conditions.

Of each field one value suffices, of its `not` none may match; all fields that are set count.
https://istio.io/latest/docs/reference/config/security/authorization-policy/
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from lateen.kinds.security.condition import AttributeCondition
from lateen.kinds.security.operation import Operation
from lateen.kinds.security.source import Source
from lateen.plan.authorization import (
    AnyOf,
    ClientAddress,
    DestinationAddress,
    DestinationPort,
    Expression,
    Header,
    Metadata,
    Not,
    Path,
    PathTemplate,
    Peer,
    ServerName,
)
from lateen.security import patterns
from lateen.security.tokens import claim, request_principal
from lateen.security.trust_domains import with_aliases

Values = Iterable[str]
# Which expression some values of a field stand for.
Reading = Callable[[Values], Expression]

_EXPERIMENTAL = "experimental."


def of_source(source: Source, namespace: str, domains: Sequence[str]) -> Iterator[Expression]:
    """Yield what a source asks of who calls. `namespace`: the policy's; `domains`: the mesh's trust domains."""
    accounts = _any(lambda value: Peer(patterns.service_account(value, namespace)))
    for read, values, not_values in (
        (_principals(domains), source.principals, source.not_principals),
        (_any(request_principal), source.request_principals, source.not_request_principals),
        (_any(_namespace), source.namespaces, source.not_namespaces),
        (_any(_original), source.remote_ip_blocks, source.not_remote_ip_blocks),
        (_any(ClientAddress), source.ip_blocks, source.not_ip_blocks),
        (accounts, source.service_accounts, source.not_service_accounts),
        (_any(_trust_domain), source.trust_domains, source.not_trust_domains),
    ):
        yield from _both(read, values, not_values)


def of_operation(operation: Operation) -> Iterator[Expression]:
    """Yield what an operation asks of a request."""
    for read, values, not_values in (
        (_any(_host), operation.hosts, operation.not_hosts),
        (_any(lambda value: Header(":method", patterns.header(value))), operation.methods, operation.not_methods),
        (_any(_path), operation.paths, operation.not_paths),
        (_any(_port), operation.ports, operation.not_ports),
    ):
        yield from _both(read, values, not_values)


def of_condition(condition: AttributeCondition, namespace: str, domains: Sequence[str]) -> Iterator[Expression]:
    """Yield what a condition asks; `namespace`, `domains` as of a source."""
    return _both(_reading(condition.key, namespace, domains), condition.values, condition.not_values)


def of_what_is_asked(condition: AttributeCondition) -> bool:
    """Say whether a condition is on what is asked for, not on who asks."""
    return condition.key.startswith(("destination.", "connection.", _EXPERIMENTAL))


def _both(read: Reading, values: Sequence[str], not_values: Sequence[str]) -> Iterator[Expression]:
    if values:
        yield read(values)
    if not_values:
        yield Not(read(not_values))


def _any(of: Callable[[str], Expression]) -> Reading:
    return lambda values: AnyOf(tuple(of(value) for value in values))


def _principals(domains: Sequence[str]) -> Reading:
    each = _any(lambda value: Peer(patterns.principal(value)))
    return lambda values: each(with_aliases(values, domains))


def _reading(key: str, namespace: str, domains: Sequence[str]) -> Reading:
    name, *members = key.replace("]", "").split("[")
    match name:
        case "source.principal":
            return _principals(domains)
        case "source.serviceAccount":
            return _any(lambda value: Peer(patterns.service_account(value, namespace)))
        case "request.headers":
            return _any(lambda value: Header(members[0], patterns.header(value)))
        case "request.auth.claims":
            return lambda values: claim(members, values)
        case "request.auth.audiences":
            return lambda values: claim(("aud",), values)
        case "request.auth.presenter":
            return lambda values: claim(("azp",), values)
        case _ if name.startswith(_EXPERIMENTAL):
            return lambda values: _found_out(name.removeprefix(_EXPERIMENTAL), members, values)
    return _any(_SIMPLE[name])


def _found_out(name: str, path: Sequence[str], values: Values) -> Expression:
    """What a filter found out; `[value]`: a member of a list."""
    given = tuple(values)
    listed = [value for value in given if value.startswith("[") and value.endswith("]")]
    texts = tuple(patterns.text(value) for value in given if value not in listed)
    return Metadata(name, tuple(path), texts, tuple(patterns.text(value[1:-1]) for value in listed))


def _namespace(value: str) -> Expression:
    return Peer(patterns.namespace(value))


def _trust_domain(value: str) -> Expression:
    return Peer(patterns.trust_domain(value))


def _original(value: str) -> Expression:
    return ClientAddress(value, original=True)


def _host(value: str) -> Expression:
    return Header(":authority", patterns.header(value, ignore_case=True))


def _path(value: str) -> Expression:
    template = patterns.path_template(value)
    return PathTemplate(template) if template else Path(patterns.text(value))


def _port(value: str) -> Expression:
    return DestinationPort(int(value))


_SIMPLE: dict[str, Callable[[str], Expression]] = {
    "source.ip": ClientAddress,
    "remote.ip": _original,
    "source.namespace": _namespace,
    "source.trustDomain": _trust_domain,
    "request.auth.principal": request_principal,
    "destination.ip": DestinationAddress,
    "destination.port": _port,
    "connection.sni": lambda value: ServerName(patterns.text(value)),
}
