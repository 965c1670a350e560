"""Whose tokens are checked, put on the listeners at which others come in: inbound ones, and all of gateways."""

from msgspec import structs

from lateen.plan.listener import Chain, HttpProxy, Listener
from lateen.plan.tokens import TokenIssuer
from lateen.planner import names
from lateen.planner.client import finder
from lateen.planner.scope import ByName, Scope, Traits
from lateen.reactive import Collection, Engine, Read
from lateen.security.request_rules import RequestSecurity


def check_tokens(
    engine: Engine, security: RequestSecurity, listeners: Collection[ByName, Listener]
) -> Collection[ByName, Listener]:
    """Build the collection of listeners with the tokens that they check."""

    def check(read: Read, key: ByName, listener: Listener) -> Listener:
        scope = key[0]
        if scope.kind != "gateway" and listener.direction != "INBOUND":
            return listener
        return checked(listener, _issuers(read, security, scope))

    return engine.map("token checking listeners", listeners, check)


def checked(listener: Listener, issuers: tuple[TokenIssuer, ...]) -> Listener:
    """Return a listener whose chains of HTTP check the tokens of these issuers."""

    def check(chain: Chain) -> Chain:
        proxy = chain.proxy
        if not isinstance(proxy, HttpProxy):
            return chain
        return structs.replace(chain, proxy=structs.replace(proxy, tokens=issuers))

    if not issuers:
        return listener
    default = listener.default_chain
    return structs.replace(
        listener,
        chains=tuple(map(check, listener.chains)),
        default_chain=check(default) if default is not None else None,
    )


def _issuers(read: Read, security: RequestSecurity, scope: Scope) -> tuple[TokenIssuer, ...]:
    find = finder(read, security.registry, scope.namespace)

    def reach(host: str, port: int) -> str:
        return names.outbound(port, "", host) if find(host) is not None else ""

    return security.of(read, scope.namespace, Traits.parse(scope.name).labels, reach)
