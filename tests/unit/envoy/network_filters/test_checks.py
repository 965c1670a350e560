from lateen.envoy.network_filters import NETWORK_FILTERS
from lateen.envoy.network_filters.checks import checks
from lateen.envoy.network_filters.tcp import tcp_proxy
from lateen.plan.authorization import Checks, Consultation, Provider, Rule, Stage
from lateen.plan.listener import Chain, ChainMatch, HttpProxy, Listener, TcpProxy

LISTENER = Listener(name="l", address="0.0.0.0", port=1, direction="INBOUND", chains=())
RULE = Rule(name="r", permissions=(), principals=())
ASKED = Stage(action="DENY", trial=(RULE,), trial_prefix="istio_ext_authz_")
PROVIDER = Provider(name="p", protocol="grpc", upstream="up", authority="a", port=1, timeout_ms=1)
PLAN = Checks(
    custom=(Consultation(stage=ASKED, mark="m", provider=PROVIDER),), stages=(Stage(action="ALLOW", rules=()),)
)


def chain(proxy: HttpProxy | TcpProxy) -> Chain:
    return Chain(name="c", match=ChainMatch(), proxy=proxy)


def test_connections_are_checked_as_rules_of_tcp() -> None:
    made = checks(chain(TcpProxy(stat_prefix="a", upstreams=(), checks=PLAN)), LISTENER)
    assert [one.name.rpartition(".")[2] for one in made] == ["rbac", "ext_authz", "rbac"]
    assert {one.config.stat_prefix for one in made} == {"tcp."}
    assert made[1].config.grpc_service.envoy_grpc.cluster_name == "up"


def test_requests_are_checked_one_by_one_not_by_their_connection() -> None:
    assert checks(chain(HttpProxy(stat_prefix="a", checks=PLAN)), LISTENER) == ()


def test_connections_are_checked_before_the_bytes_are_carried() -> None:
    assert NETWORK_FILTERS.index(checks) < NETWORK_FILTERS.index(tcp_proxy)
