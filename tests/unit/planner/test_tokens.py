from lateen.plan.listener import Chain, ChainMatch, HttpProxy, Listener, TcpProxy
from lateen.plan.tokens import Keys, TokenIssuer
from lateen.planner.tokens import checked

ISSUERS = (TokenIssuer(keys=Keys()),)
HTTP = Chain(name="h", match=ChainMatch(), proxy=HttpProxy(stat_prefix="h", route_name="80"))
TCP = Chain(name="t", match=ChainMatch(), proxy=TcpProxy(stat_prefix="t", upstreams=(("x", 1),)))


def listener(*chains: Chain, default: Chain | None = None) -> Listener:
    return Listener(name="l", address="0.0.0.0", port=80, direction="INBOUND", chains=chains, default_chain=default)


def test_chains_of_http_check_tokens_and_those_of_bytes_cannot() -> None:
    found = checked(listener(HTTP, TCP, default=HTTP), ISSUERS)
    http, tcp = found.chains
    assert isinstance(http.proxy, HttpProxy) and http.proxy.tokens == ISSUERS
    assert tcp == TCP
    assert found.default_chain == http


def test_without_issuers_a_listener_stays_as_it_is() -> None:
    plain = listener(HTTP)
    assert checked(plain, ()) is plain
